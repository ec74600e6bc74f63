package dev.microbatch.executor.source;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.lessThanOrEqualTo;

import dev.microbatch.executor.plan.StepSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.beam.sdk.io.BoundedSource;
import org.apache.beam.sdk.io.CountingSource;
import org.apache.beam.sdk.io.TextSource;
import org.apache.beam.sdk.io.fs.EmptyMatchTreatment;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.options.ValueProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("deprecation") // CountingSource: what is read without an IO around it
class SplitsTest {

  /** A number takes eight bytes by the source's own estimate. */
  private static final long NUMBERS_PER_MIB = Splits.MIN_BYTES / 8;

  private static List<? extends BoundedSource<?>> split(long numbers, int parallelism)
      throws Exception {
    return Splits.of(
        new StepSpec.BoundedRead(CountingSource.upTo(numbers)),
        PipelineOptionsFactory.create(),
        parallelism);
  }

  @Test
  void fewRecordsAreSharedByAllPartitionsAsEachMayBeMuchWork() throws Exception {
    assertThat(split(64, 4), hasSize(4));
    assertThat(split(4, 4), hasSize(4));
    assertThat(split(NUMBERS_PER_MIB, 2), hasSize(2));
  }

  @Test
  void thereAreNoMoreSplitsThanRecords() throws Exception {
    assertThat(split(1, 4), hasSize(1));
    assertThat(split(3, 4).size(), lessThanOrEqualTo(3));
  }

  @Test
  void splitsOfALargerSourceAreNoSmallerThanIsWorthAReader() throws Exception {
    assertThat(split(8 * NUMBERS_PER_MIB, 2), hasSize(8));
    assertThat(split(6 * NUMBERS_PER_MIB, 2), hasSize(6));
  }

  @Test
  void aSmallFileStaysWhole(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("small.txt"), "one\ntwo\nthree\nfour\n");
    TextSource source =
        new TextSource(
            ValueProvider.StaticValueProvider.of(file.toString()),
            EmptyMatchTreatment.DISALLOW,
            null,
            0);

    assertThat(
        Splits.of(new StepSpec.BoundedRead(source), PipelineOptionsFactory.create(), 4),
        hasSize(1));
  }

  @Test
  void aSplitIsNotSoLargeThatARestartSkipsForLong() throws Exception {
    assertThat(split(10 * Splits.MAX_BYTES / 8, 1), hasSize(10));
  }
}
