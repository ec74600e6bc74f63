package dev.microbatch.ui.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Files of a page, which are resources on the class path. Each is read once; a browser asks whether
 * it has changed.
 *
 * <p>Thread-safe.
 */
public final class Assets {

  /** What a path may consist of: names that begin with a letter or digit. So nothing leads up. */
  private static final Pattern PATH =
      Pattern.compile("/(?:[A-Za-z0-9][A-Za-z0-9_.-]*/)*[A-Za-z0-9][A-Za-z0-9_.-]*");

  /** The weight of what is not accepted. */
  private static final Pattern NONE = Pattern.compile("q=0(\\.0*)?$");

  private static final Map<String, String> TYPES =
      Map.ofEntries(
          Map.entry("html", "text/html; charset=utf-8"),
          Map.entry("js", "text/javascript; charset=utf-8"),
          Map.entry("mjs", "text/javascript; charset=utf-8"),
          Map.entry("css", "text/css; charset=utf-8"),
          Map.entry("json", "application/json"),
          Map.entry("svg", "image/svg+xml"),
          Map.entry("png", "image/png"),
          Map.entry("ico", "image/x-icon"),
          Map.entry("woff2", "font/woff2"),
          Map.entry("txt", "text/plain; charset=utf-8"));

  private final Class<?> beside;
  private final String folder;
  private final Map<String, Asset> known = new ConcurrentHashMap<>();

  private record Asset(String type, String etag, byte[] bytes, byte[] zipped) {}

  /**
   * Creates it; nothing is read yet.
   *
   * @param beside the class beside which the folder is
   * @param folder the name of the folder
   */
  public Assets(Class<?> beside, String folder) {
    this.beside = beside;
    this.folder = folder;
  }

  /**
   * Serves a file; that of a folder is {@code index.html}.
   *
   * @throws HttpError if there is none
   */
  public Response serve(Request request) {
    String path = request.path().equals("/") ? "/index.html" : request.path();
    Asset asset = PATH.matcher(path).matches() ? find(path) : null;
    if (asset == null) {
      throw new HttpError(404, "There is no such page");
    }
    boolean zip = accepts(request.header("Accept-Encoding"), "gzip") && !isPacked(asset.type());
    Response response =
        asset.etag().equals(request.header("If-None-Match"))
            ? Response.empty(304)
            : Response.of(200, asset.type(), zip ? asset.zipped() : asset.bytes());
    Response cached =
        response
            .with("ETag", asset.etag())
            .with("Cache-Control", "no-cache")
            .with("Vary", "Accept-Encoding");
    return zip && response.status() == 200 ? cached.with("Content-Encoding", "gzip") : cached;
  }

  private static boolean isPacked(String type) {
    return type.startsWith("image/png") || type.startsWith("font/");
  }

  private static boolean accepts(@Nullable String header, String encoding) {
    if (header == null) {
      return false;
    }
    for (String one : header.split(",", -1)) {
      String accepted = one.strip();
      if (accepted.equals(encoding)
          || (accepted.startsWith(encoding + ";") && !NONE.matcher(accepted).find())) {
        return true;
      }
    }
    return false;
  }

  private @Nullable Asset find(String path) {
    Asset asset = known.get(path);
    if (asset != null) {
      return asset;
    }
    String type = TYPES.get(path.substring(path.lastIndexOf('.') + 1));
    if (type == null) {
      return null;
    }
    try (InputStream resource = beside.getResourceAsStream(folder + path)) {
      if (resource == null) {
        return null;
      }
      byte[] bytes = resource.readAllBytes();
      Asset read = new Asset(type, etag(bytes), bytes, zip(bytes));
      known.put(path, read);
      return read;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the resource " + path, e);
    }
  }

  private static byte[] zip(byte[] bytes) throws IOException {
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
      out.write(bytes);
    }
    return zipped.toByteArray();
  }

  /** A tag by which a browser knows whether it has these bytes already. */
  public static String etag(byte[] bytes) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
      return '"' + HexFormat.of().formatHex(hash, 0, 12) + '"';
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
