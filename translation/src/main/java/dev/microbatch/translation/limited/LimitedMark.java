package dev.microbatch.translation.limited;

import java.io.IOException;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.DelegateCoder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.NullableCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.io.UnboundedSource.CheckpointMark;
import org.apache.beam.sdk.values.KV;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * How far a limited split has been read.
 *
 * @param left what its limit leaves
 * @param inner the mark of the split itself; null if it was not opened yet
 * @param <MarkT> the type of the latter
 */
record LimitedMark<MarkT extends CheckpointMark>(Limit left, @Nullable MarkT inner)
    implements CheckpointMark {

  @Override
  public void finalizeCheckpoint() throws IOException {
    if (inner != null) {
      inner.finalizeCheckpoint();
    }
  }

  static <MarkT extends CheckpointMark> Coder<LimitedMark<MarkT>> coder(Coder<MarkT> inner) {
    return DelegateCoder.of(
        KvCoder.of(KvCoder.of(VarLongCoder.of(), VarLongCoder.of()), NullableCoder.of(inner)),
        mark -> KV.of(KV.of(mark.left().records(), mark.left().nanos()), mark.inner()),
        parts ->
            new LimitedMark<>(
                new Limit(parts.getKey().getKey(), parts.getKey().getValue()), parts.getValue()));
  }
}
