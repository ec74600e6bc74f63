package dev.microbatch.executor.source;

import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.state.EntryReader;
import dev.microbatch.executor.state.MalformedEntryException;
import dev.microbatch.executor.state.StateEntry;
import java.io.DataOutputStream;
import java.io.IOException;

/** How far a split was read, as a commit has it. */
public sealed interface StoredPosition {

  /** An Impulse has sent its element. Takes no bytes. */
  record ImpulseSent() implements StoredPosition {}

  /**
   * A bounded split: one byte, {@code 1} if it was read in part and {@code 2} if it was read to its
   * end, and in the first case the number of records, in 8 bytes.
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

    static Bounded read(EntryReader in) throws MalformedEntryException {
      int how = in.readByte("flag");
      if (how != WHOLLY && how != PARTLY) {
        throw in.malformed("its flag is " + how + " instead of 1 or 2");
      }
      long records = how == WHOLLY ? 0 : in.readLong("number of records");
      if (records < 0) {
        throw in.malformed("its number of records is " + records);
      }
      in.end();
      return new Bounded(how == WHOLLY, records);
    }
  }

  /**
   * An unbounded split: a flag, the watermark in 8 bytes, and unless it is at its end a mark by its
   * source's coder.
   *
   * @param done whether it is at its end
   * @param watermark its watermark, in milliseconds
   * @param mark its mark; empty if it is at its end
   */
  record Unbounded(boolean done, long watermark, byte[] mark) implements StoredPosition {

    void write(DataOutputStream out) throws IOException {
      out.writeBoolean(done);
      out.writeLong(watermark);
      out.write(mark);
    }

    static Unbounded read(EntryReader in) throws MalformedEntryException {
      boolean done = in.readBoolean("flag");
      long watermark = in.readLong("watermark");
      if (done) {
        in.end();
      }
      return new Unbounded(done, watermark, in.readRest());
    }
  }

  /**
   * A TestStream: the number of events in 4 bytes, the watermark in 8 bytes.
   *
   * @param events how many of its events have been played
   * @param watermark its watermark, in milliseconds
   */
  record Script(int events, long watermark) implements StoredPosition {

    void write(DataOutputStream out) throws IOException {
      out.writeInt(events);
      out.writeLong(watermark);
    }

    static Script read(EntryReader in) throws MalformedEntryException {
      Script script = new Script(in.readInt("number of events"), in.readLong("watermark"));
      if (script.events() < 0) {
        throw in.malformed("its number of events is " + script.events());
      }
      in.end();
      return script;
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
   * @param entry the entry
   * @throws MalformedEntryException if it is something else
   */
  static StoredPosition parse(String source, StateEntry entry) throws MalformedEntryException {
    EntryReader in = EntryReader.of(entry, StateEntry.Kind.SPLIT);
    if (source.equals(StepSpec.Impulse.class.getSimpleName())) {
      in.end();
      return new ImpulseSent();
    } else if (source.equals(StepSpec.BoundedRead.class.getSimpleName())) {
      return Bounded.read(in);
    } else if (source.equals(StepSpec.UnboundedRead.class.getSimpleName())) {
      return Unbounded.read(in);
    } else if (source.equals(StepSpec.Script.class.getSimpleName())) {
      return Script.read(in);
    }
    return new Unknown(entry.value().length);
  }
}
