package dev.microbatch.ui;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

import dev.microbatch.runner.UiSettings;
import dev.microbatch.runner.spi.ServerFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that others than this machine may reach, or that shows data. */
class OtherHostTest {

  @TempDir Path directory;

  private UiServer start(String host, boolean showData) throws IOException {
    return UiServer.start(
        new UiSettings(UiSettings.ANY, host, 0, Served.TOKEN, showData),
        new ServerFiles(directory.resolve("microbatch")));
  }

  private static int status(UiServer server, String path, String... headers) {
    String[] lines = new String[headers.length + 1];
    lines[0] = "GET " + path + " HTTP/1.1";
    System.arraycopy(headers, 0, lines, 1, headers.length);
    return Raw.status(server.port(), lines);
  }

  @Test
  void everythingButThePageNeedsTheToken() throws IOException {
    try (UiServer server = start("0.0.0.0", true)) {
      String host = "Host: 10.1.2.3:" + server.port();
      String token = "Authorization: Bearer " + Served.TOKEN;
      for (String path : List.of("/api/v1/pipelines", "/metrics", "/health", "/ready")) {
        assertThat(path, status(server, path, host), is(401));
        assertThat(path, status(server, path, host, token), is(200));
      }
      assertThat(status(server, "/api/v1/session", host), is(200));
      assertThat(status(server, "/nothing.html", host), is(404));
    }
  }

  @Test
  void onAllAddressesAnAddressIsAHostAndANameIsNot() throws IOException {
    try (UiServer server = start("0.0.0.0", false)) {
      String token = "Authorization: Bearer " + Served.TOKEN;
      String path = "/api/v1/pipelines";
      int port = server.port();
      assertThat(status(server, path, token, "Host: 192.168.7.8:" + port), is(200));
      assertThat(status(server, path, token, "Host: [fe80::1]:" + port), is(200));
      assertThat(status(server, path, token, "Host: localhost:" + port), is(200));
      assertThat(status(server, path, token, "Host: evil.example:" + port), is(421));
    }
  }

  @Test
  void aServerStartsInNoTime() throws IOException {
    try (UiServer first = start("127.0.0.1", false)) {
      first.port(); // loads classes
    }
    long start = System.nanoTime();
    try (UiServer server = start("127.0.0.1", false)) {
      long millis = (System.nanoTime() - start) / 1_000_000;
      System.out.println("A server has started in " + millis + " ms on port " + server.port());
      assertThat(millis, lessThan(5_000L)); // an order of magnitude, not a benchmark
    }
  }
}
