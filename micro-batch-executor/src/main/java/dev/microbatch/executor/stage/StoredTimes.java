package dev.microbatch.executor.stage;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/**
 * How far a stage had come in one partition, as a commit has it.
 *
 * <pre>
 *   input watermark | settled watermark | synchronized time | sent watermark | sent synchronized time
 *   asked input watermark | is behind | asked output watermark | is behind
 * </pre>
 *
 * each time as 8 bytes in milliseconds, big-endian, each flag as one byte.
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
public record StoredTimes(
    long input,
    long settled,
    long synchronizedTime,
    Times sent,
    long inputAsked,
    boolean inputBehind,
    long outputAsked,
    boolean outputBehind) {

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
   * Reads the value of an entry of the kind {@code TIMES}.
   *
   * @throws IOException if it is something else
   */
  public static StoredTimes decode(byte[] value) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(value));
    return new StoredTimes(
        in.readLong(),
        in.readLong(),
        in.readLong(),
        new Times(in.readLong(), in.readLong()),
        in.readLong(),
        in.readBoolean(),
        in.readLong(),
        in.readBoolean());
  }

  /** Of two partitions that become one, each time is the earlier. */
  StoredTimes min(StoredTimes other) {
    return new StoredTimes(
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
