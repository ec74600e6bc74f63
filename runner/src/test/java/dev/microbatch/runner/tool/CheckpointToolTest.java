package dev.microbatch.runner.tool;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.microbatch.runner.StepFailedException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.state.StateSpecs;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.state.Timer;
import org.apache.beam.sdk.state.TimerSpec;
import org.apache.beam.sdk.state.TimerSpecs;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.testing.TestStream;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings({"serial", "unused"}) // Beam calls what it finds by annotation
class CheckpointToolTest {

  private static final long KEYS = 10;
  private static final long LAST = 30;

  @TempDir private Path directory;

  /** Keeps a number and a timer for each key, and fails at the last number. */
  private static final class KeepFn extends DoFn<KV<Long, Long>, Long> {
    @StateId("sum")
    private final StateSpec<ValueState<Long>> sumSpec = StateSpecs.value(VarLongCoder.of());

    @TimerId("end")
    private final TimerSpec endSpec = TimerSpecs.timer(TimeDomain.EVENT_TIME);

    @ProcessElement
    public void process(
        @Element KV<Long, Long> record,
        BoundedWindow window,
        @StateId("sum") ValueState<Long> sum,
        @TimerId("end") Timer end) {
      if (record.getValue() == LAST) {
        throw new IllegalStateException("the last number");
      }
      sum.write(record.getValue());
      end.set(window.maxTimestamp());
    }

    @OnTimer("end")
    public void end() {}
  }

  private Pipeline pipeline() {
    return Pipeline.create(
        PipelineOptionsFactory.fromArgs(
                "--runner=MicroBatchRunner",
                "--jobName=kept",
                "--parallelism=2",
                "--maxRecordsPerBatch=4",
                "--restartAfterBatch=SAME",
                "--maxBatchRetries=0",
                "--blockOnRun=true",
                "--checkpointDir=" + directory)
            .create());
  }

  private static void keep(PCollection<Long> numbers) {
    numbers
        .apply(
            "Key",
            WithKeys.<Long, Long>of(number -> number % KEYS).withKeyType(TypeDescriptors.longs()))
        .apply("Keep", ParDo.of(new KeepFn()));
  }

  /** Leaves a checkpoint in which each key was seen: there is a commit after every batch. */
  private void runUntilItFails() {
    TestStream.Builder<Long> script = TestStream.create(VarLongCoder.of());
    for (long number = 0; number < LAST; number++) {
      script = script.addElements(number).advanceWatermarkTo(Instant.ofEpochMilli(number * 1000));
    }
    Pipeline pipeline = pipeline();
    keep(pipeline.apply("Script", script.addElements(LAST).advanceWatermarkToInfinity()));
    assertThrows(StepFailedException.class, pipeline::run);
  }

  private record Shown(int status, String out, String err) {}

