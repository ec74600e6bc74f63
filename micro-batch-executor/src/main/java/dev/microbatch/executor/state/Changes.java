package dev.microbatch.executor.state;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import org.apache.beam.sdk.util.VarInt;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Changes that are encoded one after the other, so that no more of them than one is in memory. Of
 * elements, a change has about {@value #CHUNK_BYTES} bytes; what is more comes in further changes:
 * behind a {@code PUT} or {@code APPEND} each is an {@code APPEND}, behind a {@code DELETE} a
 * {@code DELETE}. A single element is never divided.
 */
@FunctionalInterface
interface Changes {

  /** How many bytes of elements fill a change: as many as a block of a file has. */
  int CHUNK_BYTES = 64 * 1024;

  /**
   * Encodes the next one.
   *
   * @return null if there is none
   * @throws IOException if a coder throws it
   */
  @Nullable Change next() throws IOException;

  /** Changes that are there already. */
  static Changes of(List<Change> changes) {
    Iterator<Change> all = changes.iterator();
    return () -> all.hasNext() ? all.next() : null;
  }

  /** One change. */
  static Changes of(Change change) {
    return new Single(change);
  }

  /** Changes with elements as operands: in each their number, then the elements. */
  static <T> Changes of(
      StateEntry.Op op, Collection<? extends T> elements, Change.ElementEncoder<T> encoder) {
    return new OfElements<>(op, elements.iterator(), encoder);
  }

  /** What was removed, then what was added, as far as there is any. */
  static <K, T> Changes delta(
      Collection<? extends K> removed,
      Change.ElementEncoder<K> keyEncoder,
      Collection<? extends T> added,
      Change.ElementEncoder<T> encoder) {
    if (added.isEmpty() && removed.isEmpty()) {
      return of(List.of());
    } else if (removed.isEmpty()) {
      return of(StateEntry.Op.APPEND, added, encoder);
    }
    Changes first = of(StateEntry.Op.DELETE, removed, keyEncoder);
    if (added.isEmpty()) {
      return first;
    }
    Changes second = of(StateEntry.Op.APPEND, added, encoder);
    return () -> {
      Change change = first.next();
      return change != null ? change : second.next();
    };
  }

  /** One change. */
  final class Single implements Changes {

    private @Nullable Change change;

    private Single(Change change) {
      this.change = change;
    }

    @Override
    public @Nullable Change next() {
      Change next = change;
      change = null;
      return next;
    }
  }

  /** Elements, of which as many as fill a change are encoded at a time. */
  final class OfElements<T> extends ByteArrayOutputStream implements Changes {

    private final Iterator<? extends T> elements;
    private final Change.ElementEncoder<T> encoder;
    private StateEntry.@Nullable Op op;

    private OfElements(
        StateEntry.Op op, Iterator<? extends T> elements, Change.ElementEncoder<T> encoder) {
      this.op = op;
      this.elements = elements;
      this.encoder = encoder;
    }

    @Override
    public @Nullable Change next() throws IOException {
      StateEntry.Op current = op;
      if (current == null) {
        return null;
      }
      reset();
      int encoded = 0;
      while (elements.hasNext() && count < CHUNK_BYTES) {
        encoder.encode(elements.next(), this);
        encoded++;
      }
      if (!elements.hasNext()) {
        op = null;
      } else if (current == StateEntry.Op.PUT) {
        op = StateEntry.Op.APPEND;
      }
      int prefix = VarInt.getLength(encoded);
      byte[] value = new byte[prefix + count];
      System.arraycopy(buf, 0, value, prefix, count);
      reset();
      VarInt.encode(encoded, this);
      System.arraycopy(buf, 0, value, 0, prefix);
      return new Change(current, value);
    }
  }
}
