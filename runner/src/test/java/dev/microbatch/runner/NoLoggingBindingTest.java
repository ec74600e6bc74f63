package dev.microbatch.runner;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.stringContainsInOrder;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.testing.TestStream;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.TimestampedValue;
import org.joda.time.Duration;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lost data are told where slf4j has no binding: in a JVM of its own, with none. */
class NoLoggingBindingTest {
  @TempDir private Path directory;

  @Test
  void lostDataAndFailuresInTheBackgroundReachStandardError() throws Exception {
    String err = standardError();

    assertThat(err.lines().filter(line -> line.contains("No slf4j binding")).toList(), hasSize(1));
    assertThat(
        err,
        stringContainsInOrder(
            "No slf4j binding", "org.slf4j:slf4j-jdk14",
            "WARN dev.microbatch.executor.batch.LateWarnings", "dropped a record",
            "ERROR dev.microbatch.runner.MicroBatchResult", "/ by zero"));
    assertThat("only what matters", err, not(containsString("Running late")));
  }

  private String standardError() throws IOException, InterruptedException {
    String classPath =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> !entry.contains("slf4j-jdk14"))
            .collect(Collectors.joining(File.pathSeparator));
    Path err = directory.resolve("err");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                classPath,
                Program.class.getName())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(err.toFile())
            .start();
    try {
      assertThat("ends", process.waitFor(5, TimeUnit.MINUTES));
    } finally {
      process.destroyForcibly();
    }
    String text = Files.readString(err);
    assertThat(text, process.exitValue(), is(0));
    return text;
  }

  static final class Program {
    public static void main(String[] args) {
      late();
      failInTheBackground();
    }

    private static Pipeline pipeline(String name, boolean blockOnRun) {
      return Pipeline.create(
          PipelineOptionsFactory.fromArgs(
                  "--runner=MicroBatchRunner", "--jobName=" + name, "--blockOnRun=" + blockOnRun)
              .create());
    }

    private static void late() {
      Pipeline pipeline = pipeline("late", true);
      pipeline
          .apply(
              TestStream.create(KvCoder.of(StringUtf8Coder.of(), StringUtf8Coder.of()))
                  .advanceWatermarkTo(new Instant(1_000))
                  .addElements(TimestampedValue.of(KV.of("k", "late"), new Instant(0)))
                  .advanceWatermarkToInfinity())
          .apply(Window.into(FixedWindows.of(Duration.millis(10))))
          .apply(GroupByKey.create());
      pipeline.run();
    }

    private static void failInTheBackground() {
      Pipeline pipeline = pipeline("failing", false);
      pipeline.apply(Create.of(0)).apply("Divide", ParDo.of(new Divide()));
      pipeline.run();
    }
  }

  private static final class Divide extends DoFn<Integer, Integer> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element Integer in, OutputReceiver<Integer> out) {
      out.output(1 / in);
    }
  }
}
