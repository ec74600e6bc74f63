package dev.microbatch.ui.http;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Streams of server-sent events, each about one topic. Whoever does not keep up is cut off.
 *
 * <p>Thread-safe.
 */
public final class EventStreams {

  /** How many messages may wait for a client. */
  private static final int WAITING = 64;

  /** How often something is sent in any case, so that a client that has gone is noticed. */
  private static final int HEARTBEAT_SECONDS = 10;

  private static final byte[] HEARTBEAT = ": \n\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] PREAMBLE = "retry: 2000\n\n".getBytes(StandardCharsets.US_ASCII);

  private final Semaphore room = new Semaphore(RequestThreads.STREAMS);
  private final Map<String, Set<Stream>> streams = new ConcurrentHashMap<>();

  /**
   * What is sent.
   *
   * @param event its name
   * @param id by which a client asks for what comes behind it; null if it has none
   * @param data JSON, in one line
   * @param last whether the stream ends with it
   */
  public record Message(String event, @Nullable String id, byte[] data, boolean last) {

    private byte[] head() {
      return ("event: " + event + "\n" + (id == null ? "" : "id: " + id + "\n") + "data: ")
          .getBytes(StandardCharsets.UTF_8);
    }
  }

  private static final class Stream {
    private final BlockingQueue<Message> waiting = new ArrayBlockingQueue<>(WAITING);
    private volatile boolean slow;

    private void offer(Message message) {
      if (!waiting.offer(message)) {
        slow = true;
      }
    }
  }

  /** Whether anybody listens to a topic. */
  public boolean hasListeners(String topic) {
    return streams.containsKey(topic);
  }

  /** Sends a message to all who listen to a topic. Never waits. */
  public void send(String topic, Message message) {
    for (Stream stream : streams.getOrDefault(topic, Set.of())) {
      stream.offer(message);
    }
  }

  /** Waits until nobody listens to a topic any more, but not for long. */
  public void awaitEnd(String topic, long millis) throws InterruptedException {
    for (long waited = 0; hasListeners(topic) && waited < millis; waited += 10) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  /**
   * Serves a client until it has gone, or the last message is sent.
   *
   * @param request its request
   * @param topic what it listens to
   * @param first what it is sent at first; asked for when it listens already, so that nothing is
   *     missed
   * @throws HttpError if there are as many streams as there may be
   * @throws IOException if the client has gone
   */
  public Response serve(Request request, String topic, Supplier<List<Message>> first)
      throws IOException {
    if (!room.tryAcquire()) {
      throw new HttpError(
          429,
          RequestThreads.STREAMS + " streams are open already: close one, or ask for /snapshot",
          Map.of("Retry-After", "5"));
    }
    Stream stream = new Stream();
    try {
      streams.compute(
          topic,
          (name, all) -> {
            Set<Stream> more = all == null ? ConcurrentHashMap.newKeySet() : all;
            more.add(stream);
            return more;
          });
      List<Message> beginning = first.get();
      OutputStream out = request.stream("text/event-stream; charset=utf-8");
      if (!write(request, out, stream, beginning)) {
        throw new IOException("the client does not keep up");
      }
      out.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("the server ends", e);
    } finally {
      streams.computeIfPresent(
          topic,
          (name, all) -> {
            all.remove(stream);
            return all.isEmpty() ? null : all;
          });
      room.release();
    }
    return Route.SENT;
  }

  /** False if the client is too slow. */
  private static boolean write(
      Request request, OutputStream out, Stream stream, List<Message> beginning)
      throws IOException, InterruptedException {
    send(request, out, PREAMBLE);
    for (Message message : beginning) {
      send(request, out, message);
      if (message.last()) {
        return true;
      }
    }
    while (!stream.slow) {
      Message message = stream.waiting.poll(HEARTBEAT_SECONDS, TimeUnit.SECONDS);
      if (message == null) {
        send(request, out, HEARTBEAT);
      } else {
        send(request, out, message);
        if (message.last()) {
          return true;
        }
      }
    }
    return false;
  }

  private static void send(Request request, OutputStream out, Message message) throws IOException {
    request.active().sends();
    out.write(message.head());
    out.write(message.data());
    out.write('\n');
    out.write('\n');
    out.flush();
    request.active().streams();
  }

  private static void send(Request request, OutputStream out, byte[] bytes) throws IOException {
    request.active().sends();
    out.write(bytes);
    out.flush();
    request.active().streams();
  }
}
