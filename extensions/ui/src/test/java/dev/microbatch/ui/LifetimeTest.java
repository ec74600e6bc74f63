package dev.microbatch.ui;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.microbatch.runner.MicroBatchPipelineOptions;
import dev.microbatch.runner.MicroBatchResult;
import dev.microbatch.runner.TestMicroBatchRunner;
import dev.microbatch.runner.spi.ServerFile;
import dev.microbatch.runner.spi.ServerFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult.State;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When there is a server, and what is left of it. */
class LifetimeTest {

  private static final String ALL = "/api/v1/pipelines";

  @TempDir Path directory;

  @AfterEach
  void noServerIsLeft() {
    UiObserver.ofProcess().endLinger();
    Served.awaitNoServer();
  }

  private static Set<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(Thread::isAlive)
        .map(Thread::getName)
        .filter(name -> name.startsWith("microbatch") || name.startsWith("HTTP-Dispatcher"))
        .collect(Collectors.toSet());
  }

  private static void awaitNoThread() {
    long deadline = System.nanoTime() + 30_000_000_000L;
    while (!threads().isEmpty() && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    assertThat(threads(), is(empty()));
  }

  @Test
  void noThreadAndNoFileAreLeftBehindThePipeline() throws IOException {
    Served served = Served.run(Pipelines.endless(Served.options("--jobName=alone")));
    served.json(ALL);
    assertThat(ServerFiles.ofUser().list(), hasSize(1));
    served.result.cancel();
    Served.awaitNoServer();
    awaitNoThread();
    assertThat(ServerFiles.ofUser().list(), is(empty()));
  }

  @Test
  void theFileIsNobodysBusiness() throws IOException {
    try (Served served = Served.run(Pipelines.endless(Served.options("--jobName=noted")))) {
      ServerFile file = ServerFiles.ofUser().list().get(0);
      Path path = ServerFiles.ofUser().directory().resolve(file.pid() + ".json");
      assertThat(file.port(), is(served.port()));
      assertThat(file.token(), is(Served.TOKEN));
      assertThat(
          PosixFilePermissions.toString(Files.getPosixFilePermissions(path)), is("rw-------"));
      assertThat(
          PosixFilePermissions.toString(Files.getPosixFilePermissions(path.getParent())),
          is("rwx------"));
    }
  }

  @Test
  void twoPipelinesShareOneServer() {
    try (Served first = Served.run(Pipelines.endless(Served.options("--jobName=first")))) {
      first.awaitRunning();
      Served second = Served.run(Pipelines.endless(Served.options("--jobName=second")));
      assertThat(second.port(), is(first.port()));
      JsonNode all = first.json(ALL).get("pipelines");
      assertThat(all.size(), is(2));
      assertThat(all.get(0).get("name").asText(), is("second"));
      String id = all.get(1).get("id").asText();
      assertThat(first.json(ALL + "/" + id).get("name").asText(), is("first"));
      assertThat(first.json(ALL + "/current").get("name").asText(), is("second"));
      second.result.cancel();
      first.await(ALL + "/current", one -> one.get("state").asText().equals("CANCELLED"));
      assertThat(first.json(ALL + "/" + id).get("state").asText(), is("RUNNING"));
    }
  }

  @Test
  void aPipelineThatFollowsFindsTheServerThatLingers() {
    Served first =
        Served.run(Pipelines.bounded(Served.options("--jobName=first", "--uiLinger=forever"), 100));
    assertThat(first.result.waitUntilFinish(), is(State.DONE));
    first.await(ALL + "/current", one -> one.get("state").asText().equals("DONE"));
    Served second = Served.run(Pipelines.bounded(Served.options("--jobName=second"), 100));
    assertThat(second.result.waitUntilFinish(), is(State.DONE));
    assertThat(second.port(), is(first.port()));
    assertThat(first.json(ALL).get("pipelines").size(), is(2));
  }

  @Test
  void onlyTheLastPipelinesAreKept() {
    Served last = null;
    for (int i = 0; i < 24; i++) {
      last = Served.run(Pipelines.bounded(Served.options("--jobName=p" + i, "--uiLinger=1h"), 1));
      last.result.waitUntilFinish();
    }
    JsonNode all = last.json(ALL).get("pipelines");
    assertThat(all.size(), is(21));
    assertThat(all.get(0).get("name").asText(), is("p23"));
  }

  @Test
  void aTestHasNoServer() {
    PipelineOptions options = Served.options("--jobName=test");
    options.setRunner(TestMicroBatchRunner.class);
    MicroBatchResult result = (MicroBatchResult) Pipelines.endless(options).run();
    assertThat(UiObserver.ofProcess().server(), is(nullValue()));
    result.cancel();
  }

  @Test
  void aDryRunHasNoServer() {
    Pipelines.endless(Served.options("--dryRun=true")).run();
    assertThat(UiObserver.ofProcess().server(), is(nullValue()));
  }

  @Test
  void whoWantsNoneHasNone() {
    MicroBatchResult result =
        (MicroBatchResult) Pipelines.bounded(Served.options("--uiPort=-1"), 10).run();
    assertThat(UiObserver.ofProcess().server(), is(nullValue()));
    assertThat(result.waitUntilFinish(), is(State.DONE));
  }

  @Test
  void aPortThatIsTakenIsNotTheEndOfThePipeline() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      MicroBatchResult result =
          (MicroBatchResult)
              Pipelines.bounded(Served.options("--uiPort=" + taken.getLocalPort()), 10).run();
      assertThat(UiObserver.ofProcess().server(), is(nullValue()));
      assertThat(result.waitUntilFinish(), is(State.DONE));
    }
  }

  @Test
  void anAddressThatIsNotHereIsNotTheEndOfThePipeline() {
    MicroBatchResult result =
        (MicroBatchResult)
            Pipelines.bounded(Served.options("--uiHost=no.such.host.invalid"), 10).run();
    assertThat(UiObserver.ofProcess().server(), is(nullValue()));
    assertThat(result.waitUntilFinish(), is(State.DONE));
  }

  @Test
  void countersDoNotGoBackWhenThePipelineDoes() {
    Failing.failures.set(2);
    MicroBatchPipelineOptions options =
        Served.options(
            "--jobName=back", "--checkpointDir=" + directory, "--checkpointIntervalMillis=50");
    options.setParallelism(1); // so that two failures are two batches
    Pipeline pipeline = Pipeline.create(options);
    pipeline
        .apply(GenerateSequence.from(0).withRate(2_000, org.joda.time.Duration.standardSeconds(1)))
        .apply("Fails", ParDo.of(new Failing()));
    try (Served served = Served.run(pipeline)) {
      List<Long> read = new ArrayList<>();
      List<Long> batches = new ArrayList<>();
      JsonNode one =
          served.await(
              ALL + "/current",
              now -> {
                read.add(now.get("records").get("read").asLong());
                batches.add(now.get("batch").get("count").asLong());
                return now.get("retries").asInt() == 2
                    && now.get("restores").asInt() == 2
                    && now.get("state").asText().equals("RUNNING")
                    && now.get("records").get("read").asLong() > 3_000;
              });
      for (int i = 1; i < read.size(); i++) {
        assertThat(read.get(i), is(greaterThanOrEqualTo(read.get(i - 1))));
        assertThat(batches.get(i), is(greaterThanOrEqualTo(batches.get(i - 1))));
      }
      assertThat(one.get("retries").asInt(), is(2));
      JsonNode discreet = served.json(ALL + "/current/events");
      assertThat(discreet.toString().contains(Failing.SECRET), is(false));
      assertThat(discreet.toString().contains("RETRY"), is(true));
      JsonNode open = Served.json(served.ask(ALL + "/current/events"));
      assertThat(open.toString().contains(Failing.SECRET), is(true));
      assertThat(served.json(ALL + "/current/checkpoints").get("restores").size(), is(2));
    }
  }

  @Test
  void aFailureShowsWithoutWhatItSaysUnlessTheTokenComes() {
    Failing.failures.set(Integer.MAX_VALUE);
    Pipeline pipeline = Pipeline.create(Served.options("--jobName=fails", "--uiLinger=1h"));
    pipeline
        .apply(GenerateSequence.from(0).withRate(2_000, org.joda.time.Duration.standardSeconds(1)))
        .apply("Fails", ParDo.of(new Failing()));
    Served served = Served.run(pipeline);
    served.await(ALL + "/current", one -> one.get("state").asText().equals("FAILED"));
    for (String path :
        List.of("", "/why", "/events", "/snapshot", "/checkpoints", "/batches", "/stages")) {
      String body = served.get(ALL + "/current" + path).body();
      assertThat(path, body.contains(Failing.SECRET), is(false));
    }
    assertThat(served.get("/metrics").body().contains(Failing.SECRET), is(false));
    assertThat(served.get("/health").body().contains(Failing.SECRET), is(false));
    assertThat(served.get("/health").statusCode(), is(503));
    assertThat(served.ask(ALL + "/current/why").body().contains(Failing.SECRET), is(true));
    assertThat(
        served.json(ALL + "/current/why").get("verdict").get("severity").asText(), is("ERROR"));
  }

  @Test
  void userCodeThatHangsShowsWithItsStack() {
    try (Served served = Served.run(Pipelines.gated(Served.options("--jobName=hangs"), "hangs"))) {
      JsonNode threads =
          served.await(
              ALL + "/current/threads",
              all -> all.toString().contains("dev.microbatch.ui.Pipelines$Wait.process"));
      assertThat(threads.get("running").get("number"), is(notNullValue()));
      assertThat(threads.get("threads").size(), is(not(0)));
      Pipelines.open("hangs");
      served.result.waitUntilFinish();
    }
  }

  static final class Failing extends DoFn<Long, Long> {
    private static final long serialVersionUID = 1L;
    static final String SECRET = "the-customer-is-Ada";
    static final AtomicInteger failures = new AtomicInteger();

    @ProcessElement
    public void process(@Element Long number) {
      if (number > 500 && failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
        throw new IllegalStateException(SECRET);
      }
    }
  }
}
