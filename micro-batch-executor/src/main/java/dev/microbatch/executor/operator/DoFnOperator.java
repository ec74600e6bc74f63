package dev.microbatch.executor.operator;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.block.Receiver;
import dev.microbatch.executor.plan.StepSpec;
import java.util.Map;
import org.apache.beam.runners.core.SideInputReader;
import org.apache.beam.sdk.metrics.MetricsContainer;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.reflect.DoFnInvoker;
import org.apache.beam.sdk.transforms.reflect.DoFnInvokers;
import org.apache.beam.sdk.transforms.reflect.DoFnSignatures;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Runs a DoFn that uses neither state nor timers.
 *
 * <p>An element in several windows is processed once per window if the DoFn can tell the
 * difference: if it observes the window or has side inputs.
 *
 * <h2>Implementation note</h2>
 *
 * The generated invoker asks one argument provider, whose answers come from one mutable {@link
 * CurrentElement}. That is safe because a DoFn is never entered twice: its output runs through the
 * steps behind it and comes back before the next element. So an element costs two field writes, the
 * switch of the metrics container and the call; what is allocated, user code allocates.
 *
 * <p>The price is that a {@code ProcessContext} or {@code OutputReceiver} that user code keeps
 * follows the current element. When there is none, it refuses.
 */
public final class DoFnOperator implements Operator {

  private final String stepName;
  private final boolean perWindow;
  private final DoFnInvoker<Object, Object> invoker;
  private final CurrentElement current = new CurrentElement();
  private final ElementArguments elementArguments;
  private final BundleArguments bundleArguments;
  private final StepMetrics metrics;
  private final Teardown teardown;

  /**
   * Creates the operator around a DoFn of its own, copied from the plan's.
   *
   * @param spec what to run; neither keyed nor splittable
   * @param context the operator's surroundings
   * @param outputs where each output goes, by the id of its tag
   * @param sideInputs reads the side inputs, all of them ready whenever an element comes; null if
   *     there are none
   * @throws StepException if the DoFn cannot be copied
   */
  public DoFnOperator(
      StepSpec.ParDo spec,
      OperatorContext context,
      Map<String, Receiver> outputs,
      @Nullable SideInputReader sideInputs) {
    this.stepName = context.stepName();
    this.metrics = new StepMetrics(context.stepName(), context.metrics());
    @SuppressWarnings("unchecked") // Types were checked when the pipeline was built.
    DoFn<Object, Object> fn = (DoFn<Object, Object>) FunctionCopy.of(stepName, "DoFn", spec.fn());
    this.perWindow =
        DoFnSignatures.getSignature(fn.getClass()).processElement().observesWindow()
            || !spec.sideInputs().isEmpty();
    DoFnOutputs receivers = new DoFnOutputs(spec, outputs, current, new TimestampCheck(fn));
    this.elementArguments =
        new ElementArguments(
            fn, spec, context, current, receivers, new SideInputAccess(spec, sideInputs));
    this.bundleArguments = new BundleArguments(fn, context, receivers);
    this.invoker = DoFnInvokers.invokerFor(fn);
    this.teardown = Teardown.of(stepName, invoker, context.metrics());
  }

  @Override
  public void open() {
    metrics.bind();
    MetricsContainer previous = metrics.enter();
    teardown.arm();
    try {
      invoker.invokeSetup(bundleArguments);
    } catch (Throwable t) {
      throw StepException.of(stepName, t);
    } finally {
      metrics.leave(previous);
    }
  }

  @Override
  public void startBundle() {
    metrics.bind();
    MetricsContainer previous = metrics.enter();
    try {
      invoker.invokeStartBundle(bundleArguments);
    } catch (Throwable t) {
      throw StepException.of(stepName, t);
    } finally {
      metrics.leave(previous);
    }
  }

  @Override
  public void process(Object value, Meta meta) {
    if (perWindow && meta.windows().size() != 1) {
      for (BoundedWindow window : meta.windows()) {
        invoke(value, meta.withWindow(window));
      }
    } else {
      invoke(value, meta);
    }
  }

  private void invoke(Object value, Meta meta) {
    current.set(value, meta);
    MetricsContainer previous = metrics.enter();
    try {
      invoker.invokeProcessElement(elementArguments);
    } catch (Throwable t) {
      throw StepException.of(stepName, t);
    } finally {
      metrics.leave(previous);
    }
  }

  @Override
  public void finishBundle() {
    current.clear();
    MetricsContainer previous = metrics.enter();
    try {
      invoker.invokeFinishBundle(bundleArguments);
    } catch (Throwable t) {
      throw StepException.of(stepName, t);
    } finally {
      metrics.leave(previous);
    }
  }

  @Override
  public Teardown teardown() {
    return teardown;
  }
}
