package dev.microbatch.executor.state;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HexFormat;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.util.VarInt;

/**
 * An entry of the kind {@code VIEW}: the newest pane of a side input in one of its windows. {@code
 * DELETE} without a value says that nobody can ask for the window any more.
 *
 * <pre>
 *   namespace  the name of the step that makes the view, in UTF-8
 *   cell       the window by its coder, in hexadecimal digits
 *   value      index  varint, the index of the pane among the firings of the window
 *              pane   its elements, by the coder of an iterable of them
 * </pre>
 *
 * @param step the step that makes the view
 * @param window the encoded window
 * @param index the index of the pane
 * @param pane reads the pane
 */
public record ViewEntry(String step, byte[] window, long index, EntryReader pane) {

  /** The cell of a window. */
  public static String cell(byte[] window) {
    return HexFormat.of().formatHex(window);
  }

  /** The value of a pane. */
  public static <T> byte[] value(long index, T pane, Coder<T> coder) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    VarInt.encode(index, out);
    coder.encode(pane, out);
    return out.toByteArray();
  }

  /**
   * Reads an entry.
   *
   * @throws MalformedEntryException if it is something else
   */
  public static ViewEntry parse(StateEntry entry) throws MalformedEntryException {
    EntryReader in = EntryReader.of(entry, StateEntry.Kind.VIEW);
    String step = EntryReader.utf8(entry.kind(), entry.namespace(), "step");
    return new ViewEntry(step, window(entry.cell()), in.readVarLong("index"), in);
  }

  private static byte[] window(String cell) throws MalformedEntryException {
    try {
      return HexFormat.of().parseHex(cell);
    } catch (IllegalArgumentException e) {
      throw new MalformedEntryException(
          StateEntry.Kind.VIEW, "'" + cell + "' is not a window in hexadecimal digits", e);
    }
  }
}
