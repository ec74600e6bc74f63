package dev.microbatch.runner;

import java.io.Serializable;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.SerializableCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.io.BoundedSource;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.joda.time.Instant;

/** Sources of one element each, all of whose methods count their calls. */
@SuppressWarnings("serial")
final class CountingSources {

  private CountingSources() {}

  static void count(String what) {
    Metrics.counter("calls", what).inc();
  }

  static final class Bounded extends BoundedSource<Integer> {
    @Override
    public List<Bounded> split(long desiredBundleSizeBytes, PipelineOptions options) {
      count("split");
      return List.of(this);
    }

    @Override
    public long getEstimatedSizeBytes(PipelineOptions options) {
      count("getEstimatedSizeBytes");
      return 1;
    }

    @Override
    public Coder<Integer> getOutputCoder() {
      return VarIntCoder.of();
    }

    @Override
    public BoundedReader<Integer> createReader(PipelineOptions options) {
      count("createReader");
      return new BoundedReader<>() {
        @Override
        public boolean start() {
          count("start");
          return true;
        }

        @Override
        public boolean advance() {
          count("advance");
          return false;
        }

        @Override
        public Integer getCurrent() throws NoSuchElementException {
          return 1;
        }

        @Override
        public BoundedSource<Integer> getCurrentSource() {
          return Bounded.this;
        }

        @Override
        public void close() {
          count("close");
        }
      };
    }
  }

  static final class Unbounded extends UnboundedSource<Integer, Unbounded.Mark> {

    static final class Mark implements CheckpointMark, Serializable {
      @Override
      public void finalizeCheckpoint() {
        count("finalizeCheckpoint");
      }
    }

    @Override
    public List<Unbounded> split(int desiredNumSplits, PipelineOptions options) {
      count("split");
      return List.of(this);
    }

    @Override
    public UnboundedReader<Integer> createReader(PipelineOptions options, @Nullable Mark mark) {
      count("createReader");
      return new UnboundedReader<>() {
        @Override
        public boolean start() {
          count("start");
          return true;
        }

        @Override
        public boolean advance() {
          return false;
        }

        @Override
        public Integer getCurrent() throws NoSuchElementException {
          return 1;
        }

        @Override
        public Instant getCurrentTimestamp() {
          return Instant.EPOCH;
        }

        @Override
        public Instant getWatermark() {
          count("getWatermark");
          return BoundedWindow.TIMESTAMP_MAX_VALUE;
        }

        @Override
        public CheckpointMark getCheckpointMark() {
          count("getCheckpointMark");
          return new Mark();
        }

        @Override
        public UnboundedSource<Integer, ?> getCurrentSource() {
          return Unbounded.this;
        }

        @Override
        public void close() {
          count("close");
        }
      };
    }

    @Override
    public Coder<Mark> getCheckpointMarkCoder() {
      return SerializableCoder.of(Mark.class);
    }

    @Override
    public Coder<Integer> getOutputCoder() {
      return VarIntCoder.of();
    }
  }
}
