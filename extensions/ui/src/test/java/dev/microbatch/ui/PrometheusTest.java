package dev.microbatch.ui;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.joda.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** What Prometheus gets, and what is shipped for it. */
class PrometheusTest {

  private static final String ONE = "/api/v1/pipelines/current";
  private static final String HOSTILE = "a\"b\\c\nd</script>{x=\"1\"} 7 ü\u0001";
  private static final Path SHIPPED = Path.of("..", "..", "docs", "grafana");
  private static final Pattern NAME = Pattern.compile("microbatch_[a-z_]+");

  @TempDir Path checkpoints;

  @AfterEach
  void noServerIsLeft() {
    Served.awaitNoServer();
  }

  private Served counting() {
    Served served =
        Served.run(
            Pipelines.endless(
                Served.options(
                    "--jobName=scraped",
                    "--checkpointDir=" + checkpoints,
                    "--checkpointIntervalMillis=100")));
    served.await(ONE, one -> one.get("commits").asLong() > 2);
    served.await(ONE + "/sources", sources -> sources.at("/sources/0/splits").size() > 0);
    return served;
  }

  private static Exposed scrape(Served served) {
    return Exposed.parse(served.get("/metrics").body());
  }

  @Test
  void figuresAreThoseOfThePipeline() {
    try (Served served = counting()) {
      long before = served.json(ONE).get("records").get("read").asLong();
      Exposed exposed = scrape(served);
      long after = served.json(ONE).get("records").get("read").asLong();
      Map<String, String> labels = Map.of("pipeline", "scraped");
      double read = exposed.value("microbatch_records_read_total", labels);
      assertThat(read, greaterThanOrEqualTo((double) before));
      assertThat((double) after, greaterThanOrEqualTo(read));
      assertThat(exposed.value("microbatch_up", labels), is(1.0));
      assertThat(
          exposed.value("microbatch_commits_total", Map.of("outcome", "durable")),
          greaterThan(2.0));
      assertThat(
          exposed.value("microbatch_batch_seconds_count", labels),
          is(exposed.value("microbatch_batches_total", labels)));
      assertThat(
          exposed.value("microbatch_batch_seconds_bucket", Map.of("le", "+Inf")),
          is(exposed.value("microbatch_batches_total", labels)));
      assertThat(
          exposed.value("microbatch_user_counter", Map.of("namespace", "test", "name", "seen")),
          greaterThan(0.0));
      assertThat(exposed.type("microbatch_records_read_total"), is("counter"));
    }
  }

  @Test
  void aScraperThatKnowsOpenMetricsGetsIt() {
    try (Served served = counting()) {
      HttpResponse<String> answer =
          served.get("/metrics", "Accept", "application/openmetrics-text; version=1.0.0");
      assertThat(
          answer.headers().firstValue("Content-Type").orElseThrow(),
          containsString("application/openmetrics-text"));
      assertThat(answer.body(), endsWith("# EOF\n"));
      assertThat(
          served.get("/metrics").headers().firstValue("Content-Type").orElseThrow(),
          containsString("text/plain"));
    }
  }

  @Test
  void rulesAndDashboardNameOnlyWhatIsServed() throws IOException {
    Set<String> served = new TreeSet<>();
    try (Served pipeline = counting()) {
      served.addAll(scrape(pipeline).names());
    }
    served.add("microbatch_backlog_bytes"); // where a reader says what is unread
    Set<String> named = new TreeSet<>();
    JsonNode dashboard = Served.JSON.readTree(SHIPPED.resolve("microbatch.json").toFile());
    int queries = 0;
    for (JsonNode panel : dashboard.get("panels")) {
      for (JsonNode target : panel.get("targets")) {
        addNames(named, target.get("expr").asText());
        queries++;
      }
    }
    addNames(named, dashboard.get("templating").toString());
    assertThat(queries, greaterThan(10));
    Map<String, Object> rules;
    try (var in = Files.newInputStream(SHIPPED.resolve("alerts.yml"))) {
      rules = new Yaml(new SafeConstructor(new LoaderOptions())).load(in);
    }
    int alerts = 0;
    for (Object group : (List<?>) rules.get("groups")) {
      for (Object rule : (List<?>) ((Map<?, ?>) group).get("rules")) {
        Map<?, ?> alert = (Map<?, ?>) rule;
        addNames(named, (String) alert.get("expr"));
        assertThat(alert.get("alert") instanceof String, is(true));
        assertThat(((Map<?, ?>) alert.get("annotations")).containsKey("summary"), is(true));
        alerts++;
      }
    }
    assertThat(alerts, greaterThan(5));
    named.removeAll(served);
    assertThat("named, but not served", named, is(Set.of()));
  }

