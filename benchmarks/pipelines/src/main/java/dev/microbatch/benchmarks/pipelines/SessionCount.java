package dev.microbatch.benchmarks.pipelines;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.windowing.AfterPane;
import org.apache.beam.sdk.transforms.windowing.AfterWatermark;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.transforms.windowing.Sessions;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.joda.time.Duration;
import org.joda.time.Instant;

/**
 * How many records a session has. The keys take turns; each has some records a few seconds apart,
 * then a pause of more than the gap, and so on.
 *
 * <p>Early panes depend on how a runner cuts its bundles, so that they are not part of the outcome;
 * what is checked is the pane at the end of the session, which has all records as panes accumulate.
 *
 * @param sizes how many records and keys
 * @param shape how sessions are counted
 */
record SessionCount(Sizes sizes, Shape shape) implements Workload, PlainJava {

  private static final long GAP_MILLIS = 30_000;
  private static final long STEP_MILLIS = 3_000;
  private static final long JITTER_MILLIS = 1_000;
  private static final Duration LATENESS = Duration.standardMinutes(10);
  private static final int EARLY_EVERY = 100;

  /** How sessions are counted, and how long they are. */
  enum Shape {
    /** By Count.perKey. */
    COUNT("B6", 10, "Count.perKey in sessions"),
    /** By a GroupByKey. */
    GROUP("B6-group", 10, "GroupByKey in sessions"),
    /** By Count.perKey, with early panes and lateness. */
    EARLY("B6b", 250, "Count.perKey, accumulating, early every 100, in sessions");

    private final String title;
    private final int perSession;
    private final String description;

    Shape(String title, int perSession, String description) {
      this.title = title;
      this.perSession = perSession;
      this.description = description;
    }
  }

  @Override
  public String name() {
    return shape.title;
  }

  @Override
  public String description() {
    return shape.description + " of " + shape.perSession + " records, " + sizes.keys() + " keys";
  }

  @Override
  public long size() {
    return sizes.records();
  }

  private Times times() {
    return new Times(sizes, shape.perSession);
  }

  /** The keys and times of the records. */
  private record Times(Sizes sizes, int perSession) implements Serializable {
    long key(long number) {
      return number % sizes.keys();
    }

    long of(long number) {
      long turn = number / sizes.keys();
      long session = (perSession - 1) * STEP_MILLIS + JITTER_MILLIS + 3 * GAP_MILLIS;
      return turn / perSession * session
          + turn % perSession * STEP_MILLIS
          + Numbers.below(sizes.draw(number), JITTER_MILLIS);
    }
  }

  @Override
  public void build(Pipeline pipeline) {
    PCollection<KV<Long, Long>> records =
        pipeline
            .apply(GenerateSequence.from(0).to(size()))
            .apply("Key", ParDo.of(new KeyFn(times())))
            .apply(window());
    records
        .apply("Sessions", count())
        .apply("AtTheEnd", ParDo.of(new NotEarlyFn()))
        .apply(
            Tally.withTimestamps(
                (count, timestamp) -> Numbers.digest(count.getKey(), count.getValue(), timestamp)));
  }

  private Window<KV<Long, Long>> window() {
    Window<KV<Long, Long>> sessions =
        Window.into(Sessions.withGapDuration(Duration.millis(GAP_MILLIS)));
    return shape == Shape.EARLY
        ? sessions
            .triggering(
                AfterWatermark.pastEndOfWindow()
                    .withEarlyFirings(AfterPane.elementCountAtLeast(EARLY_EVERY))
                    .withLateFirings(AfterPane.elementCountAtLeast(1)))
            .withAllowedLateness(LATENESS)
            .accumulatingFiredPanes()
        : sessions;
  }

  private PTransform<PCollection<KV<Long, Long>>, PCollection<KV<Long, Long>>> count() {
    return shape == Shape.GROUP ? new GroupAndCount() : Count.perKey();
  }

