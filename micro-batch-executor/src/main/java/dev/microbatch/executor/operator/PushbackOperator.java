package dev.microbatch.executor.operator;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.time.EventTime;
import dev.microbatch.executor.view.SideInputs;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.values.PCollectionView;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Holds records back whose side inputs are not ready, and passes all others, one window at a time,
 * to the operator that it stands before. Records that wait hold the input watermark of the stage,
 * so that they are as early when they are let in as they were when they came.
 */
final class PushbackOperator implements TimedOperator {

  private final Operator inner;
  private final @Nullable TimedOperator timed;
  private final List<PCollectionView<?>> views;
  private final SideInputs sideInputs;
  private List<Waiting> waiting = new ArrayList<>();
  private long earliest = EventTime.MAX;
  private @Nullable BoundedWindow lastReady;

  /** A record in one window whose side inputs are not ready. */
  private record Waiting(Object value, Meta meta, @Nullable Object key, int hash) {}

  /**
   * Creates the operator.
   *
   * @param inner what processes the records
   * @param views the side inputs that must be ready
   * @param sideInputs what has come of them
   */
  PushbackOperator(Operator inner, List<PCollectionView<?>> views, SideInputs sideInputs) {
    this.inner = inner;
    this.timed = inner instanceof TimedOperator keeps ? keeps : null;
    this.views = views;
    this.sideInputs = sideInputs;
  }

  @Override
  public void open() {
    inner.open();
  }

  @Override
  public void startBundle() {
    inner.startBundle();
  }

  @Override
  public void finishBundle() {
    inner.finishBundle();
  }

  @Override
  public void close() {
    inner.close();
  }

  @Override
  public void process(Object value, Meta meta) {
    if (meta.windows().size() == 1) {
      if (isReady(meta.window())) {
        inner.process(value, meta);
      } else {
        push(new Waiting(value, meta, null, 0));
      }
    } else {
      for (BoundedWindow window : meta.windows()) {
        process(value, meta.withWindow(window));
      }
    }
  }

  @Override
  public void processKeyed(Object value, Meta meta, Object key, int hash) throws Exception {
    if (meta.windows().size() == 1) {
      if (isReady(meta.window())) {
        timed.processKeyed(value, meta, key, hash);
      } else {
        push(new Waiting(value, meta, key, hash));
      }
    } else {
      for (BoundedWindow window : meta.windows()) {
        processKeyed(value, meta.withWindow(window), key, hash);
      }
    }
  }

  private void push(Waiting record) {
    waiting.add(record);
    earliest = Math.min(earliest, record.meta().timestamp());
  }

  private boolean isReady(BoundedWindow window) {
    if (window.equals(lastReady)) {
      return true;
    }
    for (PCollectionView<?> view : views) {
      if (!sideInputs.isReady(view, view.getWindowMappingFn().getSideInputWindow(window))) {
        return false;
      }
    }
    lastReady = window;
    return true;
  }

  @Override
  public boolean hasBuffered() {
    return !waiting.isEmpty() || (timed != null && timed.hasBuffered());
  }

  @Override
  public boolean isDue() {
    return timed != null && timed.isDue();
  }

  /** Lets in what has become ready in this batch, in the order in which it came. */
  @Override
  public void inputComplete() throws Exception {
    if (!waiting.isEmpty()) {
      List<Waiting> again = waiting;
      waiting = new ArrayList<>();
      earliest = EventTime.MAX;
      for (Waiting record : again) {
        if (timed == null || record.key() == null) {
          process(record.value(), record.meta());
        } else {
          processKeyed(record.value(), record.meta(), record.key(), record.hash());
        }
      }
    }
    if (timed != null) {
      timed.inputComplete();
    }
  }

  @Override
  public void fireEarly() throws Exception {
    if (timed != null) {
      timed.fireEarly();
    }
  }

  @Override
  public void fire() throws Exception {
    if (timed != null) {
      timed.fire();
    }
  }

  @Override
  public boolean delaysWatermark() {
    return timed != null && timed.delaysWatermark();
  }

  @Override
  public long inputHold() {
    return timed == null ? earliest : Math.min(earliest, timed.inputHold());
  }

  @Override
  public long outputHold() {
    return timed == null ? EventTime.MAX : timed.outputHold();
  }

  @Override
  public long synchronizedHold() {
    return timed == null ? Long.MAX_VALUE : timed.synchronizedHold();
  }

  @Override
  public long nextWakeUp() {
    return timed == null ? Long.MAX_VALUE : timed.nextWakeUp();
  }
}
