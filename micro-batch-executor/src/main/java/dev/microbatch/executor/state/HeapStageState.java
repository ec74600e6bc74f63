package dev.microbatch.executor.state;

/** The containers of a stage on the heap. */
final class HeapStageState implements StageState {

  private final StateLayout layout;
  private final HeapStateStore store;

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
    return new HeapGroupTables(layout, content);
  }

  @Override
  public TriggeredGroups triggeredGroups(TriggeredLayout triggered) {
    return new HeapTriggeredGroups(layout, triggered);
  }

  @Override
  public Withheld withheld(String purpose) {
    return new HeapWithheld(purpose, layout);
  }

  @Override
  public void endBatch() {
    store.endBatch();
  }
}
