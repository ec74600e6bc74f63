package dev.microbatch.runner;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult.State;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.state.Timer;
import org.apache.beam.sdk.state.TimerSpec;
import org.apache.beam.sdk.state.TimerSpecs;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.GlobalWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.transforms.windowing.WindowFn;
import org.apache.beam.sdk.values.KV;
import org.joda.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Processing-time timers of windows that have expired do not fire, and nobody waits for them. */
@Timeout(60)
@SuppressWarnings("serial") // functions that live as long as a test
class ExpiredTimersTest {

  /** Sets a timer for the next day, which does nothing. */
  static final class Tomorrow extends DoFn<KV<String, Integer>, Integer> {
    private static final long serialVersionUID = 1L;

    @TimerId("tomorrow")
    private final TimerSpec spec = TimerSpecs.timer(TimeDomain.PROCESSING_TIME);

    @ProcessElement
    public void process(@TimerId("tomorrow") Timer timer) {
      timer.offset(Duration.standardDays(1)).setRelative();
    }

    @OnTimer("tomorrow")
    public void fire() {
      throw new IllegalStateException("the window has expired");
    }
  }

  private static State run(WindowFn<Object, ?> windows) {
    Pipeline pipeline =
        Pipeline.create(PipelineOptionsFactory.fromArgs("--runner=MicroBatchRunner").create());
    pipeline
        .apply(Create.of(KV.of("a", 1), KV.of("b", 2)))
        .apply(Window.into(windows))
        .apply(ParDo.of(new Tomorrow()));
    return pipeline.run().waitUntilFinish();
  }

  @Test
  void inTheGlobalWindow() {
    assertThat(run(new GlobalWindows()), is(State.DONE));
  }

  @Test
  void inFixedWindows() {
    assertThat(run(FixedWindows.of(Duration.standardSeconds(1))), is(State.DONE));
  }
}
