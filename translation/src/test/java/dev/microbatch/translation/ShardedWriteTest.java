package dev.microbatch.translation;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.hasSize;

import dev.microbatch.executor.plan.Plan;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.FileIO;
import org.apache.beam.sdk.io.TextIO;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler.BadRecordErrorHandler;
import org.apache.beam.sdk.values.PCollection;
import org.junit.jupiter.api.Test;

/** How many files are written. */
class ShardedWriteTest {
  private final Pipeline pipeline = Plans.pipeline();

  private PCollection<String> lines() {
    return pipeline.apply("Lines", Create.of("a", "b"));
  }

  @Test
  void numberIsFixedIfItIsLeftToTheRunner() {
    lines().apply("Write", TextIO.write().to("/some/place"));

    Plan plan = Plans.translate(pipeline);

    assertThat(Plans.steps(plan, "GroupIntoShards"), hasSize(1));
    assertThat(Plans.steps(plan, "WriteUnsharded"), hasSize(0));
  }

  @Test
  void wishOfTheUserIsKept() {
    lines().apply("Write", TextIO.write().to("/some/place").withNumShards(7));

    Plan plan = Plans.translate(pipeline);

    assertThat(Plans.steps(plan, "GroupIntoShards"), hasSize(1));
  }

  @Test
  void writeWithAnErrorHandlerStaysAsItIs() {
    try (BadRecordErrorHandler<PCollection<Long>> handler =
        pipeline.registerBadRecordErrorHandler(new CountErrors())) {
      lines()
          .apply(
              "Write",
              FileIO.<String>write()
                  .via(TextIO.sink())
                  .to("/some/place")
                  .withBadRecordErrorHandler(handler));
    }

    Plan plan = Plans.translate(pipeline);

    assertThat(Plans.steps(plan, "GroupIntoShards"), hasSize(0));
  }

  private static final class CountErrors
      extends PTransform<PCollection<BadRecord>, PCollection<Long>> {
    private static final long serialVersionUID = 1L;

    @Override
    public PCollection<Long> expand(PCollection<BadRecord> errors) {
      return errors.apply(Count.globally());
    }
  }
}
