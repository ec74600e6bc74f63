package dev.microbatch.executor.stage;

import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.source.BoundedSourceReader;
import dev.microbatch.executor.source.ImpulseReader;
import dev.microbatch.executor.source.RecordIdMemory;
import dev.microbatch.executor.source.ScriptReader;
import dev.microbatch.executor.source.SourceReader;
import dev.microbatch.executor.source.Splits;
import dev.microbatch.executor.source.UnboundedSourceReader;
import java.util.List;
import org.apache.beam.sdk.io.BoundedSource;
import org.apache.beam.sdk.io.UnboundedSource;

/** Chooses the reader of a source stage. */
final class SourceReaders {

  private SourceReaders() {}

  @SuppressWarnings("unchecked") // The splits of a step are of the kind of its source.
  static SourceReader create(Stage stage, int partition, StageEnvironment environment) {
    StepSpec spec = stage.head().spec();
    List<?> splits = environment.splits().getOrDefault(stage.id(), List.of());
    boolean tracked = environment.commits();
    if (spec instanceof StepSpec.Impulse) {
      return new ImpulseReader(partition, tracked);
    }
    if (spec instanceof StepSpec.BoundedRead) {
      return new BoundedSourceReader(
          Splits.deal((List<BoundedSource<?>>) splits, partition, environment.parallelism()),
          environment.options(),
          environment.clock(),
          tracked);
    }
    if (spec instanceof StepSpec.UnboundedRead) {
      return new UnboundedSourceReader(
          Splits.deal((List<UnboundedSource<?, ?>>) splits, partition, environment.parallelism()),
          environment.options(),
          environment.clock(),
          tracked,
          RecordIdMemory.ofHeap(environment.recordIdMillis(), environment.parallelism()));
    }
    if (spec instanceof StepSpec.Script script) {
      return new ScriptReader(script.stream(), partition, tracked);
    }
    throw new IllegalArgumentException("no reader reads " + spec);
  }
}
