package dev.microbatch.executor.operator;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.state.Checkpointed;
import dev.microbatch.executor.state.Withheld;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Holds records back until they may come in, and passes all others, one window at a time, to the
 * operator that it stands before. Records that wait hold the input watermark of the stage, so that
 * they are as early when they are let in as they were when they came.
 */
abstract class WithholdingOperator extends ForwardingTimedOperator {

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
    super(inner);
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

  /** What records wait for. */
  abstract HoldKind waitsFor();

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
  public void process(Object value, Meta meta) {
    if (meta.windows().size() == 1) {
      if (isReady(meta.window(), times.batch())) {
        super.process(value, meta);
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
        super.processKeyed(value, meta, key, hash);
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

  private boolean letIn(Withheld.Waiting record) throws Exception {
    BoundedWindow window = record.meta().window();
    if (!isReady(window, record.batch())) {
      if (!isTooLate(window)) {
        return false;
      }
      drop(window);
      return true;
    }
    if (record.key() == null) {
      super.process(record.value(), record.meta());
    } else {
      super.processKeyed(record.value(), record.meta(), record.key(), record.hash());
    }
    return true;
  }

  @Override
  public boolean hasBuffered() {
    return !withheld.isEmpty() || super.hasBuffered();
  }

  /** Lets in what has become ready in this batch, in the order in which it came. */
  @Override
  public void inputComplete() throws Exception {
    if (!withheld.isEmpty()) {
      withheld.release(this::letIn);
    }
    super.inputComplete();
  }

  @Override
  public long inputHold() {
    return Math.min(withheld.earliest(), super.inputHold());
  }

  @Override
  public HoldKind inputHoldKind() {
    return withheld.earliest() <= super.inputHold() ? waitsFor() : super.inputHoldKind();
  }

  @Override
  public long earliestBufferedWindow() {
    return Math.min(withheld.earliestWindow(), super.earliestBufferedWindow());
  }

  @Override
  public List<Checkpointed> parts() {
    List<Checkpointed> parts = new ArrayList<>();
    parts.add(withheld);
    parts.addAll(super.parts());
    return parts;
  }
}
