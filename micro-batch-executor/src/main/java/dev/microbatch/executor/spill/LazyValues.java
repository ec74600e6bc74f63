package dev.microbatch.executor.spill;

import dev.microbatch.executor.memory.SpillException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.beam.sdk.coders.Coder;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The values of a key that are more than should be in memory: they are read and decoded as they are
 * iterated, each time again. An iterator keeps a block of a file, and no value.
 *
 * <p>It may be kept as long as the pipeline runs, by whoever gets it: the files that it reads are
 * deleted when it is not reachable any more, or the pipeline has ended. Then iterating it throws a
 * {@link SpillException}.
 *
 * <p>Immutable and thread-safe; each of its iterators is for one thread.
 *
 * @param <T> the type of the values
 */
public final class LazyValues<T> implements Iterable<T> {

  private static final Cleaner CLEANER = Cleaner.create();

  /**
   * A part of the values.
   *
   * @param <T> the type of the values
   */
  public sealed interface Part<T> {}

  /**
   * Values in a run.
   *
   * @param run the run
   * @param values where they are, as {@link RunReader#values} said
   * @param <T> the type of the values
   */
  public record Slice<T>(Run run, long values) implements Part<T> {}

  /**
   * Values in memory.
   *
   * @param values the values, which never change
   * @param <T> their type
   */
  public record InMemory<T>(List<T> values) implements Part<T> {}

  private final Coder<T> coder;
  private final List<Part<T>> parts;

  /**
   * Creates it, as one more holder of each run.
   *
   * @param coder the coder of the values, by which they were encoded in the nested context
   * @param parts where they are, in order
   */
  public LazyValues(Coder<T> coder, List<Part<T>> parts) {
    this.coder = coder;
    this.parts = List.copyOf(parts);
    List<Run> held = new ArrayList<>();
    for (Part<T> part : parts) {
      if (part instanceof Slice<T> slice) {
        slice.run().retain();
        held.add(slice.run());
      }
    }
    CLEANER.register(this, () -> held.forEach(Run::release));
  }

  @Override
  public Iterator<T> iterator() {
    return new Values();
  }

  @Override
  public String toString() {
    return "values that are read when they are iterated";
  }

  private final class Values implements Iterator<T> {
    private final Iterator<Part<T>> rest = parts.iterator();
    private Iterator<T> memory = Collections.emptyIterator();
    private @Nullable RunReader reader;
    private @Nullable ByteArrayInputStream in;

    /** How many values of the chunk have not been decoded. */
    private int left;

    @Override
    public boolean hasNext() {
      return left > 0 || memory.hasNext() || advance();
    }

    private boolean advance() {
      try {
        while (true) {
          if (reader != null && reader.nextChunk()) {
            reader.readChunk();
            in = new ByteArrayInputStream(reader.bytes(), reader.offset(), reader.length());
            left = reader.count();
            return true;
          }
          reader = null;
          in = null;
          if (memory.hasNext()) {
            return true;
          }
          if (!rest.hasNext()) {
            return false;
          }
          Part<T> next = rest.next();
          if (next instanceof Slice<T> slice) {
            reader = RunReader.ofValues(slice.run(), slice.values());
          } else {
            memory = ((InMemory<T>) next).values().iterator();
          }
        }
      } finally {
        Reference.reachabilityFence(LazyValues.this); // which holds the files
      }
    }

    @Override
    public T next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      if (left == 0) {
        return memory.next();
      }
      left--;
      try {
        return coder.decode(in);
      } catch (IOException e) {
        throw new IllegalStateException(
            "A value that had left memory cannot be decoded by " + coder + ": " + e.getMessage(),
            e);
      }
    }
  }
}
