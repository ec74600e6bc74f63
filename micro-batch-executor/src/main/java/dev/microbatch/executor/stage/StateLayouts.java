package dev.microbatch.executor.stage;

import dev.microbatch.executor.block.KeyCodec;
import dev.microbatch.executor.plan.Exchange;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.state.KeyGroupRange;
import dev.microbatch.executor.state.StateLayout;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.VoidCoder;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;

/** Finds out how what a stage keeps is encoded. */
final class StateLayouts {

  private StateLayouts() {}

  @SuppressWarnings("unchecked") // Types were checked when the pipeline was built.
  static StateLayout of(Plan plan, Stage stage, int partition, StageEnvironment environment) {
    Coder<?> keyCoder = VoidCoder.of();
    Coder<?> windowCoder = GlobalWindow.Coder.INSTANCE;
    Coder<?> valueCoder = VoidCoder.of();
    for (int input : stage.mainInputs()) {
      Exchange exchange = plan.exchanges().get(input);
      windowCoder = exchange.windowCoder();
      valueCoder = exchange.coder();
      if (exchange.keyCoder() != null) {
        keyCoder = exchange.keyCoder();
      }
    }
    if (stage.head().spec() instanceof StepSpec.ParDo parDo) {
      valueCoder = parDo.inputCoder(); // inputs of a Flatten may have coders of their own
    }
    return new StateLayout(
        KeyCodec.of((Coder<Object>) keyCoder),
        (Coder<BoundedWindow>) windowCoder,
        (Coder<Object>) valueCoder,
        plan.keyGroups(),
        partition,
        KeyGroupRange.ofPartition(partition, environment.parallelism(), plan.keyGroups()),
        environment.commits());
  }
}
