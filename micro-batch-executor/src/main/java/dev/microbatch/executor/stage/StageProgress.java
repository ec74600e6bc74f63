package dev.microbatch.executor.stage;

import dev.microbatch.executor.operator.StageTimes;
import dev.microbatch.executor.state.Checkpointed;
import dev.microbatch.executor.state.FrozenPart;
import dev.microbatch.executor.state.SnapshotScope;
import dev.microbatch.executor.state.StateEntry;
import dev.microbatch.executor.state.TrackedEntries;
import dev.microbatch.executor.time.Lag;
import java.io.IOException;
import java.util.Arrays;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * How far one stage has come in one partition: its times, and what it has sent of them.
 *
 * <p>Not thread-safe: owned by one task.
 */
final class StageProgress implements Checkpointed {

  private final int partition;
  private final TrackedEntries entries;
  private final StageTimes times = new StageTimes();

  /**
   * What processing time fires comes before what the watermark does, and so in a batch of its own.
   */
  private final Lag inputLag = new Lag();

  private final Lag outputLag = new Lag();
  private Times sent = Times.START;
  private byte @Nullable [] written;
  private @Nullable TimesEntry restored;

  StageProgress(int partition, boolean tracked) {
    this.partition = partition;
    this.entries = new TrackedEntries(StateEntry.Kind.TIMES, tracked);
  }

  StageTimes times() {
    return times;
  }

  Lag inputLag() {
    return inputLag;
  }

  Lag outputLag() {
    return outputLag;
  }

  /** What was sent behind the last block. */
  Times sent() {
    return sent;
  }

  /** Notes what is to be sent; times do not go back. */
  void send(Times now) {
    sent = sent.max(now);
  }

  @Override
  public FrozenPart freeze(long commit, SnapshotScope scope) {
    byte[] value = encode();
    if (!Arrays.equals(value, written)) {
      written = value;
      entries.put(StateEntry.NO_KEY_GROUP, "", TimesEntry.cell(partition), () -> value);
    }
    return entries.freeze(scope);
  }

  private byte[] encode() {
    return new TimesEntry(
            times.inputWatermark(),
            times.settledWatermark(),
            times.synchronizedProcessingTime(),
            sent,
            inputLag.asked(),
            inputLag.isBehind(),
            outputLag.asked(),
            outputLag.isBehind())
        .encode();
  }

  @Override
  public boolean owns(StateEntry entry) {
    return entry.kind() == StateEntry.Kind.TIMES;
  }

  /** Of several partitions that become one, each time is the earliest. */
  @Override
  public void restore(StateEntry entry) throws IOException {
    TimesEntry stored = TimesEntry.parse(entry);
    TimesEntry earliest = restored == null ? stored : stored.min(restored);
    times.restore(earliest.input(), earliest.settled(), earliest.synchronizedTime());
    sent = earliest.sent();
    inputLag.restore(earliest.inputAsked(), earliest.inputBehind());
    outputLag.restore(earliest.outputAsked(), earliest.outputBehind());
    restored = earliest;
  }
}
