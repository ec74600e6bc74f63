package dev.microbatch.runner;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FailureLogTest {

  private static final Logger LOG = Logger.getLogger(MicroBatchResult.class.getName());

  private final BlockingQueue<LogRecord> logged = new LinkedBlockingQueue<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord entry) {
          logged.add(entry);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  private static final class Divide extends DoFn<Integer, Integer> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element Integer in, OutputReceiver<Integer> out) {
      out.output(1 / in);
    }
  }

  @BeforeEach
  void listen() {
    LOG.addHandler(handler);
  }

  @AfterEach
  void stopListening() {
    LOG.removeHandler(handler);
  }

  private static PipelineResult run(boolean blockOnRun) {
    Pipeline pipeline =
        Pipeline.create(
            PipelineOptionsFactory.fromArgs(
                    "--runner=MicroBatchRunner", "--blockOnRun=" + blockOnRun)
                .create());
    pipeline.apply(Create.of(1, 0)).apply("Divide", ParDo.of(new Divide()));
    return pipeline.run();
  }

  @Test
  void logsOnceTheStepAndTheCauseOfAFailureThatNobodyWaitsFor() throws InterruptedException {
    PipelineResult result = run(false);

    LogRecord failure = logged.take();

    assertThat(failure.getLevel(), is(Level.SEVERE));
    assertThat(failure.getMessage(), allOf(containsString("Divide"), containsString("/ by zero")));
    assertThrows(StepFailedException.class, result::waitUntilFinish);
    assertThat(logged.isEmpty(), is(true));
  }

  @Test
  void leavesAFailureToTheCallerWhoWaits() {
    assertThrows(StepFailedException.class, () -> run(true));

    assertThat(logged.isEmpty(), is(true));
  }
}
