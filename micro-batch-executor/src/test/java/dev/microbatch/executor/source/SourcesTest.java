package dev.microbatch.executor.source;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.stage.Emitted;
import dev.microbatch.executor.stage.OneStage;
import dev.microbatch.executor.stage.Scenario;
import dev.microbatch.executor.stage.StageHarness;
import dev.microbatch.executor.stage.StageHarness.Result;
import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.beam.sdk.coders.ByteArrayCoder;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.SerializableCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.io.BoundedSource;
import org.apache.beam.sdk.io.CountingSource;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.testing.TestStream;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.values.TimestampedValue;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.joda.time.Duration;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;

/** Every source gives each of its records once, however an engine runs its stage. */
class SourcesTest {

  private static StageHarness reading(StepSpec source, Coder<?> coder, List<?> splits) {
    return StageHarness.of(OneStage.reading(source, coder, splits).to(GlobalWindow.Coder.INSTANCE));
  }

  @Test
  void anImpulseComesOnce() throws IOException {
    Result result = reading(new StepSpec.Impulse(), ByteArrayCoder.of(), List.of()).check();
    assertThat(result.values(), contains("0x"));
    assertThat(
        result.records().get(0).timestamp(), is(BoundedWindow.TIMESTAMP_MIN_VALUE.getMillis()));
  }

  @Test
  @SuppressWarnings("deprecation") // pipelines are to use GenerateSequence, which is a transform
  void aBoundedSourceGivesEachRecordOnce() throws Exception {
    BoundedSource<Long> source = CountingSource.upTo(50);
    List<? extends BoundedSource<Long>> splits = source.split(100, PipelineOptionsFactory.create());
    assertThat(1, lessThan(splits.size()));
    Result result = reading(new StepSpec.BoundedRead(source), VarLongCoder.of(), splits).check();
    List<Object> all = new ArrayList<>();
    for (long i = 0; i < 50; i++) {
      all.add(i);
    }
    assertThat(result.values(), containsInAnyOrder(all.toArray()));
  }

  /** Numbers from its start to its end, each delivered three times under the same id. */
  private static final class RepeatingSource
      extends UnboundedSource<Long, RepeatingSource.Position> {
    private static final long serialVersionUID = 1L;
    private static final int TIMES = 3;

    private final long start;
    private final long end;
    private final boolean deduplicated;

    RepeatingSource(long start, long end, boolean deduplicated) {
      this.start = start;
      this.end = end;
      this.deduplicated = deduplicated;
    }

    /** How many records have been delivered. */
    record Position(long delivered) implements CheckpointMark, Serializable {
      @Override
      public void finalizeCheckpoint() {}
    }

    @Override
    public List<RepeatingSource> split(int desiredNumSplits, PipelineOptions options) {
      return List.of(this);
    }

    @Override
    public boolean requiresDeduping() {
      return deduplicated;
    }

    @Override
    public Coder<Position> getCheckpointMarkCoder() {
      return SerializableCoder.of(Position.class);
    }

    @Override
    public Coder<Long> getOutputCoder() {
      return VarLongCoder.of();
    }

    @Override
    public UnboundedReader<Long> createReader(PipelineOptions options, @Nullable Position mark) {
      return new Reader(this, mark == null ? 0 : mark.delivered());
    }

    private static final class Reader extends UnboundedReader<Long> {
      private final RepeatingSource source;
      private long delivered;

      Reader(RepeatingSource source, long delivered) {
        this.source = source;
        this.delivered = delivered;
      }

      private long count() {
        return (source.end - source.start) * TIMES;
      }

      @Override
      public boolean start() {
        return advance();
      }

      @Override
      public boolean advance() {
        if (delivered >= count()) {
          return false;
        }
        delivered++;
        return true;
      }

      @Override
      public Long getCurrent() throws NoSuchElementException {
        return source.start + (delivered - 1) / TIMES;
      }

      @Override
      public byte[] getCurrentRecordId() {
        return ByteBuffer.allocate(8).putLong(getCurrent()).array();
      }

      @Override
      public Instant getCurrentTimestamp() {
        return Instant.ofEpochMilli(getCurrent());
      }

      @Override
      public Instant getWatermark() {
        return delivered == count()
            ? BoundedWindow.TIMESTAMP_MAX_VALUE
            : Instant.ofEpochMilli(source.start + delivered / TIMES);
      }

      @Override
      public CheckpointMark getCheckpointMark() {
        return new Position(delivered);
      }

      @Override
      public UnboundedSource<Long, ?> getCurrentSource() {
        return source;
      }

      @Override
      public void close() {}
    }
  }

  private static Result repeating(boolean deduplicated) throws IOException {
    List<RepeatingSource> splits = new ArrayList<>();
    for (long start = 0; start < 50; start += 10) {
      splits.add(new RepeatingSource(start, start + 3, deduplicated));
    }
    return reading(new StepSpec.UnboundedRead(splits.get(0)), VarLongCoder.of(), splits)
        .withLateInput() // the watermark is that of the split that is behind
        .check();
  }

  @Test
  void anUnboundedSourceGivesEachRecordOnce() throws IOException {
    Object[] each = {0L, 1L, 2L, 10L, 11L, 12L, 20L, 21L, 22L, 30L, 31L, 32L, 40L, 41L, 42L};
    assertThat(repeating(true).values(), containsInAnyOrder(each));
    assertThat(repeating(false).values().size(), is(3 * each.length));
  }

  @Test
  void aScriptIsPlayedToItsEnd() throws IOException {
    TestStream<String> script =
        TestStream.create(StringUtf8Coder.of())
            .addElements(
                TimestampedValue.of("a", new Instant(1)), TimestampedValue.of("b", new Instant(2)))
            .advanceWatermarkTo(new Instant(5))
            .advanceProcessingTime(Duration.standardMinutes(1))
            .addElements(TimestampedValue.of("c", new Instant(6)))
            .advanceWatermarkToInfinity();
    Result result = reading(new StepSpec.Script(script), StringUtf8Coder.of(), List.of()).check();
    assertThat(result.values(), contains("a", "b", "c"));
    assertThat(result.records().stream().map(Emitted::timestamp).toList(), contains(1L, 2L, 6L));
  }

  @Test
  void aSourceThatIsDrainedEndsWithWhatItHasReadSoFar() throws IOException {
    RepeatingSource source = new RepeatingSource(0, 1_000_000, false);
    Result result =
        reading(new StepSpec.UnboundedRead(source), VarLongCoder.of(), List.of(source))
            .without(
                "all of it would be read at once",
                StageHarness.Mode.ALL_AT_ONCE,
                StageHarness.Mode.ONE_RECORD_PER_BLOCK,
                StageHarness.Mode.ENCODED,
                StageHarness.Mode.RESTORED,
                StageHarness.Mode.PARALLEL,
                StageHarness.Mode.RESCALED)
            .check(new Scenario().drain().endOfTime());
    assertThat(result.values(), contains(0L));
  }
}
