package dev.microbatch.executor.source;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.block.Receiver;
import dev.microbatch.executor.time.EventTime;

/** Emits one empty byte array, in the first partition, once. */
public final class ImpulseReader implements SourceReader {

  private boolean done;

  /**
   * Creates the reader.
   *
   * @param partition the partition it reads in
   */
  public ImpulseReader(int partition) {
    this.done = partition != 0;
  }

  @Override
  public long read(Portion portion, Receiver out) {
    if (done) {
      return 0;
    }
    done = true;
    out.process(new byte[0], Meta.GLOBAL);
    return 1;
  }

  @Override
  public void drain() {
    done = true;
  }

  @Override
  public long watermark() {
    return done ? EventTime.MAX : EventTime.MIN;
  }

  @Override
  public boolean hasMore() {
    return !done;
  }

  @Override
  public void close() {}
}
