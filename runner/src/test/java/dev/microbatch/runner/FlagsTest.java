package dev.microbatch.runner;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.sameInstance;

import dev.microbatch.executor.checkpoint.CheckpointException;
import dev.microbatch.executor.checkpoint.Remedy;
import dev.microbatch.executor.operator.StepException;
import dev.microbatch.executor.state.EncodingException;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the executor refuses in its own words reaches users with the options that help. */
class FlagsTest {

  private static final CheckpointException CHANGED =
      new CheckpointException(
          "Sources have changed", null, List.of(Remedy.OTHER_STORE, Remedy.KEEP_SOURCES));

  private static final String OPTIONS =
      "Sources have changed\nThe options for that:"
          + " --checkpointDir=<another>, --onSourceChange=KEEP";

  @Test
  void aRefusedCheckpointNamesTheOptionsInTheOrderOfItsMessage() {
    CheckpointException worded = Flags.refused(CHANGED);

    assertThat(worded.getMessage(), is(OPTIONS));
    assertThat(worded.getCause(), sameInstance(CHANGED));
  }

  @Test
  void aCheckpointThatNoOptionHelpsIsRefusedAsItIs() {
    CheckpointException damaged = new CheckpointException("damaged");

    assertThat(Flags.refused(damaged), sameInstance(damaged));
  }

  @Test
  void aStepThatFailsBecauseItsFileHasChangedNamesTheOptions() {
    StepFailedException failed = new StepFailedException(new StepException("Read", CHANGED));

    assertThat(failed.getMessage(), endsWith(OPTIONS));
  }

  @Test
  void aStepThatFailsBecauseItsCoderDoesNamesTheCheck() {
    EncodingException failure = new EncodingException("the state 'count'", new IOException("no"));

    assertThat(failure.getMessage(), not(containsString("--")));
    assertThat(
        new StepFailedException(new StepException("Count", failure)).getMessage(),
        endsWith("--verifyEncodability=true"));
  }

  @Test
  void aStepWhoseUserCodeFailsNamesNoOption() {
    assertThat(
        new StepFailedException(new StepException("Count", new IOException("no"))).getMessage(),
        is("Step Count failed: java.io.IOException: no"));
  }
}
