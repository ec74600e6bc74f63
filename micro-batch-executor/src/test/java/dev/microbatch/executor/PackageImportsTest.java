package dev.microbatch.executor;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The executor's packages import what their descriptions and the table in {@code
 * docs/architecture.md} say, no more and no less.
 */
class PackageImportsTest {
  private static final String ROOT = "dev.microbatch.executor";
  private static final Path SOURCES = Path.of("src/main/java", ROOT.replace('.', '/'));
  private static final Path ARCHITECTURE = Path.of("../docs/architecture.md");

  /** "Imports {@code block} and {@code time}." in a package's description. */
  private static final Pattern IMPORTS = Pattern.compile("Imports ([^.]*)\\.");

  private static final Pattern CODE = Pattern.compile("\\{@code ([a-z.]+)}");

  /** A row of the table: package, what lives there, imports. */
  private static final Pattern ROW =
      Pattern.compile("^\\| `([a-z.]+)` \\|[^|]*\\|([^|]*)\\|$", Pattern.MULTILINE);

  private static final Pattern QUOTED = Pattern.compile("`([a-z.]+)`");

  @Test
  void everyPackageInfoNamesTheImportsThatAreReal() throws IOException {
    Map<String, Set<String>> stated = new TreeMap<>();
    for (String name : imports().keySet()) {
      String description =
          Files.readString(SOURCES.resolve(name.replace('.', '/')).resolve("package-info.java"));
      Matcher imports = IMPORTS.matcher(description.replaceAll("\n \\* ?", " "));
      assertThat(
          name + ": sentences that begin with 'Imports'", imports.results().toList(), hasSize(1));
      imports.reset();
      imports.find();
      stated.put(name, names(CODE, imports.group(1)));
    }
    assertThat(stated, is(imports()));
  }

  @Test
  void theTableOfPackagesNamesTheImportsThatAreReal() throws IOException {
    Map<String, Set<String>> stated = new TreeMap<>();
    for (MatchResult row : ROW.matcher(Files.readString(ARCHITECTURE)).results().toList()) {
      stated.put(row.group(1), names(QUOTED, row.group(2)));
    }
    assertThat(stated, is(imports()));
  }

  @Test
  void packagesImportOnlyWhatStandsAboveThemInTheTable() throws IOException {
    Set<String> above = new TreeSet<>();
    for (MatchResult row : ROW.matcher(Files.readString(ARCHITECTURE)).results().toList()) {
      Set<String> below = names(QUOTED, row.group(2));
      below.removeAll(above);
      assertThat("imports of " + row.group(1) + " that stand below it", below, empty());
      above.add(row.group(1));
    }
    assertThat(above, is(imports().keySet()));
  }

  private static Set<String> names(Pattern pattern, String text) {
    return pattern
        .matcher(text)
        .results()
        .map(match -> match.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The packages below the root, each with the others that it depends on. */
  private static Map<String, Set<String>> imports() {
    Map<String, Set<String>> imports = new TreeMap<>();
    for (JavaClass c :
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT)) {
      Set<String> of = imports.computeIfAbsent(name(c), name -> new TreeSet<>());
      for (Dependency dependency : c.getDirectDependenciesFromSelf()) {
        JavaClass target = dependency.getTargetClass().getBaseComponentType();
        if (target.getPackageName().startsWith(ROOT + ".") && !name(target).equals(name(c))) {
          of.add(name(target));
        }
      }
    }
    return imports;
  }

  private static String name(JavaClass c) {
    return c.getPackageName().substring(ROOT.length() + 1);
  }
}
