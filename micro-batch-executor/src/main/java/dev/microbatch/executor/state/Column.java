package dev.microbatch.executor.state;

import org.apache.beam.sdk.state.StateContext;
import org.apache.beam.sdk.state.StateSpec;
import org.checkerframework.checker.nullness.qual.Nullable;

/** What the cells of one state tag have in common. Compared as an object. */
final class Column implements StateSlot {

  private final Id id;
  private final @Nullable StateSpec<?> spec;
  private final @Nullable CellType type;

  /**
   * Makes a column.
   *
   * @param id the identity of the tag within its store
   * @param spec the specification of the tag, null in a column that is known from a snapshot only
   * @param type makes the cells, null in a column that is known from a snapshot only
   */
  Column(Id id, @Nullable StateSpec<?> spec, @Nullable CellType type) {
    this.id = id;
    this.spec = spec;
    this.type = type;
  }

  Id id() {
    return id;
  }

  @Nullable StateSpec<?> spec() {
    return spec;
  }

  @Nullable CellType type() {
    return type;
  }

  /** A tag's identity: one instance for each name in a store, compared as an object. */
  static final class Id {
    private final String name;
    private final boolean system;
    private final String tag;

    Id(boolean system, String tag) {
      this.system = system;
      this.tag = tag;
      this.name = (system ? "s" : "u") + tag;
    }

    /** The name in a snapshot. */
    String name() {
      return name;
    }

    boolean is(boolean system, String tag) {
      return this.system == system && this.tag.equals(tag);
    }

    /** What a name in a snapshot stands for, for messages. */
    static String describe(String name) {
      return (name.startsWith("s") ? "system state '" : "state '") + name.substring(1) + "'";
    }

    @Override
    public String toString() {
      return (system ? "system state '" : "state '") + tag + "'";
    }
  }

  /** A kind of state with its coders. */
  interface CellType {

    /** Makes an empty cell, which is not yet attached to its key. */
    Cell<?> create(HeapScope scope, Column column);

    /** Tells a cell in which context it is used from now on. */
    default void use(Cell<?> cell, StateContext<?> context) {}
  }
}
