package dev.microbatch.executor.state;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A change of a cell or timer whose key has left the heap since, already encoded. It waits in the
 * place of what has changed for the next snapshot.
 *
 * @param owner the key
 * @param entries the change; key and key group are added when it is written
 */
record EvictedChange(HeapKeyedState owner, List<StateEntry> entries) implements Changed, Frozen {

  /** Encodes what was captured. */
  static EvictedChange of(Frozen frozen) throws IOException {
    if (frozen instanceof EvictedChange encoded) {
      return encoded;
    }
    List<StateEntry> entries = new ArrayList<>(1);
    frozen.write(new KeyWriter(entries::add));
    return new EvictedChange(frozen.key(), entries);
  }

  @Override
  public HeapKeyedState key() {
    return owner;
  }

  @Override
  public void unlisted() {}

  @Override
  public Frozen freeze(HeapSnapshot snapshot, boolean all) {
    return this;
  }

  @Override
  public void write(KeyWriter out) throws IOException {
    for (StateEntry entry : entries) {
      out.entry(entry);
    }
  }
}
