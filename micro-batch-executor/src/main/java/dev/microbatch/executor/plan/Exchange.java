package dev.microbatch.executor.plan;

import java.io.Serializable;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * How the records of one output of a stage reach the stage that consumes them.
 *
 * @param id its index in {@link Plan#exchanges()}
 * @param name the PCollection that crosses, for people
 * @param fromStage the producing stage; smaller than {@code toStage}
 * @param toStage the consuming stage
 * @param kind which target partition a record goes to
 * @param coder the coder of the values
 * @param windowCoder the coder of the windows
 * @param keyCoder the coder of the keys of the {@code KV} values; not null exactly if {@code kind}
 *     is {@link Kind#BY_KEY}
 * @param viewId the side input that travels here ({@code
 *     PCollectionView#getTagInternal().getId()}), or null if these records are the consumer's main
 *     input
 */
public record Exchange(
    int id,
    String name,
    int fromStage,
    int toStage,
    Kind kind,
    Coder<?> coder,
    Coder<? extends BoundedWindow> windowCoder,
    @Nullable Coder<?> keyCoder,
    @Nullable String viewId)
    implements Serializable {

  /** Which target partition a record goes to. */
  public enum Kind {
    /** The partition that it comes from. */
    FORWARD,
    /** The owner of its key's key group. */
    BY_KEY,
    /** Any: they take turns. */
    REBALANCE,
    /** All of them. */
    BROADCAST
  }

  /** Checks what the description promises. */
  public Exchange {
    if (fromStage >= toStage) {
      throw new IllegalArgumentException(
          "exchange " + name + " leads back from stage " + fromStage + " to " + toStage);
    }
    if ((kind == Kind.BY_KEY) != (keyCoder != null)) {
      throw new IllegalArgumentException("exchange " + name + " needs a key coder if by key");
    }
  }
}
