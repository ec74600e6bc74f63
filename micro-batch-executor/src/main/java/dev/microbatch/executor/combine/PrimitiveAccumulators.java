package dev.microbatch.executor.combine;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.checkerframework.checker.nullness.qual.Nullable;

/** The accumulators of a combiner whose arithmetic is known: no object for a key. */
final class PrimitiveAccumulators extends Accumulators {

  private final KnownCombiner known;
  private final Combiner combiner;
  private final boolean addsAccumulators;
  private final Chunks.Longs values = new Chunks.Longs();

  /** How many values a mean is of; null if it is not a mean. */
  private final Chunks.@Nullable Longs counts;

  private int size;

  PrimitiveAccumulators(KnownCombiner known, Combiner combiner) {
    this.known = known;
    this.combiner = combiner;
    this.addsAccumulators = combiner.addsAccumulators();
    this.counts = known == KnownCombiner.MEAN ? new Chunks.Longs() : null;
  }

  @Override
  public Accumulators empty() {
    return new PrimitiveAccumulators(known, combiner);
  }

  @Override
  public void clear() {
    size = 0;
  }

  @Override
  public boolean isPrimitive() {
    return true;
  }

  @Override
  public void create() {
    append(known.identity(), 0);
  }

  private void append(long value, long count) {
    if (counts != null) {
      counts.set(size, count);
    }
    values.set(size++, value);
  }

  @Override
  public void append(Accumulators from, int row) {
    PrimitiveAccumulators that = (PrimitiveAccumulators) from;
    append(that.values.get(row), that.count(row));
  }

  private long count(int row) {
    return counts == null ? 0 : counts.get(row);
  }

  @Override
  public void add(int row, Object value) {
    if (addsAccumulators) {
      merge(row, value);
      return;
    }
    values.set(row, known.add(values.get(row), value));
    if (counts != null) {
      counts.set(row, counts.get(row) + 1);
    }
  }

  @Override
  public void addShared(int row, Object value) {
    add(row, value);
  }

  @Override
  public void merge(int row, Object accumulator) {
    if (counts == null) {
      merge(row, bits(accumulator), 0);
    } else {
      MeanBytes mean = encode(accumulator);
      merge(row, Double.doubleToRawLongBits(mean.sum()), mean.count());
    }
  }

  private void merge(int row, long value, long count) {
    values.set(row, known.merge(values.get(row), value));
    if (counts != null) {
      counts.set(row, counts.get(row) + count);
    }
  }

  @Override
  public void merge(int row, Accumulators from, int fromRow) {
    PrimitiveAccumulators that = (PrimitiveAccumulators) from;
    merge(row, that.values.get(fromRow), that.count(fromRow));
  }

  /** What is in an accumulator that is not a mean's. */
  private long bits(Object accumulator) {
    return switch (known.type()) {
      case INTEGER -> ((int[]) accumulator)[0];
      case LONG -> ((long[]) accumulator)[0];
      case DOUBLE -> Double.doubleToRawLongBits(((double[]) accumulator)[0]);
    };
  }

  @Override
  public Object get(int row) {
    long value = values.get(row);
    if (counts != null) {
      return decode(MeanBytes.of(counts.get(row), Double.longBitsToDouble(value)));
    }
    return switch (known.type()) {
      case INTEGER -> new int[] {(int) value};
      case LONG -> new long[] {value};
      case DOUBLE -> new double[] {Double.longBitsToDouble(value)};
    };
  }

  @Override
  public void set(int row, Object accumulator) {
    if (counts == null) {
      values.set(row, bits(accumulator));
    } else {
      MeanBytes mean = encode(accumulator);
      values.set(row, Double.doubleToRawLongBits(mean.sum()));
      counts.set(row, mean.count());
    }
  }

  private MeanBytes encode(Object accumulator) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(Long.BYTES + Double.BYTES);
    try {
      combiner.coder().encode(accumulator, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new MeanBytes(out.toByteArray());
  }

  private Object decode(MeanBytes mean) {
    try {
      return combiner.coder().decode(new ByteArrayInputStream(mean.bytes()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Object output(int row, boolean last) {
    return output(values.get(row), count(row));
  }

  @Override
  public Object output(int row, boolean last, Accumulators other, int otherRow) {
    PrimitiveAccumulators that = (PrimitiveAccumulators) other;
    return output(
        known.merge(values.get(row), that.values.get(otherRow)), count(row) + that.count(otherRow));
  }

  private Object output(long value, long count) {
    if (counts == null) {
      return known.box(value);
    }
    return count == 0 ? Double.NaN : Double.longBitsToDouble(value) / count;
  }
}