  private static Shown show(String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status =
        CheckpointTool.run(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            args);
    return new Shown(
        status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private JsonNode json() throws IOException {
    Shown shown = show("--json", directory.toString());
    assertThat(shown.err(), shown.status(), is(0));
    return new JsonMapper().readTree(shown.out());
  }

  private static JsonNode stage(JsonNode report, String kind) {
    for (JsonNode stage : report.path("newest").path("stages")) {
      if (stage.path("kind").asText().equals(kind)) {
        return stage;
      }
    }
    throw new AssertionError("no stage of kind " + kind + " in " + report);
  }

  private static long sum(JsonNode stage, String field) {
    long sum = 0;
    for (JsonNode partition : stage.path("partitions")) {
      sum += partition.path(field).asLong();
    }
    return sum;
  }

  private SortedMap<Path, Long> files() throws IOException {
    SortedMap<Path, Long> files = new TreeMap<>();
    try (Stream<Path> all = Files.list(directory)) {
      for (Path file : all.toList()) {
        files.put(file, Files.getLastModifiedTime(file).toMillis());
      }
    }
    return files;
  }

  @Test
  void countsWhatAStageKeeps() throws IOException {
    runUntilItFails();

    JsonNode stage = stage(json(), "ParDo");

    assertThat(stage.path("keys").asLong(), is(KEYS));
    assertThat(sum(stage, "cells"), is(KEYS));
    assertThat(sum(stage, "timers"), is(KEYS));
    assertThat(sum(stage, "bytes"), greaterThan(0L));
    assertThat(stage.path("inputWatermark").asText(), containsString("1970-01-01T00:00:"));
  }

  @Test
  void saysHowFarASourceWasRead() throws IOException {
    runUntilItFails();

    JsonNode split = stage(json(), "Script").path("partitions").path(0).path("splits").path(0);

    assertThat(split.path("position").asText(), containsString("events played, watermark 1970"));
  }

  @Test
  void saysThatABoundedSourceIsDone() throws IOException {
    Pipeline pipeline = pipeline();
    keep(pipeline.apply("Numbers", GenerateSequence.from(0).to(LAST)));
    pipeline.run();

    JsonNode report = json();

    JsonNode split = stage(report, "BoundedRead").path("partitions").path(0).path("splits").path(0);
    assertThat(split.path("position").asText(), is("done"));
    assertThat(report.path("manifests").path(0).path("said").path("end").asText(), is("DONE"));
    assertThat(stage(report, "ParDo").path("outputWatermark").asText(), is("end of time"));
  }

  @Test
  void tellsThePersonWhatTheJsonSays() {
    runUntilItFails();

    assertThat(
        show(directory.toString()).out(),
        allOf(
            containsString("kept, RUNNING"),
            containsString("parallelism 2, 128 key groups"),
            containsString("keys " + KEYS),
            containsString("before "),
            containsString("split 0: "),
            not(containsString("BROKEN"))));
  }

  @Test
  void showsABrokenManifestAndTheStateOfTheOneBefore() throws IOException {
    runUntilItFails();
    String newest = json().path("manifests").path(0).path("file").asText();
    byte[] bytes = Files.readAllBytes(directory.resolve(newest));
    Files.write(
        directory.resolve(newest), List.of(new String(bytes, 0, 100, StandardCharsets.UTF_8)));

    JsonNode report = json();

    assertThat(report.path("manifests").path(0).path("whole").asBoolean(), is(false));
    assertThat(report.path("newest").path("file").asText(), not(newest));
    assertThat(stage(report, "ParDo").path("keys").asLong(), is(KEYS));
    assertThat(show(directory.toString()).out(), containsString("BROKEN: "));
  }

  @Test
  void namesAFileThatIsMissing() throws IOException {
    runUntilItFails();
    List<Path> data = new ArrayList<>(files().keySet());
    data.removeIf(file -> !file.toString().endsWith(".bin"));
    Path last = data.get(data.size() - 1);
    Files.delete(last);

    assertThat(
        show(directory.toString()).out(),
        containsString("BROKEN: its file " + last.getFileName() + " is missing"));
  }

  @Test
  @Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
  void opensNothingThatIsNotAFile() throws Exception {
    runUntilItFails();
    List<Path> data = new ArrayList<>(files().keySet());
    data.removeIf(file -> !file.toString().endsWith(".bin"));
    Path last = data.get(data.size() - 1);
    Files.delete(last);
    int status = new ProcessBuilder("mkfifo", last.toString()).start().waitFor();
    assumeTrue(status == 0, "pipes can be made");

    assertThat(
        show(directory.toString()).out(),
        containsString("BROKEN: its file " + last.getFileName() + " is not a regular file"));
  }

  @Test
  void changesNothing() throws IOException {
    runUntilItFails();
    SortedMap<Path, Long> before = files();

    show(directory.toString());

    assertThat(files(), is(before));
  }

  @Test
  void saysThatThereIsNoCheckpoint() {
    Shown missing = show(directory.resolve("missing").toString());
    Shown empty = show(directory.toString());

    assertThat(missing.status(), is(1));
    assertThat(empty.status(), is(1));
    assertThat(missing.err(), containsString("There is no checkpoint in"));
    assertThat(Files.exists(directory.resolve("missing")), is(false));
  }

  @Test
  void refusesWrongUsage() {
    assertThat(show().status(), is(2));
    assertThat(show("a", "b").status(), is(2));
    assertThat(show("--unheardOf=1", "a").status(), is(2));
    assertThat(show("--help").status(), is(0));
  }
}
