package dev.microbatch.executor.operator;

import dev.microbatch.executor.state.KeyedState;
import dev.microbatch.executor.state.KeyedTimerInternals;
import org.apache.beam.runners.core.StateInternals;
import org.apache.beam.runners.core.StateNamespace;
import org.apache.beam.runners.core.StateTag;
import org.apache.beam.runners.core.StepContext;
import org.apache.beam.runners.core.TimerInternals;
import org.apache.beam.sdk.state.State;
import org.apache.beam.sdk.state.StateContext;
import org.apache.beam.sdk.transforms.DoFn.BundleFinalizer;

/**
 * What Beam's DoFn runners ask for state and timers: those of the key that is being processed. The
 * key is set before each call, so that one runner serves all keys.
 *
 * <p>Not thread-safe: owned by one operator.
 */
final class KeyedStepContext implements StepContext, StateInternals {

  private final KeyedTimerInternals timers;
  private final BundleFinalizer finalizer;
  private KeyedState current;

  KeyedStepContext(KeyedTimerInternals timers, BundleFinalizer finalizer) {
    this.timers = timers;
    this.finalizer = finalizer;
  }

  /** Turns to a key. */
  void enter(KeyedState key) {
    current = key;
    timers.forKey(key);
  }

  /** The state of the key. */
  KeyedState current() {
    return current;
  }

  @Override
  public Object getKey() {
    return current.key();
  }

  @Override
  public <T extends State> T state(
      StateNamespace namespace, StateTag<T> address, StateContext<?> c) {
    return current.stateInternals().state(namespace, address, c);
  }

  @Override
  public StateInternals stateInternals() {
    return this;
  }

  @Override
  public TimerInternals timerInternals() {
    return timers;
  }

  @Override
  public BundleFinalizer bundleFinalizer() {
    return finalizer;
  }
}
