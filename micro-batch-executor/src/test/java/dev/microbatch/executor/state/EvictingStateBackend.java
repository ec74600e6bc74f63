package dev.microbatch.executor.state;

import java.util.ArrayList;
import java.util.List;

/** After each batch every key and every group is turned into bytes. */
record EvictingStateBackend() implements StateBackend {

  private static final EvictionPolicy ALWAYS = keys -> keys;

  @Override
  public StageState open(StateForm form) {
    return open(form, ALWAYS);
  }

  static StageState open(StateForm form, EvictionPolicy policy) {
    return new EvictingStageState(form, policy);
  }

  private static final class EvictingStageState implements StageState {
    private final StateForm form;
    private final HeapStateStore store;
    private final List<EncodedGroupTables> tables = new ArrayList<>();

    EvictingStageState(StateForm form, EvictionPolicy policy) {
      this.form = form;
      this.store = new HeapStateStore(form, policy, new MapColdKeys());
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
      EncodedGroupTables made = new EncodedGroupTables(form, content);
      tables.add(made);
      return made;
    }

    @Override
    public Withheld withheld(String purpose) {
      return new HeapWithheld(purpose, form);
    }

    @Override
    public void endBatch() {
      store.endBatch();
      tables.forEach(EncodedGroupTables::endBatch);
    }
  }
}
