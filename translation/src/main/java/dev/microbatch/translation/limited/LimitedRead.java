package dev.microbatch.translation.limited;

import org.apache.beam.sdk.io.Read;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.transforms.Distinct;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollection.IsBounded;
import org.apache.beam.sdk.values.TypeDescriptor;
import org.apache.beam.sdk.values.ValueWithRecordId;

/**
 * Reads an unbounded source up to a limit. Duplicates count as records read, and are dropped.
 *
 * @param <T> the type of the records
 */
final class LimitedRead<T> extends PTransform<PBegin, PCollection<T>> {

  private static final long serialVersionUID = 1L;

  private final transient UnboundedSource<T, ?> source;
  private final transient Limit limit;

  LimitedRead(UnboundedSource<T, ?> source, Limit limit) {
    this.source = source;
    this.limit = limit;
  }

  @Override
  public PCollection<T> expand(PBegin begin) {
    if (!source.requiresDeduping()) {
      return read(begin, source);
    }
    return read(begin, new SourceWithIds<>(source))
        .apply(
            Distinct.<ValueWithRecordId<T>, byte[]>withRepresentativeValueFn(
                    ValueWithRecordId::getId)
                .withRepresentativeType(TypeDescriptor.of(byte[].class)))
        .apply("StripIds", ParDo.of(new ValueWithRecordId.StripIdsDoFn<>()))
        .setCoder(source.getOutputCoder());
  }

  /** What is read is bounded: it may be grouped in the global window. */
  private <R> PCollection<R> read(PBegin begin, UnboundedSource<R, ?> of) {
    return begin
        .apply("Read", Read.from(new LimitedSource<>(of, limit)))
        .setIsBoundedInternal(IsBounded.BOUNDED);
  }
}
