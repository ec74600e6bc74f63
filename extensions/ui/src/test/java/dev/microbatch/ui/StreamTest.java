package dev.microbatch.ui;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What those are told who listen. */
class StreamTest {

  private static final String STREAM = "/api/v1/pipelines/current/stream";
  private static final Contract CONTRACT = new Contract();
  private Served served;

  @BeforeEach
  void start() {
    served = Served.run(Pipelines.endless(Served.options("--jobName=streamed")));
  }

  @AfterEach
  void end() {
    served.close();
  }

  private Raw open(String... headers) {
    StringBuilder request = new StringBuilder("GET " + STREAM + " HTTP/1.1\r\nHost: localhost:");
    request.append(served.port()).append("\r\n");
    for (String header : headers) {
      request.append(header).append("\r\n");
    }
    return new Raw(served.port()).send(request + "\r\n");
  }

  /** The next message of a kind; those of other kinds are skipped. */
  private static JsonNode next(Raw stream, String event) {
    stream.until("event: " + event + "\n");
    stream.until("data: ");
    String data = stream.until("\n");
    try {
      return Served.JSON.readTree(data);
    } catch (JsonProcessingException e) {
      // A chunk of the transfer may begin inside: its length stands between.
      throw new AssertionError(data, e);
    }
  }

  @Test
  void theFirstSnapshotIsWholeAndTheOthersAreWhatHasChanged() {
    try (Raw stream = open()) {
      assertThat(stream.until("\r\n\r\n"), containsString("text/event-stream"));
      JsonNode first = next(stream, "snapshot");
      assertThat(CONTRACT.checkSchema("Snapshot", first), empty());
      assertThat(first.get("full").asBoolean(), is(true));
      assertThat(first.get("stages").size(), is(2));
      next(stream, "snapshot"); // may be whole: nobody listened before
      JsonNode later = next(stream, "snapshot");
      assertThat(CONTRACT.checkSchema("Snapshot", later), empty());
      assertThat(later.get("full").asBoolean(), is(false));
      assertThat(
          later.get("pipeline").get("records").get("read").asLong(),
          greaterThan(first.get("pipeline").get("records").get("read").asLong()));
    }
  }

  @Test
  void theEndIsTheLastMessage() {
    try (Raw stream = open()) {
      next(stream, "snapshot");
      served.operate("cancel");
      JsonNode end = next(stream, "end");
      assertThat(CONTRACT.checkSchema("PipelineSummary", end), empty());
      assertThat(end.get("state").asText(), is("CANCELLED"));
      assertThat(stream.rest().contains("event:"), is(false));
    }
  }

  @Test
  void eventsThatWereMissedAreSentAgain() {
    served.await("/api/v1/pipelines/current/events", events -> events.get("last").asInt() > 0);
    try (Raw stream = open("Last-Event-ID: 0")) {
      JsonNode event = next(stream, "event");
      assertThat(CONTRACT.checkSchema("Event", event), empty());
      assertThat(event.get("number").asInt(), is(1));
    }
  }

  @Test
  void aNinthStreamIsRefused() {
    List<Raw> open = new ArrayList<>();
    try {
      for (int i = 0; i < 8; i++) {
        Raw stream = open();
        stream.until("event: snapshot");
        open.add(stream);
      }
      try (Raw one = open("Connection: close")) {
        assertThat(one.until("\r\n"), containsString("429"));
      }
      assertThat(served.get("/api/v1/pipelines").statusCode(), is(200));
    } finally {
      open.forEach(Raw::close);
    }
    boolean again = false;
    long deadline = System.nanoTime() + 30_000_000_000L;
    while (!again && System.nanoTime() < deadline) {
      try (Raw stream = open()) {
        again =
            stream.until("\r\n").contains("200"); // when the server has noticed that others left
      }
    }
    assertThat(again, is(true));
  }
}
