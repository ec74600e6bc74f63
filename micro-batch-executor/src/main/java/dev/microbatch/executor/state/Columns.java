package dev.microbatch.executor.state;

import dev.microbatch.executor.state.Column.CellType;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.runners.core.StateTag;
import org.apache.beam.runners.core.StateTags;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.state.BagState;
import org.apache.beam.sdk.state.CombiningState;
import org.apache.beam.sdk.state.MapState;
import org.apache.beam.sdk.state.MultimapState;
import org.apache.beam.sdk.state.OrderedListState;
import org.apache.beam.sdk.state.SetState;
import org.apache.beam.sdk.state.StateBinder;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.state.WatermarkHoldState;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.transforms.CombineWithContext.CombineFnWithContext;
import org.apache.beam.sdk.transforms.windowing.TimestampCombiner;

/**
 * The columns of a store. Runners-core makes a new tag object for almost every access, but of the
 * same specification object; so the specification finds the column.
 */
final class Columns {

  /** More tags than this are hardly in use at once: then their specifications are made again. */
  private static final int LIMIT = 64;

  private final List<Column> bound = new ArrayList<>();
  private final List<Column.Id> ids = new ArrayList<>();
  private int oldest;

  /** The column of a tag. */
  Column of(StateTag<?> tag) {
    StateSpec<?> spec = tag.getSpec();
    for (int i = 0; i < bound.size(); i++) {
      Column column = bound.get(i);
      if (column.spec() == spec
          && column.id().is(StateTags.isSystemTagInternal(tag), tag.getId())) {
        return column;
      }
    }
    return bind(tag);
  }

  /**
   * The column of a name in a snapshot, of which nothing else is known.
   *
   * @param name a name that {@link CellEntry#checkId} lets pass
   */
  Column unbound(String name) {
    return new Column(id(name.charAt(0) == 's', name.substring(1)), null, null);
  }

  private Column bind(StateTag<?> tag) {
    TypeBinder binder = new TypeBinder();
    StateSpec<?> spec = tag.getSpec();
    spec.bind(tag.getId(), binder);
    Column column =
        new Column(id(StateTags.isSystemTagInternal(tag), tag.getId()), spec, binder.type);
    if (bound.size() < LIMIT) {
      bound.add(column);
    } else {
      bound.set(oldest, column);
      oldest = (oldest + 1) % LIMIT;
    }
    return column;
  }

  private Column.Id id(boolean system, String tag) {
    for (Column.Id id : ids) {
      if (id.is(system, tag)) {
        return id;
      }
    }
    Column.Id id = new Column.Id(system, tag);
    ids.add(id);
    return id;
  }

  /** Takes the coders out of a specification. The states that it has to return are not used. */
  @SuppressWarnings("TypeParameterUnusedInFormals")
  private static final class TypeBinder implements StateBinder {
    private CellType type;

    private <T> T is(CellType type) {
      this.type = type;
      return null;
    }

    @Override
    public <T> ValueState<T> bindValue(String id, StateSpec<ValueState<T>> spec, Coder<T> coder) {
      return is(new HeapValueState.Type<>(coder));
    }

    @Override
    public <T> BagState<T> bindBag(String id, StateSpec<BagState<T>> spec, Coder<T> coder) {
      return is(new HeapBagState.Type<>(coder));
    }

    @Override
    public <T> SetState<T> bindSet(String id, StateSpec<SetState<T>> spec, Coder<T> coder) {
      return is(new HeapSetState.Type<>(coder));
    }

    @Override
    public <K, V> MapState<K, V> bindMap(
        String id, StateSpec<MapState<K, V>> spec, Coder<K> keyCoder, Coder<V> valueCoder) {
      return is(new HeapMapState.Type<>(keyCoder, valueCoder));
    }

    @Override
    public <T> OrderedListState<T> bindOrderedList(
        String id, StateSpec<OrderedListState<T>> spec, Coder<T> coder) {
      return is(new HeapOrderedListState.Type<>(coder));
    }

    @Override
    public <K, V> MultimapState<K, V> bindMultimap(
        String id, StateSpec<MultimapState<K, V>> spec, Coder<K> keyCoder, Coder<V> valueCoder) {
      return is(new HeapMultimapState.Type<>(keyCoder, valueCoder));
    }

    @Override
    public <I, A, O> CombiningState<I, A, O> bindCombining(
        String id,
        StateSpec<CombiningState<I, A, O>> spec,
        Coder<A> coder,
        CombineFn<I, A, O> combineFn) {
      return is(new HeapCombiningState.Type<>(coder, combineFn, null));
    }

    @Override
    public <I, A, O> CombiningState<I, A, O> bindCombiningWithContext(
        String id,
        StateSpec<CombiningState<I, A, O>> spec,
        Coder<A> coder,
        CombineFnWithContext<I, A, O> combineFn) {
      return is(new HeapCombiningState.Type<>(coder, null, combineFn));
    }

    @Override
    public WatermarkHoldState bindWatermark(
        String id, StateSpec<WatermarkHoldState> spec, TimestampCombiner timestampCombiner) {
      return is(new HeapWatermarkHoldState.Type(timestampCombiner));
    }
  }
}
