package dev.microbatch.executor.stage;

import dev.microbatch.executor.plan.Exchange;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.Stage;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which upstream partitions have sent their last block of this batch, and the times that they sent
 * behind it.
 *
 * <p>Not thread-safe: owned by one task.
 */
final class UpstreamEnds {

  private final String name;
  private final int partition;
  private final Map<Integer, Input> inputs = new TreeMap<>();
  private int expected;
  private int missing;

  /** One input; a time is null as long as that partition has not ended. */
  private record Input(Exchange exchange, int first, Times[] ended) {}

  /**
   * Nobody has ended yet.
   *
   * @param name how the program is called in messages
   * @param partition its partition
   * @param parallelism how many partitions each stage has
   */
  UpstreamEnds(Plan plan, Stage stage, String name, int partition, int parallelism) {
    this.name = name;
    this.partition = partition;
    for (int input : stage.mainInputs()) {
      add(plan.exchanges().get(input), parallelism);
    }
    for (int input : stage.sideInputs().values()) {
      add(plan.exchanges().get(input), parallelism);
    }
  }

  private void add(Exchange exchange, int parallelism) {
    boolean forward = exchange.kind() == Exchange.Kind.FORWARD;
    Times[] ended = new Times[forward ? 1 : parallelism];
    inputs.put(exchange.id(), new Input(exchange, forward ? partition : 0, ended));
    expected += ended.length;
  }

  /** Begins a batch: all are awaited. */
  void begin() {
    inputs.values().forEach(input -> Arrays.fill(input.ended, null));
    missing = expected;
  }

  /**
   * Notes one end.
   *
   * @throws IllegalStateException if it has come before in this batch, or is none that comes here
   */
  void add(int exchange, int upstreamPartition, Times times) {
    Input input = inputs.get(exchange);
    int index = input == null ? -1 : upstreamPartition - input.first;
    if (index < 0 || index >= input.ended.length) {
      throw new IllegalStateException(
          "%s: the end of partition %d of exchange %d does not belong here"
              .formatted(name, upstreamPartition, exchange));
    }
    if (input.ended[index] != null) {
      throw new IllegalStateException(
          "%s: the end of partition %d of exchange %d (%s) has come twice in one batch"
              .formatted(name, upstreamPartition, exchange, input.exchange.name()));
    }
    input.ended[index] = times;
    missing--;
  }

  /** Whether somebody has not ended yet. */
  boolean areMissing() {
    return missing > 0;
  }

  /**
   * Checks that everybody has ended.
   *
   * @throws IllegalStateException if not; it names one that is missing
   */
  void check() {
    if (missing == 0) {
      return;
    }
    for (Input input : inputs.values()) {
      int index = Arrays.asList(input.ended).indexOf(null);
      if (index >= 0) {
        throw new IllegalStateException(
            "%s: %d of %d ends are missing, among them that of partition %d of exchange %d (%s)"
                .formatted(
                    name,
                    missing,
                    expected,
                    input.first + index,
                    input.exchange.id(),
                    input.exchange.name()));
      }
    }
  }

  /** The earliest times among the partitions of an input, all of which have ended. */
  Times earliest(int exchange) {
    Times earliest = Times.NONE;
    for (Times of : inputs.get(exchange).ended) {
      earliest = earliest.min(of);
    }
    return earliest;
  }
}
