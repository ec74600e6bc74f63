package dev.microbatch.kafka.kill;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Expects of each event its number among the events of its key, from 1: {@code key=number:event}.
 * Each number of a key occurs once and goes to the right event, so the state of no key was lost,
 * went back, or was changed twice by one event.
 */
final class NumberedEvents implements Expectation {
  private final Map<Integer, Integer> eventsOfKey = new HashMap<>();
  private final List<Result> results = new ArrayList<>();

  @Override
  public void add(Event event) {
    int number = eventsOfKey.merge(event.key(), 1, Integer::sum);
    results.add(new Result(String.valueOf(event.key()), number + ":" + event.number()));
  }

  @Override
  public int size() {
    return results.size();
  }

  @Override
  public Optional<Result> of(int event) {
    return Optional.of(results.get(event));
  }

  @Override
  public long eventOf(Result result) {
    return Long.parseLong(result.value().substring(result.value().indexOf(':') + 1));
  }
}
