package npusim.workloads;

import java.util.Optional;

/**
 * Default lengths of a run and what is known of language.
 *
 * @param prompt prompt tokens, 0 when the workload has no prompt
 * @param generate tokens to generate, 0 when it generates none
 * @param sentence words and tokens of sentences, if the model writes any
 * @param captions what a captioning job asks for
 */
public record Lengths(
    int prompt, int generate, Optional<Sentence> sentence, Optional<Captions> captions) {
  static final Lengths NONE = new Lengths(0, 0, Optional.empty(), Optional.empty());

  /**
   * Sentence length by language.
   *
   * @param wordsEn words of an English sentence
   * @param wordsKo words of the same sentence in Korean
   * @param tokensPerWordEn fertility of the tokeniser on English
   * @param tokensPerWordKo fertility on Korean
   */
  public record Sentence(
      double wordsEn, double wordsKo, double tokensPerWordEn, double tokensPerWordKo) {
    /** Tokens of a sentence. */
    public double tokens(Lang lang) {
      return switch (lang) {
        case EN -> wordsEn * tokensPerWordEn;
        case KO -> wordsKo * tokensPerWordKo;
      };
    }
  }

  /**
   * A captioning job.
   *
   * @param sentences per image
   * @param keywords per image
   * @param tokensPerKeywordEn tokens of an English keyword
   * @param tokensPerKeywordKo tokens of a Korean keyword
   * @param deadlineSeconds time allowed per image
   * @param deadlineSource where that was promised
   */
  public record Captions(
      int sentences,
      int keywords,
      int tokensPerKeywordEn,
      int tokensPerKeywordKo,
      double deadlineSeconds,
      String deadlineSource) {
    /** Tokens of a keyword. */
    public int keywordTokens(Lang lang) {
      return lang == Lang.KO ? tokensPerKeywordKo : tokensPerKeywordEn;
    }
  }

  static Lengths read(Fields f) {
    var out =
        new Lengths(
            f.integer("prompt", 0),
            f.integer("generate", 0),
            f.has("sentence") ? Optional.of(sentence(f.child("sentence"))) : Optional.empty(),
            f.has("captions") ? Optional.of(captions(f.child("captions"))) : Optional.empty());
    f.texts("sources");
    f.close();
    return out;
  }

  private static Sentence sentence(Fields f) {
    var out =
        new Sentence(
            f.number("words_en"),
            f.number("words_ko"),
            f.number("tokens_per_word_en"),
            f.number("tokens_per_word_ko"));
    f.close();
    return out;
  }

  private static Captions captions(Fields f) {
    var out =
        new Captions(
            f.integer("sentences"),
            f.integer("keywords"),
            f.integer("tokens_per_keyword_en"),
            f.integer("tokens_per_keyword_ko"),
            f.number("deadline_s"),
            f.text("deadline_source"));
    f.close();
    return out;
  }
}
