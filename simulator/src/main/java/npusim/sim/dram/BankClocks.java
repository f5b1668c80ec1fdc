package npusim.sim.dram;

import java.util.Arrays;

/**
 * Open rows of one channel's banks and the earliest tick of every command at every level, brought
 * up to date with each command issued.
 */
final class BankClocks {
  private static final long NEVER = Long.MIN_VALUE / 4;

  private final CommandRules rules;
  private final int ranks;
  private final int groups;
  private final int banks;

  /** Banks of one rank. */
  private final int rankBanks;

  /** Row open in a bank; -1 none, -2 being activated. */
  final int[] openRow;

  private final long[] bankRead;
  private final long[] bankWrite;
  private final long[] bankAct;
  private final long[] bankPre;
  private final long[] groupRead;
  private final long[] groupWrite;
  private final long[] groupAct;
  private final long[] rankRead;
  private final long[] rankWrite;

  // By activation scope: a rank, or a pseudo-channel with all its ranks.
  private final int scopeBanks;
  private final long[] scopeAct;
  private final long[] scopePre;
  private final long[] scopePreAll;
  private final long[] scopeRefresh;
  private final long[] lastFour;
  private final int[] lastFourAt;

  /**
   * @param pseudoChannels parts of the channel with a data bus of their own
   * @param ranks ranks of a pseudo-channel
   * @param groups bank groups of a rank
   * @param banks banks of a group
   */
  BankClocks(CommandRules rules, int pseudoChannels, int ranks, int groups, int banks) {
    this.rules = rules;
    this.ranks = ranks;
    this.groups = groups;
    this.banks = banks;
    rankBanks = groups * banks;
    int n = pseudoChannels * ranks * rankBanks;
    openRow = new int[n];
    Arrays.fill(openRow, -1);
    bankRead = filled(n);
    bankWrite = filled(n);
    bankAct = filled(n);
    bankPre = filled(n);
    groupRead = filled(n / banks);
    groupWrite = filled(n / banks);
    groupAct = filled(n / banks);
    rankRead = filled(n / rankBanks);
    rankWrite = filled(n / rankBanks);
    scopeBanks = rules.ranksShareActivates ? ranks * rankBanks : rankBanks;
    int scopes = n / scopeBanks;
    scopeAct = filled(scopes);
    scopePre = filled(scopes);
    scopePreAll = filled(scopes);
    scopeRefresh = filled(scopes);
    lastFour = filled(scopes * 4);
    lastFourAt = new int[scopes];
  }

  private static long[] filled(int n) {
    var a = new long[n];
    Arrays.fill(a, NEVER);
    return a;
  }

  int bankCount() {
    return openRow.length;
  }

  /** Parts that are refreshed one by one. */
  int scopes() {
    return scopeAct.length;
  }

  int scopeOf(int bank) {
    return bank / scopeBanks;
  }

  /** Flat number of a bank in the channel. */
  int bank(int pseudoChannel, int rank, int group, int bank) {
    return ((pseudoChannel * ranks + rank) * groups + group) * banks + bank;
  }

  long readReady(int bank) {
    return Math.max(Math.max(bankRead[bank], groupRead[bank / banks]), rankRead[bank / rankBanks]);
  }

  long writeReady(int bank) {
    return Math.max(
        Math.max(bankWrite[bank], groupWrite[bank / banks]), rankWrite[bank / rankBanks]);
  }

  long actReady(int bank) {
    return Math.max(Math.max(bankAct[bank], groupAct[bank / banks]), scopeAct[bank / scopeBanks]);
  }

  long preReady(int bank) {
    return Math.max(bankPre[bank], scopePre[bank / scopeBanks]);
  }

  long preAllReady(int scope) {
    return Math.max(scopePreAll[scope], scopePre[scope]);
  }

  long refreshReady(int scope) {
    return scopeRefresh[scope];
  }

  boolean closed(int scope) {
    for (int b = scope * scopeBanks; b < (scope + 1) * scopeBanks; b++) {
      if (openRow[b] != -1) {
        return false;
      }
    }
    return true;
  }

