package dev.microbatch.executor.spill;

import dev.microbatch.executor.memory.SpillException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
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
   * Values in a run.
   *
   * @param run the run
   * @param values where they are, as {@link RunReader#values} said
   */
  public record Slice(Run run, long values) {}

  private final Coder<T> coder;
  private final List<Slice> slices;
  private final List<T> behind;

  /**
   * Creates it, as one more holder of each run.
   *
   * @param coder the coder of the values, by which they were encoded in the nested context
   * @param slices where they are, in order
   * @param behind values that come behind those, in memory; never changed
   */
  public LazyValues(Coder<T> coder, List<Slice> slices, List<T> behind) {
    this.coder = coder;
    this.slices = List.copyOf(slices);
    this.behind = behind;
    List<Slice> held = this.slices;
    held.forEach(slice -> slice.run().retain());
    CLEANER.register(this, () -> held.forEach(slice -> slice.run().release()));
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
    private final Iterator<Slice> rest = slices.iterator();
    private final Iterator<T> last = behind.iterator();
    private @Nullable RunReader reader;
    private @Nullable ByteArrayInputStream in;

    /** How many values of the chunk have not been decoded. */
    private int left;

    @Override
    public boolean hasNext() {
      return left > 0 || advance() || last.hasNext();
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
          if (!rest.hasNext()) {
            return false;
          }
          Slice slice = rest.next();
          reader = RunReader.ofValues(slice.run(), slice.values());
        }
      } finally {
        Reference.reachabilityFence(LazyValues.this); // which holds the files
      }
    }

    @Override
    public T next() {
      if (left > 0 || advance()) {
        left--;
        try {
          return coder.decode(in);
        } catch (IOException e) {
          throw new IllegalStateException(
              "A value that had left memory cannot be decoded by " + coder + ": " + e.getMessage(),
              e);
        }
      }
      if (last.hasNext()) {
        return last.next();
      }
      throw new NoSuchElementException();
    }
  }
}
