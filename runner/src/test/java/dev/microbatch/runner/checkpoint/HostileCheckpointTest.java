package dev.microbatch.runner.checkpoint;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.microbatch.executor.checkpoint.CheckpointException;
import dev.microbatch.runner.hostile.Hostile;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.io.BoundedSource;
import org.apache.beam.sdk.io.Read;
import org.apache.beam.sdk.options.PipelineOptions;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What somebody else has put among the splits of a checkpoint is not brought to life. */
class HostileCheckpointTest {

  @TempDir Path checkpoints;

  /** A source that can carry something, as a hand that writes a checkpoint file can. */
  @SuppressWarnings("unused") // what it carries is only serialized
  private static final class Carrier extends BoundedSource<String> {
    private static final long serialVersionUID = 1;

    private final @Nullable Serializable load;

    Carrier(@Nullable Serializable load) {
      this.load = load;
    }

    @Override
    public List<Carrier> split(long desiredBundleSizeBytes, PipelineOptions options) {
      return List.of(this);
    }

    @Override
    public long getEstimatedSizeBytes(PipelineOptions options) {
      return 0;
    }

    @Override
    public Coder<String> getOutputCoder() {
      return StringUtf8Coder.of();
    }

    @Override
    public BoundedReader<String> createReader(PipelineOptions options) {
      return new Reader(this);
    }

    private static final class Reader extends BoundedReader<String> {
      private final Carrier source;
      private int count;

      Reader(Carrier source) {
        this.source = source;
      }

      @Override
      public boolean start() {
        return advance();
      }

      @Override
      public boolean advance() {
        return count++ < 100;
      }

      @Override
      public String getCurrent() {
        return "record " + count;
      }

      @Override
      public BoundedSource<String> getCurrentSource() {
        return source;
      }

      @Override
      public void close() {}
    }
  }

  private static Stopped.Read read(@Nullable Serializable load) {
    return pipeline -> pipeline.apply("Read", Read.from(new Carrier(load)));
  }

  private CheckpointException refused(String... more) {
    Stopped pipeline = new Stopped(checkpoints);
    pipeline.start(read(new Hostile()));
    Hostile.RUNS.set(0);

    return assertThrows(CheckpointException.class, () -> pipeline.resume(read(null), more));
  }

  @Test
  void aSplitWithAnObjectThatTheSourceDoesNotHaveIsRefusedAndItsCodeDoesNotRun() {
    CheckpointException refused = refused();

    assertThat(Hostile.RUNS.get(), is(0));
    assertThat(
        refused.getMessage(),
        allOf(containsString("source Read"), containsString(Hostile.class.getName())));
  }

  @Test
  void ifThereMustBeNoCheckpointNothingOfItIsDecoded() {
    CheckpointException refused = refused("--restore=NONE");

    assertThat(Hostile.RUNS.get(), is(0));
    assertThat(refused.getMessage(), containsString("There must be no checkpoint yet"));
  }
}
