package dev.microbatch.executor.stage;

import dev.microbatch.executor.block.Block;
import dev.microbatch.executor.block.BlockCodec;
import dev.microbatch.executor.block.KeyCodec;
import dev.microbatch.executor.block.Receiver;
import dev.microbatch.executor.enforce.Enforcement;
import dev.microbatch.executor.plan.Exchange;
import dev.microbatch.executor.state.EntrySink;
import dev.microbatch.executor.state.KeyGroupRange;
import dev.microbatch.executor.state.SnapshotScope;
import dev.microbatch.executor.state.StateBackend;
import dev.microbatch.executor.state.StateEntry;
import dev.microbatch.executor.state.StateSnapshot;
import dev.microbatch.executor.time.Clock;
import dev.microbatch.executor.time.EventTime;
import dev.microbatch.executor.time.ManualClock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.beam.runners.core.construction.SerializablePipelineOptions;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.values.KV;

/**
 * A stage at work in all of its partitions, one after the other on the calling thread. It can be
 * stopped between two batches and resumed from its last commit, in as many partitions as one likes.
 *
 * <p>Not thread-safe.
 */
public final class RunningStage implements AutoCloseable {

  /** Making them registers all file systems again each time. */
  private static final SerializablePipelineOptions OPTIONS =
      new SerializablePipelineOptions(PipelineOptionsFactory.create());

  private final OneStage one;
  private final Manner manner;
  private final ScheduledExecutorService timeLimits;
  private final Receiver output;
  private final Map<Integer, BlockCodec> codecs = new HashMap<>();
  private final ManualClock clock = new ManualClock(Clock.system(), 0);

  private List<StageProgram> programs = new ArrayList<>();
  private List<StageReport> reports = new ArrayList<>();
  private final List<StateSnapshot> captured = new ArrayList<>();
  private Memory committed = new Memory(0);
  private int parallelism;
  private long number;
  private int turn;

  /**
   * How it works, all the time.
   *
   * @param backend where state is kept
   * @param commits whether anything is ever frozen
   * @param writesLate whether what is frozen is written as late as can be
   * @param encodes whether what comes in and goes out is encoded and decoded
   * @param oneRecordPerBlock whether each record comes in a block of its own
   * @param recordsPerRead how many records a source may read in a batch
   */
  public record Manner(
      StateBackend backend,
      boolean commits,
      boolean writesLate,
      boolean encodes,
      boolean oneRecordPerBlock,
      long recordsPerRead) {}

  /** What a chain of commits holds, by partition. */
  private static final class Memory implements RestoredStages {
    private final int parallelism;
    private final Map<Integer, List<StateEntry>> entries = new HashMap<>();
    private long commit;

    Memory(int parallelism) {
      this.parallelism = parallelism;
    }

    @Override
    public long commit() {
      return commit;
    }

    @Override
    public int parallelism() {
      return parallelism;
    }

    @Override
    public void read(String step, int partition, KeyGroupRange range, EntrySink sink)
        throws IOException {
      for (StateEntry entry : entries.getOrDefault(partition, List.of())) {
        sink.accept(entry);
      }
    }
  }

  /**
   * Starts from nothing.
   *
   * @param one the stage
   * @param manner how it works
   * @param timeLimits measures how long a piece of splittable work takes
   * @param parallelism the number of partitions
   * @param output takes what comes out
   */
  public RunningStage(
      OneStage one,
      Manner manner,
      ScheduledExecutorService timeLimits,
      int parallelism,
      Receiver output) {
    this.one = one;
    this.manner = manner;
    this.timeLimits = timeLimits;
    this.output = output;
    start(parallelism, false);
  }

  private void start(int partitions, boolean restored) {
    parallelism = partitions;
    reports = new ArrayList<>();
    for (int partition = 0; partition < parallelism; partition++) {
      StageProgram program = create(partition);
      programs.add(program);
      if (restored) {
        program.restore(committed);
      }
      program.open();
      reports.add(program.report());
    }
  }

  /** The one place where a program is made. */
  private StageProgram create(int partition) {
    StageSettings settings =
        new StageSettings(
            OPTIONS,
            parallelism,
            one.splits().isEmpty() ? Map.of() : Map.of(one.stage().id(), one.splits()),
            Enforcement.NONE,
            manner.backend(),
            manner.commits(),
            60_000,
            true);
    StageEnvironment environment =
        new StageEnvironment(settings, clock, timeLimits, () -> false, one.operators());
    return new StageProgram(
        one.plan(),
        one.stage(),
        partition,
        environment,
        new StageClock(environment.clock()),
        (exchange, target, block, rest) -> take(exchange, block));
  }

  private void take(int exchange, Block block) {
    Block taken = passed(exchange, block);
    for (int i = 0; i < taken.size(); i++) {
      output.process(taken.value(i), taken.meta(i));
    }
  }

  private Block passed(int exchange, Block block) {
    if (!manner.encodes()) {
      return block;
    }
    BlockCodec codec =
        codecs.computeIfAbsent(
            exchange,
            id -> {
              Exchange of = one.plan().exchanges().get(id);
              return new BlockCodec(of.name(), of.coder(), of.windowCoder(), of.keyCoder());
            });
    return codec.decode(codec.encode(block));
  }

  /** How many batches have run. */
  public long batches() {
    return number;
  }

  /** The number of partitions. */
  public int parallelism() {
    return parallelism;
  }

