package dev.microbatch.runner.differential;

import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.fail;

import java.time.Duration;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Random pipelines give the same results as on Beam's DirectRunner, as far as the Beam model
 * determines them: values, timestamps, windows and panes.
 *
 * <p>{@code -Ddifferential.seed=} is the seed of the first pipeline, the others count up from
 * there; {@code -Ddifferential.pipelines=} is how many there are.
 */
class DifferentialTest {

  private static final long SEED = Long.getLong("differential.seed", 1);
  private static final int PIPELINES = Integer.getInteger("differential.pipelines", 200);

  /** How many smaller pipelines are tried when one fails. */
  private static final int ATTEMPTS = 150;

  /** The timeout of the build does not reach dynamic tests. */
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  @TestFactory
  Stream<DynamicTest> resultsAreThoseOfDirectRunner() {
    return LongStream.range(SEED, SEED + PIPELINES)
        .mapToObj(
            seed ->
                DynamicTest.dynamicTest(
                    "seed " + seed,
                    () -> assertTimeoutPreemptively(PATIENCE, () -> compare(seed))));
  }

  private static void compare(long seed) {
    Generator generator = new Generator(seed);
    Settings settings = generator.settings();
    RandomPipeline pipeline = generator.pipeline();
    String difference = Comparison.difference(pipeline, settings);
    if (difference != null) {
      RandomPipeline small =
          new Shrinker(p -> Comparison.difference(p, settings) != null, ATTEMPTS).shrink(pipeline);
      fail(
          String.format(
              "-Ddifferential.seed=%d -Ddifferential.pipelines=1, %s%n%s%s%n"
                  + "A smaller pipeline that fails:%n%s%s",
              seed,
              settings,
              pipeline.describe(),
              difference,
              small.describe(),
              Comparison.difference(small, settings)));
    }
  }
}
