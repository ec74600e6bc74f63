package dev.microbatch.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.anyOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.stringContainsInOrder;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main methods, each in a JVM of its own, as a user starts them. */
class MainTest {
  @TempDir private Path directory;

  @Test
  void wordCountWithoutOptionsPrintsTheTopWordsOfTheSample() throws Exception {
    Result result = java(WordCount.class, Launch.RUNNER);

    assertThat(result.err(), result.status(), is(0));
    assertThat(result.out().lines().toList(), hasSize(10));
    assertThat(result.out(), containsString("  the\n"));
  }

  @Test
  void logReportWithoutOptionsPrintsASummaryAndSaysWhereTheReportIs() throws Exception {
    Result result = java(LogReport.class, Launch.RUNNER);

    assertThat(result.err(), result.status(), is(0));
    assertThat(result.out(), containsString("\"lines\" : 2500"));
    assertThat(
        result.out().lines().toList(), hasItem(matchesPattern("The report is in .*/report-\\*")));
  }

  @Test
  void aMistakeEndsTheJvmWithAStatusAndOneLine() throws Exception {
    Result result = java(WordCount.class, Launch.RUNNER, "--inputFile=/no/such/file");

    assertThat(result.status(), is(Example.REFUSED));
    assertThat(result.out(), equalTo(""));
    assertThat(result.err(), result.err().lines().count(), equalTo(1L));
  }

  @Test
  void helpListsTheOptions() throws Exception {
    Result result = java(WordCount.class, Launch.RUNNER, "--help=WordCountOptions");

    assertThat(result.status(), is(0));
    assertThat(result.out(), containsString("--inputFile=<String>"));
  }

  @Test
  void helpListsTheOptionsOfTheExampleAndTheOnesOfTheRunnerThatMatter() throws Exception {
    Result result = java(LogReport.class, "--help");

    assertThat(result.status(), is(0));
    assertThat(
        result.out(),
        stringContainsInOrder(
            "LogReport: Reports on",
            "--inputFile=<String>",
            "--maxMalformedPercent=<double>",
            "Default: 50.0",
            "MicroBatchRunner",
            "--parallelism=<int>",
            "--checkpointDir=<String>",
            "--help=MicroBatchPipelineOptions"));
    assertThat(
        "no interfaces, no options of Beam",
        result.out(),
        not(anyOf(containsString("org.apache.beam"), containsString("tempLocation"))));
  }

  @Test
  void whatNeedsNoRunnerDoesNotTellOfIt() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();

    Help.print(LogGeneratorOptions.class, false, new PrintStream(out, true, UTF_8));

    assertThat(
        out.toString(UTF_8),
        allOf(containsString("--lines=<long>"), not(containsString("MicroBatchRunner"))));
  }

  @Test
  void theRunnerIsTheMicroBatchRunnerUnlessOneIsNamed() {
    assertThat(
        Example.withRunner(new String[] {"--a=1"}),
        equalTo(new String[] {"--runner=MicroBatchRunner", "--a=1"}));
    assertThat(
        Example.withRunner(new String[] {"--a=1", "--runner=Other"}),
        equalTo(new String[] {"--a=1", "--runner=Other"}));
  }

  private record Result(int status, String out, String err) {}

  private Result java(Class<?> main, String... args) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx256m");
    command.add("-Djava.io.tmpdir=" + directory);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(args));
    Path out = directory.resolve("out");
    Path err = directory.resolve("err");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    try {
      assertThat("ends", process.waitFor(5, TimeUnit.MINUTES));
    } finally {
      process.destroyForcibly();
    }
    return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
  }
}
