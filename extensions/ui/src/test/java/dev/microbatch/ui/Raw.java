package dev.microbatch.ui;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/** Speaks HTTP by hand: what a client library would not let through. */
final class Raw implements AutoCloseable {

  private static final int PATIENCE_MILLIS = 30_000;

  private final Socket socket;

  Raw(int port) {
    try {
      socket = new Socket(InetAddress.getLoopbackAddress(), port);
      socket.setSoTimeout(PATIENCE_MILLIS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Raw send(String text) {
    try {
      socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
      socket.getOutputStream().flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  /** All that comes until the server closes. */
  String rest() {
    try {
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (SocketTimeoutException e) {
      throw new AssertionError("the server keeps the connection", e);
    } catch (IOException e) {
      return "";
    }
  }

  /** What comes, up to and with a text. */
  String until(String end) {
    StringBuilder read = new StringBuilder();
    try {
      while (read.indexOf(end) < 0) {
        int next = socket.getInputStream().read();
        if (next < 0) {
          return read.toString();
        }
        read.append((char) next);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("after " + read, e);
    }
    return read.toString();
  }

  /** Skips the content of an answer. */
  void skip(String head) {
    for (String line : head.split("\r\n")) {
      if (line.toLowerCase().startsWith("content-length:")) {
        try {
          socket.getInputStream().readNBytes(Integer.parseInt(line.substring(15).strip()));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The status of the answer to a request that consists of these lines, or 0 if there is none. */
  static int status(int port, String... lines) {
    try (Raw raw = new Raw(port)) {
      raw.send(String.join("\r\n", lines) + "\r\nConnection: close\r\n\r\n");
      String answer = raw.rest();
      return answer.startsWith("HTTP/1.1 ") ? Integer.parseInt(answer.substring(9, 12)) : 0;
    }
  }
}
