package dev.microbatch.runner.differential;

import dev.microbatch.runner.differential.RandomPipeline.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Makes a pipeline on which the runners differ smaller: drops nodes, passes them by, drops records,
 * as long as the runners still differ.
 */
final class Shrinker {

  private final Predicate<RandomPipeline> differs;
  private int left;

  /**
   * Creates a shrinker.
   *
   * @param differs whether the runners differ on a pipeline
   * @param attempts how many pipelines may be tried
   */
  Shrinker(Predicate<RandomPipeline> differs, int attempts) {
    this.differs = differs;
    this.left = attempts;
  }

  /** The smallest pipeline that was found. */
  RandomPipeline shrink(RandomPipeline pipeline) {
    RandomPipeline best = pipeline;
    boolean better = true;
    while (better) {
      RandomPipeline before = best;
      best = records(nodes(best));
      better = !best.equals(before);
    }
    return best;
  }

  private RandomPipeline nodes(RandomPipeline pipeline) {
    RandomPipeline best = pipeline;
    for (int i = best.nodes().size() - 1; i >= 0; i--) {
      for (RandomPipeline smaller : List.of(without(best, i), passed(best, i))) {
        if (stillDiffers(smaller)) {
          best = smaller;
          break;
        }
      }
    }
    return best;
  }

  private RandomPipeline records(RandomPipeline pipeline) {
    RandomPipeline best = pipeline;
    for (int input = 0; input < best.inputs().size(); input++) {
      int size = best.inputs().get(input).size();
      for (int chunk = Math.max(1, size / 2); chunk >= 1; chunk /= 2) {
        int from = 0;
        while (from < best.inputs().get(input).size()) {
          RandomPipeline smaller = without(best, input, from, chunk);
          if (stillDiffers(smaller)) {
            best = smaller;
          } else {
            from += chunk;
          }
        }
      }
    }
    return best;
  }

  private boolean stillDiffers(RandomPipeline pipeline) {
    return left-- > 0 && !pipeline.traits().contains(null) && differs.test(pipeline);
  }

  /** Without a node and everything that comes from it. */
  private static RandomPipeline without(RandomPipeline pipeline, int index) {
    List<Node> nodes = new ArrayList<>();
    int first = pipeline.inputs().size();
    List<Integer> renamed = new ArrayList<>();
    for (int i = 0; i < first; i++) {
      renamed.add(i);
    }
    for (int i = 0; i < pipeline.nodes().size(); i++) {
      Node node = pipeline.nodes().get(i);
      List<Integer> taken = node.inputs().stream().map(renamed::get).toList();
      if (i == index || taken.contains(-1)) {
        renamed.add(-1);
      } else {
        renamed.add(first + nodes.size());
        nodes.add(new Node(node.step(), taken, node.observed()));
      }
    }
    return new RandomPipeline(pipeline.inputs(), nodes);
  }

  /** With a node replaced by its first input. */
  private static RandomPipeline passed(RandomPipeline pipeline, int index) {
    List<Node> nodes = new ArrayList<>();
    int id = pipeline.inputs().size() + index;
    int instead = pipeline.nodes().get(index).inputs().get(0);
    for (int i = 0; i < pipeline.nodes().size(); i++) {
      Node node = pipeline.nodes().get(i);
      if (i != index) {
        List<Integer> taken =
            node.inputs().stream().map(t -> t == id ? instead : t > id ? t - 1 : t).toList();
        nodes.add(new Node(node.step(), taken, node.observed()));
      }
    }
    return new RandomPipeline(pipeline.inputs(), nodes);
  }

  private static RandomPipeline without(RandomPipeline pipeline, int input, int from, int count) {
    List<List<Element>> inputs = new ArrayList<>(pipeline.inputs());
    List<Element> elements = new ArrayList<>(inputs.get(input));
    elements.subList(from, Math.min(from + count, elements.size())).clear();
    inputs.set(input, List.copyOf(elements));
    return new RandomPipeline(inputs, pipeline.nodes());
  }
}
