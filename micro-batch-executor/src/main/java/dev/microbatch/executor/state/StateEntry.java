package dev.microbatch.executor.state;

/**
 * One change of one cell, hold or timer, encoded.
 *
 * <p>The arrays belong to the entry and are not to be modified. Consecutive entries of one key have
 * the same array as {@code key}, so that a writer can store it once.
 *
 * @param keyGroup the group of the key; -1 if the entry belongs to no key
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
    CELL(0),
    /** A cell that holds the watermark. */
    HOLD(1),
    /** A timer; {@link Op#PUT} sets it, {@link Op#DELETE} deletes the one with its identity. */
    TIMER(2);

    private static final Kind[] KINDS = values();

    private final int code;

    Kind(int code) {
      this.code = code;
    }

    /** The number in a checkpoint, from 0 to 255. Never changes its meaning. */
    public int code() {
      return code;
    }

    /**
     * The kind with a number.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Kind ofCode(int code) {
      for (Kind kind : KINDS) {
        if (kind.code == code) {
          return kind;
        }
      }
      throw new IllegalArgumentException("Not a kind of entry: " + code);
    }
  }

  /** What has happened. */
  public enum Op {
    /** The contents are replaced by the value. */
    PUT(0),
    /** The elements or entries in the value are added, an entry replacing the one with its key. */
    APPEND(1),
    /** The elements or entries whose keys are in the value are removed. */
    DELETE(2),
    /** Nothing is left. */
    CLEAR(3);

    private static final Op[] OPS = values();

    private final int code;

    Op(int code) {
      this.code = code;
    }

    /** The number in a checkpoint, from 0 to 15. Never changes its meaning. */
    public int code() {
      return code;
    }

    /**
     * The operation with a number.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Op ofCode(int code) {
      for (Op op : OPS) {
        if (op.code == code) {
          return op;
        }
      }
      throw new IllegalArgumentException("Not an operation: " + code);
    }
  }
}
