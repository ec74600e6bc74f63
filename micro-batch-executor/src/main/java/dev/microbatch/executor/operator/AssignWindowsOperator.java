package dev.microbatch.executor.operator;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.block.Receiver;
import dev.microbatch.executor.plan.StepSpec;
import java.util.Collection;
import org.apache.beam.sdk.metrics.MetricsContainer;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Puts records into windows. A record in several windows is assigned, and passed on, once for each
 * of them; a record that is assigned no window is dropped.
 */
public final class AssignWindowsOperator implements Operator {

  private final String stepName;
  private final StepMetrics metrics;
  private final WindowAssigner assigner;
  private final Receiver output;

  /** The last metadata that came in, where it alone decides about what goes out. */
  private @Nullable Meta lastIn;

  private @Nullable Meta lastOut;

  /**
   * Creates the operator.
   *
   * @param spec how windows are assigned
   * @param context the operator's surroundings
   * @param output where the records go
   */
  public AssignWindowsOperator(
      StepSpec.AssignWindows spec, OperatorContext context, Receiver output) {
    this.stepName = context.stepName();
    this.metrics = new StepMetrics(context.stepName(), context.metrics());
    this.assigner = WindowAssigner.of(FunctionCopy.of(stepName, "WindowFn", spec.windowFn()));
    this.output = output;
  }

  @Override
  public void startBundle() {
    metrics.bind();
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // A shortcut: a chain shares its metadata.
  public void process(Object value, Meta meta) {
    if (meta == lastIn) {
      emit(value, lastOut);
    } else if (meta.windows().size() == 1) {
      Meta assigned = assign(value, meta);
      if (assigner.byTimeAlone()) {
        lastIn = meta;
        lastOut = assigned;
      }
      emit(value, assigned);
    } else {
      for (BoundedWindow window : meta.windows()) {
        emit(value, assign(value, meta.withWindow(window)));
      }
    }
  }

  private void emit(Object value, @Nullable Meta meta) {
    if (meta != null) {
      output.process(value, meta);
    }
  }

  /** The metadata of a record in its new windows, or null if there are none. */
  @SuppressWarnings("ReferenceEquality") // A shortcut: the record may already be where it belongs.
  private @Nullable Meta assign(Object value, Meta meta) {
    MetricsContainer previous = metrics.enter();
    Collection<? extends BoundedWindow> windows;
    try {
      windows = assigner.assign(value, meta);
    } catch (Throwable t) {
      throw StepException.of(stepName, t);
    } finally {
      metrics.leave(previous);
    }
    if (windows.isEmpty()) {
      return null;
    }
    return windows == meta.windows() ? meta : meta.withWindows(windows);
  }

  @Override
  public void finishBundle() {
    lastIn = null;
    lastOut = null;
  }
}
