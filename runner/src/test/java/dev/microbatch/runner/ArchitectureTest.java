package dev.microbatch.runner;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.not;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The packages of this module: each is described, and none needs another that needs it. */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.microbatch.runner");

  @Test
  void packagesHaveNoCycles() {
    slices().matching("dev.microbatch.(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void everyPackageIsDescribed() {
    Set<String> packages = new TreeSet<>();
    Set<String> described = new TreeSet<>();
    for (JavaClass c : CLASSES) {
      packages.add(c.getPackageName());
      if (c.getSimpleName().equals("package-info")) {
        described.add(c.getPackageName());
      }
    }
    assertThat("imported packages", packages, not(empty()));
    packages.removeAll(described);
    assertThat("packages without a package-info.java", packages, empty());
  }
}
