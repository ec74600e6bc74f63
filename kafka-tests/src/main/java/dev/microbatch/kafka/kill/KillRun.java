package dev.microbatch.kafka.kill;

import dev.microbatch.kafka.broker.KafkaBroker;
import dev.microbatch.kafka.pipeline.EventPipeline;
import dev.microbatch.kafka.process.ChildFailedException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * One run: starts a broker and a producer, lives of the pipeline one after the other, and looks at
 * the results all the while.
 *
 * <p>Everything but the sending of events happens on the thread of {@link #run}.
 */
final class KillRun implements AutoCloseable {
  private static final String EVENTS = "events";
  private static final String NUMBERED = "numbered";
  private static final String SESSIONS = "sessions";
  private static final int PARTITIONS = 4;
  private static final int SHARDS = 2;

  private static final Duration POLL = Duration.ofMillis(20);

  /** How long results are watched after the last one: whatever comes then is one too many. */
  private static final long AFTER_LAST_MILLIS = 3_000;

  private final Arguments arguments;
  private final Path directory;
  private final PrintWriter out;

  private final Events events;
  private final Map<String, Ledger> ledgers = new LinkedHashMap<>();
  private final KafkaBroker broker;
  private final EventProducer producer;
  private final ResultReader reader;
  private final List<Long> millisToFirstResult = new ArrayList<>();
  private boolean finished;
  private int lives;
  private int kills;
  private int killsBeforeFirstResult;
  private long lastResultNanos;

  /**
   * Starts the broker.
   *
   * @param arguments what was typed
   * @param directory gets logs and checkpoints
   * @param out gets the progress
   * @throws IOException if the broker cannot be started
   * @throws InterruptedException if this thread is interrupted
   */
  KillRun(Arguments arguments, Path directory, PrintWriter out)
      throws IOException, InterruptedException {
    this.arguments = arguments;
    this.directory = directory;
    this.out = out;
    this.events = new Events(arguments.keys(), arguments.seed());
    ledgers.put(NUMBERED, new Ledger(NUMBERED, new NumberedEvents()));
    ledgers.put(SESSIONS, new Ledger(SESSIONS, new SessionsOfEvents(events)));
    this.broker = KafkaBroker.start();
    broker.createTopic(EVENTS, PARTITIONS, Map.of());
    for (String topic : ledgers.keySet()) {
      broker.createTopic(topic, SHARDS, Map.of("message.timestamp.type", "LogAppendTime"));
    }
    this.producer =
        new EventProducer(events, broker.newProducer(), EVENTS, PARTITIONS, arguments.rate());
    this.reader =
        new ResultReader(events, producer, broker.newCommittedConsumer(ledgers.keySet()), ledgers);
  }

  /**
   * Runs to the end.
   *
   * @throws IOException if a process cannot be created
   * @throws InterruptedException if this thread is interrupted
   */
  Report run() throws IOException, InterruptedException {
    long start = System.nanoTime();
    String failure = null;
    producer.start();
    try {
      killAgainAndAgain();
      finish();
    } catch (ChildFailedException e) {
      failure = e.getMessage();
    }
    return report(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start), failure);
  }

  private void killAgainAndAgain() throws IOException, InterruptedException {
    KillSchedule schedule = new KillSchedule(arguments.seed());
    List<String> groups = ledgers.keySet().stream().map(EventPipeline::sinkGroup).toList();
    try (SinkWatch sinks =
        new SinkWatch(broker.bootstrapServers(), groups, SHARDS * groups.size())) {
      while (kills < arguments.kills()) {
        try (Life life = startLife()) {
          KillMoment moment = schedule.next();
          while (!mayKill(sinks) || !life.isPast(moment)) {
            watch(life);
          }
          life.process().kill();
          kills++;
          if (life.millisToFirstResult().isEmpty()) {
            killsBeforeFirstResult++;
          }
          remember(life);
          out.printf(
              "kill %d of %d, %s | %,d events, %s%n",
              kills, arguments.kills(), moment, producer.produced(), results());
          out.flush();
        }
      }
    }
  }

  private boolean mayKill(SinkWatch sinks) throws InterruptedException {
    return sinks.isSettled(producer.produced(), ledgers.get(NUMBERED).through());
  }

  private void finish() throws IOException, InterruptedException {
    try (Life life = startLife()) {
      while (producer.produced() < arguments.events()) {
        watch(life);
      }
      producer.finish();
      finished = true;
      while (!reader.isComplete()) {
        watch(life);
      }
      remember(life);
      long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(AFTER_LAST_MILLIS);
      while (System.nanoTime() < end) {
        reader.poll(POLL, life::resultAppended);
        life.process().checkAlive();
      }
    }
    reader.readToEnd();
  }

  private Life startLife() throws IOException {
    lives++;
    List<String> jvm = new ArrayList<>(List.of("-Xmx512m", "-XX:TieredStopAtLevel=1"));
    jvm.addAll(arguments.jvm());
    List<String> args = new ArrayList<>();
    args.add("--runner=MicroBatchRunner");
    args.add("--checkpointDir=" + directory.resolve("checkpoints"));
    args.add("--checkpointIntervalMillis=" + arguments.intervalMillis());
    args.add("--bootstrapServers=" + broker.bootstrapServers());
    args.add("--eventsTopic=" + EVENTS);
    args.add("--numberedTopic=" + NUMBERED);
    args.add("--sessionsTopic=" + SESSIONS);
    args.add("--shards=" + SHARDS);
    args.add("--sessionGapMillis=" + events.sessionGapMillis());
    args.addAll(arguments.options());
    return Life.start(lives, jvm, args, directory);
  }

  private void watch(Life life) {
    long now = System.nanoTime();
    if (reader.poll(POLL, life::resultAppended) > 0) {
      lastResultNanos = now;
    }
    life.process().checkAlive();
    long patience = arguments.patienceSeconds();
    if (life.ageMillis() > TimeUnit.SECONDS.toMillis(patience)
        && now - lastResultNanos > TimeUnit.SECONDS.toNanos(patience)) {
      throw new ChildFailedException(
          "No result for %d s, life %d of the pipeline hangs".formatted(patience, lives),
          life.process());
    }
  }

  /** The first life has no checkpoint to restore. */
  private void remember(Life life) {
    if (lives > 1) {
      life.millisToFirstResult().ifPresent(millisToFirstResult::add);
    }
  }

  private String results() {
    return "%,d numbered, %,d sessions"
        .formatted(ledgers.get(NUMBERED).right(), ledgers.get(SESSIONS).right());
  }

  private Report report(long seconds, @Nullable String failure) {
    List<String> differences = new ArrayList<>();
    for (Ledger ledger : ledgers.values()) {
      differences.addAll(ledger.differences());
      if (finished) {
        differences.addAll(ledger.losses());
      }
    }
    return new Report(
        arguments.seed(),
        seconds,
        kills,
        killsBeforeFirstResult,
        producer.produced(),
        Report.Restarts.of(millisToFirstResult),
        ledgers.values().stream().map(Ledger::tally).toList(),
        differences,
        failure);
  }

  @Override
  public void close() {
    reader.close();
    producer.close();
    broker.close();
  }
}
