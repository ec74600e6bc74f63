package dev.microbatch.executor.operator;

import dev.microbatch.executor.state.TimerId;
import java.lang.reflect.Field;
import java.util.HashMap;
import java.util.Map;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.state.Timer;
import org.apache.beam.sdk.state.TimerMap;
import org.apache.beam.sdk.state.TimerSpec;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.reflect.DoFnSignature;

/**
 * The timers that a DoFn declares, each with one object that is handed to user code again and
 * again.
 */
final class TimerSlots {

  private final TimerSetter setter;
  private final Map<String, UserTimer> byId = new HashMap<>();
  private final Map<String, TimeDomain> families = new HashMap<>();

  TimerSlots(DoFn<?, ?> fn, DoFnSignature signature, TimerSetter setter) {
    this.setter = setter;
    signature
        .timerDeclarations()
        .forEach(
            (id, declared) ->
                byId.put(
                    id,
                    new UserTimer(setter, new TimerId(id, "", domain(fn, declared.field(), id)))));
    signature
        .timerFamilyDeclarations()
        .forEach((id, declared) -> families.put(id, domain(fn, declared.field(), id)));
  }

  private static TimeDomain domain(DoFn<?, ?> fn, Field field, String id) {
    return ((TimerSpec) Declarations.read(fn, field, id)).getTimeDomain();
  }

  /** The timer with an id, for the element or timer that is being processed. */
  Timer get(String id) {
    UserTimer timer = byId.get(id);
    if (timer == null) {
      throw new IllegalStateException("The DoFn declares no timer " + id);
    }
    timer.reset();
    return timer;
  }

  /** The timers of a family, for the element or timer that is being processed. */
  TimerMap family(String id) {
    TimeDomain domain = families.get(id);
    if (domain == null) {
      throw new IllegalStateException("The DoFn declares no timer family " + id);
    }
    return new UserTimerMap(setter, id, domain);
  }
}
