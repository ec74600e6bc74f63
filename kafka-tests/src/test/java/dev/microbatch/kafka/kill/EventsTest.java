package dev.microbatch.kafka.kill;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EventsTest {
  private static final int KEYS = 10;
  private static final int COUNT = 5_000;

  private final Events events = new Events(KEYS, 42);

  @Test
  void anEventIsKnownFromItsNumberAndTheSeed() {
    assertThat(new Events(KEYS, 42).get(17), is(events.get(17)));
    List<Integer> keys = keys(events);
    assertThat(keys(new Events(KEYS, 42)), is(keys));
    assertThat(keys(new Events(KEYS, 43)), is(not(keys)));
    assertThat(new HashSet<>(keys).size(), is(KEYS));
  }

  private static List<Integer> keys(Events events) {
    return IntStream.range(0, 200).mapToObj(number -> events.get(number).key()).toList();
  }

  @Test
  void theTimeOfAnEventTellsItsNumber() {
    assertThat(events.numberAt(events.get(17).millis()), is(17L));
    assertThat(events.numberAt(events.millis(0) - 1), is(-1L));
  }

  @Test
  void keysHaveSessionsOfManyLengthsThatHoldEveryEventOnce() {
    SessionsOfEvents sessions = new SessionsOfEvents(events);
    IntStream.range(0, COUNT).mapToObj(events::get).forEach(sessions::add);

    Set<Integer> lengths = new HashSet<>();
    int total = 0;
    for (int number = 0; number < COUNT; number++) {
      Optional<Result> session = sessions.of(number);
      if (session.isPresent()) {
        String[] parts = session.get().value().split(":");
        int length = Integer.parseInt(parts[2]);
        assertThat(length, is(eventsBetween(session.get().key(), parts[0], parts[1])));
        assertThat(sessions.eventOf(session.get()), is((long) number));
        lengths.add(length);
        total += length;
      }
    }
    assertThat(total, is(COUNT));
    assertThat(sessions.size(), is(allOf(greaterThan(COUNT / 20), lessThan(COUNT / 4))));
    assertThat(lengths.size(), is(greaterThan(10)));
  }

  private int eventsBetween(String key, String start, String end) {
    return (int)
        IntStream.range(0, COUNT)
            .mapToObj(events::get)
            .filter(event -> String.valueOf(event.key()).equals(key))
            .filter(event -> event.millis() >= Long.parseLong(start))
            .filter(event -> event.millis() < Long.parseLong(end))
            .count();
  }
}
