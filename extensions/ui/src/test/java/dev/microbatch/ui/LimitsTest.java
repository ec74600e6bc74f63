package dev.microbatch.ui;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.lessThanOrEqualTo;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Clients that are slow, many, or both. */
class LimitsTest {

  private static Served served;
  private final List<Raw> open = new ArrayList<>();

  @BeforeAll
  static void start() {
    served = Served.run(Pipelines.endless(Served.options("--jobName=limited")));
    served.awaitRunning();
  }

  @AfterAll
  static void end() {
    served.close();
  }

  @AfterEach
  void close() {
    open.forEach(Raw::close);
  }

  private Raw connect() {
    Raw raw = new Raw(served.port());
    open.add(raw);
    return raw;
  }

  private static void othersAreServed() {
    long start = System.nanoTime();
    assertThat(served.get("/api/v1/pipelines").statusCode(), is(200));
    // Far below the ten seconds that a request has, and far above what it takes.
    assertThat((System.nanoTime() - start) / 1_000_000, lessThan(8_000L));
  }

  @Test
  void aThousandConnectionsThatSayNothingKeepNobodyOut() {
    for (int i = 0; i < 1_000; i++) {
      connect();
    }
    othersAreServed();
  }

  @Test
  void clientsThatSendHalfAHeaderKeepNobodyOut() {
    for (int i = 0; i < 100; i++) {
      connect().send("GET /api/v1/pipelines HTTP/1.1\r\nHost: localh");
    }
    othersAreServed();
  }

  @Test
  void clientsThatSendHalfABodyKeepNobodyOut() {
    for (int i = 0; i < 100; i++) {
      connect()
          .send(
              "POST /api/v1/pipelines/current/drain HTTP/1.1\r\nHost: localhost:"
                  + served.port()
                  + "\r\nAuthorization: Bearer "
                  + Served.TOKEN
                  + "\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{");
    }
    othersAreServed();
    assertThat(served.json("/api/v1/pipelines/current").get("state").asText(), is("RUNNING"));
  }

  @Test
  void clientsThatReadNothingKeepNobodyOut() {
    String request =
        "GET /api/v1/openapi.json HTTP/1.1\r\nHost: localhost:" + served.port() + "\r\n\r\n";
    for (int i = 0; i < 40; i++) {
      connect().send(request.repeat(100));
    }
    othersAreServed();
  }

  @Test
  void aClientThatIsSlowIsCutOffAfterTenSeconds() {
    long start = System.nanoTime();
    Raw slow = connect().send("GET /api/v1/pipelines HTTP/1.1\r\nHost: localh");
    slow.rest();
    assertThat((System.nanoTime() - start) / 1_000_000, lessThan(20_000L));
  }

  @Test
  void threadsAreBounded() {
    for (int i = 0; i < 200; i++) {
      connect().send("GET / HTTP/1.1\r\nHost: localh");
    }
    othersAreServed();
    long threads =
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().equals("microbatch-ui-request"))
            .count();
    assertThat(threads, lessThanOrEqualTo(24L));
  }
}
