package dev.microbatch.runner.tool;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.microbatch.runner.spi.ServerFile;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Asks the server of a process, with its token. */
final class ServerClient {

  private static final int CONNECT_MILLIS = 3_000;
  private static final int READ_MILLIS = 15_000;
  private static final int MOST_BYTES = 16 << 20;
  private static final JsonMapper JSON = new JsonMapper();

  private final ServerFile file;

  ServerClient(ServerFile file) {
    this.file = file;
  }

  /**
   * A pipeline of a process.
   *
   * @param server whom to ask about it
   * @param id its id there
   * @param name its name
   * @param state what it is doing
   * @param ended whether it has ended
   */
  record Known(ServerClient server, String id, String name, String state, boolean ended) {}

  /**
   * An answer.
   *
   * @param status the HTTP status
   * @param body its content
   */
  record Answer(int status, String body) {

    /** What was wrong, if it is a problem document. */
    String detail() {
      try {
        JsonNode detail = JSON.readTree(body).get("detail");
        return detail == null ? "status " + status : detail.asText();
      } catch (IOException e) {
        return "status " + status;
      }
    }
  }

  long pid() {
    return file.pid();
  }

  /** Where it is, without the token. */
  String url() {
    return "http://" + host() + ":" + file.port() + "/";
  }

  /** Where it is, with the token. */
  String link() {
    return url() + "?token=" + URLEncoder.encode(file.token(), StandardCharsets.UTF_8);
  }

  /** An address that listens on all is not one to ask. */
  private String host() {
    return switch (file.host()) {
      case "0.0.0.0", "::", "127.0.0.1" -> "localhost";
      default -> file.host().contains(":") ? "[" + file.host() + "]" : file.host();
    };
  }

  /** The pipelines of the process, the last one started first. */
  List<Known> pipelines() throws IOException {
    Answer answer = send("GET", "api/v1/pipelines", "application/json");
    if (answer.status() != HttpURLConnection.HTTP_OK) {
      throw new IOException(answer.detail());
    }
    List<Known> pipelines = new ArrayList<>();
    for (JsonNode one : JSON.readTree(answer.body()).path("pipelines")) {
      pipelines.add(
          new Known(
              this,
              one.path("id").asText(),
              one.path("name").asText(),
              one.path("state").asText(),
              !one.path("endedAt").isNull()));
    }
    return pipelines;
  }

  Answer why(Known pipeline) throws IOException {
    return send("GET", path(pipeline, "why"), "text/plain");
  }

  Answer operate(Known pipeline, String operation) throws IOException {
    return send("POST", path(pipeline, operation), "application/json");
  }

  private static String path(Known pipeline, String what) {
    return "api/v1/pipelines/"
        + URLEncoder.encode(pipeline.id(), StandardCharsets.UTF_8)
        + "/"
        + what;
  }

  private Answer send(String method, String path, String accept) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) URI.create(url() + path).toURL().openConnection(Proxy.NO_PROXY);
    try {
      connection.setConnectTimeout(CONNECT_MILLIS);
      connection.setReadTimeout(READ_MILLIS);
      connection.setInstanceFollowRedirects(false); // the token goes nowhere else
      connection.setRequestMethod(method);
      connection.setRequestProperty("Authorization", "Bearer " + file.token());
      connection.setRequestProperty("Accept", accept);
      if (method.equals("POST")) {
        connection.setRequestProperty("Content-Type", "application/json");
        connection.setDoOutput(true);
        connection.getOutputStream().write("{}".getBytes(StandardCharsets.US_ASCII));
      }
      int status = connection.getResponseCode();
      try (InputStream in =
          status >= HttpURLConnection.HTTP_BAD_REQUEST
              ? connection.getErrorStream()
              : connection.getInputStream()) {
        byte[] body = in == null ? new byte[0] : in.readNBytes(MOST_BYTES);
        return new Answer(status, new String(body, StandardCharsets.UTF_8));
      }
    } finally {
      connection.disconnect();
    }
  }
}
