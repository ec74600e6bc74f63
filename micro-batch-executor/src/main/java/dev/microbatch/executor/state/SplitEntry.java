package dev.microbatch.executor.state;

/**
 * An entry of the kind {@code SPLIT}: how far a split of a source was read.
 *
 * <pre>
 *   namespace  empty
 *   cell       the index of the split, in decimal digits
 *   value      the position; what its bytes are is up to the kind of source, see StoredPosition
 * </pre>
 *
 * @param split the index of the split
 * @param position its position
 */
public record SplitEntry(int split, byte[] position) {

  /** The cell of a split. */
  public static String cell(int split) {
    return Integer.toString(split);
  }

  /**
   * Reads an entry.
   *
   * @throws MalformedEntryException if it is something else
   */
  public static SplitEntry parse(StateEntry entry) throws MalformedEntryException {
    EntryReader.check(entry, StateEntry.Kind.SPLIT);
    return new SplitEntry(
        EntryReader.index(entry.kind(), entry.cell(), "the index of a split"), entry.value());
  }
}
