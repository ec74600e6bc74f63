package dev.microbatch.runner.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.values.KV;
import org.joda.time.Instant;

/**
 * A record that was seen in the output of a node.
 *
 * @param node the node
 * @param key its key
 * @param value its value
 * @param timestamp its event time, in milliseconds
 * @param window its window
 * @param pane its pane
 */
record Observation(int node, String key, long value, long timestamp, String window, PaneInfo pane) {

  private static final Map<String, Queue<Observation>> RUNS = new ConcurrentHashMap<>();

  /** Begins to collect what a run observes. */
  static void begin(String run) {
    RUNS.put(run, new ConcurrentLinkedQueue<>());
  }

  /** What a run has observed. */
  static List<Observation> end(String run) {
    return new ArrayList<>(RUNS.remove(run));
  }

  /** Observes records. */
  static final class ObserveFn extends DoFn<KV<String, Long>, Void> {
    private static final long serialVersionUID = 1L;
    private final String run;
    private final int node;

    ObserveFn(String run, int node) {
      this.run = run;
      this.node = node;
    }

    @ProcessElement
    public void process(
        @Element KV<String, Long> in,
        @Timestamp Instant timestamp,
        BoundedWindow window,
        PaneInfo pane) {
      RUNS.get(run)
          .add(
              new Observation(
                  node,
                  in.getKey(),
                  in.getValue(),
                  timestamp.getMillis(),
                  window instanceof GlobalWindow ? "global" : window.toString(),
                  pane));
    }
  }
}
