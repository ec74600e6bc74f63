package dev.microbatch.executor.stage;

import dev.microbatch.executor.operator.StageTimes;
import dev.microbatch.executor.state.Checkpointed;
import dev.microbatch.executor.state.FrozenPart;
import dev.microbatch.executor.state.StateEntry;
import dev.microbatch.executor.state.TrackedEntries;
import dev.microbatch.executor.time.Lag;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * How far one stage has come in one partition: its times, and what it has sent of them.
 *
 * <pre>
 *   input watermark | settled watermark | synchronized time | sent watermark | sent synchronized time
 *   asked input watermark | is behind | asked output watermark | is behind
 * </pre>
 *
 * in a commit, each time as 8 bytes in milliseconds, big-endian, each flag as one byte.
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
  private boolean restored;

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
  public FrozenPart freeze(long commit, boolean full) {
    byte[] value = encode();
    if (full || !Arrays.equals(value, written)) {
      written = value;
      entries.put(StateEntry.NO_KEY_GROUP, "", Integer.toString(partition), () -> value);
    }
    return entries.freeze(full);
  }

  private byte[] encode() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeLong(times.inputWatermark());
      out.writeLong(times.settledWatermark());
      out.writeLong(times.synchronizedProcessingTime());
      out.writeLong(sent.watermark());
      out.writeLong(sent.synchronizedTime());
      out.writeLong(inputLag.asked());
      out.writeBoolean(inputLag.isBehind());
      out.writeLong(outputLag.asked());
      out.writeBoolean(outputLag.isBehind());
    } catch (IOException e) {
      throw new IllegalStateException("memory takes everything", e);
    }
    return bytes.toByteArray();
  }

  @Override
  public boolean owns(StateEntry entry) {
    return entry.kind() == StateEntry.Kind.TIMES;
  }

  /** Of several partitions that become one, each time is the earliest. */
  @Override
  public void restore(StateEntry entry) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(entry.value()));
    long input = in.readLong();
    long settled = in.readLong();
    long synchronizedTime = in.readLong();
    Times sentBefore = new Times(in.readLong(), in.readLong());
    long inputAsked = in.readLong();
    boolean inputBehind = in.readBoolean();
    long outputAsked = in.readLong();
    boolean outputBehind = in.readBoolean();
    if (restored) {
      input = Math.min(input, times.inputWatermark());
      settled = Math.min(settled, times.settledWatermark());
      synchronizedTime = Math.min(synchronizedTime, times.synchronizedProcessingTime());
      sentBefore = sentBefore.min(sent);
      inputAsked = Math.min(inputAsked, inputLag.asked());
      inputBehind |= inputLag.isBehind();
      outputAsked = Math.min(outputAsked, outputLag.asked());
      outputBehind |= outputLag.isBehind();
    }
    times.restore(input, settled, synchronizedTime);
    sent = sentBefore;
    inputLag.restore(inputAsked, inputBehind);
    outputLag.restore(outputAsked, outputBehind);
    restored = true;
  }
}
