package dev.microbatch.ui;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can be read of a running pipeline, held against the contract. */
class ApiTest {

  private static final String ONE = "/api/v1/pipelines/current";

  @TempDir static Path checkpoints;
  private static Served served;
  private static final Contract CONTRACT = new Contract();

  @BeforeAll
  static void start() {
    served =
        Served.run(
            Pipelines.endless(
                Served.options(
                    "--jobName=counts",
                    "--checkpointDir=" + checkpoints,
                    "--checkpointIntervalMillis=100")));
    served.await(
        ONE,
        one -> one.get("commits").asLong() > 2 && one.get("records").get("read").asLong() > 500);
    served.await(ONE + "/series", series -> series.get("t").size() > 1);
  }

  @AfterAll
  static void end() {
    served.close();
  }

  @Test
  void everyRouteIsDescribedAndEveryDescriptionIsServed() {
    assertThat(
        served.server.router().routes().stream()
            .map(route -> route.method() + " " + route.template())
            .collect(Collectors.toCollection(TreeSet::new)),
        equalTo(CONTRACT.operations()));
  }

  @Test
  void examplesKeepTheContract() {
    assertThat(CONTRACT.checkExamples(), empty());
  }

  @Test
  void answersKeepTheContract() {
    Map<String, String> paths =
        Map.ofEntries(
            Map.entry("/api/v1/session", ""),
            Map.entry("/api/v1/openapi.json", ""),
            Map.entry("/api/v1/pipelines", ""),
            Map.entry("/api/v1/pipelines/{p}", ""),
            Map.entry("/api/v1/pipelines/{p}/plan", ""),
            Map.entry("/api/v1/pipelines/{p}/stages", ""),
            Map.entry("/api/v1/pipelines/{p}/stages/{s}", ""),
            Map.entry("/api/v1/pipelines/{p}/why", ""),
            Map.entry("/api/v1/pipelines/{p}/sources", ""),
            Map.entry("/api/v1/pipelines/{p}/batches", "?min=0"),
            Map.entry("/api/v1/pipelines/{p}/checkpoints", ""),
            Map.entry("/api/v1/pipelines/{p}/metrics", "?limit=2"),
            Map.entry("/api/v1/pipelines/{p}/series", "?step=1000"),
            Map.entry("/api/v1/pipelines/{p}/events", ""),
            Map.entry("/api/v1/pipelines/{p}/threads", ""),
            Map.entry("/api/v1/pipelines/{p}/snapshot", ""),
            Map.entry("/health", ""),
            Map.entry("/ready", ""));
    List<String> wrong = new ArrayList<>();
    paths.forEach(
        (template, query) -> {
          String path = template.replace("{p}", "current").replace("{s}", "1") + query;
          HttpResponse<String> answer = served.ask(path);
          wrong.addAll(CONTRACT.check("get", template, answer.statusCode(), Served.json(answer)));
          if (answer.statusCode() != 200) {
            wrong.add(path + ": " + answer.statusCode());
          }
        });
    assertThat(wrong, empty());
  }

  @Test
  void whatComesInIsWhatHasGoneOut() {
    JsonNode stages = served.json(ONE + "/snapshot");
    JsonNode plan = served.json(ONE + "/plan");
    for (JsonNode exchange : plan.get("exchanges")) {
      if (!exchange.get("kind").asText().equals("BROADCAST")) {
        JsonNode crossed = stages.get("exchanges").get(exchange.get("id").asInt());
        JsonNode to = stages.get("stages").get(exchange.get("to").asInt());
        JsonNode from = stages.get("stages").get(exchange.get("from").asInt());
        assertThat(to.get("recordsIn"), is(crossed.get("records")));
        assertThat(from.get("recordsOut"), is(crossed.get("records")));
      }
    }
    assertThat(
        stages.get("pipeline").get("records").get("read"),
        is(stages.get("stages").get(0).get("recordsIn")));
  }

  @Test
  void partitionsAddUpToTheirStage() {
    JsonNode stage = served.json(ONE + "/stages/0");
    long sum = 0;
    for (JsonNode partition : stage.get("partitions")) {
      sum += partition.get("recordsIn").asLong();
    }
    assertThat(stage.get("figures").get("recordsIn").asLong(), is(sum));
    assertThat(sum, greaterThan(0L));
  }

  @Test
  void everyStepIsFedByAnotherOrByAnExchange() {
    JsonNode plan = served.json(ONE + "/plan");
    TreeSet<Integer> crossed = new TreeSet<>();
    for (JsonNode stage : plan.get("stages")) {
      TreeSet<Integer> fed = new TreeSet<>(List.of(0)); // by itself, or by an exchange
      for (int at = 0; at < stage.get("steps").size(); at++) {
        JsonNode step = stage.get("steps").get(at);
        assertThat(step.get("name").asText(), fed.contains(at), is(true));
        step.get("toSteps").forEach(to -> fed.add(to.asInt()));
        for (JsonNode exchange : step.get("toExchanges")) {
          crossed.add(exchange.asInt());
          JsonNode from = plan.get("exchanges").get(exchange.asInt()).get("from");
          assertThat(from, is(stage.get("id")));
        }
      }
    }
    assertThat(crossed.size(), is(plan.get("exchanges").size()));
  }

