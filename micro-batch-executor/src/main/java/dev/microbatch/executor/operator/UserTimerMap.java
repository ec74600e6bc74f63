package dev.microbatch.executor.operator;

import dev.microbatch.executor.state.TimerId;
import java.util.HashMap;
import java.util.Map;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.state.Timer;
import org.apache.beam.sdk.state.TimerMap;
import org.joda.time.Instant;

/** The timers of a family, as user code sees them while an element or timer is processed. */
final class UserTimerMap implements TimerMap {

  private final TimerSetter setter;
  private final String family;
  private final TimeDomain domain;
  private final Map<String, Timer> timers = new HashMap<>();

  UserTimerMap(TimerSetter setter, String family, TimeDomain domain) {
    this.setter = setter;
    this.family = family;
    this.domain = domain;
  }

  private Timer create(String timerId) {
    return new UserTimer(setter, new TimerId(timerId, family, domain));
  }

  @Override
  public void set(String timerId, Instant absoluteTime) {
    Timer timer = create(timerId);
    timer.set(absoluteTime);
    timers.put(timerId, timer);
  }

  @Override
  public Timer get(String timerId) {
    return timers.computeIfAbsent(timerId, this::create);
  }
}
