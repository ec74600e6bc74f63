package dev.microbatch.executor.state;

import java.util.function.Supplier;
import org.apache.beam.sdk.state.ReadableState;

/** A read that takes place when it is asked for its result. */
record Reading<T>(Supplier<T> source) implements ReadableState<T> {

  static <T> ReadableState<T> of(Supplier<T> source) {
    return new Reading<>(source);
  }

  @Override
  public T read() {
    return source.get();
  }

  @Override
  public ReadableState<T> readLater() {
    return this;
  }
}
