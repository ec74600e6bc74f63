package dev.microbatch.executor.stage;

import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.source.BoundedReader;
import dev.microbatch.executor.source.ImpulseReader;
import dev.microbatch.executor.source.ScriptReader;
import dev.microbatch.executor.source.SourceReader;
import dev.microbatch.executor.source.Splits;
import dev.microbatch.executor.source.UnboundedReader;
import java.util.List;
import org.apache.beam.sdk.io.BoundedSource;
import org.apache.beam.sdk.io.UnboundedSource;

/** Chooses the reader of a source stage. */
final class SourceReaders {

  private SourceReaders() {}

  @SuppressWarnings("unchecked")
  static SourceReader create(Stage stage, int partition, StageEnvironment environment) {
    StepSpec spec = stage.head().spec();
    List<?> splits = environment.splits().getOrDefault(stage.id(), List.of());
    List<?> dealt = Splits.deal(splits, partition, environment.parallelism());
    if (spec instanceof StepSpec.Impulse) {
      return new ImpulseReader(partition);
    }
    if (spec instanceof StepSpec.BoundedRead) {
      return new BoundedReader(
          (List<BoundedSource<?>>) dealt, environment.options(), environment.clock());
    }
    if (spec instanceof StepSpec.UnboundedRead) {
      return new UnboundedReader(
          (List<UnboundedSource<?, ?>>) dealt, environment.options(), environment.clock());
    }
    if (spec instanceof StepSpec.Script script) {
      return new ScriptReader(script.stream(), partition, environment.scriptClock());
    }
    throw new IllegalArgumentException("no reader reads " + spec);
  }
}