  /**
   * Opens a row, or begins to.
   *
   * @param split whether a second command completes the activation
   */
  void activate(int bank, int row, long t, boolean split) {
    int group = bank / banks;
    int scope = bank / scopeBanks;
    openRow[bank] = split ? -2 : row;
    bankRead[bank] = t + rules.actToRead;
    bankWrite[bank] = t + rules.actToWrite;
    bankAct[bank] = t + rules.actToActBank;
    bankPre[bank] = Math.max(bankPre[bank], t + rules.actToPre);
    groupAct[group] = Math.max(groupAct[group], t + rules.actToActGroup);
    int at = scope * 4 + lastFourAt[scope];
    lastFour[at] = t;
    lastFourAt[scope] = lastFourAt[scope] + 1 & 3;
    long oldest = lastFour[scope * 4 + lastFourAt[scope]];
    scopeAct[scope] =
        Math.max(scopeAct[scope], Math.max(t + rules.actToAct, oldest + rules.fourActivates));
    scopePreAll[scope] = Math.max(scopePreAll[scope], t + rules.actToPre);
    scopeRefresh[scope] = Math.max(scopeRefresh[scope], t + rules.actToRefresh);
  }

  void precharge(int bank, long t) {
    int scope = bank / scopeBanks;
    openRow[bank] = -1;
    bankAct[bank] = Math.max(bankAct[bank], t + rules.preToAct);
    scopePre[scope] = Math.max(scopePre[scope], t + rules.preToPre);
    scopeRefresh[scope] = Math.max(scopeRefresh[scope], t + rules.preToRefresh);
  }

  void prechargeAll(int scope, long t) {
    Arrays.fill(openRow, scope * scopeBanks, (scope + 1) * scopeBanks, -1);
    scopeAct[scope] = Math.max(scopeAct[scope], t + rules.preAllToAct);
    scopePre[scope] = Math.max(scopePre[scope], t + rules.preToPre);
    scopeRefresh[scope] = Math.max(scopeRefresh[scope], t + rules.preToRefresh);
  }

  void refresh(int scope, long t) {
    scopeAct[scope] = Math.max(scopeAct[scope], t + rules.refreshToAct);
    scopePreAll[scope] = Math.max(scopePreAll[scope], t + rules.refreshToAct);
  }

  void read(int bank, long t) {
    int group = bank / banks;
    int rank = bank / rankBanks;
    int scope = bank / scopeBanks;
    groupRead[group] = Math.max(groupRead[group], t + rules.readToReadGroup);
    int first = rank / ranks * ranks;
    for (int r = first; r < first + ranks; r++) {
      boolean own = r == rank;
      rankRead[r] = Math.max(rankRead[r], t + (own ? rules.readToRead : rules.readToReadOtherRank));
      rankWrite[r] =
          Math.max(rankWrite[r], t + (own ? rules.readToWrite : rules.readToWriteOtherRank));
    }
    bankPre[bank] = Math.max(bankPre[bank], t + rules.readToPre);
    scopePreAll[scope] = Math.max(scopePreAll[scope], t + rules.readToPre);
  }

  void write(int bank, long t) {
    int group = bank / banks;
    int rank = bank / rankBanks;
    int scope = bank / scopeBanks;
    groupWrite[group] = Math.max(groupWrite[group], t + rules.writeToWriteGroup);
    groupRead[group] = Math.max(groupRead[group], t + rules.writeToReadGroup);
    int first = rank / ranks * ranks;
    for (int r = first; r < first + ranks; r++) {
      boolean own = r == rank;
      rankWrite[r] =
          Math.max(rankWrite[r], t + (own ? rules.writeToWrite : rules.writeToWriteOtherRank));
      rankRead[r] =
          Math.max(rankRead[r], t + (own ? rules.writeToRead : rules.writeToReadOtherRank));
    }
    bankPre[bank] = Math.max(bankPre[bank], t + rules.writeToPre);
    scopePreAll[scope] = Math.max(scopePreAll[scope], t + rules.writeToPre);
  }
}
