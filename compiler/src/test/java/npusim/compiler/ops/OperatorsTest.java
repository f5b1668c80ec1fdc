package npusim.compiler.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import npusim.compiler.ir.Node;
import npusim.diag.ExitCode;
import npusim.diag.NpusimException;
import org.junit.jupiter.api.Test;

class OperatorsTest {
  @Test
  void everyOperatorIsDescribed() {
    assertThat(Operators.all()).hasSizeGreaterThan(180);
    for (Operator op : Operators.all()) {
      assertThat(op.summary()).as(op.name()).isNotBlank();
      assertThat(op.since()).as(op.name()).isNotEmpty().isSorted();
      assertThat(op.types().types()).as(op.name()).isNotEmpty();
      assertThat(Operators.find(op.domain(), op.name())).isSameAs(op);
    }
  }

  @Test
  void versionsFollowTheOpset() {
    Operator add = Operators.find("", "Add");
    assertThat(add.versionAt(7)).contains(7);
    assertThat(add.versionAt(12)).contains(7);
    assertThat(add.versionAt(28)).contains(14);
    assertThat(Operators.find("", "Attention").versionAt(22)).isEmpty();
  }

  @Test
  void unknownOperatorsAndOpsetsAreRefusedByName() {
    refuse(
        node("", "Reluu", 18),
        "operator Reluu of domain 'ai.onnx', opset 18, is not supported",
        "Relu");
    refuse(node("my.domain", "Relu", 1), "domain 'my.domain'", "");
    refuse(node("", "Attention", 18), "came with opset 23", "");
    refuse(node("", "Relu", 29), "opset 29", "7 to 28");
  }

  private static Node node(String domain, String op, int opset) {
    return new Node("n", domain, op, opset, List.of("x"), List.of("y"));
  }

  private static void refuse(Node n, String message, String hint) {
    assertThatThrownBy(() -> Operators.require(n))
        .isInstanceOfSatisfying(
            NpusimException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.INFEASIBLE))
        .hasMessageContaining(message)
        .hasMessageContaining(hint)
        .hasMessageContaining("'n'");
  }
}