  /** What each partition says of itself, after the last batch or restart. */
  public List<StageReport> reports() {
    return reports;
  }

  /**
   * Runs one batch.
   *
   * @param arrivals what comes in
   * @param times what the upstream partitions say at their ends
   * @param behind what one of them says instead
   * @param processingTime of the batch, in milliseconds
   * @param drain whether the pipeline is being drained
   */
  public void batch(
      List<Scenario.Arrival> arrivals,
      Scenario.Batch times,
      Scenario.Batch behind,
      long processingTime,
      boolean drain) {
    number++;
    BatchHeader header = header(processingTime, drain);
    programs.forEach(program -> program.begin(header));
    for (Sent sent : write(arrivals)) {
      programs.get(sent.target()).absorb(sent.exchange(), passed(sent.exchange(), sent.block()));
    }
    int slow = (int) (number % parallelism);
    for (Exchange input : one.inputs()) {
      for (int upstream = 0; upstream < parallelism; upstream++) {
        Times of = times(input, upstream == slow ? behind : times, processingTime);
        for (int target = 0; target < parallelism; target++) {
          if (input.kind() != Exchange.Kind.FORWARD || upstream == target) {
            programs.get(target).ended(input.id(), upstream, of);
          }
        }
      }
    }
    reports = new ArrayList<>();
    programs.forEach(program -> reports.add(program.complete()));
  }

  /** The one place where a header is made. */
  private BatchHeader header(long processingTime, boolean drain) {
    BitSet admitted = new BitSet();
    admitted.set(one.stage().id());
    long[] horizons = new long[one.plan().stages().size()];
    Arrays.fill(horizons, EventTime.MAX);
    for (StageReport report : reports) {
      int stage = report.stage();
      horizons[stage] = Math.min(horizons[stage], report.viewHorizon());
    }
    return new BatchHeader(
        number,
        processingTime,
        admitted,
        new ReadShares(horizons.length, manner.recordsPerRead()),
        Clock.toNanos(60_000),
        true,
        drain,
        number - 1,
        horizons,
        true);
  }

  private static Times times(Exchange input, Scenario.Batch batch, long processingTime) {
    long watermark = input.viewId() == null ? batch.watermark() : batch.sideWatermark();
    return new Times(watermark, processingTime);
  }

  /** A block for a partition. */
  private record Sent(int exchange, int target, Block block) {}

  /** Writes records into blocks as the stages before would. */
  private List<Sent> write(List<Scenario.Arrival> arrivals) {
    List<Sent> blocks = new ArrayList<>();
    Map<List<Integer>, ExchangeWriter> writers = new LinkedHashMap<>();
    for (Scenario.Arrival arrival : arrivals) {
      Exchange input = one.inputs().get(arrival.input());
      int upstream = upstream(input, arrival.value());
      ExchangeWriter writer =
          writers.computeIfAbsent(
              List.of(arrival.input(), upstream),
              id ->
                  ExchangeWriter.of(
                      input,
                      upstream,
                      parallelism,
                      one.plan().keyGroups(),
                      (exchange, target, block, rest) ->
                          blocks.add(new Sent(exchange, target, block))));
      writer.process(arrival.value(), arrival.meta());
      if (manner.oneRecordPerBlock()) {
        writer.flush();
      }
    }
    writers.values().forEach(ExchangeWriter::flush);
    return blocks;
  }

  /** All records of a key come from one partition, so that their order is promised. */
  @SuppressWarnings("unchecked") // An exchange by key carries pairs.
  private int upstream(Exchange input, Object value) {
    return switch (input.kind()) {
      case BROADCAST -> 0;
      case FORWARD, REBALANCE -> turn++ % parallelism;
      case BY_KEY -> {
        KeyCodec<Object> codec = KeyCodec.of((Coder<Object>) input.keyCoder());
        byte[] key = codec.encode(((KV<Object, ?>) value).getKey());
        yield Math.floorMod(Arrays.hashCode(key), parallelism);
      }
    };
  }

  /**
   * Commits what the last batch has done, unless that has been committed. If commits are written
   * late, that happens at the next commit or restart, when what was captured may have changed.
   */
  public void commit() throws IOException {
    if (committed.commit == number) {
      return;
    }
    write();
    if (manner.commits()) {
      SnapshotScope scope = SnapshotScope.CHANGES;
      if (committed.parallelism() != parallelism) {
        committed = new Memory(parallelism);
        scope = SnapshotScope.EVERYTHING;
      }
      committed.commit = number;
      for (StageProgram program : programs) {
        captured.add(program.freeze(number, scope).snapshot());
      }
    }
    if (!manner.writesLate()) {
      write();
    }
    programs.forEach(program -> program.acknowledge(number));
  }

  private void write() throws IOException {
    for (int partition = 0; partition < captured.size(); partition++) {
      List<StateEntry> entries =
          committed.entries.computeIfAbsent(partition, of -> new ArrayList<>());
      try (StateSnapshot snapshot = captured.get(partition)) {
        snapshot.writeTo(entries::add);
      }
    }
    captured.clear();
  }

  /**
   * Stops, and resumes from what {@link #commit} wrote last in new programs.
   *
   * @param partitions how many there are from now on
   */
  public void restart(int partitions) throws IOException {
    write();
    close();
    start(partitions, true);
  }

  @Override
  public void close() {
    programs.forEach(program -> program.closing().close());
    programs = new ArrayList<>();
  }
}
