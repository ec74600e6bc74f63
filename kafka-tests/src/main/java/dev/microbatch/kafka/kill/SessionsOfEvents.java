package dev.microbatch.kafka.kill;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Expects the sessions of each key, with their bounds and how many events they have: {@code
 * key=start:end:count}. The result belongs to the session's first event, whose time is the start.
 */
final class SessionsOfEvents implements Expectation {
  private final Events events;
  private final Map<Integer, Session> current = new HashMap<>();

  /** By event: the session if the event is its first, else null. */
  private final List<Session> sessions = new ArrayList<>();

  private int count;

  SessionsOfEvents(Events events) {
    this.events = events;
  }

  @Override
  public void add(Event event) {
    Session session = current.get(event.key());
    boolean first = session == null || event.millis() >= session.end;
    if (first) {
      session = new Session(event);
      current.put(event.key(), session);
      count++;
    }
    session.count++;
    session.end = event.millis() + events.sessionGapMillis();
    sessions.add(first ? session : null);
  }

  @Override
  public int size() {
    return count;
  }

  @Override
  public Optional<Result> of(int event) {
    return Optional.ofNullable(sessions.get(event)).map(Session::result);
  }

  @Override
  public long eventOf(Result result) {
    return events.numberAt(
        Long.parseLong(result.value().substring(0, result.value().indexOf(':'))));
  }

  private static final class Session {
    private final int key;
    private final long start;
    private long end;
    private int count;

    Session(Event first) {
      this.key = first.key();
      this.start = first.millis();
    }

    Result result() {
      return new Result(String.valueOf(key), start + ":" + end + ":" + count);
    }
  }
}
