package dev.microbatch.runner.checkpoint;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.is;

import dev.microbatch.executor.batch.BatchSummary;
import dev.microbatch.executor.batch.PlanExecution;
import dev.microbatch.executor.checkpoint.MemoryStore;
import dev.microbatch.executor.stage.StageProgram;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.DelegateCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.io.Read;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;

/**
 * The process is told to end while an idle pipeline holds a record that a poll has just found: the
 * reader is behind it, and no batch has seen it.
 */
class StopWhileIdleTest {

  private static final int MESSAGES = 3;
  private static final Queue<Integer> SEEN = new ConcurrentLinkedQueue<>();

  /** Called when a poll has found a message. */
  private static volatile Runnable found = () -> {};

  /** Has a message for whoever polls, and none for a batch, until all have been read. */
  private static final class PolledSource extends UnboundedSource<Integer, PolledSource.Mark> {
    private static final long serialVersionUID = 1L;

    /**
     * A position.
     *
     * @param count how many messages have been read
     */
    record Mark(int count) implements UnboundedSource.CheckpointMark {
      @Override
      public void finalizeCheckpoint() {}
    }

    @Override
    public List<PolledSource> split(int desiredNumSplits, PipelineOptions options) {
      return List.of(this);
    }

    @Override
    public UnboundedReader<Integer> createReader(PipelineOptions options, @Nullable Mark mark) {
      return new PolledReader(this, mark == null ? 0 : mark.count);
    }

    @Override
    public Coder<Mark> getCheckpointMarkCoder() {
      return DelegateCoder.of(VarIntCoder.of(), Mark::count, Mark::new);
    }

    @Override
    public Coder<Integer> getOutputCoder() {
      return VarIntCoder.of();
    }
  }

  private static final class PolledReader extends UnboundedSource.UnboundedReader<Integer> {
    private final PolledSource source;
    private int count;

    PolledReader(PolledSource source, int count) {
      this.source = source;
      this.count = count;
    }

    @Override
    public boolean start() {
      return advance();
    }

    @Override
    public boolean advance() {
      if (count == MESSAGES || !isPolled()) {
        return false;
      }
      count++;
      found.run();
      return true;
    }

    private static boolean isPolled() {
      return StackWalker.getInstance()
          .walk(
              frames ->
                  frames.anyMatch(
                      frame ->
                          frame.getClassName().equals(StageProgram.class.getName())
                              && frame.getMethodName().equals("poll")));
    }

    @Override
    public Integer getCurrent() throws NoSuchElementException {
      return count;
    }

    @Override
    public Instant getCurrentTimestamp() {
      return Instant.EPOCH;
    }

    @Override
    public Instant getWatermark() {
      return count == MESSAGES ? BoundedWindow.TIMESTAMP_MAX_VALUE : Instant.EPOCH;
    }

    @Override
    public UnboundedSource.CheckpointMark getCheckpointMark() {
      return new PolledSource.Mark(count);
    }

    @Override
    public UnboundedSource<Integer, ?> getCurrentSource() {
      return source;
    }

    @Override
    public void close() {}
  }

  private static final class Note extends DoFn<Integer, Void> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element Integer message) {
      SEEN.add(message);
    }
  }

  @Test
  void aRecordThatAPollHasFoundIsCommittedBeforeTheStopAndNotReadAgain() {
    SEEN.clear();
    Pipeline pipeline = Pipeline.create();
    pipeline.apply("Read", Read.from(new PolledSource())).apply("Note", ParDo.of(new Note()));
    Execution executions = new Execution(pipeline);
    MemoryStore store = new MemoryStore();
    List<Long> read = new ArrayList<>();

    assertThat(stopAtNextMessage(executions.start("idle", store), read), is(true));
    assertThat(SEEN, contains(1));
    assertThat("before the message came", read.subList(0, read.size() - 1), everyItem(is(0L)));
    assertThat("with the message", read.get(read.size() - 1), is(1L));

    assertThat(stopAtNextMessage(executions.start("idle", store), read), is(true));
    assertThat(SEEN, contains(1, 2));

    found = () -> {};
    assertThat(executions.start("idle", store).run(), is(PlanExecution.End.DONE));
    assertThat(SEEN, contains(1, 2, 3));
  }

  /** Runs, and stops when a poll finds something; says whether it was the stop that ended it. */
  private static boolean stopAtNextMessage(PlanExecution execution, List<Long> read) {
    found = execution::stop;
    execution.addListener((BatchSummary batch) -> read.add(batch.status().records()));
    return execution.run() == PlanExecution.End.STOPPED;
  }
}
