package npusim;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Holds the shape of the house: which packages exist, and who may know whom. */
@AnalyzeClasses(packages = "npusim", importOptions = ArchitectureTest.ProductCode.class)
class ArchitectureTest {
  /** Leaves out test classes, whether in a folder or in the test jar of another module. */
  static final class ProductCode implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("/test-classes/")
          && !location.contains("-tests.jar")
          && !location.contains("-test/");
    }
  }

  private static final String[] ISA_SPEC = {
    "npusim.diag..",
    "npusim.isa..",
    "npusim.yaml..",
    "npusim.hardware..",
    "npusim.program..",
    "npusim.asm..",
    "npusim.verify.."
  };
  private static final String COMPILER = "npusim.compiler..";
  private static final String SIMULATOR = "npusim.sim..";
  private static final String WORKLOADS = "npusim.workloads..";
  private static final String TOOLS = "npusim.tools..";

  @ArchTest
  static final ArchRule everyClassLivesInAKnownPackage =
      classes()
          .should()
          .resideInAnyPackage(ISA_SPEC)
          .orShould()
          .resideInAnyPackage(COMPILER, SIMULATOR, WORKLOADS, TOOLS)
          .because("the rules below only hold what they name");

  @ArchTest
  static final ArchRule isaSpecKnowsNobody =
      noClasses()
          .that()
          .resideInAnyPackage(ISA_SPEC)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(COMPILER, SIMULATOR, WORKLOADS, TOOLS);

  @ArchTest
  static final ArchRule compilerKnowsOnlyTheIsaSpec =
      noClasses()
          .that()
          .resideInAPackage(COMPILER)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(SIMULATOR, WORKLOADS, TOOLS);

  @ArchTest
  static final ArchRule simulatorKnowsOnlyTheIsaSpec =
      noClasses()
          .that()
          .resideInAPackage(SIMULATOR)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(COMPILER, WORKLOADS, TOOLS);

  @ArchTest
  static final ArchRule workloadsKnowTheCompilerAndTheIsaSpec =
      noClasses()
          .that()
          .resideInAPackage(WORKLOADS)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(SIMULATOR, TOOLS);

  @ArchTest
  static void topPackagesHaveNoCycles(JavaClasses all) {
    slices().matching("npusim.(*)..").should().beFreeOfCycles().check(all);
  }

  @ArchTest
  static final ArchRule textDoesNotDependOnTheLocale =
      noClasses()
          .should()
          .callMethod(String.class, "format", String.class, Object[].class)
          .orShould()
          .callMethod(String.class, "formatted", Object[].class)
          .orShould()
          .callMethod(String.class, "toLowerCase")
          .orShould()
          .callMethod(String.class, "toUpperCase")
          .because("the same input gives the same bytes: give Locale.ROOT");
}
