package dev.microbatch.ui;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.PipelineResult.State;
import org.joda.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can be asked of a running pipeline. */
class OperationsTest {

  private static final String ONE = "/api/v1/pipelines/current";
  private static final Contract CONTRACT = new Contract();

  @TempDir Path checkpoints;

  @AfterEach
  void noServerIsLeft() {
    Served.awaitNoServer();
  }

  private Served start(String... more) {
    List<String> options = new ArrayList<>(List.of(more));
    options.add("--jobName=asked");
    Served served = Served.run(Pipelines.endless(Served.options(options.toArray(String[]::new))));
    served.await(ONE, one -> one.get("records").get("read").asLong() > 0);
    return served;
  }

  private static void accepted(HttpResponse<String> answer, String operation) {
    assertThat(answer.body(), answer.statusCode(), is(202));
    assertThat(
        CONTRACT.check("post", "/api/v1/pipelines/{p}/" + operation, 202, Served.json(answer)),
        is(List.of()));
    assertThat(Served.json(answer).get("operation").asText(), is(operation));
  }

  @Test
  void aDrainEndsThePipeline() {
    Served served = start("--uiLinger=60s");
    accepted(served.operate("drain"), "drain");
    assertThat(served.result.waitUntilFinish(Duration.standardSeconds(60)), is(State.DONE));
    JsonNode ended = served.await(ONE, one -> one.get("state").asText().equals("DONE"));
    assertThat(ended.get("endedAt").isNull(), is(false));
    assertThat(ended.get("watermark").get("end").asBoolean(), is(true));
    assertThat(served.operate("drain").statusCode(), is(409));
    assertThat(served.operate("cancel").statusCode(), is(409));
    List<String> texts = new ArrayList<>();
    served
        .json(ONE + "/events")
        .get("events")
        .forEach(event -> texts.add(event.get("text").asText()));
    assertThat(texts, hasItem("A drain was asked for"));
    UiObserver.ofProcess().endLinger();
  }

  @Test
  void aCancelEndsThePipeline() {
    Served served = start();
    accepted(served.operate("cancel"), "cancel");
    assertThat(served.result.waitUntilFinish(Duration.standardSeconds(60)), is(State.CANCELLED));
  }

  @Test
  void aStoppedPipelineResumesAndShowsIt() {
    String directory = "--checkpointDir=" + checkpoints;
    Served served = start(directory);
    accepted(served.operate("stop"), "stop");
    assertThat(served.result.waitUntilFinish(Duration.standardSeconds(60)), is(State.STOPPED));
    Served.awaitNoServer();
    try (Served again = start(directory)) {
      JsonNode restored = again.json(ONE + "/checkpoints").get("restores");
      assertThat(restored.size(), is(1));
      assertThat(restored.get(0).get("reason").asText(), is("START"));
      assertThat(restored.get(0).get("commit").asLong(), greaterThan(0L));
      assertThat(again.json(ONE).get("restores").asInt(), is(1));
    }
  }

  @Test
  void aCommitComesWhenItIsAskedForWhateverTheInterval() {
    try (Served served =
        start("--checkpointDir=" + checkpoints, "--checkpointIntervalMillis=3600000")) {
      long before = served.json(ONE + "/checkpoints").get("durable").asLong();
      accepted(served.operate("checkpoint"), "checkpoint");
      served.await(ONE + "/checkpoints", all -> all.get("durable").asLong() > before);
    }
  }

  @Test
  void withoutCheckpointsThereIsNothingToStopTo() {
    try (Served served = start()) {
      for (String operation : List.of("stop", "checkpoint")) {
        HttpResponse<String> refused = served.operate(operation);
        assertThat(refused.statusCode(), is(409));
        assertThat(refused.body(), containsString("--checkpointDir"));
      }
      assertThat(served.json(ONE).get("state").asText(), is("RUNNING"));
    }
  }

  @Test
  void askingTwiceIsAskingOnce() {
    Served served = start("--uiLinger=1s");
    accepted(served.operate("drain"), "drain");
    int second = served.operate("drain").statusCode();
    assertThat(second == 202 || second == 409, is(true));
    assertThat(served.result.waitUntilFinish(Duration.standardSeconds(60)), is(State.DONE));
  }
}
