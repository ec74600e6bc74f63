package dev.microbatch.ui;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.anyOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who gets in and who does not. */
class GuardTest {

  private static final String PATH = "/api/v1/pipelines";
  private static Served served;

  @BeforeAll
  static void start() {
    served = Served.run(Pipelines.endless(Served.options("--jobName=guarded")));
    served.awaitRunning();
  }

  @AfterAll
  static void end() {
    served.close();
  }

  private static int status(String... headers) {
    return statusOf("GET " + PATH + " HTTP/1.1", headers);
  }

  private static int statusOf(String request, String... headers) {
    String[] lines = new String[headers.length + 1];
    lines[0] = request;
    System.arraycopy(headers, 0, lines, 1, headers.length);
    return Raw.status(served.port(), lines);
  }

  private static String host() {
    return "Host: localhost:" + served.port();
  }

  @Test
  void namesOfThisMachineAreServed() {
    for (String name : List.of("localhost", "127.0.0.1", "[::1]", "LOCALHOST")) {
      assertThat(name, status("Host: " + name + ":" + served.port()), is(200));
    }
  }

  @Test
  void aNameThatSomebodyLetsLeadHereIsNotServed() {
    for (String name :
        List.of(
            "evil.example:" + served.port(),
            "localhost",
            "localhost:1",
            "localhost.evil.example:" + served.port(),
            "127.0.0.1.evil.example:" + served.port(),
            "10.1.2.3:" + served.port(),
            "")) {
      assertThat(name, status("Host: " + name), is(421));
    }
    assertThat(Raw.status(served.port(), "GET " + PATH + " HTTP/1.0"), is(421));
    assertThat(status(host(), "Host: evil.example"), is(400));
  }

  @Test
  void aPageOfAnotherOriginIsRefused() {
    for (String origin :
        List.of(
            "http://evil.example",
            "null",
            "https://localhost:" + served.port(),
            "http://localhost:1",
            "http://localhost:" + served.port() + ".evil.example")) {
      assertThat(origin, status(host(), "Origin: " + origin), is(403));
    }
    assertThat(status(host(), "Origin: http://localhost:" + served.port()), is(200));
  }

  @Test
  void aBrowserThatSaysThatTheSiteIsAnotherIsBelieved() {
    assertThat(status(host(), "Sec-Fetch-Site: cross-site"), is(403));
    assertThat(status(host(), "Sec-Fetch-Site: same-site"), is(403));
    assertThat(status(host(), "Sec-Fetch-Site: same-origin"), is(200));
    assertThat(status(host(), "Sec-Fetch-Site: none"), is(200));
  }

  @Test
  void nobodyMayAskForPermissionOfOtherOrigins() {
    assertThat(
        statusOf(
            "OPTIONS " + PATH + "/current/drain HTTP/1.1",
            host(),
            "Origin: http://evil.example",
            "Access-Control-Request-Method: POST"),
        is(403));
    assertThat(statusOf("OPTIONS " + PATH + " HTTP/1.1", host()), is(405));
  }

  @Test
  void changesNeedTheToken() {
    for (String operation : List.of("drain", "stop", "cancel", "checkpoint")) {
      String path = PATH + "/current/" + operation;
      assertThat(served.post(path, "{}", "Content-Type", "application/json").statusCode(), is(401));
      HttpResponse<String> wrong =
          served.post(
              path,
              "{}",
              "Content-Type",
              "application/json",
              "Authorization",
              "Bearer " + Served.TOKEN + "x");
      assertThat(wrong.statusCode(), is(401));
      assertThat(wrong.headers().firstValue("WWW-Authenticate").orElseThrow(), is("Bearer"));
    }
    assertThat(served.json(PATH + "/current").get("state").asText(), is("RUNNING"));
  }

  @Test
  void stacksNeedTheToken() {
    assertThat(served.get(PATH + "/current/threads").statusCode(), is(401));
    assertThat(served.ask(PATH + "/current/threads").statusCode(), is(200));
  }

  @Test
  void whatAFormCanSendIsRefused() {
    for (String type :
        List.of("application/x-www-form-urlencoded", "text/plain", "multipart/form-data")) {
      HttpResponse<String> answer =
          served.post(
              PATH + "/current/cancel",
              "{}",
              "Content-Type",
              type,
              "Authorization",
              "Bearer " + Served.TOKEN);
      assertThat(type, answer.statusCode(), is(415));
    }
    assertThat(served.json(PATH + "/current").get("state").asText(), is("RUNNING"));
  }

