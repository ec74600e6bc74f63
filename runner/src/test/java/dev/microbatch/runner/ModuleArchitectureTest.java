package dev.microbatch.runner;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * What holds across modules: imports point from runner over translation to executor, and time comes
 * from the injected clock.
 */
class ModuleArchitectureTest {
  private static final String EXECUTOR = "dev.microbatch.executor..";
  private static final String TRANSLATION = "dev.microbatch.translation..";
  private static final String RUNNER = "dev.microbatch.runner..";
  private static final Set<String> TOOLS =
      Set.of(
          "dev.microbatch.runner.tool.CheckpointTool", "dev.microbatch.runner.tool.PipelineTool");
  private static final String WARNINGS = "dev.microbatch.executor.log.Warnings";
  private static final String TIME = "dev.microbatch.executor.time..";

  private static final Set<String> OLD_BEAM =
      Set.of(
          "MetricsEnvironment",
          "MetricsOptions",
          "Pipeline",
          "PipelineOptions",
          "PipelineOptionsValidator",
          "PipelineResult",
          "PipelineRunner",
          "ReleaseInfo");

  private static final Set<String> CLOCK_METHODS =
      Set.of("now", "currentTimeMillis", "nanoTime", "sleep");
  private static final Set<String> CLOCK_OWNERS =
      Set.of(
          "java.lang.System",
          "java.lang.Thread",
          "java.time.Instant",
          "java.util.concurrent.TimeUnit",
          "org.joda.time.DateTime",
          "org.joda.time.DateTimeUtils",
          "org.joda.time.Instant");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .withImportOption(location -> !location.contains("-tests.jar"))
          .importPackages(
              "dev.microbatch.executor", "dev.microbatch.translation", "dev.microbatch.runner");

  @Test
  void allModulesAreSeen() {
    Set<String> modules = new TreeSet<>();
    CLASSES.forEach(c -> modules.add(c.getPackageName().split("\\.")[2]));
    assertThat(modules, is(Set.of("executor", "translation", "runner")));
  }

  @Test
  void executorKnowsNeitherTranslationNorRunner() {
    noClasses()
        .that()
        .resideInAPackage(EXECUTOR)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(TRANSLATION, RUNNER)
        .check(CLASSES);
  }

  @Test
  void executorDoesNotKnowPipelines() {
    noClasses()
        .that()
        .resideInAPackage(EXECUTOR)
        .should()
        .dependOnClassesThat()
        .haveNameMatching("org\\.apache\\.beam\\.sdk\\.Pipeline(\\$.*)?")
        .check(CLASSES);
  }

  /** An engine's host may bring a guava of its own: a Spark distribution has one of 2013. */
  @Test
  void executorDoesNotNeedGuava() {
    noClasses()
        .that()
        .resideInAPackage(EXECUTOR)
        .should()
        .dependOnClassesThat()
        .resideInAPackage("com.google.common..")
        .check(CLASSES);
  }

  @Test
  void translationDoesNotKnowTheRunner() {
    noClasses()
        .that()
        .resideInAPackage(TRANSLATION)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(RUNNER)
        .check(CLASSES);
  }

  @Test
  void timeComesFromTheClock() {
    noClasses()
        .that()
        .resideOutsideOfPackage(TIME)
        .should()
        .accessTargetWhere(readsTheSystemClock())
        .because("a test drives the clock of " + TIME + ", and no test waits")
        .check(CLASSES);
  }

  /**
   * Otherwise it would fail to link with an old Beam before it could say what is wrong. Each of
   * these Beam classes has been there since Beam 2.60 at least.
   */
  @Test
  void whatChecksTheVersionOfBeamNeedsNoNewBeam() {
    classes()
        .that()
        .haveNameMatching("dev\\.microbatch\\.runner\\.(MicroBatchRunner|BeamVersion)")
        .should()
        .onlyDependOnClassesThat(
            describe(
                "are old or not Beam's",
                c ->
                    !c.getName().startsWith("org.apache.beam.sdk.")
                        || OLD_BEAM.contains(c.getSimpleName())))
        .check(CLASSES);
  }

  @Test
  void nothingPrints() {
    NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(
        CLASSES.that(
            describe(
                "neither programs nor what nobody would hear otherwise",
                c -> !TOOLS.contains(c.getName()) && !c.getName().equals(WARNINGS))));
  }

  private static DescribedPredicate<JavaAccess<?>> readsTheSystemClock() {
    return describe(
        "the system clock is read or a thread sleeps",
        access ->
            CLOCK_OWNERS.contains(access.getTargetOwner().getFullName())
                && CLOCK_METHODS.contains(access.getTarget().getName()));
  }
}
