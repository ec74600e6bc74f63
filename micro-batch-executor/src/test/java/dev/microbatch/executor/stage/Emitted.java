package dev.microbatch.executor.stage;

import com.google.common.collect.ImmutableSet;
import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.view.ViewPane;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.values.CausedByDrain;
import org.apache.beam.sdk.values.KV;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A record that a stage has put out, in a form that can be compared.
 *
 * @param batch in which batch of the scenario, from 0
 * @param value the value; byte arrays as text, iterables and panes of side inputs as lists
 * @param timestamp in milliseconds
 * @param windows its windows
 * @param pane its pane
 * @param drain whether the pipeline's being drained has caused it
 */
public record Emitted(
    int batch,
    @Nullable Object value,
    long timestamp,
    Set<BoundedWindow> windows,
    PaneInfo pane,
    CausedByDrain drain) {

  /**
   * A record in that form.
   *
   * @param batch in which batch of the scenario, from 0
   */
  public static Emitted of(int batch, Object value, Meta meta) {
    return new Emitted(
        batch,
        plain(value),
        meta.timestamp(),
        ImmutableSet.copyOf(meta.windows()),
        meta.pane(),
        meta.causedByDrain());
  }

  private static @Nullable Object plain(@Nullable Object value) {
    if (value instanceof byte[] bytes) {
      return "0x" + HexFormat.of().formatHex(bytes);
    }
    if (value instanceof KV<?, ?> pair) {
      return KV.of(plain(pair.getKey()), plain(pair.getValue()));
    }
    if (value instanceof ViewPane pane) {
      return plain(pane.values());
    }
    if (value instanceof Iterable<?> elements) {
      List<Object> list = new ArrayList<>();
      elements.forEach(element -> list.add(plain(element)));
      return list;
    }
    return value;
  }

  @Override
  public String toString() {
    return value
        + " at "
        + timestamp
        + " in "
        + windows
        + " "
        + pane
        + " in batch "
        + batch
        + (drain == CausedByDrain.NORMAL ? "" : " by the drain");
  }
}
