package dev.microbatch.ui.api;

import dev.microbatch.executor.monitor.Event;
import dev.microbatch.ui.http.Access;
import dev.microbatch.ui.http.EventStreams;
import dev.microbatch.ui.http.Json;
import dev.microbatch.ui.http.Request;
import dev.microbatch.ui.http.Response;
import dev.microbatch.ui.http.Route;
import dev.microbatch.ui.http.Router;
import dev.microbatch.ui.watch.Jvm;
import dev.microbatch.ui.watch.PipelineRegistry;
import dev.microbatch.ui.watch.WatchedPipeline;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Sends what changes of pipelines, once a second, to whoever listens.
 *
 * <p>Thread-safe; {@link #tick} is called by one thread.
 */
public final class Stream {

  private final PipelineRegistry pipelines;
  private final EventStreams streams;

  /** By topic, what was sent last. */
  private final Map<String, Sent> sent = new HashMap<>();

  /**
   * What was sent.
   *
   * @param snapshot the last snapshot; null if nobody listened
   * @param event the number of the last event, whether somebody listened or not
   */
  private record Sent(@Nullable SnapshotJson snapshot, long event) {}

  /**
   * Creates it.
   *
   * @param pipelines what is told
   * @param streams who is told
   */
  public Stream(PipelineRegistry pipelines, EventStreams streams) {
    this.pipelines = pipelines;
    this.streams = streams;
  }

  /** Adds its route. */
  public void addTo(Router router) {
    router.add(new Route("GET", "/api/v1/pipelines/{p}/stream", Access.READ, this::serve));
  }

  /** Those who may see data are told other things. */
  private static String topic(WatchedPipeline watched, boolean seesData) {
    return watched.id() + (seesData ? "+" : "");
  }

  private Response serve(Request request) throws IOException {
    WatchedPipeline watched = pipelines.get(request.value("p"));
    boolean seesData = request.caller().seesData();
    return streams.serve(
        request,
        topic(watched, seesData),
        () -> first(watched, seesData, request.header("Last-Event-ID")));
  }

  /** A whole snapshot, the events that a client has missed, and the end if it was there already. */
  private List<EventStreams.Message> first(
      WatchedPipeline watched, boolean seesData, @Nullable String lastEvent) {
    boolean ended = watched.state().isEnd();
    SnapshotJson snapshot = new SnapshotJson(watched, pipelines.jvm().read(), seesData);
    List<EventStreams.Message> messages = new ArrayList<>();
    messages.add(message(snapshot, null));
    if (lastEvent != null) {
      messages.addAll(events(watched, seesData, number(lastEvent)));
    }
    if (ended) {
      messages.add(end(watched));
    }
    return messages;
  }

  private static long number(String id) {
    try {
      return Long.parseLong(id.strip());
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private static EventStreams.Message message(SnapshotJson now, @Nullable SnapshotJson before) {
    byte[] data =
        Json.bytes(
            json -> {
              if (before == null) {
                now.whole(json);
              } else {
                now.since(json, before);
              }
            });
    return new EventStreams.Message("snapshot", null, data, false);
  }

  private static List<EventStreams.Message> events(
      WatchedPipeline watched, boolean seesData, long after) {
    List<EventStreams.Message> messages = new ArrayList<>();
    for (Event event : watched.pipeline().monitor().events()) {
      if (event.number() > after) {
        messages.add(
            new EventStreams.Message(
                "event",
                Long.toString(event.number()),
                Json.bytes(json -> HistoryJson.event(json, event, seesData)),
                false));
      }
    }
    return messages;
  }

  private static EventStreams.Message end(WatchedPipeline watched) {
    return new EventStreams.Message(
        "end", null, Json.bytes(json -> PipelineJson.summary(json, watched)), true);
  }

  /** A second has passed. */
  public synchronized void tick() {
    Jvm.Reading jvm = pipelines.jvm().read();
    Set<String> topics = new HashSet<>();
    for (WatchedPipeline watched : pipelines.all()) {
      for (boolean seesData : new boolean[] {false, true}) {
        topics.add(topic(watched, seesData));
        tick(watched, jvm, seesData);
      }
    }
    sent.keySet().retainAll(topics);
  }

  /**
   * A pipeline has ended: says so to all who listen, and what it was like at last.
   *
   * @param waitMillis for how long it is waited until they have heard it
   */
  public void end(WatchedPipeline watched, long waitMillis) throws InterruptedException {
    Jvm.Reading jvm = pipelines.jvm().read();
    synchronized (this) {
      tick(watched, jvm, false);
      tick(watched, jvm, true);
    }
    streams.awaitEnd(topic(watched, false), waitMillis);
    streams.awaitEnd(topic(watched, true), waitMillis);
  }

  private void tick(WatchedPipeline watched, Jvm.Reading jvm, boolean seesData) {
    String topic = topic(watched, seesData);
    Sent before = sent.getOrDefault(topic, new Sent(null, 0));
    List<Event> all = watched.pipeline().monitor().events();
    long last = all.isEmpty() ? 0 : all.get(all.size() - 1).number();
    if (!streams.hasListeners(topic)) {
      sent.put(topic, new Sent(null, last));
      return;
    }
    boolean ended = watched.state().isEnd();
    SnapshotJson now = new SnapshotJson(watched, jvm, seesData);
    sent.put(topic, new Sent(now, last));
    streams.send(topic, message(now, before.snapshot()));
    for (EventStreams.Message event : events(watched, seesData, before.event())) {
      streams.send(topic, event);
    }
    if (ended) {
      streams.send(topic, end(watched));
    }
  }
}