  @Test
  void theLinkThatWasPrintedSetsACookieAndLeavesTheToken() {
    HttpResponse<String> answer = served.get("/?token=" + Served.TOKEN);
    assertThat(answer.statusCode(), is(303));
    assertThat(answer.headers().firstValue("Location").orElseThrow(), is("/"));
    String cookie = answer.headers().firstValue("Set-Cookie").orElseThrow();
    assertThat(
        cookie,
        allOf(
            containsString("HttpOnly"),
            containsString("SameSite=Strict"),
            containsString("Path=/")));
    String sent = cookie.substring(0, cookie.indexOf(';'));
    assertThat(served.get(PATH + "/current/threads", "Cookie", sent).statusCode(), is(200));
    assertThat(
        served.get(PATH + "/current/threads", "Cookie", "a=b; " + sent).statusCode(), is(200));
    assertThat(
        served
            .get(PATH + "/current/threads", "Cookie", sent.replace("microbatch-", "microbatch-1"))
            .statusCode(),
        is(401));
    assertThat(served.get("/?token=wrong").statusCode(), is(401));
  }

  @Test
  void theTokenCanBeExchangedForACookie() {
    HttpResponse<String> answer =
        served.post(
            "/api/v1/session",
            "{\"x\":{\"token\":1},\"token\":\"" + Served.TOKEN + "\"}",
            "Content-Type",
            "application/json");
    assertThat(answer.statusCode(), is(200));
    assertThat(Served.json(answer).get("authenticated").asBoolean(), is(true));
    String cookie = answer.headers().firstValue("Set-Cookie").orElseThrow();
    JsonNode session =
        Served.json(
            served.get("/api/v1/session", "Cookie", cookie.substring(0, cookie.indexOf(';'))));
    assertThat(session.get("authenticated").asBoolean(), is(true));
    assertThat(served.json("/api/v1/session").get("authenticated").asBoolean(), is(false));
    for (String body : List.of("", "{", "[]", "{}", "{\"token\":1}", "null")) {
      assertThat(
          body,
          served.post("/api/v1/session", body, "Content-Type", "application/json").statusCode(),
          is(400));
    }
    assertThat(
        served
            .post("/api/v1/session", "{\"token\":\"no\"}", "Content-Type", "application/json")
            .statusCode(),
        is(401));
    assertThat(
        served.post("/api/v1/session", "token=x", "Content-Type", "text/plain").statusCode(),
        is(415));
  }

  @Test
  void aLongBodyIsRefusedWithoutBeingRead() {
    HttpResponse<String> answer =
        served.post(
            PATH + "/current/checkpoint",
            " ".repeat(70_000),
            "Content-Type",
            "application/json",
            "Authorization",
            "Bearer " + Served.TOKEN);
    assertThat(answer.statusCode(), is(413));
  }

  @Test
  void noPathLeadsOutOfThePages() {
    for (String path :
        List.of(
            "/../openapi.json",
            "/%2e%2e/openapi.json",
            "/..%2fopenapi.json",
            "/..%5copenapi.json",
            "/assets/../../openapi.json",
            "//openapi.json",
            "/./index.html",
            "/index.html%00.js",
            "/.hidden.js",
            "/openapi.json",
            "/UiServer.class",
            "/%c0%ae%c0%ae/openapi.json",
            "/vendor/",
            "/%zz")) {
      int status = statusOf("GET " + path + " HTTP/1.1", host());
      assertThat(path, status, anyOf(is(404), is(400), is(0)));
    }
  }

  @Test
  void aConnectionIsKeptForTheNextRequestAlsoBehindARefusal() {
    String get = "GET " + PATH + " HTTP/1.1\r\n" + host() + "\r\n\r\n";
    String refused =
        "POST "
            + PATH
            + "/current/drain HTTP/1.1\r\n"
            + host()
            + "\r\nContent-Type: application/json\r\nContent-Length: 3000\r\n\r\n"
            + " ".repeat(3_000);
    try (Raw raw = new Raw(served.port())) {
      for (String request : List.of(get, refused, get)) {
        String answer = raw.send(request).until("\r\n\r\n");
        assertThat(answer, containsString(request.equals(get) ? " 200 " : " 401 "));
        raw.skip(answer);
      }
    }
  }

  @Test
  void headIsAnsweredAsGetWithoutContent() {
    try (Raw raw = new Raw(served.port())) {
      raw.send("HEAD " + PATH + " HTTP/1.1\r\n" + host() + "\r\nConnection: close\r\n\r\n");
      String answer = raw.rest();
      assertThat(answer, containsString("HTTP/1.1 200"));
      assertThat(answer.toLowerCase(), containsString("content-length: "));
      assertThat(answer, not(containsString("pipelines")));
    }
  }
}
