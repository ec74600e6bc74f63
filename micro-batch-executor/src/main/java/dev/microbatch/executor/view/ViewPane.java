package dev.microbatch.executor.view;

import dev.microbatch.executor.block.KeyCodec;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.transforms.Materializations;
import org.apache.beam.sdk.transforms.Materializations.IterableView;
import org.apache.beam.sdk.transforms.ViewFn;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollectionView;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The complete contents of a side input in one window, as of one trigger firing. It is broadcast by
 * reference: all consumers in the process share it, and with it the view that is decoded from it on
 * first use.
 *
 * <p>Thread-safe.
 */
public final class ViewPane {

  private final Iterable<?> values;
  private volatile @Nullable Decoded decoded;

  /** A decoded view, which may itself be null. */
  private record Decoded(@Nullable Object view) {}

  /**
   * Creates a pane.
   *
   * @param values the elements of the PCollection in that window; never changed after this call
   */
  public ViewPane(Iterable<?> values) {
    this.values = values;
  }

  /** The elements that the view is made of. */
  public Iterable<?> values() {
    return values;
  }

  /**
   * What a DoFn sees when it asks for the side input.
   *
   * @param view the side input; always the same for one pane
   * @throws IllegalStateException if the view wants a materialization that is not known here
   */
  public @Nullable Object decode(PCollectionView<?> view) {
    Decoded known = decoded;
    if (known == null) {
      synchronized (this) {
        known = decoded;
        if (known == null) {
          known = new Decoded(apply(view));
          decoded = known;
        }
      }
    }
    return known.view();
  }

  @SuppressWarnings({"unchecked", "deprecation"}) // the accessors are marked so for users
  private Object apply(PCollectionView<?> view) {
    ViewFn<Object, ?> viewFn = (ViewFn<Object, ?>) view.getViewFn();
    String materialization = viewFn.getMaterialization().getUrn();
    switch (materialization) {
      case Materializations.ITERABLE_MATERIALIZATION_URN:
        IterableView<Object> iterable = () -> (Iterable<Object>) values;
        return viewFn.apply(iterable);
      case Materializations.MULTIMAP_MATERIALIZATION_URN:
        Coder<Object> keyCoder = ((KvCoder<Object, Object>) view.getCoderInternal()).getKeyCoder();
        return viewFn.apply(
            new PaneMultimap<>(KeyCodec.of(keyCoder), (Iterable<KV<Object, Object>>) values));
      default:
        throw new IllegalStateException(
            "The side input " + view + " asks for the unknown materialization " + materialization);
    }
  }
}
