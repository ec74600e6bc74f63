package dev.microbatch.executor.operator;

import dev.microbatch.executor.block.Meta;
import java.util.Collection;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.WindowFn;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.joda.time.Instant;

/** Any WindowFn, which may look at the value and at the window it is in. */
final class GeneralWindowAssigner implements WindowAssigner {

  private final WindowFn<Object, BoundedWindow> fn;
  private final Context context;

  GeneralWindowAssigner(WindowFn<Object, BoundedWindow> fn) {
    this.fn = fn;
    this.context = new Context(fn);
  }

  @Override
  public Collection<? extends BoundedWindow> assign(Object value, Meta meta) throws Exception {
    context.value = value;
    context.meta = meta;
    return fn.assignWindows(context);
  }

  @Override
  public boolean byTimeAlone() {
    return false;
  }

  /** One context for every record. */
  private static final class Context extends WindowFn<Object, BoundedWindow>.AssignContext {
    private @Nullable Object value;
    private Meta meta = Meta.GLOBAL;

    Context(WindowFn<Object, BoundedWindow> fn) {
      fn.super();
    }

    @Override
    public Object element() {
      return value;
    }

    @Override
    public Instant timestamp() {
      return meta.instant();
    }

    @Override
    public BoundedWindow window() {
      return meta.window();
    }
  }
}
