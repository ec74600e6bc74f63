package dev.microbatch.runner.checkpoint;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.microbatch.runner.MicroBatchResult;
import dev.microbatch.runner.StepFailedException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;

/**
 * Runs a read up to its first commits, stops it by a failure, and starts it again: the pipeline is
 * built each time, as by two processes.
 */
final class Stopped {

  /** What was read since the last start. */
  static final Queue<String> READ = new ConcurrentLinkedQueue<>();

  /** How many records are read before the failure, unless it is said. */
  private static final int SOME = 60;

  private static volatile int limit;

  /** Gives the pipeline one partition instead of two. */
  static final String ALONE = "--parallelism=1";

  /** Lets a failed batch be run again, which otherwise it is not. */
  static final String RETRIES = "--maxBatchRetries=3";

  private final Path checkpoints;

  Stopped(Path checkpoints) {
    this.checkpoints = checkpoints;
  }

  /** Adds a read to a pipeline. */
  interface Read extends Function<Pipeline, PCollection<String>> {}

  private static final class Note extends DoFn<String, Void> {
    private static final long serialVersionUID = 1;

    @ProcessElement
    public void process(@Element String record) {
      READ.add(record);
      if (READ.size() > limit) {
        throw new IllegalStateException("stopped");
      }
    }
  }

  private MicroBatchResult run(Read read, String... more) {
    READ.clear();
    List<String> args = new ArrayList<>(List.of(more));
    args.add("--runner=MicroBatchRunner");
    args.add("--checkpointDir=" + checkpoints);
    if (!args.contains(ALONE)) {
      args.add("--parallelism=2");
    }
    args.add("--maxRecordsPerBatch=20");
    if (!args.contains(RETRIES)) {
      args.add("--maxBatchRetries=0");
    }
    args.add("--restartAfterBatch=SAME"); // so that each batch is committed
    Pipeline pipeline =
        Pipeline.create(PipelineOptionsFactory.fromArgs(args.toArray(new String[0])).create());
    read.apply(pipeline).apply("Note", ParDo.of(new Note()));
    return (MicroBatchResult) pipeline.run();
  }

  /** Runs until some batches have been committed. Returns what has been read. */
  List<String> start(Read read, String... more) {
    return start(SOME, read, more);
  }

  /** Runs until so many records have been read and committed. Returns what has been read. */
  List<String> start(int records, Read read, String... more) {
    limit = records;
    assertThrows(StepFailedException.class, () -> run(read, more));
    return List.copyOf(READ);
  }

  /** Runs to the end. Returns what has been read. */
  List<String> resume(Read read, String... more) {
    limit = Integer.MAX_VALUE;
    run(read, more);
    return List.copyOf(READ);
  }
}
