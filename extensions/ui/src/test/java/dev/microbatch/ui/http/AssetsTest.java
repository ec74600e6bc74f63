package dev.microbatch.ui.http;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;

import dev.microbatch.executor.time.Clock;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Files of a page, over real HTTP. */
class AssetsTest {

  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private WebServer server;

  @BeforeEach
  void start() throws IOException {
    Assets assets = new Assets(AssetsTest.class, "pages");
    server = WebServer.bind("127.0.0.1", 0, 1, Clock.system());
    server.start(
        new WebServer.Site(
            new Router(assets::serve),
            new Guard("127.0.0.1", server.port(), "0123456789abcdef", false)));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private HttpResponse<byte[]> get(String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
    return CLIENT.send(
        (headers.length == 0 ? request : request.headers(headers)).build(),
        HttpResponse.BodyHandlers.ofByteArray());
  }

  private static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  @Test
  void theRootIsTheIndex() throws Exception {
    HttpResponse<byte[]> page = get("/");
    assertThat(page.statusCode(), is(200));
    assertThat(header(page, "Content-Type"), is("text/html; charset=utf-8"));
    assertThat(new String(page.body(), StandardCharsets.UTF_8), containsString("A page"));
    assertThat(get("/index.html").body(), is(page.body()));
  }

  @Test
  void scriptsHaveTheTypeThatModulesNeed() throws Exception {
    assertThat(header(get("/app.js"), "Content-Type"), is("text/javascript; charset=utf-8"));
  }

  @Test
  void whatABrowserHasIsNotSentAgain() throws Exception {
    HttpResponse<byte[]> first = get("/app.js");
    HttpResponse<byte[]> again = get("/app.js", "If-None-Match", header(first, "ETag"));
    assertThat(again.statusCode(), is(304));
    assertThat(again.body().length, is(0));
    assertThat(header(again, "ETag"), is(header(first, "ETag")));
    assertThat(get("/app.js", "If-None-Match", "\"other\"").statusCode(), is(200));
  }

  @Test
  void whoTakesItIsSentItPacked() throws Exception {
    HttpResponse<byte[]> packed = get("/app.js", "Accept-Encoding", "br, gzip;q=0.8");
    assertThat(header(packed, "Content-Encoding"), is("gzip"));
    assertThat(
        new GZIPInputStream(new ByteArrayInputStream(packed.body())).readAllBytes(),
        is(get("/app.js").body()));
    assertThat(header(get("/app.js", "Accept-Encoding", "gzip;q=0"), "Content-Encoding"), is(""));
  }

  @Test
  void filesOfTypesThatPagesDoNotHaveAreNotThere() throws Exception {
    assertThat(get("/notes.unknown").statusCode(), is(404));
    assertThat(get("/missing.js").statusCode(), is(404));
  }
}
