package dev.microbatch.examples.log;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;

import java.util.List;
import org.junit.jupiter.api.Test;

class TrafficFnTest {
  private final TrafficFn fn = new TrafficFn();

  @Test
  void countsClientsOnceAndErrorsByWhoIsToBlame() {
    TrafficAccumulator accumulator =
        accumulate(request("a", 200), request("b", 404), request("a", 503), request("b", 399));

    assertThat(fn.extractOutput(accumulator), equalTo(new Traffic(4, 40, 1, 1, 2)));
  }

  @Test
  void mergingEqualsAddingAllAndLeavesAllButTheFirstAsTheyWere() {
    TrafficAccumulator first = accumulate(request("a", 200), request("b", 200));
    TrafficAccumulator second = accumulate(request("b", 500), request("c", 200));
    TrafficAccumulator third = accumulate();

    TrafficAccumulator merged = fn.mergeAccumulators(List.of(first, second, third));

    assertThat(fn.extractOutput(merged), equalTo(new Traffic(4, 40, 0, 1, 3)));
    assertThat(fn.extractOutput(second), equalTo(new Traffic(2, 20, 0, 1, 2)));
    assertThat(fn.extractOutput(third), equalTo(new Traffic(0, 0, 0, 0, 0)));
  }

  @Test
  void figuresOfNoRequestsAreZero() {
    Traffic none = fn.extractOutput(fn.mergeAccumulators(List.of()));

    assertThat(none.meanBytes(), is(0.0));
    assertThat(none.errorRate(), is(0.0));
  }

  private TrafficAccumulator accumulate(AccessRecord... requests) {
    TrafficAccumulator accumulator = fn.createAccumulator();
    for (AccessRecord request : requests) {
      accumulator = fn.addInput(accumulator, request);
    }
    return accumulator;
  }

  private static AccessRecord request(String client, int status) {
    return new AccessRecord(client, 0, status, 10);
  }
}
