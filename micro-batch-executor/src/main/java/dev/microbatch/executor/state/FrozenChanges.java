package dev.microbatch.executor.state;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Captured contents. They are encoded by the thread that writes the snapshot, one change after the
 * other; unless they are mutable: then all of them are encoded at once, by whoever comes first,
 * that thread or the one that is about to mutate them. The lock keeps it from mutating what is
 * being encoded.
 */
abstract class FrozenChanges {

  private final Capture capture;
  private @Nullable List<Change> encoded;

  FrozenChanges(Capture capture) {
    this.capture = capture;
  }

  /** What it is, for messages. */
  abstract String describe();

  /** Takes changes. */
  @FunctionalInterface
  interface Sink {
    void accept(Change change) throws IOException;
  }

  /** Whether the contents may be mutated while it is being written. */
  final boolean isMutable() {
    return capture.mutable();
  }

  /** Called by the owner's thread before the contents may be mutated. */
  synchronized void encodeNow() {
    if (encoded == null) {
      encoded = encode();
    }
  }

  /**
   * Encodes it. Called by the thread that writes the snapshot.
   *
   * @throws IOException if the sink throws it
   * @throws EncodingException if it cannot be encoded
   */
  final void write(Sink sink) throws IOException {
    Changes changes = changes();
    for (Change change = next(changes); change != null; change = next(changes)) {
      sink.accept(change);
    }
  }

  private Changes changes() {
    if (!capture.mutable()) {
      return begin();
    }
    synchronized (this) {
      return Changes.of(encoded != null ? encoded : encode());
    }
  }

  private List<Change> encode() {
    List<Change> all = new ArrayList<>(1);
    Changes changes = begin();
    for (Change change = next(changes); change != null; change = next(changes)) {
      all.add(change);
    }
    return all;
  }

  private Changes begin() {
    try {
      return capture.encoder().encode();
    } catch (IOException | RuntimeException e) {
      throw new EncodingException(describe(), e);
    }
  }

  private @Nullable Change next(Changes changes) {
    try {
      return changes.next();
    } catch (IOException | RuntimeException e) {
      throw new EncodingException(describe(), e);
    }
  }
}