  @Test
  void transformsAreATree() {
    JsonNode transforms = served.json(ONE + "/plan").get("transforms");
    TreeSet<String> seen = new TreeSet<>();
    for (JsonNode transform : transforms) {
      if (!transform.get("parent").isNull()) {
        assertThat(seen.contains(transform.get("parent").asText()), is(true));
      }
      seen.add(transform.get("path").asText());
    }
    assertThat(seen.contains("Count"), is(true));
    assertThat(seen.contains("Count/Digits"), is(true));
  }

  @Test
  void theReasonComesInSentencesToo() {
    HttpResponse<String> text = served.get(ONE + "/why", "Accept", "text/plain");
    assertThat(
        text.headers().firstValue("Content-Type").orElseThrow(), containsString("text/plain"));
    assertThat(text.body(), not(containsString("{\"")));
    HttpResponse<String> json =
        served.get(ONE + "/why", "Accept", "application/json, text/plain;q=0.5");
    assertThat(Served.json(json).get("verdict").get("text").asText().isEmpty(), is(false));
  }

  @Test
  void aPlanIsSentOnce() {
    String etag = served.get(ONE + "/plan").headers().firstValue("ETag").orElseThrow();
    HttpResponse<String> again = served.get(ONE + "/plan", "If-None-Match", etag);
    assertThat(again.statusCode(), is(304));
    assertThat(again.body(), is(""));
  }

  @Test
  void metricsComeInPages() {
    JsonNode first = served.json(ONE + "/metrics?limit=1&prefix=test/");
    assertThat(first.get("total").asInt(), is(3));
    assertThat(first.get("next").asInt(), is(1));
    JsonNode last = served.json(ONE + "/metrics?limit=5&offset=2&prefix=test/");
    assertThat(last.get("metrics").size(), is(1));
    assertThat(last.get("next").isNull(), is(true));
    assertThat(served.json(ONE + "/metrics?step=nowhere").get("total").asInt(), is(0));
  }

  @Test
  void commitsSayWhatTheyCost() {
    JsonNode checkpoints = served.json(ONE + "/checkpoints");
    JsonNode commit = checkpoints.get("history").get(checkpoints.get("history").size() - 1);
    assertThat(checkpoints.get("intervalMillis").asInt(), is(100));
    assertThat(commit.get("outcome").asText(), is("DURABLE"));
    assertThat(commit.get("bytes").asLong(), greaterThan(0L));
    assertThat(commit.get("attempts").asInt(), is(1));
    assertThat(commit.get("steps").size(), greaterThan(0));
    long steps = 0;
    for (JsonNode step : commit.get("steps")) {
      steps += step.get("bytes").asLong();
    }
    assertThat(commit.get("bytes").asLong(), greaterThan(steps));
  }

  @Test
  void optionsAreShownWithoutSecrets() {
    JsonNode options = served.json(ONE).get("options");
    assertThat(options.get("jobName").asText(), is("counts"));
    assertThat(options.get("checkpointDir").asText(), is(checkpoints.toString()));
    assertThat(served.get(ONE).body(), not(containsString(Served.TOKEN)));
  }

  @Test
  void whatIsNotThereIsAProblemThatSaysSo() {
    for (String path :
        List.of("/api/v1/pipelines/7", "/api/v1/nothing", ONE + "/stages/99", ONE + "/stages/x")) {
      HttpResponse<String> answer = served.get(path);
      assertThat(path, answer.statusCode(), is(404));
      assertThat(
          answer.headers().firstValue("Content-Type").orElseThrow(),
          is("application/problem+json"));
      assertThat(CONTRACT.checkSchema("Problem", Served.json(answer)), empty());
    }
  }

  @Test
  void badParametersAreRefusedByName() {
    for (String path :
        List.of(
            "/batches?min=x",
            "/metrics?limit=0",
            "/series?step=7",
            "/series?names=a,b",
            "/events?after=-1")) {
      HttpResponse<String> answer = served.get(ONE + path);
      assertThat(path, answer.statusCode(), is(400));
      String name = path.substring(path.indexOf('?') + 1, path.indexOf('='));
      assertThat(Served.json(answer).get("detail").asText(), containsString(name));
    }
  }

  @Test
  void anotherMethodIsRefusedWithThoseThatAreAllowed() {
    HttpResponse<String> answer = served.post(ONE + "/plan", "{}");
    assertThat(answer.statusCode(), is(405));
    assertThat(answer.headers().firstValue("Allow").orElseThrow(), is("GET, HEAD"));
    HttpResponse<String> operation = served.get(ONE + "/drain");
    assertThat(operation.statusCode(), is(405));
    assertThat(operation.headers().firstValue("Allow").orElseThrow(), is("POST"));
  }

  @Test
  void everyAnswerHasTheHeadersOfAPageThatTrustsNobody() {
    for (String path : List.of("/api/v1/pipelines", "/nothing.html", "/metrics")) {
      HttpResponse<String> answer = served.get(path);
      assertThat(
          answer.headers().firstValue("Content-Security-Policy").orElseThrow(),
          allOf(containsString("default-src 'none'"), containsString("frame-ancestors 'none'")));
      assertThat(
          answer.headers().firstValue("X-Content-Type-Options").orElseThrow(), is("nosniff"));
      assertThat(answer.headers().firstValue("Referrer-Policy").orElseThrow(), is("no-referrer"));
      assertThat(answer.headers().firstValue("Access-Control-Allow-Origin").isEmpty(), is(true));
    }
  }
}
