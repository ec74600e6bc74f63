package dev.microbatch.runner.checkpoint;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.microbatch.executor.batch.CheckpointOptions.Restore;
import dev.microbatch.executor.batch.PlanExecution;
import dev.microbatch.executor.checkpoint.CheckpointException;
import dev.microbatch.executor.checkpoint.FaultyStore;
import dev.microbatch.executor.checkpoint.MemoryStore;
import dev.microbatch.executor.operator.StepException;
import java.util.List;
import java.util.SortedSet;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.io.BoundedSource;
import org.apache.beam.sdk.io.Read;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.junit.jupiter.api.Test;

/** A start that is refused or fails, on a store without a lock: nobody notices. */
@SuppressWarnings({"serial", "unused"}) // Beam calls what it finds by annotation
class RefusedStartTest {

  private static final Execution EXECUTION = new Execution();

  private static final int STARTS = 20;

  @Test
  void aPipelineThatRunsIsNotDisturbedByAnotherPipeline() {
    Pipeline other = Pipeline.create();
    other.apply("Other", Create.of(1, 2, 3));
    assertUndisturbed("another pipeline", new Execution(other), Restore.AUTO, "does not fit");
  }

  @Test
  void aPipelineThatRunsIsNotDisturbedByItselfWithoutRestore() {
    assertUndisturbed(
        "another restore", EXECUTION, Restore.NONE, "There must be no checkpoint yet");
  }

  @Test
  void aPipelineThatRunsIsNotDisturbedByItselfWithOtherKeyGroups() {
    Execution wider = new Execution(EveryKind.addTo(Pipeline.create()), 16);
    assertUndisturbed(
        "other key groups", wider, Restore.AUTO, "A maximum parallelism of 16 is not");
  }

  /** From its first commit on, the intruder comes before each of its operations. */
  private static void assertUndisturbed(
      String what, Execution intruder, Restore restore, String refusal) {
    String job = "undisturbed by " + what;
    MemoryStore memory = new MemoryStore();
    int[] refused = new int[1];
    boolean[] committed = new boolean[1];
    FaultyStore store =
        new FaultyStore(memory)
            .with(
                (number, operation, file) -> {
                  if (committed[0]) {
                    SortedSet<String> before = memory.list();
                    CheckpointException e =
                        assertThrows(
                            CheckpointException.class,
                            () -> intruder.start("intruder", memory, restore));
                    assertThat(e.getMessage(), containsString(refusal));
                    assertThat(memory.list(), is(before));
                    refused[0]++;
                  }
                  committed[0] |=
                      operation == FaultyStore.Operation.FINISH && file.startsWith("m-");
                });

    assertThat(EXECUTION.start(job, store).run(), is(PlanExecution.End.DONE));

    assertThat(refused[0], is(greaterThan(20)));
  }

  @Test
  void aCheckpointThatMustBeThereIsNotClaimedIfItIsNot() {
    MemoryStore memory = new MemoryStore();
    assertThrows(
        CheckpointException.class, () -> EXECUTION.start("required", memory, Restore.REQUIRED));
    assertThat(memory.list(), is(empty()));
  }

  @Test
  void aPipelineThatIsDoneLeavesNothingWhenItIsStartedAgainAndAgain() {
    MemoryStore memory = new MemoryStore();
    EXECUTION.start("done", memory).run();
    SortedSet<String> before = memory.list();
    for (int i = 0; i < STARTS; i++) {
      assertThat(EXECUTION.start("done again", memory).run(), is(PlanExecution.End.DONE));
    }
    assertThat(memory.list(), is(before));
  }

  @Test
  void aSourceThatCannotBeCutLeavesNothingBehind() {
    Pipeline pipeline = Pipeline.create();
    pipeline.apply("Broken", Read.from(new BrokenSource()));
    Execution execution = new Execution(pipeline);
    MemoryStore memory = new MemoryStore();
    for (int i = 0; i < STARTS; i++) {
      StepException e =
          assertThrows(StepException.class, () -> execution.start("broken source", memory));
      assertThat(e.getCause().getMessage(), is("no such directory"));
    }
    assertThat(memory.list(), is(empty()));
  }

  @Test
  void aStepThatCannotBeSetUpLeavesNothingBehind() {
    Pipeline pipeline = Pipeline.create();
    pipeline.apply(Create.of(1)).apply("Broken", ParDo.of(new BrokenSetup()));
    Execution execution = new Execution(pipeline);
    MemoryStore memory = new MemoryStore();
    for (int i = 0; i < STARTS; i++) {
      PlanExecution started = execution.start("broken setup", memory);
      StepException e = assertThrows(StepException.class, started::run);
      assertThat(e.stepName(), startsWith("Broken"));
    }
    assertThat(memory.list(), is(empty()));
  }

  @Test
  void aPipelineThatFailsInItsFirstBatchAgainAndAgainDoesNotPileUp() {
    Pipeline pipeline = Pipeline.create();
    pipeline.apply(Create.of(1)).apply("Broken", ParDo.of(new BrokenBatch()));
    Execution execution = new Execution(pipeline);
    MemoryStore memory = new MemoryStore();
    for (int i = 0; i < STARTS; i++) {
      PlanExecution started = execution.start("broken batch", memory);
      assertThrows(StepException.class, started::run);
      assertThat(memory.list().size(), is(1));
    }
  }

  private static final class BrokenSetup extends DoFn<Integer, Integer> {
    @Setup
    public void setup() {
      throw new IllegalStateException("no service");
    }

    @ProcessElement
    public void process(@Element Integer number) {}
  }

  private static final class BrokenBatch extends DoFn<Integer, Integer> {
    @ProcessElement
    public void process(@Element Integer number) {
      throw new IllegalStateException("no good");
    }
  }

  private static final class BrokenSource extends BoundedSource<Long> {
    @Override
    public List<BrokenSource> split(long bytes, PipelineOptions options) {
      throw new IllegalStateException("no such directory");
    }

    @Override
    public long getEstimatedSizeBytes(PipelineOptions options) {
      return 1;
    }

    @Override
    public Coder<Long> getOutputCoder() {
      return VarLongCoder.of();
    }

    @Override
    public BoundedReader<Long> createReader(PipelineOptions options) {
      throw new IllegalStateException("it was never cut");
    }
  }
}
