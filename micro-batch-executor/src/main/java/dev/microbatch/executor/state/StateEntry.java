package dev.microbatch.executor.state;

/**
 * One change of one cell, hold or timer, encoded.
 *
 * <p>The arrays belong to the entry and are not to be modified. Consecutive entries of one key have
 * the same array as {@code key}, so that a writer can store it once.
 *
 * @param keyGroup the group of the key
 * @param key the key, by its coder in the outer context
 * @param kind what the entry is about
 * @param namespace the string form of the cell's namespace in UTF-8; empty for a timer
 * @param cell the cell's id: {@code s} or {@code u} for a tag of the system or of the user, then
 *     the tag's id; empty for a timer
 * @param op what has happened to it
 * @param value the operand; empty for {@link Op#CLEAR}. A hold is a timestamp of 8 bytes, in
 *     milliseconds, big-endian. What the bytes of a cell are is up to its kind of state.
 */
public record StateEntry(
    int keyGroup, byte[] key, Kind kind, byte[] namespace, String cell, Op op, byte[] value) {

  /** What an entry is about. */
  public enum Kind {
    /** A cell of any kind of state but a hold. */
    CELL,
    /** A cell that holds the watermark. */
    HOLD,
    /** A timer; {@link Op#PUT} sets it, {@link Op#DELETE} deletes the one with its identity. */
    TIMER
  }

  /** What has happened. */
  public enum Op {
    /** The contents are replaced by the value. */
    PUT,
    /** The elements or entries in the value are added, an entry replacing the one with its key. */
    APPEND,
    /** The elements or entries whose keys are in the value are removed. */
    DELETE,
    /** Nothing is left. */
    CLEAR
  }
}
