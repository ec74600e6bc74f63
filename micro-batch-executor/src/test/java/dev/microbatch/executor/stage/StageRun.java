package dev.microbatch.executor.stage;

import dev.microbatch.executor.block.Block;
import dev.microbatch.executor.block.BlockCodec;
import dev.microbatch.executor.block.KeyCodec;
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
 * A scenario on its way through a stage, in one of the modes of {@link StageHarness}. All
 * partitions run on the calling thread, one after the other.
 */
final class StageRun {

  /** More batches than any scenario needs: what has not ended by then hangs. */
  private static final int MAX_BATCHES = 1_000;

  private final OneStage one;
  private final StageHarness.Mode mode;
  private final ScheduledExecutorService timeLimits;
  private final boolean lateInput;
  private final Map<Integer, BlockCodec> codecs = new HashMap<>();
  private final List<Emitted> emitted = new ArrayList<>();
  private final ManualClock clock = new ManualClock(Clock.system(), 0);

  private List<StageProgram> programs = new ArrayList<>();
  private List<StageReport> reports = new ArrayList<>();
  private Memory commit = new Memory(0);
  private int parallelism;
  private long number;
  private long processingTime;
  private int scenarioBatch;
  private int turn;
  private long lateDrops;

  /** What the last batch said; a drain is told again to what is restored. */
  private boolean sourceDone;

  /** The earliest watermark that the stage has sent. */
  private long sent = EventTime.MIN;

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

  StageRun(
      OneStage one,
      StageHarness.Mode mode,
      ScheduledExecutorService timeLimits,
      boolean lateInput) {
    this.one = one;
    this.mode = mode;
    this.timeLimits = timeLimits;
    this.lateInput = lateInput;
    this.parallelism = mode.parallelism(0);
  }

  /** The one place where a program is made. */
  private StageProgram create(int partition) {
    StageSettings settings =
        new StageSettings(
            new SerializablePipelineOptions(PipelineOptionsFactory.create()),
            parallelism,
            one.splits().isEmpty() ? Map.of() : Map.of(one.stage().id(), one.splits()),
            Enforcement.NONE,
            StateBackend.HEAP,
            mode.restores(),
            60_000,
            true);
    StageEnvironment environment = new StageEnvironment(settings, clock, timeLimits, () -> false);
    return new StageProgram(
        one.plan(),
        one.stage(),
        partition,
        environment,
        (exchange, target, block, rest) -> take(exchange, block));
  }

