package dev.microbatch.benchmarks.pipelines;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

class ExchangeTest {

  private final Map<Long, HandWorker> owners = new ConcurrentHashMap<>();

  @Test
  void allRecordsOfAKeyReachOneWorker() {
    Outcome outcome = Exchange.run(100_000, 3, Owner::new);
    assertThat(outcome.count(), is(100_000L));
    assertThat(outcome.checksum(), is(99_999L * 100_000 / 2));
    assertThat(owners.size(), is(50));
    assertThat(owners.values().stream().distinct().count(), is(3L));
  }

  @Test
  void aFailureOfOneThreadEndsTheOthers() {
    IllegalStateException e =
        assertThrows(IllegalStateException.class, () -> Exchange.run(1_000_000, 2, Failing::new));
    assertThat(e.getCause().getMessage(), is("on purpose"));
  }

  @Test
  void anIndexKeepsTheNumbersOfItsKeysWhileItGrows() {
    LongIndex index = new LongIndex();
    Map<Long, Integer> expected = new HashMap<>();
    for (long i = 0; i < 20_000; i++) {
      long key = Numbers.below(i, 10_000) - 5_000;
      expected.putIfAbsent(key, expected.size());
      assertThat(index.add(key), is(expected.get(key)));
    }
    assertThat(index.size(), is(expected.size()));
    expected.forEach((key, at) -> assertThat(index.key(index.find(key)), is(key)));
    assertThat(index.find(77_777), is(-1));
  }

  private final class Owner extends HandWorker {
    private long count;
    private long sum;

    @Override
    void generate(long number) {
      send(number % 50, number, 0);
    }

    @Override
    void receive(long key, long value, long time, Object payload) {
      HandWorker before = owners.putIfAbsent(key, this);
      if (before != null && before != this) {
        throw new IllegalStateException(key + " has two owners");
      }
      count++;
      sum += value;
    }

    @Override
    Outcome finish() {
      return new Outcome(count, sum);
    }
  }

  private static final class Failing extends HandWorker {
    @Override
    void generate(long number) {
      if (number == 500_000) {
        throw new IllegalArgumentException("on purpose");
      }
      send(number, number, 0);
    }

    @Override
    void receive(long key, long value, long time, Object payload) {}

    @Override
    Outcome finish() {
      return Outcome.EMPTY;
    }
  }
}
