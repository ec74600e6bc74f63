package dev.microbatch.translation.limited;

import java.lang.reflect.Field;
import java.util.Map;
import java.util.Optional;
import org.apache.beam.sdk.io.BoundedReadFromUnboundedSource;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.runners.AppliedPTransform;
import org.apache.beam.sdk.runners.PTransformOverride;
import org.apache.beam.sdk.runners.PTransformOverrideFactory;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.util.construction.ReplacementOutputs;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TupleTag;
import org.joda.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replaces {@link BoundedReadFromUnboundedSource}. Beam's class does not say what it reads, nor how
 * far: that is read from its private fields. If they cannot be read, Beam's expansion stays.
 */
public final class LimitedReadOverride<T>
    implements PTransformOverrideFactory<
        PBegin, PCollection<T>, BoundedReadFromUnboundedSource<T>> {

  private static final Logger LOG = LoggerFactory.getLogger(LimitedReadOverride.class);

  private LimitedReadOverride() {}

  /** The override, for the pipeline. */
  public static PTransformOverride override() {
    return PTransformOverride.of(
        applied ->
            applied.getTransform().getClass() == BoundedReadFromUnboundedSource.class
                && read(applied.getTransform()).isPresent(),
        new LimitedReadOverride<>());
  }

  /** What a transform does, if its fields can be read. */
  private static <T> Optional<LimitedRead<T>> read(PTransform<?, ?> transform) {
    try {
      @SuppressWarnings("unchecked") // the field of a read of T
      UnboundedSource<T, ?> source = (UnboundedSource<T, ?>) field(transform, "source");
      long records = (Long) field(transform, "maxNumRecords");
      Duration time = (Duration) field(transform, "maxReadTime");
      return Optional.of(
          new LimitedRead<>(source, Limit.of(records, time == null ? null : time.getMillis())));
    } catch (ReflectiveOperationException | RuntimeException e) {
      LOG.warn(
          "{} does not show what it reads. It runs as Beam expands it: each of its splits holds a"
              + " thread until it ends.",
          transform.getName(),
          e);
      return Optional.empty();
    }
  }

  private static Object field(PTransform<?, ?> transform, String name)
      throws ReflectiveOperationException {
    Field field = BoundedReadFromUnboundedSource.class.getDeclaredField(name);
    field.setAccessible(true);
    return field.get(transform);
  }

  @Override
  public PTransformReplacement<PBegin, PCollection<T>> getReplacementTransform(
      AppliedPTransform<PBegin, PCollection<T>, BoundedReadFromUnboundedSource<T>> applied) {
    return PTransformReplacement.of(
        applied.getPipeline().begin(),
        LimitedReadOverride.<T>read(applied.getTransform()).orElseThrow());
  }

  @Override
  public Map<PCollection<?>, ReplacementOutput> mapOutputs(
      Map<TupleTag<?>, PCollection<?>> outputs, PCollection<T> newOutput) {
    return ReplacementOutputs.singleton(outputs, newOutput);
  }
}
