package dev.microbatch.encoded;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;

import dev.microbatch.executor.operator.StepException;
import org.junit.jupiter.api.Test;

class TaskFailureTest {

  private static Throwable sent(Throwable thrown) {
    return Wire.decode(TaskFailure.encode(thrown), TaskFailure.class).decode();
  }

  @Test
  void whatUserCodeThrewArrivesWithItsStep() {
    Throwable arrived = sent(new StepException("Step", new ArithmeticException("by zero")));

    assertThat(((StepException) arrived).stepName(), is("Step"));
    assertThat(arrived.getCause(), is(instanceOf(ArithmeticException.class)));
    assertThat(arrived.getCause().getMessage(), is("by zero"));
  }

  @Test
  void ofWhatCannotBeSerializedTheTextAndTheStackArrive() {
    Throwable thrown = new Unsendable();

    Throwable arrived = sent(new StepException("Step", thrown));

    assertThat(arrived.getCause().getMessage(), containsString("Unsendable: keep me"));
    assertThat(arrived.getCause().getStackTrace(), is(thrown.getStackTrace()));
  }

  private static final class Unsendable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings({"unused", "serial"}) // what cannot be serialized
    private final Object resource = new Object();

    Unsendable() {
      super("keep me");
    }
  }
}
