package dev.microbatch.executor.grouping;

import com.google.common.collect.LinkedListMultimap;
import com.google.common.collect.ListMultimap;
import dev.microbatch.executor.stage.Emitted;
import java.util.List;
import org.apache.beam.sdk.values.KV;

/**
 * What came of a case.
 *
 * @param panes the panes, in their order
 * @param figures where the stage stood whenever it had settled
 */
record Trace(List<Pane> panes, List<Figures> figures) {

  /**
   * A pane.
   *
   * @param emitted the pane; its batch is the round by whose end it had to be there
   * @param behind whether it is earlier than the watermark that was sent when the stage had settled
   *     for the last time, and so late for whoever is downstream
   * @param expired whether that watermark has passed even the lateness of its window, so that it is
   *     dropped there
   */
  record Pane(Emitted emitted, boolean behind, boolean expired) {
    Object keyAndWindow() {
      return List.of(((KV<?, ?>) emitted.value()).getKey(), emitted.windows());
    }
  }

  /**
   * Where the stage stood, in all of its partitions.
   *
   * @param round at whose end
   * @param watermark the output watermark
   * @param synchronizedLag how far synchronized processing time is behind processing time, as it
   *     was sent
   * @param hold what holds the output watermark back
   * @param nextWakeUp the processing time that it waits for
   * @param nextEventTime the watermark that it waits for
   * @param lateDrops how many records were dropped as late until then, once for each window
   */
  record Figures(
      int round,
      long watermark,
      long synchronizedLag,
      long hold,
      long nextWakeUp,
      long nextEventTime,
      long lateDrops) {}

  /** The panes of each key and window, in their order. */
  ListMultimap<Object, Pane> byKeyAndWindow() {
    ListMultimap<Object, Pane> groups = LinkedListMultimap.create();
    panes.forEach(pane -> groups.put(pane.keyAndWindow(), pane));
    return groups;
  }
}