  @Override
  public Outcome expected() {
    Times times = times();
    Outcome outcome = Outcome.EMPTY;
    for (int key = 0; key < sizes.keys(); key++) {
      long count = 0;
      for (long number = key; number < size(); number += sizes.keys()) {
        count++;
        if (count == shape.perSession || number + sizes.keys() >= size()) {
          long end = times.of(number) + GAP_MILLIS - 1;
          outcome = outcome.plus(Outcome.of(Numbers.digest(key, count, end)));
          count = 0;
        }
      }
    }
    return outcome;
  }

  @Override
  public Outcome runPlain(int threads) {
    return Exchange.run(size(), threads, () -> new Worker(times()));
  }

  /** The sessions of the keys of one thread. Records may come in any order. */
  private static final class Worker extends HandWorker {
    private final LongIndex keys = new LongIndex();
    private final List<List<Session>> sessions = new ArrayList<>();
    private final Times times;

    Worker(Times times) {
      this.times = times;
    }

    private static final class Session {
      private long start;
      private long end;
      private long count;
    }

    @Override
    void generate(long number) {
      send(times.key(number), 1, times.of(number));
    }

    @Override
    void receive(long key, long value, long time, Object payload) {
      int index = keys.add(key);
      if (index == sessions.size()) {
        sessions.add(new ArrayList<>(2));
      }
      add(sessions.get(index), time);
    }

    /** Puts a record into its session, and merges those that it joins. Mostly it is the last. */
    private static void add(List<Session> sorted, long time) {
      int at = sorted.size() - 1;
      while (at >= 0 && sorted.get(at).start >= time + GAP_MILLIS) {
        at--;
      }
      if (at < 0 || sorted.get(at).end <= time) {
        Session made = new Session();
        made.start = time;
        made.end = time + GAP_MILLIS;
        made.count = 1;
        sorted.add(at + 1, made);
        return;
      }
      Session session = sorted.get(at);
      session.start = Math.min(session.start, time);
      session.end = Math.max(session.end, time + GAP_MILLIS);
      session.count++;
      if (at > 0 && sorted.get(at - 1).end > session.start) {
        Session before = sorted.get(at - 1);
        before.end = Math.max(before.end, session.end);
        before.count += session.count;
        sorted.remove(at);
      }
    }

    @Override
    Outcome finish() {
      long count = 0;
      long checksum = 0;
      for (int index = 0; index < keys.size(); index++) {
        for (Session session : sessions.get(index)) {
          count++;
          checksum += Numbers.digest(keys.key(index), session.count, session.end - 1);
        }
      }
      return new Outcome(count, checksum);
    }
  }

  private static final class KeyFn extends DoFn<Long, KV<Long, Long>> {
    private static final long serialVersionUID = 1L;
    private final Times times;

    KeyFn(Times times) {
      this.times = times;
    }

    @ProcessElement
    public void process(@Element Long number, OutputReceiver<KV<Long, Long>> out) {
      out.outputWithTimestamp(
          KV.of(times.key(number), number), Instant.ofEpochMilli(times.of(number)));
    }
  }

  private static final class GroupAndCount
      extends PTransform<PCollection<KV<Long, Long>>, PCollection<KV<Long, Long>>> {
    private static final long serialVersionUID = 1L;

    @Override
    public PCollection<KV<Long, Long>> expand(PCollection<KV<Long, Long>> records) {
      return records.apply(GroupByKey.create()).apply("Size", ParDo.of(new SizeFn()));
    }
  }

  private static final class SizeFn extends DoFn<KV<Long, Iterable<Long>>, KV<Long, Long>> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(
        @Element KV<Long, Iterable<Long>> group, OutputReceiver<KV<Long, Long>> out) {
      long size = 0;
      for (Long ignored : group.getValue()) {
        size++;
      }
      out.output(KV.of(group.getKey(), size));
    }
  }

  private static final class NotEarlyFn extends DoFn<KV<Long, Long>, KV<Long, Long>> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(
        @Element KV<Long, Long> count, PaneInfo pane, OutputReceiver<KV<Long, Long>> out) {
      if (pane.getTiming() != PaneInfo.Timing.EARLY) {
        out.output(count);
      }
    }
  }
}
