package dev.microbatch.translation.limited;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.DelegateCoder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.coders.NullableCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.io.UnboundedSource.CheckpointMark;
import org.apache.beam.sdk.values.KV;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * How far a limited split has been read.
 *
 * @param left what its limit left when the mark was taken
 * @param takenMillis when it was taken, in milliseconds since the epoch
 * @param inner the mark of the split itself; null if it was not opened yet
 * @param <MarkT> the type of the latter
 */
record LimitedMark<MarkT extends CheckpointMark>(
    Limit left, long takenMillis, @Nullable MarkT inner) implements CheckpointMark {

  /** What the limit leaves later: the time passes while nobody reads. */
  Limit leftAt(long millis) {
    return left.left(0, TimeUnit.MILLISECONDS.toNanos(millis - takenMillis));
  }

  @Override
  public void finalizeCheckpoint() throws IOException {
    if (inner != null) {
      inner.finalizeCheckpoint();
    }
  }

  static <MarkT extends CheckpointMark> Coder<LimitedMark<MarkT>> coder(Coder<MarkT> inner) {
    return DelegateCoder.of(
        KvCoder.of(ListCoder.of(VarLongCoder.of()), NullableCoder.of(inner)),
        mark ->
            KV.of(
                List.of(mark.left().records(), mark.left().nanos(), mark.takenMillis()),
                mark.inner()),
        parts -> {
          List<Long> numbers = parts.getKey();
          return new LimitedMark<>(
              new Limit(numbers.get(0), numbers.get(1)), numbers.get(2), parts.getValue());
        });
  }
}
