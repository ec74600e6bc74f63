package dev.microbatch.ui;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;

import dev.microbatch.runner.spi.ServerFiles;
import dev.microbatch.runner.tool.PipelineTool;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.apache.beam.sdk.PipelineResult.State;
import org.joda.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program that asks running pipelines, against running pipelines. */
class PipelineToolTest {

  private static final long PID = ProcessHandle.current().pid();

  @TempDir Path directory;
  private String out = "";
  private String err = "";

  @AfterEach
  void noServerIsLeft() {
    Served.awaitNoServer();
  }

  private int run(ServerFiles files, String... args) {
    ByteArrayOutputStream shown = new ByteArrayOutputStream();
    ByteArrayOutputStream wrong = new ByteArrayOutputStream();
    int status =
        PipelineTool.run(
            new PrintStream(shown, true, StandardCharsets.UTF_8),
            new PrintStream(wrong, true, StandardCharsets.UTF_8),
            files,
            args);
    out = shown.toString(StandardCharsets.UTF_8);
    err = wrong.toString(StandardCharsets.UTF_8);
    return status;
  }

  private int run(String... args) {
    return run(ServerFiles.ofUser(), args);
  }

  @Test
  void itListsWhatRunsAndSaysWhatItWaitsFor() {
    try (Served served = Served.run(Pipelines.endless(Served.options("--jobName=listed")))) {
      served.awaitRunning();
      assertThat(run("list"), is(0));
      assertThat(
          out,
          allOf(
              startsWith(PID + "/"),
              containsString("RUNNING"),
              containsString("listed"),
              containsString(":" + served.port() + "/")));
      assertThat(out, not(containsString(Served.TOKEN)));
      assertThat(run("why", "listed"), is(0));
      assertThat(out.isBlank(), is(false));
      assertThat(run("why"), is(0));
      assertThat(run("link", Long.toString(PID)), is(0));
      assertThat(out.strip(), endsWith("/?token=" + Served.TOKEN));
    }
  }

  @Test
  void itEndsAPipeline() {
    Served served = Served.run(Pipelines.endless(Served.options("--jobName=drained")));
    assertThat(run("drain", "drained"), is(0));
    assertThat(out, containsString("drained"));
    assertThat(served.result.waitUntilFinish(Duration.standardSeconds(60)), is(State.DONE));
  }

  @Test
  void itSaysWhatDoesNotWork() {
    try (Served served = Served.run(Pipelines.endless(Served.options("--jobName=plain")))) {
      served.awaitRunning();
      assertThat(run("stop", "plain"), is(1));
      assertThat(err, containsString("--checkpointDir"));
      assertThat(run("cancel", "other"), is(1));
      assertThat(err, containsString("no running pipeline other"));
      assertThat(served.json("/api/v1/pipelines/current").get("state").asText(), is("RUNNING"));
    }
  }

  @Test
  void severalPipelinesHaveToBeToldApart() {
    try (Served served = Served.run(Pipelines.endless(Served.options("--jobName=twin")))) {
      Served other = Served.run(Pipelines.endless(Served.options("--jobName=twin")));
      assertThat(run("cancel", "twin"), is(1));
      assertThat(err, allOf(containsString("Several"), containsString(PID + "/")));
      String id = served.json("/api/v1/pipelines/current").get("id").asText();
      assertThat(run("cancel", PID + "/" + id), is(0));
      assertThat(other.result.waitUntilFinish(Duration.standardSeconds(60)), is(State.CANCELLED));
      assertThat(run("why"), is(0)); // one is left that runs
    }
  }

  @Test
  void namesDoNotSteerTheTerminal() {
    try (Served served =
        Served.run(Pipelines.endless(Served.options("--jobName=\u001b[2J\u0007gone")))) {
      served.json("/api/v1/pipelines");
      assertThat(run("list"), is(0));
      assertThat(out, not(containsString("\u001b")));
      assertThat(out, containsString("gone"));
    }
  }

  @Test
  void withoutAnyProcessItSaysWhereItLooked() {
    assertThat(run(new ServerFiles(directory), "list"), is(1));
    assertThat(err, containsString(directory.toString()));
    assertThat(run(new ServerFiles(directory), "drain"), is(1));
  }

  @Test
  void wrongUseIsRefused() {
    assertThat(run("--help"), is(0));
    assertThat(out, containsString("checkpoint"));
    assertThat(run(), is(2));
    assertThat(run("explode"), is(2));
    assertThat(run("list", "x"), is(2));
    assertThat(run("drain", "x", "y"), is(2));
  }
}
