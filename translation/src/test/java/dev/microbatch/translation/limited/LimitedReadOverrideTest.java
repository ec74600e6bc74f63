package dev.microbatch.translation.limited;

import static dev.microbatch.translation.Plans.pipeline;
import static dev.microbatch.translation.Plans.step;
import static dev.microbatch.translation.Plans.translate;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;

import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.StepSpec;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollection.IsBounded;
import org.joda.time.Duration;
import org.junit.jupiter.api.Test;

class LimitedReadOverrideTest {

  @Test
  void readsLikeAnyUnboundedSourceAndStaysBounded() {
    Pipeline pipeline = pipeline();
    PCollection<Long> output =
        pipeline.apply(
            "Numbers", GenerateSequence.from(0).withMaxReadTime(Duration.standardDays(1)));
    Plan plan = translate(pipeline);
    StepSpec.UnboundedRead read = (StepSpec.UnboundedRead) step(plan, "Numbers").spec();
    assertThat(read.source(), instanceOf(LimitedSource.class));
    assertThat(output.isBounded(), is(IsBounded.BOUNDED));
  }
}
