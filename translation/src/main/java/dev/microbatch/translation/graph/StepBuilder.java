package dev.microbatch.translation.graph;

import dev.microbatch.executor.plan.Output;
import dev.microbatch.executor.plan.StepSpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionView;
import org.apache.beam.sdk.values.TupleTag;

/** Adds one step to a graph: inputs first, then outputs, then {@link #add}. */
public final class StepBuilder {
  private final GraphBuilder graph;
  private final int id;
  private final String name;
  private final StepSpec spec;
  private final List<Port> inputs = new ArrayList<>();
  private final List<String> views = new ArrayList<>();
  private final List<Port> outputs = new ArrayList<>();
  private Routing routing = Routing.local();

  StepBuilder(GraphBuilder graph, int id, String name, StepSpec spec) {
    this.graph = graph;
    this.id = id;
    this.name = name;
    this.spec = spec;
  }

  /** Takes the records of a PCollection. */
  public StepBuilder from(PCollection<?> input) {
    return from(graph.ports(input));
  }

  /** Takes the records of ports. */
  public StepBuilder from(List<Port> ports) {
    inputs.addAll(ports);
    return this;
  }

  /** Says how the records must reach the step; without this they stay where they are. */
  public StepBuilder routed(Routing how) {
    routing = how;
    return this;
  }

  /** Reads side inputs. */
  public StepBuilder reading(Collection<? extends PCollectionView<?>> sideInputs) {
    for (PCollectionView<?> view : sideInputs) {
      views.add(graph.read(view));
    }
    return this;
  }

  /** Has one output, which is a PCollection. */
  public StepBuilder to(PCollection<?> output) {
    return to(Output.MAIN, output);
  }

  /** Has an output with a tag, which is a PCollection. */
  public StepBuilder to(TupleTag<?> tag, PCollection<?> output) {
    return to(tag.getId(), output);
  }

  private StepBuilder to(String tag, PCollection<?> output) {
    Port port =
        new Port(
            id,
            tag,
            name + '.' + tag,
            output.getCoder(),
            output.getWindowingStrategy().getWindowFn().windowCoder());
    outputs.add(port);
    graph.produce(output, List.of(port));
    return this;
  }

  /** Has one output, which is no PCollection of the pipeline. */
  public StepBuilder to(Coder<?> coder, Coder<? extends BoundedWindow> windowCoder) {
    outputs.add(new Port(id, Output.MAIN, name + '.' + Output.MAIN, coder, windowCoder));
    return this;
  }

  /**
   * Adds the step to the graph.
   *
   * @return its outputs
   */
  public List<Port> add() {
    LogicalStep step = new LogicalStep(id, name, spec, inputs, routing, views, outputs);
    graph.add(step);
    return step.outputs();
  }
}
