package dev.microbatch.translation.graph;

import dev.microbatch.executor.plan.StepSpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.transforms.windowing.DefaultTrigger;
import org.apache.beam.sdk.transforms.windowing.TimestampCombiner;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionView;
import org.apache.beam.sdk.values.WindowingStrategy;
import org.joda.time.Duration;

/** Collects the steps of a pipeline, and knows which ports each PCollection comes from. */
public final class GraphBuilder {
  private final boolean specialized;
  private final StepNames names = new StepNames();
  private final List<LogicalStep> steps = new ArrayList<>();
  private final Map<PCollection<?>, List<Port>> producers = new HashMap<>();
  private final Map<String, DeclaredView> declared = new HashMap<>();
  private final Map<String, PCollectionView<?>> read = new LinkedHashMap<>();

  private record DeclaredView(String name, PCollection<?> contents) {}

  /**
   * Begins an empty graph.
   *
   * @param specialized whether groupings may use an aggregator made for their windowing
   */
  public GraphBuilder(boolean specialized) {
    this.specialized = specialized;
  }

  /**
   * Chooses what keeps the groups of a grouping.
   *
   * @param windowing its windowing strategy
   */
  public StepSpec.Aggregator aggregator(WindowingStrategy<?, ?> windowing) {
    return specialized && firesOnce(windowing)
        ? StepSpec.Aggregator.WINDOW_TABLE
        : StepSpec.Aggregator.TRIGGERED;
  }

  /** Whether each window fires exactly once, at its end. */
  private static boolean firesOnce(WindowingStrategy<?, ?> windowing) {
    return !windowing.needsMerge()
        && windowing.getTrigger() instanceof DefaultTrigger
        && windowing.getAllowedLateness().equals(Duration.ZERO)
        && windowing.getTimestampCombiner() == TimestampCombiner.END_OF_WINDOW;
  }

  /**
   * Begins a step.
   *
   * @param name Beam's unique name of the transform; the step's is the same in every JVM
   * @param spec what it does
   */
  public StepBuilder step(String name, StepSpec spec) {
    return new StepBuilder(this, steps.size(), names.stable(name), spec);
  }

  /**
   * Makes a PCollection the union of others, without a step.
   *
   * @param inputs the others; one that stands twice counts twice
   * @param output the union
   */
  public void union(Collection<PCollection<?>> inputs, PCollection<?> output) {
    List<Port> ports = new ArrayList<>();
    for (PCollection<?> input : inputs) {
      ports.addAll(ports(input));
    }
    produce(output, ports);
  }

  /**
   * Says what a view contains. The steps that make it are added only if somebody reads it.
   *
   * @param view the view
   * @param name Beam's unique name of the transform that makes it
   * @param contents the elements
   */
  public void view(PCollectionView<?> view, String name, PCollection<?> contents) {
    declared.put(id(view), new DeclaredView(name, contents));
  }

  /** The graph, with the steps that make the views that are read. */
  public LogicalGraph build() {
    ViewSteps viewSteps = new ViewSteps(this);
    Map<String, Port> views = new HashMap<>();
    read.forEach((id, view) -> views.put(id, materialize(viewSteps, id, view)));
    return new LogicalGraph(steps, views);
  }

  /**
   * A view knows its PCollection itself. It need not be the one that the transform that makes the
   * view is applied to, but it has the same elements.
   */
  @SuppressWarnings("deprecation") // for runners, not for users
  private Port materialize(ViewSteps viewSteps, String id, PCollectionView<?> view) {
    DeclaredView known = declared.get(id);
    PCollection<?> contents = view.getPCollection();
    if (contents == null || !producers.containsKey(contents)) {
      if (known == null) {
        throw new IllegalArgumentException(
            "The side input " + view + " is read, but no step of the pipeline makes it.");
      }
      contents = known.contents;
    }
    return viewSteps.add(
        view, known == null ? contents.getName() + "/AsView" : known.name, contents);
  }

  /**
   * The ports that a PCollection comes from.
   *
   * @throws IllegalStateException if no step that was added makes it
   */
  public List<Port> ports(PCollection<?> collection) {
    List<Port> ports = producers.get(collection);
    if (ports == null) {
      throw new IllegalStateException("No step makes the PCollection " + collection.getName());
    }
    return ports;
  }

  /** How many steps there are. */
  public int size() {
    return steps.size();
  }

  /** The steps that were added when there were so many already. */
  public List<LogicalStep> since(int size) {
    return List.copyOf(steps.subList(size, steps.size()));
  }

  void produce(PCollection<?> collection, List<Port> ports) {
    producers.put(collection, List.copyOf(ports));
  }

  String read(PCollectionView<?> view) {
    String id = id(view);
    read.put(id, view);
    return id;
  }

  void add(LogicalStep step) {
    if (step.id() != steps.size()) {
      throw new IllegalStateException(
          "step " + step.name() + " was begun before another was added");
    }
    steps.add(step);
  }

  @SuppressWarnings("deprecation") // for runners, not for users
  private static String id(PCollectionView<?> view) {
    return view.getTagInternal().getId();
  }
}
