package dev.microbatch.executor.stage;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.block.Receiver;
import dev.microbatch.executor.source.Portion;
import dev.microbatch.executor.source.SourceReader;
import java.util.function.BooleanSupplier;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The record with which the next batch of a source begins, because it came when the source was
 * polled between two batches. Whoever marks the position of the source has to take it before.
 *
 * <p>Not thread-safe: owned by one task.
 */
final class HeldRecord implements Receiver {

  private final SourceReader source;
  private long read;
  private @Nullable Object value;
  private @Nullable Meta meta;

  HeldRecord(SourceReader source) {
    this.source = source;
  }

  /**
   * Asks the source for a record, unless one is held already.
   *
   * @param now the monotone reading of the clock
   * @param ended whether the source is to read nothing any more
   * @throws Exception whatever the source throws
   */
  void poll(long now, BooleanSupplier ended) throws Exception {
    if (read == 0) {
      read = source.read(new Portion(1, now, ended), this);
    }
  }

  /** Whether something was read: a record, or one that the source had given before. */
  boolean isHeld() {
    return read > 0;
  }

  /** Holds a record that the source gives. */
  @Override
  public void process(Object given, Meta of) {
    value = given;
    meta = of;
  }

  /**
   * Passes the record on, if there is one.
   *
   * @return how many records were read for it
   */
  long take(Receiver out) {
    long taken = read;
    read = 0;
    if (meta != null) {
      Object held = value;
      Meta of = meta;
      value = null;
      meta = null;
      out.process(held, of);
    }
    return taken;
  }
}
