package dev.microbatch.executor.operator;

import dev.microbatch.executor.state.TimerId;
import dev.microbatch.executor.time.EventTime;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.state.Timer;
import org.joda.time.Duration;
import org.joda.time.Instant;

/**
 * A timer as user code sees it while an element or timer is processed. What user code has set of it
 * lasts until the next call of a method of the DoFn. The output timestamp of the first setting
 * stays in force for further ones in the same call, as it does in Beam.
 */
final class UserTimer implements Timer {

  /** Stands for no output timestamp: the watermark never passes it. */
  private static final long NO_OUTPUT = EventTime.MAX + 1;

  private final TimerSetter setter;
  private final TimerId id;

  private long offset;
  private long period;
  private long outputTimestamp;
  private boolean hasOutputTimestamp;
  private boolean outputs = true;

  UserTimer(TimerSetter setter, TimerId id) {
    this.setter = setter;
    this.id = id;
  }

  /** Forgets what was set of it. */
  void reset() {
    offset = 0;
    period = 0;
    hasOutputTimestamp = false;
    outputs = true;
  }

  @Override
  public void set(Instant absoluteTime) {
    setAt(absoluteTime.getMillis());
  }

  @Override
  public void setRelative() {
    long now = setter.now(id.domain());
    long shifted = Math.addExact(now, offset);
    long target = shifted;
    if (period != 0) {
      long sinceStart = shifted % period;
      target = sinceStart == 0 ? now : Math.addExact(now, period) - sinceStart;
    }
    setAt(isEventTime() ? Math.min(target, setter.expiry()) : target);
  }

  private void setAt(long target) {
    boolean bounded = hasOutputTimestamp || outputs;
    if (hasOutputTimestamp) {
      setter.checkOutput(outputTimestamp);
    } else if (outputs) {
      outputTimestamp = isEventTime() ? target : setter.inputTimestamp();
    } else {
      outputTimestamp = NO_OUTPUT;
    }
    hasOutputTimestamp = true;
    if (bounded) {
      setter.checkExpiry(id.domain(), target, outputTimestamp);
    }
    setter.set(id, target, outputTimestamp);
  }

  private boolean isEventTime() {
    return id.domain() == TimeDomain.EVENT_TIME;
  }

  @Override
  public void clear() {
    setter.clear(id);
  }

  @Override
  public Timer offset(Duration newOffset) {
    offset = newOffset.getMillis();
    return this;
  }

  @Override
  public Timer align(Duration newPeriod) {
    period = newPeriod.getMillis();
    return this;
  }

  @Override
  public Timer withOutputTimestamp(Instant timestamp) {
    outputTimestamp = timestamp.getMillis();
    hasOutputTimestamp = true;
    outputs = true;
    return this;
  }

  @Override
  public Timer withNoOutputTimestamp() {
    hasOutputTimestamp = false;
    outputs = false;
    return this;
  }

  @Override
  public Instant getCurrentRelativeTime() {
    return EventTime.instant(setter.now(id.domain()));
  }
}
