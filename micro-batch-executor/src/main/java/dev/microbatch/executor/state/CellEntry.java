package dev.microbatch.executor.state;

import java.nio.charset.StandardCharsets;
import org.apache.beam.runners.core.StateNamespace;
import org.apache.beam.runners.core.StateNamespaces;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;

/**
 * Where an entry of the kind {@code CELL} or {@code HOLD} belongs.
 *
 * <pre>
 *   namespace  string form of the namespace in UTF-8
 *   cell       's' for a tag of the system or 'u' for one of the user, then the tag's id
 * </pre>
 *
 * <p>The value of a {@code CELL} is a {@link Change}; that of a {@code HOLD} is a {@link
 * HoldEntry}.
 */
final class CellEntry {

  private CellEntry() {}

  static StateEntry of(
      int keyGroup,
      byte[] key,
      StateEntry.Kind kind,
      byte[] namespace,
      String cell,
      Change change) {
    return new StateEntry(keyGroup, key, kind, namespace, cell, change.op(), change.value());
  }

  static byte[] namespace(StateNamespace namespace) {
    return namespace.stringKey().getBytes(StandardCharsets.UTF_8);
  }

  /**
   * The namespace of an entry.
   *
   * @throws MalformedEntryException if it is none
   */
  static StateNamespace namespace(StateEntry entry, Coder<? extends BoundedWindow> windowCoder)
      throws MalformedEntryException {
    String text = EntryReader.utf8(entry.kind(), entry.namespace(), "namespace");
    return namespace(entry.kind(), text, windowCoder);
  }

  /**
   * The namespace with a string form.
   *
   * @throws MalformedEntryException if there is none
   */
  static StateNamespace namespace(
      StateEntry.Kind kind, String text, Coder<? extends BoundedWindow> windowCoder)
      throws MalformedEntryException {
    try {
      return StateNamespaces.fromString(text, windowCoder);
    } catch (RuntimeException e) {
      throw new MalformedEntryException(
          kind, "its namespace '" + text + "' cannot be decoded by " + windowCoder + ": " + e, e);
    }
  }

  /**
   * Checks the cell of an entry.
   *
   * @throws MalformedEntryException if it is not the id of one
   */
  static void checkId(StateEntry entry) throws MalformedEntryException {
    String cell = entry.cell();
    if (!cell.startsWith("s") && !cell.startsWith("u")) {
      throw new MalformedEntryException(
          entry.kind(), "'" + cell + "' is not the id of a state cell");
    }
  }
}
