package dev.microbatch.executor.batch;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.microbatch.executor.enforce.Enforcement;
import dev.microbatch.executor.state.StateBackend;
import org.junit.jupiter.api.Test;

class LoopOptionsTest {

  @Test
  void aRefusalSaysTheSettingItsValueAndWhatIsAccepted() {
    RefusedSettingException refused =
        assertThrows(
            RefusedSettingException.class,
            () ->
                new LoopOptions(1, 0, 0, -1, 1_000, 0, Enforcement.NONE, StateBackend.HEAP, false));

    assertThat(refused.setting(), is("maxRecordsPerBatch"));
    assertThat(refused.value(), is("0"));
    assertThat(refused.accepted(), is("-1 (adaptive) or at least 1"));
    assertThat(
        refused.getMessage(),
        is("maxRecordsPerBatch = 0 is not accepted: it must be -1 (adaptive) or at least 1"));
  }
}
