package dev.microbatch.ui;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** How the rooms of the web UI hang together. */
class ArchitectureTest {

  private static final String ROOT = "dev.microbatch.ui";

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(ROOT);

  @Test
  void packagesHaveNoCycles() {
    slices().matching("dev.microbatch.(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void theServerKnowsNoPipelines() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + ".http")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            ROOT + ".watch..",
            ROOT + ".api..",
            ROOT + ".prometheus..",
            "dev.microbatch.runner..",
            "dev.microbatch.executor.monitor..")
        .check(CLASSES);
  }

  @Test
  void nothingPrints() {
    NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(CLASSES);
  }
}
