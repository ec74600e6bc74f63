package dev.microbatch.ui;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.microbatch.runner.MicroBatchPipelineOptions;
import dev.microbatch.runner.MicroBatchResult;
import dev.microbatch.runner.MicroBatchRunner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.function.Predicate;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptionsFactory;

/** A real pipeline with a real server, and a client that knows the token. */
final class Served implements AutoCloseable {

  static final String TOKEN = "a-token-of-a-test-0123456789";
  static final ObjectMapper JSON = new ObjectMapper();

  /** How long something is waited for that has to come. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final HttpClient CLIENT = HttpClient.newBuilder().connectTimeout(PATIENCE).build();

  final MicroBatchResult result;
  final UiServer server;

  private Served(MicroBatchResult result, UiServer server) {
    this.result = result;
    this.server = server;
  }

  /** Options of a pipeline that is served on any port. */
  static MicroBatchPipelineOptions options(String... more) {
    MicroBatchPipelineOptions options =
        PipelineOptionsFactory.fromArgs(more).as(MicroBatchPipelineOptions.class);
    options.setRunner(MicroBatchRunner.class);
    options.setBlockOnRun(false);
    options.setParallelism(2);
    if (options.getUiPort() == null) {
      options.setUiPort(0);
    }
    if (options.getUiToken() == null) {
      options.setUiToken(TOKEN);
    }
    return options;
  }

  /** Starts a pipeline; its server is there when this returns. */
  static Served run(Pipeline pipeline) {
    MicroBatchResult result = (MicroBatchResult) pipeline.run();
    UiServer server = UiObserver.ofProcess().server();
    if (server == null) {
      throw new IllegalStateException("there is no server");
    }
    return new Served(result, server);
  }

  int port() {
    return server.port();
  }

  URI uri(String path) {
    return URI.create("http://localhost:" + port() + path);
  }

  /** Asks without the token. */
  HttpResponse<String> get(String path, String... headers) {
    return send(request(path, headers).GET());
  }

  /** Asks with the token. */
  HttpResponse<String> ask(String path, String... headers) {
    return send(request(path, headers).header("Authorization", "Bearer " + TOKEN).GET());
  }

  HttpResponse<String> post(String path, String body, String... headers) {
    return send(request(path, headers).POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  /** Posts as whoever may. */
  HttpResponse<String> operate(String operation) {
    return post(
        "/api/v1/pipelines/current/" + operation,
        "{}",
        "Authorization",
        "Bearer " + TOKEN,
        "Content-Type",
        "application/json");
  }

  JsonNode json(String path) {
    return json(get(path));
  }

  static JsonNode json(HttpResponse<String> response) {
    try {
      return JSON.readTree(response.body());
    } catch (IOException e) {
      throw new UncheckedIOException(response.body(), e);
    }
  }

  private HttpRequest.Builder request(String path, String... headers) {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri(path)).timeout(PATIENCE);
    return headers.length == 0 ? request : request.headers(headers);
  }

  static HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Asks again and again until an answer is as it has to become. */
  JsonNode await(String path, Predicate<JsonNode> wanted) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    for (; ; ) {
      JsonNode answer = json(ask(path));
      if (wanted.test(answer)) {
        return answer;
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError(path + " stays " + answer);
      }
      Thread.onSpinWait();
    }
  }

  /** Waits until the stages of the pipeline that was started last are open. */
  void awaitRunning() {
    await("/api/v1/pipelines/current", one -> one.get("state").asText().equals("RUNNING"));
  }

  /** Ends the pipeline if it has not ended, and the server. */
  @Override
  public void close() {
    result.cancel();
    awaitNoServer();
  }

  /** Waits until there is no server in this process any more. */
  static void awaitNoServer() {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (UiObserver.ofProcess().server() != null) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("the server does not end");
      }
      Thread.onSpinWait();
    }
  }
}
