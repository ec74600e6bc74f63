package dev.microbatch.ui.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * How a browser comes by its cookie: by the link that the server prints, or by sending the token.
 */
public final class Sessions {

  private final Guard guard;
  private final String version;

  /**
   * Creates it.
   *
   * @param guard knows the token
   * @param version the version of this program
   */
  public Sessions(Guard guard, String version) {
    this.guard = guard;
    this.version = version;
  }

  /** Adds its routes. */
  public void addTo(Router router) {
    router.add(
        new Route(
            "GET",
            "/api/v1/session",
            Access.PUBLIC,
            request -> session(request.caller().authenticated())));
    router.add(new Route("POST", "/api/v1/session", Access.PUBLIC, this::logIn));
  }

  /** The link that was printed: the token goes into a cookie, and out of the address line. */
  public @Nullable Response link(Request request) {
    String token = request.query("token");
    if (token == null) {
      return null;
    }
    checkToken(token);
    return Response.empty(303).with("Location", "/").with("Set-Cookie", guard.cookie());
  }

  private Response logIn(Request request) throws IOException {
    WebServer.checkJson(request);
    String token = null;
    try (JsonParser json = Json.factory().createParser(request.body())) {
      if (json.nextToken() == JsonToken.START_OBJECT) {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
          String name = json.currentName();
          JsonToken value = json.nextToken();
          if (name.equals("token") && value == JsonToken.VALUE_STRING) {
            token = json.getText();
          }
          json.skipChildren();
        }
      }
    } catch (JsonProcessingException e) {
      throw new HttpError(400, "The body is not JSON");
    }
    if (token == null) {
      throw new HttpError(400, "The body must be {\"token\": \"...\"}");
    }
    checkToken(token);
    return session(true).with("Set-Cookie", guard.cookie());
  }

  private void checkToken(String token) {
    if (!guard.isToken(token)) {
      throw new HttpError(401, "The token is not that of this server");
    }
  }

  private Response session(boolean authenticated) {
    return Response.json(
        json -> {
          json.writeStartObject();
          json.writeBooleanField("authenticated", authenticated);
          json.writeStringField("tokenNeeded", guard.needsTokenForAll() ? "EVERYTHING" : "CHANGES");
          json.writeStringField("version", version);
          json.writeEndObject();
        });
  }
}
