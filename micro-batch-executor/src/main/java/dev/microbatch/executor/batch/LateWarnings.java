package dev.microbatch.executor.batch;

import dev.microbatch.executor.log.Warnings;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.Step;
import dev.microbatch.executor.plan.StepSpec;
import java.util.BitSet;
import org.apache.beam.sdk.values.WindowingStrategy;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.slf4j.Logger;

/**
 * Says that late records are dropped: once per step for the whole execution, however often that
 * goes back to a commit.
 *
 * <p>Not thread-safe.
 */
final class LateWarnings implements LoopListener {

  private static final Logger LOG = Warnings.logger(LateWarnings.class);

  private final Plan plan;
  private final BitSet warned = new BitSet();

  LateWarnings(Plan plan) {
    this.plan = plan;
  }

  @Override
  public void batch(BatchSummary batch) {
    long[] drops = batch.status().lateDrops();
    for (int stage = 0; stage < drops.length; stage++) {
      if (drops[stage] > 0 && !warned.get(stage)) {
        warned.set(stage);
        warn(plan.stages().get(stage).head(), drops[stage]);
      }
    }
  }

  private static void warn(Step step, long dropped) {
    WindowingStrategy<?, ?> windowing = windowing(step.spec());
    LOG.warn(
        "{} dropped {} that came too late for {}{}. To keep such records, set a longer"
            + " withAllowedLateness() on the Window transform before this step, or let the"
            + " watermark of the source stay further behind. This is said once per step; the"
            + " progress lines count what is dropped",
        step.name(),
        dropped == 1 ? "a record" : dropped + " records",
        dropped == 1 ? "its window" : "their windows",
        windowing == null ? "" : describe(windowing));
  }

  private static String describe(WindowingStrategy<?, ?> windowing) {
    return String.format(
        " (%s, allowed lateness %,d ms)",
        windowing.getWindowFn().getClass().getSimpleName(),
        windowing.getAllowedLateness().getMillis());
  }

  private static @Nullable WindowingStrategy<?, ?> windowing(StepSpec spec) {
    if (spec instanceof StepSpec.GroupByKey group) {
      return group.windowing();
    }
    if (spec instanceof StepSpec.ParDo parDo) {
      return parDo.windowing();
    }
    return spec instanceof StepSpec.SplittableProcess splittable
        ? splittable.parDo().windowing()
        : null;
  }
}
