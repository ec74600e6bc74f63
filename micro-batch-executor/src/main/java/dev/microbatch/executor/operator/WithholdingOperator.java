package dev.microbatch.executor.operator;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.state.Checkpointed;
import dev.microbatch.executor.state.Withheld;
import dev.microbatch.executor.time.EventTime;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Holds records back until they may come in, and passes all others, one window at a time, to the
 * operator that it stands before. Records that wait hold the input watermark of the stage, so that
 * they are as early when they are let in as they were when they came.
 */
abstract class WithholdingOperator implements TimedOperator {

  private final Operator inner;
  private final @Nullable TimedOperator timed;
  private final StageTimes times;
  private final Withheld withheld;

  /**
   * Creates the operator.
   *
   * @param inner what processes the records
   * @param times the stage's times
   * @param withheld where records wait; nothing waits yet
   */
  WithholdingOperator(Operator inner, StageTimes times, Withheld withheld) {
    this.inner = inner;
    this.timed = inner instanceof TimedOperator keeps ? keeps : null;
    this.times = times;
    this.withheld = withheld;
  }

  /**
   * Whether a record may come in at this moment.
   *
   * @param window its window
   * @param batch the batch that it came in; smaller than any if it was restored
   */
  abstract boolean isReady(BoundedWindow window, long batch);

  /**
   * Whether a record that is not ready will never be: it is dropped. Asked only for such ones.
   *
   * @param window its window
   */
  boolean isTooLate(BoundedWindow window) {
    return false;
  }

  /** Takes note of a record that is dropped. */
  void drop(BoundedWindow window) {}

  /** What waits. */
  final Withheld withheld() {
    return withheld;
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
  public Teardown teardown() {
    return inner.teardown();
  }

  @Override
  public void process(Object value, Meta meta) {
    if (meta.windows().size() == 1) {
      if (isReady(meta.window(), times.batch())) {
        inner.process(value, meta);
      } else {
        withhold(value, meta, null, 0);
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
      if (isReady(meta.window(), times.batch())) {
        pass(value, meta, key, hash);
      } else {
        withhold(value, meta, key, hash);
      }
    } else {
      for (BoundedWindow window : meta.windows()) {
        processKeyed(value, meta.withWindow(window), key, hash);
      }
    }
  }

  private void withhold(Object value, Meta meta, @Nullable Object key, int hash) {
    if (isTooLate(meta.window())) {
      drop(meta.window());
    } else {
      withheld.add(value, meta, key, hash, times.batch());
    }
  }

  private void pass(Object value, Meta meta, @Nullable Object key, int hash) throws Exception {
    if (timed == null || key == null) {
      inner.process(value, meta);
    } else {
      timed.processKeyed(value, meta, key, hash);
    }
  }

  private boolean letIn(Withheld.Waiting record) throws Exception {
    BoundedWindow window = record.meta().window();
    if (!isReady(window, record.batch())) {
      if (!isTooLate(window)) {
        return false;
      }
      drop(window);
      return true;
    }
    pass(record.value(), record.meta(), record.key(), record.hash());
    return true;
  }

  @Override
  public boolean hasBuffered() {
    return !withheld.isEmpty() || (timed != null && timed.hasBuffered());
  }

  @Override
  public boolean isDue() {
    return timed != null && timed.isDue();
  }

  /** Lets in what has become ready in this batch, in the order in which it came. */
  @Override
  public void inputComplete() throws Exception {
    if (!withheld.isEmpty()) {
      withheld.release(this::letIn);
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
    long earliest = withheld.earliest();
    return timed == null ? earliest : Math.min(earliest, timed.inputHold());
  }

  @Override
  public long outputHold() {
    return timed == null ? EventTime.MAX : timed.outputHold();
  }

  @Override
  public long earliestBufferedWindow() {
    long earliest = withheld.earliestWindow();
    return timed == null ? earliest : Math.min(earliest, timed.earliestBufferedWindow());
  }

  @Override
  public long synchronizedHold() {
    return timed == null ? Long.MAX_VALUE : timed.synchronizedHold();
  }

  @Override
  public long nextWakeUp() {
    return timed == null ? Long.MAX_VALUE : timed.nextWakeUp();
  }

  @Override
  public boolean awaitsCommit() {
    return timed != null && timed.awaitsCommit();
  }

  @Override
  public List<Checkpointed> parts() {
    List<Checkpointed> parts = new ArrayList<>();
    parts.add(withheld);
    if (timed != null) {
      parts.addAll(timed.parts());
    }
    return parts;
  }
}
