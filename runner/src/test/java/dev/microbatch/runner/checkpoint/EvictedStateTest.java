package dev.microbatch.runner.checkpoint;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.anEmptyMap;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import dev.microbatch.executor.batch.PlanExecution;
import dev.microbatch.executor.checkpoint.MemoryStore;
import dev.microbatch.executor.state.EvictingStateBackend;
import dev.microbatch.executor.state.StateBackend;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What leaves the heap behind each batch comes back from commits as what stays there does. */
class EvictedStateTest {

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aPipelineThatIsRestoredBehindEachBatchFindsWhatItWouldFind(boolean evicts) {
    new Execution().start("undisturbed", new MemoryStore()).run();
    String job = "evicts " + evicts;
    StateBackend backend = evicts ? new EvictingStateBackend() : StateBackend.HEAP;

    PlanExecution execution = new Execution().startInEpochs(job, new MemoryStore(), backend);

    assertThat(execution.run(), is(PlanExecution.End.DONE));
    assertThat(execution.restores(), is(greaterThan(10)));
    assertThat(EveryKind.found("undisturbed"), is(not(anEmptyMap())));
    assertThat(EveryKind.found(job), is(EveryKind.found("undisturbed")));
  }
}
