package dev.microbatch.translation.transform;

import static org.apache.beam.sdk.util.construction.PTransformTranslation.ASSIGN_WINDOWS_TRANSFORM_URN;
import static org.apache.beam.sdk.util.construction.PTransformTranslation.COMBINE_PER_KEY_TRANSFORM_URN;
import static org.apache.beam.sdk.util.construction.PTransformTranslation.CREATE_VIEW_TRANSFORM_URN;
import static org.apache.beam.sdk.util.construction.PTransformTranslation.FLATTEN_TRANSFORM_URN;
import static org.apache.beam.sdk.util.construction.PTransformTranslation.GROUP_BY_KEY_TRANSFORM_URN;
import static org.apache.beam.sdk.util.construction.PTransformTranslation.IMPULSE_TRANSFORM_URN;
import static org.apache.beam.sdk.util.construction.PTransformTranslation.PAR_DO_TRANSFORM_URN;
import static org.apache.beam.sdk.util.construction.PTransformTranslation.READ_TRANSFORM_URN;
import static org.apache.beam.sdk.util.construction.PTransformTranslation.REDISTRIBUTE_ARBITRARILY_URN;
import static org.apache.beam.sdk.util.construction.PTransformTranslation.REDISTRIBUTE_BY_KEY_URN;
import static org.apache.beam.sdk.util.construction.PTransformTranslation.RESHUFFLE_URN;
import static org.apache.beam.sdk.util.construction.PTransformTranslation.SPLITTABLE_PROCESS_KEYED_URN;
import static org.apache.beam.sdk.util.construction.PTransformTranslation.TEST_STREAM_TRANSFORM_URN;

import dev.microbatch.translation.graph.GraphBuilder;
import java.util.List;
import java.util.Optional;
import org.apache.beam.sdk.runners.AppliedPTransform;
import org.apache.beam.sdk.testing.TestStream;
import org.apache.beam.sdk.transforms.Combine;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.Impulse;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Redistribute;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.util.construction.PTransformTranslation;
import org.apache.beam.sdk.util.construction.SplittableParDo;
import org.checkerframework.checker.nullness.qual.Nullable;

/** All translators, found by the URN and the class of a transform. Stateless. */
public final class TransformTranslators {

  @SuppressWarnings("deprecation") // these URNs are still what Beam's transforms have
  private static final List<Entry<?>> ENTRIES =
      List.of(
          entry(PAR_DO_TRANSFORM_URN, ParDo.MultiOutput.class, new ParDoTranslator()),
          entry(FLATTEN_TRANSFORM_URN, Flatten.PCollections.class, new FlattenTranslator()),
          entry(ASSIGN_WINDOWS_TRANSFORM_URN, Window.Assign.class, new AssignWindowsTranslator()),
          entry(COMBINE_PER_KEY_TRANSFORM_URN, Combine.PerKey.class, new CombineTranslator()),
          entry(GROUP_BY_KEY_TRANSFORM_URN, GroupByKey.class, new GroupByKeyTranslator()),
          entry(IMPULSE_TRANSFORM_URN, Impulse.class, new ImpulseTranslator()),
          entry(
              READ_TRANSFORM_URN,
              SplittableParDo.PrimitiveBoundedRead.class,
              new BoundedReadTranslator()),
          entry(
              READ_TRANSFORM_URN,
              SplittableParDo.PrimitiveUnboundedRead.class,
              new UnboundedReadTranslator()),
          entry(TEST_STREAM_TRANSFORM_URN, TestStream.class, new TestStreamTranslator()),
          entry(CREATE_VIEW_TRANSFORM_URN, View.CreatePCollectionView.class, new ViewTranslator()),
          entry(RESHUFFLE_URN, Reshuffle.class, new ByKeyTranslator()),
          entry(
              REDISTRIBUTE_BY_KEY_URN, Redistribute.RedistributeByKey.class, new ByKeyTranslator()),
          entry(null, Reshuffle.ViaRandomKey.class, new RebalanceTranslator()),
          entry(
              REDISTRIBUTE_ARBITRARILY_URN,
              Redistribute.RedistributeArbitrarily.class,
              new RebalanceTranslator()),
          entry(
              SPLITTABLE_PROCESS_KEYED_URN,
              SplittableParDo.ProcessKeyedElements.class,
              new SplittableProcessTranslator()));

  private TransformTranslators() {}

  /**
   * Finds the translator of a transform.
   *
   * @return what adds its steps, or nothing if no translator accepts it
   */
  public static Optional<Translation> find(AppliedPTransform<?, ?, ?> applied) {
    PTransform<?, ?> transform = applied.getTransform();
    String urn = PTransformTranslation.urnForTransformOrNull(transform);
    for (Entry<?> entry : ENTRIES) {
      if (entry.matches(urn, transform)) {
        return entry.translation(applied);
      }
    }
    return Optional.empty();
  }

  /** A transform and its translator. */
  @FunctionalInterface
  public interface Translation {

    /** Adds the steps of the transform. */
    void addTo(GraphBuilder graph);
  }

  private static <T extends PTransform<?, ?>> Entry<T> entry(
      @Nullable String urn, Class<?> type, TransformTranslator<T> translator) {
    return new Entry<>(urn, type, translator);
  }

  /**
   * A translator and what it is for.
   *
   * @param urn the URN of the transforms, or null if they have none
   * @param type the class of the transforms
   */
  private record Entry<T extends PTransform<?, ?>>(
      @Nullable String urn, Class<?> type, TransformTranslator<T> translator) {

    boolean matches(@Nullable String itsUrn, PTransform<?, ?> transform) {
      return type.isInstance(transform) && (urn == null || urn.equals(itsUrn));
    }

    @SuppressWarnings("unchecked")
    Optional<Translation> translation(AppliedPTransform<?, ?, ?> applied) {
      T transform = (T) applied.getTransform();
      return translator.accepts(applied, transform)
          ? Optional.of(graph -> translator.translate(applied, transform, graph))
          : Optional.empty();
    }
  }
}
