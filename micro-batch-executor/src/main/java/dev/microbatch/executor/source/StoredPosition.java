package dev.microbatch.executor.source;

import dev.microbatch.executor.plan.StepSpec;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/** How far a split was read, as a commit has it. */
public sealed interface StoredPosition {

  /** An Impulse has sent its element. Takes no bytes. */
  record ImpulseSent() implements StoredPosition {}

  /**
   * A bounded split: one byte, and if that is {@code 1} the number of records, in 8 bytes.
   *
   * @param done whether all of it was read
   * @param records how many records were read, if not all
   */
  record Bounded(boolean done, long records) implements StoredPosition {

    private static final int PARTLY = 1;
    private static final int WHOLLY = 2;

    void write(DataOutputStream out) throws IOException {
      out.writeByte(done ? WHOLLY : PARTLY);
      if (!done) {
        out.writeLong(records);
      }
    }

    static Bounded read(DataInputStream in) throws IOException {
      return in.readByte() == WHOLLY ? new Bounded(true, 0) : new Bounded(false, in.readLong());
    }
  }

  /**
   * An unbounded split: a flag, the watermark in 8 bytes, and unless it is at its end a mark by its
   * source's coder.
   *
   * @param done whether it is at its end
   * @param watermark its watermark, in milliseconds
   * @param markBytes the length of its mark
   */
  record Unbounded(boolean done, long watermark, int markBytes) implements StoredPosition {

    private static Unbounded read(DataInputStream in) throws IOException {
      return new Unbounded(in.readBoolean(), in.readLong(), in.available());
    }
  }

  /**
   * A TestStream.
   *
   * @param events how many of its events have been played
   * @param watermark its watermark, in milliseconds
   */
  record Script(int events, long watermark) implements StoredPosition {

    void write(DataOutputStream out) throws IOException {
      out.writeInt(events);
      out.writeLong(watermark);
    }

    static Script read(DataInputStream in) throws IOException {
      return new Script(in.readInt(), in.readLong());
    }
  }

  /**
   * What is not known to this version.
   *
   * @param bytes its length
   */
  record Unknown(int bytes) implements StoredPosition {}

  /**
   * Reads the value of an entry of the kind {@code SPLIT}.
   *
   * @param source the simple name of the source step's kind, one of {@link StepSpec}
   * @param value the value
   * @throws IOException if it is something else
   */
  static StoredPosition decode(String source, byte[] value) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(value));
    if (source.equals(StepSpec.Impulse.class.getSimpleName())) {
      return new ImpulseSent();
    } else if (source.equals(StepSpec.BoundedRead.class.getSimpleName())) {
      return Bounded.read(in);
    } else if (source.equals(StepSpec.UnboundedRead.class.getSimpleName())) {
      return Unbounded.read(in);
    } else if (source.equals(StepSpec.Script.class.getSimpleName())) {
      return Script.read(in);
    }
    return new Unknown(value.length);
  }
}
