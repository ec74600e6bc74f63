package dev.microbatch.executor.operator;

import dev.microbatch.executor.block.Meta;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The element that a DoFn is working on. One instance per operator, shared by everything that user
 * code can ask, so that the next element is two field writes and no allocation.
 */
final class CurrentElement {

  private @Nullable Object value;
  private @Nullable Meta meta;

  /** Moves on to another element. */
  void set(@Nullable Object newValue, Meta newMeta) {
    value = newValue;
    meta = newMeta;
  }

  /** Says that there is no element: the DoFn is between bundles, or starts or finishes one. */
  void clear() {
    value = null;
    meta = null;
  }

  /** The element's value. */
  @Nullable Object value() {
    return value;
  }

  /**
   * The element's metadata.
   *
   * @throws IllegalStateException if there is no element
   */
  Meta meta() {
    Meta known = meta;
    if (known == null) {
      throw new IllegalStateException(
          "A ProcessContext or OutputReceiver of @ProcessElement was used when no element is being"
              + " processed. Use it before the method returns; in @FinishBundle, output by the"
              + " FinishBundleContext.");
    }
    return known;
  }
}