  /** The one place where a header is made. */
  private BatchHeader header(boolean drain) {
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
        new ReadShares(horizons.length, mode.oneRecordPerBatch() ? 1 : Long.MAX_VALUE),
        Clock.toNanos(60_000),
        true,
        drain,
        number - 1,
        horizons);
  }

  private void take(int exchange, Block block) {
    Block taken = mode.encodes() ? encodeAndDecode(exchange, block) : block;
    for (int i = 0; i < taken.size(); i++) {
      if (!lateInput && taken.meta(i).timestamp() < sent) {
        throw new AssertionError(
            mode
                + ": "
                + taken.value(i)
                + " at "
                + taken.meta(i)
                + " is behind the watermark "
                + sent
                + " that was sent before");
      }
      emitted.add(Emitted.of(scenarioBatch, taken.value(i), taken.meta(i)));
    }
  }

  private Block encodeAndDecode(int exchange, Block block) {
    BlockCodec codec =
        codecs.computeIfAbsent(
            exchange,
            id -> {
              Exchange of = one.plan().exchanges().get(id);
              return new BlockCodec(of.name(), of.coder(), of.windowCoder(), of.keyCoder());
            });
    return codec.decode(codec.encode(block));
  }

  /** Runs everything; what comes out is compared by the caller. */
  StageHarness.Result run(Scenario scenario) throws IOException {
    try {
      start(false);
      if (one.stage().isSource()) {
        read(scenario.batches().stream().anyMatch(Scenario.Batch::drain));
      } else {
        Scenario.Batch before =
            new Scenario.Batch(List.of(), EventTime.MIN, EventTime.MIN, 0, false);
        for (Scenario.Batch batch : scenario.batches()) {
          play(before, batch);
          before = batch;
          scenarioBatch++;
        }
      }
      return new StageHarness.Result(emitted, lateDrops, sent);
    } finally {
      close();
    }
  }

  private void close() {
    programs.forEach(program -> program.closing().close());
    programs = new ArrayList<>();
  }

  private void start(boolean restored) {
    reports = new ArrayList<>();
    for (int partition = 0; partition < parallelism; partition++) {
      StageProgram program = create(partition);
      programs.add(program);
      if (restored) {
        program.restore(commit);
      }
      program.open();
      reports.add(program.report());
    }
  }

  private void read(boolean drain) throws IOException {
    while (sent < EventTime.MAX || !sourceDone) {
      batch(List.of(), null, null, drain && number > 0);
      checkNumber();
    }
  }

  private void play(Scenario.Batch before, Scenario.Batch batch) throws IOException {
    processingTime = Math.max(processingTime, batch.processingTime());
    List<Scenario.Arrival> last = batch.arrivals();
    if (mode.oneRecordPerBatch()) {
      for (; last.size() > 1; last = last.subList(1, last.size())) {
        batch(last.subList(0, 1), before, before, batch.drain());
      }
    }
    if (mode.isUneven() && parallelism > 1) {
      batch(last, batch, before, batch.drain());
      last = List.of();
    }
    batch(last, batch, batch, batch.drain());
    while (reports.stream().anyMatch(this::goesOn)) {
      processingTime++;
      batch(List.of(), batch, batch, batch.drain());
      checkNumber();
    }
  }

  /** Whether the loop would run another batch at once; {@code AT_ONCE} is due at any time. */
  private boolean goesOn(StageReport report) {
    return report.nextWakeUp() <= processingTime || report.withholds();
  }

  private void checkNumber() {
    if (number > MAX_BATCHES) {
      throw new AssertionError(mode + ": does not come to an end: " + reports);
    }
  }

  /** A block for a partition. */
  private record Sent(int exchange, int target, Block block) {}

  /**
   * Runs one batch, and the commit behind it.
   *
   * @param times what the upstream partitions say at their ends
   * @param behind what one of them says instead
   */
  private void batch(
      List<Scenario.Arrival> arrivals, Scenario.Batch times, Scenario.Batch behind, boolean drain)
      throws IOException {
    number++;
    BatchHeader header = header(drain);
    programs.forEach(program -> program.begin(header));
    for (Sent sent : write(arrivals)) {
      Block block = mode.encodes() ? encodeAndDecode(sent.exchange(), sent.block()) : sent.block();
      programs.get(sent.target()).absorb(sent.exchange(), block);
    }
    int slow = (int) (number % parallelism);
    for (Exchange input : one.inputs()) {
      for (int upstream = 0; upstream < parallelism; upstream++) {
        Times of = times(input, upstream == slow ? behind : times);
        for (int target = 0; target < parallelism; target++) {
          if (input.kind() != Exchange.Kind.FORWARD || upstream == target) {
            programs.get(target).ended(input.id(), upstream, of);
          }
        }
      }
    }
    reports = new ArrayList<>();
    programs.forEach(program -> reports.add(program.complete()));
    sourceDone = reports.stream().allMatch(StageReport::sourceDone);
    check(behind);
    commit();
  }

  private Times times(Exchange input, Scenario.Batch batch) {
    long watermark = input.viewId() == null ? batch.watermark() : batch.sideWatermark();
    return new Times(watermark, processingTime);
  }

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
      if (mode.oneRecordPerBlock()) {
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

  private void check(Scenario.Batch earliest) {
    long watermark = EventTime.MAX;
    for (StageReport report : reports) {
      watermark = Math.min(watermark, report.times().watermark());
      lateDrops += report.lateDrops();
      if (earliest != null
          && one.inputs().stream()
              .filter(input -> input.viewId() == null && input.kind() != Exchange.Kind.FORWARD)
              .anyMatch(input -> report.times().watermark() > earliest.watermark())) {
        throw new AssertionError(
            mode
                + ": the watermark that was sent, "
                + report.times()
                + ", is ahead of an input: "
                + earliest.watermark());
      }
    }
    if (watermark < sent) {
      throw new AssertionError(
          mode + ": the watermark goes back from " + sent + " to " + watermark);
    }
    sent = watermark;
  }

  private void commit() throws IOException {
    if (!mode.restores()) {
      programs.forEach(program -> program.acknowledge(number));
      return;
    }
    boolean first = commit.parallelism() != parallelism;
    if (first) {
      commit = new Memory(parallelism);
    }
    commit.commit = number;
    for (int partition = 0; partition < parallelism; partition++) {
      List<StateEntry> entries = commit.entries.computeIfAbsent(partition, of -> new ArrayList<>());
      SnapshotScope scope = first ? SnapshotScope.EVERYTHING : SnapshotScope.CHANGES;
      try (StateSnapshot snapshot = programs.get(partition).freeze(number, scope).snapshot()) {
        snapshot.writeTo(entries::add);
      }
      programs.get(partition).acknowledge(number);
    }
    close();
    parallelism = mode.parallelism(number);
    start(true);
  }
}
