package dev.microbatch.executor.state;

import java.util.ArrayList;
import java.util.List;

/** The containers of a stage on the heap. */
final class HeapStageState implements StageState {

  private final StateLayout layout;
  private final HeapStateStore store;
  private final List<HeapGroupTables> tables = new ArrayList<>();
  private final List<HeapTriggeredGroups> groups = new ArrayList<>();
  private final List<HeapWithheld> queues = new ArrayList<>();

  HeapStageState(StateLayout layout) {
    this.layout = layout;
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
    HeapGroupTables made = new HeapGroupTables(layout, content);
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
  }
}
