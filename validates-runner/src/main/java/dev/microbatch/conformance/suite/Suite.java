package dev.microbatch.conformance.suite;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A set of tests.
 *
 * @param name as typed after {@code --suite=}
 * @param artifacts artifact ids of the test jars that it is taken from
 * @param classes which of their classes to look into, by binary name
 * @param members which of the tests found there belong to it
 */
public record Suite(
    String name, List<String> artifacts, Predicate<String> classes, Predicate<TestCase> members) {

  private static final List<String> CORE = List.of("beam-sdks-java-core", "beam-runners-core-java");

  private static final Set<String> EXTENSION_TESTS =
      Set.of(
          "org.apache.beam.sdk.extensions.avro.schemas.AvroSchemaTest",
          "org.apache.beam.sdk.io.kafka.KafkaReadRedistributeTest");

  /** Copies the list. */
  public Suite {
    artifacts = List.copyOf(artifacts);
  }

  /** Returns Beam's suites. */
  public static List<Suite> all() {
    return List.of(
        new Suite("ValidatesRunner", CORE, name -> true, Suite::validatesRunner),
        new Suite(
            "NeedsRunner",
            CORE,
            name -> true,
            test -> test.categories().contains("NeedsRunner") && !validatesRunner(test)),
        new Suite(
            "Extensions",
            List.of("beam-sdks-java-extensions-avro", "beam-sdks-java-io-kafka"),
            EXTENSION_TESTS::contains,
            Suite::validatesRunner));
  }

  private static boolean validatesRunner(TestCase test) {
    return test.categories().contains("ValidatesRunner");
  }

  /**
   * Finds the tests.
   *
   * @throws IOException if a jar is not on the class path or cannot be read
   */
  public List<TestCase> tests() throws IOException {
    Discovery discovery = new Discovery(classes);
    for (String artifact : artifacts) {
      discovery.scan(ClassPath.testJar(artifact));
    }
    return discovery.tests().stream().filter(members).toList();
  }

  /** Where on the class path a jar is. */
  private static final class ClassPath {

    static Path testJar(String artifact) throws IOException {
      for (String entry :
          System.getProperty("java.class.path").split(System.getProperty("path.separator"))) {
        Path path = Path.of(entry);
        if (path.getFileName().toString().matches(artifact + "-\\d.*-tests\\.jar")) {
          return path;
        }
      }
      throw new IOException("The tests of " + artifact + " are not on the class path");
    }
  }
}
