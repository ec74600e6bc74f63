package dev.microbatch.executor.operator;

import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.DoFn.BundleFinalizer;
import org.apache.beam.sdk.transforms.reflect.DoFnInvoker.BaseArgumentProvider;

/** The arguments of {@code @Setup}, {@code @StartBundle} and {@code @FinishBundle} methods. */
final class BundleArguments extends BaseArgumentProvider<Object, Object> {

  private final OperatorContext step;
  private final DoFn<Object, Object>.StartBundleContext start;
  private final DoFn<Object, Object>.FinishBundleContext finish;

  BundleArguments(DoFn<Object, Object> fn, OperatorContext step, DoFnOutputs outputs) {
    this.step = step;
    this.start = new StartContext(fn, step.options());
    this.finish = new FinishContext(fn, step.options(), outputs);
  }

  @Override
  public PipelineOptions pipelineOptions() {
    return step.options();
  }

  @Override
  public DoFn<Object, Object>.StartBundleContext startBundleContext(DoFn<Object, Object> doFn) {
    return start;
  }

  @Override
  public DoFn<Object, Object>.FinishBundleContext finishBundleContext(DoFn<Object, Object> doFn) {
    return finish;
  }

  @Override
  public BundleFinalizer bundleFinalizer() {
    return step.finalizer();
  }

  @Override
  public String getErrorContext() {
    return "the bundle methods of " + step.stepName();
  }

  private static final class StartContext extends DoFn<Object, Object>.StartBundleContext {
    private final PipelineOptions options;

    StartContext(DoFn<Object, Object> fn, PipelineOptions options) {
      fn.super();
      this.options = options;
    }

    @Override
    public PipelineOptions getPipelineOptions() {
      return options;
    }
  }
}
