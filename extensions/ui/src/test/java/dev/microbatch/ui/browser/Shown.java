package dev.microbatch.ui.browser;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.microbatch.runner.MicroBatchPipelineOptions;
import dev.microbatch.runner.MicroBatchResult;
import dev.microbatch.runner.MicroBatchRunner;
import dev.microbatch.runner.spi.ServerFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult.State;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.joda.time.Duration;

/** A real pipeline, and where its pages are. */
final class Shown implements AutoCloseable {

  static final String TOKEN = "a-token-of-a-test-0123456789";

  private static final ObjectMapper JSON = new ObjectMapper();

  final MicroBatchResult result;
  final String url;

  private Shown(MicroBatchResult result, String url) {
    this.result = result;
    this.url = url;
  }

  /** Options of a pipeline that is served on any port. */
  static MicroBatchPipelineOptions options(String... more) {
    MicroBatchPipelineOptions options =
        PipelineOptionsFactory.fromArgs(more).as(MicroBatchPipelineOptions.class);
    options.setRunner(MicroBatchRunner.class);
    options.setBlockOnRun(false);
    options.setParallelism(2);
    options.setUiPort(0);
    options.setUiToken(TOKEN);
    return options;
  }

  /** Starts a pipeline. */
  static Shown run(Pipeline pipeline) {
    MicroBatchResult result = (MicroBatchResult) pipeline.run();
    long self = ProcessHandle.current().pid();
    try {
      int port =
          ServerFiles.ofUser().list().stream()
              .filter(file -> file.pid() == self)
              .findFirst()
              .orElseThrow()
              .port();
      return new Shown(result, "http://localhost:" + port + "/");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The address that was printed, by which a browser comes by its cookie. */
  String link() {
    return url + "?token=" + TOKEN;
  }

  /** What the server says. */
  JsonNode ask(String path) {
    try {
      return JSON.readTree(URI.create(url + "api/v1/" + path).toURL());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  State awaitEnd() {
    return result.waitUntilFinish(Duration.standardSeconds(60));
  }

  @Override
  public void close() {
    result.cancel();
    awaitEnd();
  }
}
