package dev.microbatch.executor.operator;

import dev.microbatch.executor.state.ScopedState;
import dev.microbatch.executor.state.StateSlot;
import dev.microbatch.executor.state.StateStore;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.beam.runners.core.StateTags;
import org.apache.beam.sdk.state.ReadableState;
import org.apache.beam.sdk.state.State;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.reflect.DoFnSignature;
import org.apache.beam.sdk.transforms.reflect.DoFnSignature.StateDeclaration;

/** The states that a DoFn declares, each resolved once to its slot in the stage's store. */
final class StateSlots {

  private final Map<String, StateSlot> byId = new LinkedHashMap<>();

  StateSlots(DoFn<?, ?> fn, DoFnSignature signature, StateStore store) {
    for (Map.Entry<String, StateDeclaration> declared : signature.stateDeclarations().entrySet()) {
      String id = declared.getKey();
      StateSpec<?> spec = (StateSpec<?>) Declarations.read(fn, declared.getValue().field(), id);
      byId.put(id, store.slot(StateTags.tagForSpec(id, cast(spec))));
    }
  }

  @SuppressWarnings("unchecked") // A wildcard cannot say that it is the same type twice.
  private static StateSpec<State> cast(StateSpec<?> spec) {
    return (StateSpec<State>) spec;
  }

  /**
   * The state of a key and window.
   *
   * @param id the id that is declared
   * @param alwaysFetched whether it is certain to be read
   */
  State get(String id, boolean alwaysFetched, ScopedState scope) {
    StateSlot slot = byId.get(id);
    if (slot == null) {
      throw new IllegalStateException("The DoFn declares no state " + id);
    }
    State state = scope.cell(slot);
    return alwaysFetched ? (State) ((ReadableState<?>) state).readLater() : state;
  }

  /** Clears every state of a key and window. */
  void clear(ScopedState scope) {
    byId.values().forEach(scope::clear);
  }
}
