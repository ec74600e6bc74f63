package dev.microbatch.executor.state;

import java.util.ArrayList;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/** The containers of a stage on the heap. */
final class HeapStageState implements StageState {

  private final StateLayout layout;
  private final HeapStateStore store;
  private final List<HeapGroupTables> tables = new ArrayList<>();
  private final List<HeapTriggeredGroups> groups = new ArrayList<>();
  private final List<HeapWithheld> queues = new ArrayList<>();

  private final @Nullable SpillContext spill;

  /**
   * Creates them, with nothing in them.
   *
   * @param layout how what the stage keeps is encoded
   * @param spill where groups go that are too many; null if all stay in memory
   */
  HeapStageState(StateLayout layout, @Nullable SpillContext spill) {
    this.layout = layout;
    this.spill = spill;
    this.store = new HeapStateStore(layout, EvictionPolicy.NEVER, null);
  }

  @Override
  public StateLayout layout() {
    return layout;
  }

  @Override
  public StateStore store() {
    return store;
  }

  @Override
  public GroupTables groupTables(GroupContent content) {
    HeapGroupTables made = new HeapGroupTables(layout, content, spill);
    tables.add(made);
    return made;
  }

  @Override
  public TriggeredGroups triggeredGroups(TriggeredLayout triggered) {
    HeapTriggeredGroups made = new HeapTriggeredGroups(layout, triggered);
    groups.add(made);
    return made;
  }

  @Override
  public Withheld withheld(String purpose) {
    HeapWithheld made = new HeapWithheld(purpose, layout);
    queues.add(made);
    return made;
  }

  @Override
  public StateSize size() {
    StateSize size = store.size();
    for (HeapGroupTables each : tables) {
      size = size.plus(new StateSize(each.groups(), 0, 0));
    }
    for (HeapTriggeredGroups each : groups) {
      size = size.plus(new StateSize(each.keys(), 0, 0));
    }
    for (HeapWithheld each : queues) {
      size = size.plus(new StateSize(0, 0, each.size()));
    }
    return size;
  }

  @Override
  public void endBatch() {
    store.endBatch();
    tables.forEach(HeapGroupTables::endBatch);
  }

  @Override
  public AutoCloseable closer() {
    return spill == null ? () -> {} : spill.shared().use();
  }
}
