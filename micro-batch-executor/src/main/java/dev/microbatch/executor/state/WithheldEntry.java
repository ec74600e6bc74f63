package dev.microbatch.executor.state;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.block.RecordCoder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/**
 * An entry of the kind {@code WITHHELD}: a record that waits to be let in. {@code DELETE} without a
 * value says that it has come in.
 *
 * <pre>
 *   key group  that of the record's key, if it came by key; the key itself is empty
 *   namespace  what it waits for, in UTF-8
 *   cell       partition '-' number, both in decimal digits
 *   value      the record with its metadata, see RecordCoder
 * </pre>
 *
 * @param purpose what it waits for
 * @param number the number of the record in its partition
 * @param value the record
 */
public record WithheldEntry(String purpose, long number, byte[] value) {

  /** The cell of a record. */
  public static String cell(int partition, long number) {
    return partition + "-" + number;
  }

  /** The value of a record. */
  public static byte[] value(RecordCoder coder, Object value, Meta meta) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    coder.encode(value, meta, out);
    return out.toByteArray();
  }

  /** The same record under another cell. */
  public static StateEntry renamed(StateEntry entry, String cell) {
    return new StateEntry(
        entry.keyGroup(),
        entry.key(),
        entry.kind(),
        entry.namespace(),
        cell,
        entry.op(),
        entry.value());
  }

  /**
   * What the record of an entry waits for.
   *
   * @throws MalformedEntryException if it is something else
   */
  public static String purpose(StateEntry entry) throws MalformedEntryException {
    EntryReader.check(entry, StateEntry.Kind.WITHHELD);
    return EntryReader.utf8(entry.kind(), entry.namespace(), "purpose");
  }

  /**
   * Reads an entry.
   *
   * @throws MalformedEntryException if it is something else
   */
  public static WithheldEntry parse(StateEntry entry) throws MalformedEntryException {
    String purpose = purpose(entry);
    String cell = entry.cell();
    int dash = cell.indexOf('-');
    if (dash < 0) {
      throw new MalformedEntryException(
          entry.kind(), "'" + cell + "' is not the number of a record");
    }
    EntryReader.index(entry.kind(), cell.substring(0, dash), "the number of a partition");
    return new WithheldEntry(
        purpose,
        EntryReader.number(entry.kind(), cell.substring(dash + 1), "the number of a record"),
        entry.value());
  }

  /**
   * The record and its metadata.
   *
   * @throws MalformedEntryException if it cannot be decoded
   */
  public RecordCoder.Decoded record(RecordCoder coder) throws MalformedEntryException {
    return new EntryReader(StateEntry.Kind.WITHHELD, value)
        .readBy(coder::decode, "record", "the coders of its stage");
  }
}
