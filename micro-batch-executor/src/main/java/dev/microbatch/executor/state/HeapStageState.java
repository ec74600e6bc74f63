package dev.microbatch.executor.state;

/** The containers of a stage on the heap. */
final class HeapStageState implements StageState {

  private final StateForm form;
  private final HeapStateStore store;

  HeapStageState(StateForm form) {
    this.form = form;
    this.store = new HeapStateStore(form, EvictionPolicy.NEVER, null);
  }

  @Override
  public StateForm form() {
    return form;
  }

  @Override
  public StateStore store() {
    return store;
  }

  @Override
  public GroupTables groupTables(GroupContent content) {
    return new HeapGroupTables(form, content);
  }

  @Override
  public Withheld withheld(String purpose) {
    return new HeapWithheld(purpose, form);
  }

  @Override
  public void endBatch() {
    store.endBatch();
  }
}
