package dev.microbatch.executor.source;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.block.Receiver;
import dev.microbatch.executor.state.Checkpointed;
import dev.microbatch.executor.state.EntryReader;
import dev.microbatch.executor.time.EventTime;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/** Emits one empty byte array, in the first partition, once. */
public final class ImpulseReader implements SourceReader {

  private final Positions positions;
  private boolean done;
  private boolean sealed;

  /**
   * Creates the reader.
   *
   * @param partition the partition it reads in
   * @param tracked whether there will be commits
   */
  public ImpulseReader(int partition, boolean tracked) {
    this.positions = new Positions(tracked, this::restore);
    this.done = partition != 0;
    this.sealed = done;
  }

  /** There is nothing to store but that it is done. */
  private void restore(int split, EntryReader in) throws IOException {
    in.end();
    done = true;
    sealed = true;
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
  public void seal(Consumer<Finalizer> finalizers) throws IOException {
    if (done && !sealed) {
      sealed = true;
      positions.put(0, out -> {});
    }
  }

  @Override
  public List<Checkpointed> parts() {
    return List.of(positions);
  }

  @Override
  public void close() {}
}
