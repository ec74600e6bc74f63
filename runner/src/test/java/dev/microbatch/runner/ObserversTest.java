package dev.microbatch.runner;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;

import dev.microbatch.executor.batch.PlanExecution;
import dev.microbatch.executor.log.Log;
import dev.microbatch.executor.time.Clock;
import dev.microbatch.runner.spi.PipelineObserver;
import dev.microbatch.runner.spi.RunningPipeline;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.logging.Level;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.junit.jupiter.api.Test;

class ObserversTest {

  private final List<String> told = new ArrayList<>();

  /** Observers do not look at the pipeline here, so there need be none. */
  @SuppressWarnings("NullAway")
  private static RunningPipeline pipeline() {
    return new Observed(
        "observed", PipelineOptionsFactory.create(), Clock.system(), (PlanExecution) null);
  }

  private PipelineObserver.Factory factory(@Nullable PipelineObserver observer) {
    return new PipelineObserver.Factory() {
      @Override
      public @Nullable PipelineObserver observe(RunningPipeline pipeline) {
        told.add("began");
        return observer;
      }

      @Override
      public Set<String> options() {
        return Set.of();
      }
    };
  }

  private PipelineObserver.Factory throwing(Throwable thrown) {
    return new PipelineObserver.Factory() {
      @Override
      public PipelineObserver observe(RunningPipeline pipeline) {
        if (thrown instanceof Error error) {
          throw error;
        }
        throw (RuntimeException) thrown;
      }

      @Override
      public Set<String> options() {
        return Set.of();
      }
    };
  }

  @Test
  void anObserverThatThrowsKeepsNoOtherFromBeingTold() {
    Observers observers =
        new Observers(
            List.of(
                throwing(new IllegalStateException("broken")),
                throwing(new NoClassDefFoundError("com/sun/net/httpserver/HttpServer")),
                factory(
                    () -> {
                      told.add("fails");
                      throw new IllegalStateException("broken");
                    }),
                factory(() -> told.add("ended"))));
    observers.begin(pipeline());
    observers.end();
    assertThat(told, contains("began", "began", "fails", "ended"));
  }

  @Test
  void whoBeginsWhenThePipelineHasEndedIsToldSo() {
    Observers observers = new Observers(List.of(factory(() -> told.add("ended"))));
    observers.end();
    observers.begin(pipeline());
    assertThat(told, contains("began", "ended"));
  }

  @Test
  void whoAsksForAWebUiThatIsNotThereIsToldWhatToAdd() {
    UiSettings asked = UiSettings.of(PipelineOptionsFactory.fromArgs("--uiPort=8077").create());
    UiSettings silent = UiSettings.of(PipelineOptionsFactory.create());
    UiSettings none = UiSettings.of(PipelineOptionsFactory.fromArgs("--uiPort=-1").create());
    try (Log log = Log.of("dev.microbatch.runner")) {
      Observers.found().miss(silent);
      Observers.found().miss(none);
      assertThat(log.messages(Level.WARNING, ""), is(List.of()));
      Observers.found().miss(asked); // the module is not on the class path of these tests
      assertThat(log.messages(Level.WARNING, "dev.microbatch:microbatch-ui").size(), is(1));
    }
  }

  @Test
  void whoDoesNotWantToObserveIsNotTold() {
    Observers observers = new Observers(List.of(factory(null)));
    observers.begin(pipeline());
    observers.end();
    assertThat(told, is(List.of("began")));
  }
}
