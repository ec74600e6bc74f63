package dev.microbatch.executor.state;

import java.util.ArrayList;
import java.util.List;

/** After each batch every key and every group is turned into bytes. */
public record EvictingStateBackend() implements StateBackend {

  private static final EvictionPolicy ALWAYS = keys -> keys;

  @Override
  public StageState open(StateLayout layout) {
    return open(layout, ALWAYS);
  }

  static StageState open(StateLayout layout, EvictionPolicy policy) {
    return new EvictingStageState(layout, policy);
  }

  private static final class EvictingStageState implements StageState {
    private final StateLayout layout;
    private final HeapStateStore store;
    private final List<EncodedGroupTables> tables = new ArrayList<>();
    private final List<EncodedTriggeredGroups> triggeredGroups = new ArrayList<>();

    EvictingStageState(StateLayout layout, EvictionPolicy policy) {
      this.layout = layout;
      this.store = new HeapStateStore(layout, policy, new MapColdKeys());
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
      EncodedGroupTables made = new EncodedGroupTables(layout, content);
      tables.add(made);
      return made;
    }

    @Override
    public TriggeredGroups triggeredGroups(TriggeredLayout triggered) {
      EncodedTriggeredGroups made = new EncodedTriggeredGroups(layout, triggered);
      triggeredGroups.add(made);
      return made;
    }

    @Override
    public Withheld withheld(String purpose) {
      return new HeapWithheld(purpose, layout);
    }

    @Override
    public StateSize size() {
      return store.size();
    }

    @Override
    public void endBatch() {
      store.endBatch();
      tables.forEach(EncodedGroupTables::endBatch);
      triggeredGroups.forEach(EncodedTriggeredGroups::endBatch);
    }
  }
}
