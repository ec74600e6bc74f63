package dev.microbatch.executor.batch;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import dev.microbatch.executor.operator.HoldKind;
import dev.microbatch.executor.plan.Exchange;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.plan.Step;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.stage.PollReport;
import dev.microbatch.executor.stage.StageReport;
import dev.microbatch.executor.stage.Times;
import dev.microbatch.executor.time.EventTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.coders.VoidCoder;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.junit.jupiter.api.Test;

/**
 * Two sources; a stage behind the first, by key; one behind that, which reads the second as a view.
 */
class WatermarkForecastTest {

  private static final long NEVER = Long.MAX_VALUE;
  private static final long NONE = EventTime.MAX;
  private static final int MAIN = 0;
  private static final int OTHER = 1;
  private static final int GROUP = 2;
  private static final int LAST = 3;
  private static final int VIEW_EXCHANGE = 2;

  private final List<StageReport> reports = new ArrayList<>();
  private Exchange.Kind toLast = Exchange.Kind.FORWARD;

  @Test
  void nothingIsDueWhereNobodyWaits() {
    stand(GROUP, NEVER, NONE, NONE);
    stand(LAST, NEVER, NONE, NONE);

    assertThat(isDue(20, 20), is(false));
  }

  @Test
  void isDueWhenEveryPartitionUpstreamHasComeThere() {
    stand(GROUP, 15, NONE, NONE);
    stand(LAST, NEVER, NONE, NONE);

    assertThat(isDue(15, 14), is(false));
    assertThat(isDue(15, 15), is(true));
  }

  @Test
  void aHoldUpstreamKeepsTheWatermarkFromAStage() {
    stand(GROUP, NEVER, NONE, 12);
    stand(LAST, 13, NONE, NONE);

    assertThat(isDue(20, 20), is(false));
  }

  @Test
  void aHoldUpstreamDoesNotHideWhatComesBeforeIt() {
    stand(GROUP, NEVER, NONE, 13);
    stand(LAST, 13, NONE, NONE);

    assertThat(isDue(20, 20), is(true));
  }

  @Test
  void recordsThatWaitHoldTheInput() {
    stand(GROUP, 15, 12, NONE);
    stand(LAST, NEVER, NONE, NONE);

    assertThat(isDue(20, 20), is(false));
  }

  @Test
  void aPartitionIsReachedByItsOwnForwardExchange() {
    reports.add(report(GROUP, 0, 10, NEVER, Map.of(), NONE, 11));
    reports.add(report(GROUP, 1, 10, NEVER, Map.of(), NONE, NONE));
    reports.add(report(LAST, 0, 10, 18, Map.of(), NONE, NONE));
    reports.add(report(LAST, 1, 10, 18, Map.of(), NONE, NONE));

    assertThat(isDue(20, 20), is(true));
    toLast = Exchange.Kind.REBALANCE;
    assertThat(isDue(20, 20), is(false));
  }

  @Test
  void recordsThatWaitForAViewComeInWhenItsWatermarkIsThere() {
    stand(GROUP, NEVER, NONE, NONE);
    for (int partition = 0; partition < 2; partition++) {
      reports.add(report(LAST, partition, 10, NEVER, Map.of(VIEW_EXCHANGE, 30L), 5, NONE));
    }
    WatermarkForecast forecast = forecast();

    poll(forecast, OTHER, 29, 30);
    assertThat(forecast.anyIsDue(), is(false));
    poll(forecast, OTHER, 30, 30);
    assertThat(forecast.anyIsDue(), is(true));
  }

  @Test
  void theEndOfTimeIsAlwaysWorthABatch() {
    stand(GROUP, NEVER, NONE, NONE);
    stand(LAST, NEVER, NONE, NONE);

    assertThat(isDue(EventTime.MAX, 20), is(true));
  }

  @Test
  void aBatchBeginsAgainFromWhatItReports() {
    stand(GROUP, 15, NONE, NONE);
    stand(LAST, NEVER, NONE, NONE);
    WatermarkForecast forecast = forecast();
    poll(forecast, MAIN, 20, 20);

    reports.replaceAll(
        report -> report(report.stage(), report.partition(), 20, NEVER, Map.of(), NONE, NONE));
    forecast.batch(reports);

    assertThat(forecast.anyIsDue(), is(false));
  }

  private boolean isDue(long first, long second) {
    WatermarkForecast forecast = forecast();
    poll(forecast, MAIN, first, second);
    return forecast.anyIsDue();
  }

  private WatermarkForecast forecast() {
    WatermarkForecast forecast = new WatermarkForecast(plan(), 2);
    List<StageReport> all = new ArrayList<>(reports);
    for (int partition = 0; partition < 2; partition++) {
      all.add(report(MAIN, partition, 10, NEVER, Map.of(), NONE, NONE));
      all.add(report(OTHER, partition, 10, NEVER, Map.of(), NONE, NONE));
    }
    forecast.batch(all);
    return forecast;
  }

  private static void poll(WatermarkForecast forecast, int source, long first, long second) {
    forecast.polled(new PollReport(source, 0, false, first));
    forecast.polled(new PollReport(source, 1, false, second));
  }

  private void stand(int stage, long nextEventTime, long inputHold, long outputHold) {
    for (int partition = 0; partition < 2; partition++) {
      reports.add(report(stage, partition, 10, nextEventTime, Map.of(), inputHold, outputHold));
    }
  }

  private static StageReport report(
      int stage,
      int partition,
      long watermark,
      long nextEventTime,
      Map<Integer, Long> awaitedViews,
      long inputHold,
      long outputHold) {
    return new StageReport(
        stage,
        partition,
        new Times(watermark, 0),
        NEVER,
        false,
        false,
        0,
        0,
        0,
        false,
        false,
        nextEventTime,
        awaitedViews,
        inputHold,
        outputHold,
        HoldKind.NONE,
        EventTime.MAX,
        0,
        false,
        ReportBuilder.NO_FIGURES);
  }

  private Plan plan() {
    return new Plan(
        "test",
        List.of(
            stage(MAIN, new StepSpec.Impulse(), List.of(), Map.of()),
            stage(OTHER, new StepSpec.Impulse(), List.of(), Map.of()),
            stage(GROUP, new StepSpec.Receive(), List.of(0), Map.of()),
            stage(LAST, new StepSpec.Receive(), List.of(1), Map.of("view", VIEW_EXCHANGE))),
        List.of(
            exchange(0, MAIN, GROUP, Exchange.Kind.REBALANCE, null),
            exchange(1, GROUP, LAST, toLast, null),
            exchange(2, OTHER, LAST, Exchange.Kind.BROADCAST, "view")),
        16);
  }

  private static Stage stage(
      int id, StepSpec spec, List<Integer> inputs, Map<String, Integer> views) {
    String name = "Stage " + id;
    return new Stage(id, name, List.of(new Step(name, spec, List.of())), inputs, views, List.of());
  }

  private static Exchange exchange(int id, int from, int to, Exchange.Kind kind, String viewId) {
    return new Exchange(
        id,
        "Exchange " + id,
        from,
        to,
        kind,
        VoidCoder.of(),
        GlobalWindow.Coder.INSTANCE,
        null,
        viewId);
  }
}