  private static void addNames(Set<String> names, String expression) {
    Matcher matcher = NAME.matcher(expression);
    boolean found = false;
    while (matcher.find()) {
      names.add(matcher.group());
      found = true;
    }
    assertThat(expression, found, is(true));
  }

  @Test
  void hostileNamesComeThroughAsTheyAre() {
    Pipeline pipeline = Pipeline.create(Served.options("--jobName=hostile"));
    pipeline
        .apply("Numbers", GenerateSequence.from(0).withRate(1_000, Duration.standardSeconds(1)))
        .apply(HOSTILE, ParDo.of(new Count(3)));
    try (Served served = Served.run(pipeline)) {
      served.await(ONE + "/metrics", metrics -> metrics.get("total").asInt() >= 3);
      Exposed exposed = scrape(served);
      Set<String> names = new TreeSet<>();
      Set<String> steps = new TreeSet<>();
      for (Exposed.Sample sample : exposed.samples()) {
        if (sample.name().equals("microbatch_user_counter")) {
          names.add(sample.labels().get("name"));
          steps.add(sample.labels().get("step"));
        }
      }
      assertThat(names, hasItem(HOSTILE + 0));
      assertThat(steps.stream().anyMatch(step -> step.startsWith(HOSTILE)), is(true));
      JsonNode metrics = served.json(ONE + "/metrics");
      Set<String> inJson = new TreeSet<>();
      metrics.get("metrics").forEach(metric -> inJson.add(metric.get("name").asText()));
      assertThat(inJson, hasItem(HOSTILE + 0));
      Set<String> paths = new TreeSet<>();
      served
          .json(ONE + "/plan")
          .get("stages")
          .forEach(
              stage -> stage.get("steps").forEach(step -> paths.add(step.get("name").asText())));
      assertThat(paths.stream().anyMatch(path -> path.startsWith(HOSTILE)), is(true));
    }
  }

  @Test
  void userMetricsAreBoundedAndTheRestIsCounted() {
    Pipeline pipeline = Pipeline.create(Served.options("--jobName=many"));
    pipeline
        .apply("Numbers", GenerateSequence.from(0).withRate(10, Duration.standardSeconds(1)))
        .apply("Count", ParDo.of(new Count(2_500)));
    try (Served served = Served.run(pipeline)) {
      served.await(ONE + "/metrics?limit=1", metrics -> metrics.get("total").asInt() >= 2_500);
      Exposed exposed = scrape(served);
      long shown =
          exposed.samples().stream()
              .filter(sample -> sample.name().equals("microbatch_user_counter"))
              .count();
      assertThat(shown > 1_900 && shown <= 2_000, is(true));
      assertThat(
          exposed.value("microbatch_user_series_left_out", Map.of()), greaterThanOrEqualTo(500.0));
    }
  }

  /** Counts under names that nobody should give. */
  static final class Count extends DoFn<Long, Long> {
    private static final long serialVersionUID = 1L;
    private final int counters;

    Count(int counters) {
      this.counters = counters;
    }

    @ProcessElement
    public void process(@Element Long number) {
      for (int i = 0; i < counters; i++) {
        Metrics.counter(HOSTILE, HOSTILE + i).inc();
      }
    }
  }
}
