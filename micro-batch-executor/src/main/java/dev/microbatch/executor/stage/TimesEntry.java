package dev.microbatch.executor.stage;

import dev.microbatch.executor.state.EntryReader;
import dev.microbatch.executor.state.MalformedEntryException;
import dev.microbatch.executor.state.StateEntry;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/**
 * An entry of the kind {@code TIMES}: how far a stage had come in one partition.
 *
 * <pre>
 *   namespace  empty
 *   cell       the partition, in decimal digits
 *   value      input watermark | settled watermark | synchronized time | sent watermark
 *              | sent synchronized time | asked input watermark | is behind
 *              | asked output watermark | is behind
 * </pre>
 *
 * each time as 8 bytes in milliseconds, big-endian, each flag as one byte, 0 or 1.
 *
 * @param input the input watermark
 * @param settled up to where everything has fired
 * @param synchronizedTime synchronized processing time
 * @param sent what was sent behind the last block
 * @param inputAsked where the lag of the input stands
 * @param inputBehind whether it is behind
 * @param outputAsked where the lag of the output stands
 * @param outputBehind whether it is behind
 */
public record TimesEntry(
    long input,
    long settled,
    long synchronizedTime,
    Times sent,
    long inputAsked,
    boolean inputBehind,
    long outputAsked,
    boolean outputBehind) {

  /** The cell of a partition. */
  static String cell(int partition) {
    return Integer.toString(partition);
  }

  byte[] encode() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeLong(input);
      out.writeLong(settled);
      out.writeLong(synchronizedTime);
      out.writeLong(sent.watermark());
      out.writeLong(sent.synchronizedTime());
      out.writeLong(inputAsked);
      out.writeBoolean(inputBehind);
      out.writeLong(outputAsked);
      out.writeBoolean(outputBehind);
    } catch (IOException e) {
      throw new IllegalStateException("memory takes everything", e);
    }
    return bytes.toByteArray();
  }

  /**
   * Reads an entry.
   *
   * @throws MalformedEntryException if it is something else
   */
  public static TimesEntry parse(StateEntry entry) throws MalformedEntryException {
    EntryReader in = EntryReader.of(entry, StateEntry.Kind.TIMES);
    TimesEntry times =
        new TimesEntry(
            in.readLong("input watermark"),
            in.readLong("settled watermark"),
            in.readLong("synchronized time"),
            new Times(in.readLong("sent watermark"), in.readLong("sent synchronized time")),
            in.readLong("asked input watermark"),
            in.readBoolean("flag of the input"),
            in.readLong("asked output watermark"),
            in.readBoolean("flag of the output"));
    in.end();
    return times;
  }

  /** Of two partitions that become one, each time is the earlier. */
  TimesEntry min(TimesEntry other) {
    return new TimesEntry(
        Math.min(input, other.input),
        Math.min(settled, other.settled),
        Math.min(synchronizedTime, other.synchronizedTime),
        sent.min(other.sent),
        Math.min(inputAsked, other.inputAsked),
        inputBehind || other.inputBehind,
        Math.min(outputAsked, other.outputAsked),
        outputBehind || other.outputBehind);
  }
}
