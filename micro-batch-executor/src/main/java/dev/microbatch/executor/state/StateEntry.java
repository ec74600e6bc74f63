package dev.microbatch.executor.state;

/**
 * One change of one thing that a commit holds, encoded: of a cell, hold or timer of a key, or of
 * what else a stage keeps between batches.
 *
 * <p>The arrays belong to the entry and are not to be modified. Consecutive entries of one key have
 * the same array as {@code key}, so that a writer can store it once.
 *
 * @param keyGroup the group of the key, or {@link #NO_KEY_GROUP}
 * @param key the key, by its coder in the outer context; empty without a key
 * @param kind what the entry is about
 * @param namespace the string form of the cell's namespace in UTF-8; empty for a timer. What else a
 *     kind has here, it says itself
 * @param cell the cell's id: {@code s} or {@code u} for a tag of the system or of the user, then
 *     the tag's id; empty for a timer. What else a kind has here, it says itself
 * @param op what has happened to it
 * @param value the operand; empty for {@link Op#CLEAR}. A hold is a timestamp of 8 bytes, in
 *     milliseconds, big-endian. What the bytes of a cell are is up to its kind of state.
 */
public record StateEntry(
    int keyGroup, byte[] key, Kind kind, byte[] namespace, String cell, Op op, byte[] value) {

  /** The key group of what belongs to no key. */
  public static final int NO_KEY_GROUP = -1;

  /** What an entry is about. */
  public enum Kind {
    /** A cell of any kind of state but a hold. */
    CELL(0),
    /** A cell that holds the watermark. */
    HOLD(1),
    /** A timer; {@link Op#PUT} sets it, {@link Op#DELETE} deletes the one with its identity. */
    TIMER(2),
    /**
     * What has come for a key in a window that fires once. The namespace is the encoded window;
     * {@link Op#CLEAR} without a key says that the window has fired.
     */
    GROUP(3),
    /** A record that waits to be let in. The namespace says for what, the cell is its number. */
    WITHHELD(4),
    /** A pane of a side input. The namespace is the view's step, the cell the encoded window. */
    VIEW(5),
    /** How far a split was read. The cell is the index of the split. */
    SPLIT(6),
    /** The id of a record that a split may deliver again. The namespace is the split's index. */
    RECORD_ID(7),
    /** The times of a partition. The cell is its number. */
    TIMES(8),
    /** What has come for a key in a window that may fire more than once, or may merge. */
    TRIGGERED_GROUP(9);

    private final int code;

    Kind(int code) {
      this.code = code;
    }

    /** The number that stands for it in a file. */
    public int code() {
      return code;
    }

    /**
     * The kind with a number.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Kind ofCode(int code) {
      for (Kind kind : values()) {
        if (kind.code == code) {
          return kind;
        }
      }
      throw new IllegalArgumentException("no kind of state entry has the code " + code);
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

    private final int code;

    Op(int code) {
      this.code = code;
    }

    /** The number that stands for it in a file. */
    public int code() {
      return code;
    }

    /**
     * The operation with a number.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Op ofCode(int code) {
      for (Op op : values()) {
        if (op.code == code) {
          return op;
        }
      }
      throw new IllegalArgumentException("no operation of a state entry has the code " + code);
    }
  }
}
