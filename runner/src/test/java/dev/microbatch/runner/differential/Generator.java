package dev.microbatch.runner.differential;

import dev.microbatch.runner.differential.RandomPipeline.Node;
import dev.microbatch.runner.differential.Traits.Firing;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.TimestampCombiner;

/** Makes random pipelines, the same ones for the same seed. */
final class Generator {

  /** A pipeline whose PCollections may be larger is slow and shows nothing more. */
  private static final int MAX_SIZE = 300;

  private static final Windowing.Shape[] SHAPES = {
    Windowing.Shape.GLOBAL,
    Windowing.Shape.FIXED,
    Windowing.Shape.FIXED,
    Windowing.Shape.SLIDING,
    Windowing.Shape.SLIDING,
    Windowing.Shape.SESSIONS,
    Windowing.Shape.SESSIONS
  };

  private static final List<String> KEYS = List.of("a", "b", "", "k1", "k2", "\u00e9\ud83d\ude00");

  private final Random random;

  Generator(long seed) {
    // Neighbouring seeds would begin alike.
    this.random = new Random(seed * 0x9e3779b97f4a7c15L);
    random.nextLong();
  }

  Settings settings() {
    return Settings.random(random);
  }

  RandomPipeline pipeline() {
    List<List<Element>> inputs = new ArrayList<>();
    for (int i = 1 + random.nextInt(2); i > 0; i--) {
      inputs.add(input());
    }
    List<Node> nodes = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      if (random.nextInt(8) > 0) {
        nodes.add(new Node(new ElementSteps.Into(windowing()), List.of(i), false));
      }
    }
    for (int i = 2 + random.nextInt(6); i > 0; i--) {
      add(inputs, nodes);
    }
    return new RandomPipeline(inputs, nodes);
  }

  /** Adds a step to nodes that allow it. */
  private void add(List<List<Element>> inputs, List<Node> nodes) {
    List<Traits> traits = new RandomPipeline(inputs, nodes).traits();
    for (int attempt = 0; attempt < 100; attempt++) {
      Step step = step();
      List<Integer> taken = new ArrayList<>();
      for (int i = 0; i < step.inputs(); i++) {
        taken.add(take(traits, inputs.size()));
      }
      Traits output = step.traits(taken.stream().map(traits::get).toList());
      if (output != null && output.size() <= MAX_SIZE) {
        nodes.add(new Node(step, taken, random.nextInt(4) == 0));
        return;
      }
    }
  }

  /**
   * A node that something can be computed from: rather a late one than an early one, and rarely an
   * input as it is, because most of the model is about windows.
   */
  private int take(List<Traits> traits, int inputs) {
    for (; ; ) {
      int from = random.nextInt(8) == 0 || traits.size() == inputs ? 0 : inputs;
      int node = from + random.nextInt(traits.size() - from);
      if (random.nextInt(2) == 0) {
        node = Math.max(node, from + random.nextInt(traits.size() - from));
      }
      if (traits.get(node).isDetermined()) {
        return node;
      }
    }
  }

  private List<Element> input() {
    int size = random.nextInt(12) == 0 ? 0 : 5 + random.nextInt(35);
    long span = pick(1L, 30L, 200L, 5_000L);
    long start = random.nextInt(20) == 0 ? BoundedWindow.TIMESTAMP_MIN_VALUE.getMillis() : -20;
    int keys = 1 + random.nextInt(KEYS.size());
    List<Element> elements = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      elements.add(
          new Element(
              KEYS.get(random.nextInt(keys)),
              random.nextInt(20) - 3,
              start + (long) (random.nextDouble() * span)));
    }
    return elements;
  }

  private Step step() {
    return switch (random.nextInt(11)) {
      case 0, 1, 2 -> element();
      case 3 -> window();
      case 4, 5, 6 -> group();
      case 7 -> join();
      case 8 -> side();
      case 9 -> state();
      default -> new ShuffleSteps.Shuffle(pick(ShuffleSteps.Kind.values()));
    };
  }

  private Step element() {
    return switch (random.nextInt(8)) {
      case 0 -> new ElementSteps.MapValue(random.nextInt(10));
      case 1 -> new ElementSteps.Rekey(1 + random.nextInt(4));
      case 2 -> new ElementSteps.Filter(2 + random.nextInt(3));
      case 3 -> new ElementSteps.FlatMap(1 + random.nextInt(3));
      case 4 -> new ElementSteps.SeeWindow();
      case 5 -> new ElementSteps.AtEndOfBundle();
      case 6 -> new ElementSteps.Split();
      default -> new ElementSteps.CountUp(1 + random.nextInt(3));
    };
  }

  private Step window() {
    return random.nextInt(4) == 0
        ? new ElementSteps.Later(1 + random.nextInt(30), windowing())
        : new ElementSteps.Into(windowing());
  }

  private Step group() {
    return switch (random.nextInt(7)) {
      case 0, 1, 2 -> new GroupSteps.Group(pick(KeyForm.values()));
      case 3, 4 ->
          new GroupSteps.CombineByKey(
              pick(KeyForm.values()), pick(Combiner.values()), pick(0, 0, 2));
      case 5 -> new GroupSteps.CombineAll(pick(Combiner.values()), pick(0, 0, 2));
      default -> new GroupSteps.Unique(pick(KeyForm.values()));
    };
  }

  private Step join() {
    return switch (random.nextInt(4)) {
      case 0, 1 -> new GroupSteps.Join(once());
      case 2 -> new GroupSteps.Union(windowing());
      default -> new GroupSteps.Twice();
    };
  }

  private Step side() {
    return random.nextInt(6) == 0
        ? new SideSteps.WaitOn(once())
        : new SideSteps.ReadSide(
            pick(SideSteps.Kind.values()),
            pick(KeyForm.values()),
            once(),
            random.nextBoolean(),
            random.nextBoolean());
  }

  private Step state() {
    return switch (random.nextInt(6)) {
      case 0 -> new StateSteps.SumAtEnd();
      case 1 -> new StateSteps.FirstOfEach();
      case 2 -> new StateSteps.Rank();
      case 3 -> new StateSteps.CountAtExpiration();
      case 4 -> new StateSteps.Tally(pick(KeyForm.values()));
      default -> new StateSteps.TimerPerTime(random.nextInt(20));
    };
  }

  /** Windows that fire once. */
  private Windowing once() {
    return windowing(Triggering.DEFAULT);
  }

  private Windowing windowing() {
    return windowing(random.nextBoolean() ? Triggering.DEFAULT : pick(Triggering.values()));
  }

  private Windowing windowing(Triggering triggering) {
    long size = pick(1L, 7L, 10L, 50L, 1_000L);
    return new Windowing(
        pick(SHAPES),
        size,
        1 + random.nextInt((int) Math.min(size, 20)),
        random.nextInt(20),
        triggering,
        1 + random.nextInt(4),
        random.nextBoolean(),
        triggering == Triggering.DEFAULT || triggering == Triggering.NEVER
            ? pick(0L, 0L, 5L, 1_000L)
            : pick(0L, 5L),
        triggering.kind() == Firing.Kind.ONCE
            ? pick(
                TimestampCombiner.END_OF_WINDOW,
                TimestampCombiner.END_OF_WINDOW,
                TimestampCombiner.EARLIEST,
                TimestampCombiner.LATEST)
            : TimestampCombiner.END_OF_WINDOW);
  }

  @SafeVarargs
  @SuppressWarnings("varargs")
  private <T> T pick(T... choices) {
    return choices[random.nextInt(choices.length)];
  }
}
