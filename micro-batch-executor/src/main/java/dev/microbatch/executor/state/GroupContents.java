package dev.microbatch.executor.state;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.util.VarInt;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What {@link TriggeredGroup}s hold, and how it grows, merges, goes out and is captured: an
 * accumulator, or values. A single value, as most sessions have it, stands in the group itself.
 */
final class GroupContents {

  private static final byte[] NO_CONTENT = {0};

  private final Coder<Object> coder;
  private final @Nullable CombineFn<Object, Object, Object> combineFn;

  GroupContents(GroupContent content) {
    this.coder = content.coder();
    this.combineFn = content.combineFn();
  }

  void add(TriggeredGroup group, @Nullable Object value) {
    if (combineFn != null) {
      group.touchingContent();
      Object before = group.hasContent() ? group.content : combineFn.createAccumulator();
      group.setContent(combineFn.addInput(before, value), false);
    } else if (!group.hasContent()) {
      group.setContent(value, true);
    } else {
      elements(group).add(value);
    }
  }

  /** The values of a group as a list that grows. */
  @SuppressWarnings("unchecked") // What is not a single value is a list of values.
  private static Elements<Object> elements(TriggeredGroup group) {
    if (group.hasContent() && !group.isSingle()) {
      return (Elements<Object>) group.content;
    }
    Elements<Object> elements = new Elements<>();
    if (group.hasContent()) {
      elements.add(group.content);
      if (group.areValuesStored()) {
        elements.markCaptured();
      }
    }
    group.setContent(elements, false);
    return elements;
  }

  /** The values of a group as they are now. */
  @SuppressWarnings("unchecked") // What is not a single value is a list of values.
  private static List<Object> values(TriggeredGroup group) {
    if (!group.hasContent()) {
      return List.of();
    }
    return group.isSingle()
        ? Collections.singletonList(group.content)
        : ((Elements<Object>) group.content).view();
  }

  @Nullable Object pane(TriggeredGroup group, boolean keep) {
    if (combineFn == null) {
      return values(group);
    }
    if (!group.hasContent()) {
      return combineFn.extractOutput(combineFn.createAccumulator());
    }
    group.touchingContent();
    return combineFn.extractOutput(keep ? Values.copy(coder, group.content) : group.content);
  }

  void remove(TriggeredGroup group) {
    group.frozen = null; // what was captured is as it will stay
    group.removeContent();
  }

  /** Gives the first group the contents of all. */
  void merge(List<TriggeredGroup> groups) {
    TriggeredGroup first = groups.get(0);
    if (combineFn != null) {
      mergeAccumulators(first, groups);
      return;
    }
    for (TriggeredGroup group : groups) {
      if (group != first && group.hasContent()) {
        if (!first.hasContent() && group.isSingle()) {
          first.setContent(group.content, true);
        } else {
          Elements<Object> elements = elements(first);
          values(group).forEach(elements::add);
        }
      }
    }
  }

  private void mergeAccumulators(TriggeredGroup first, List<TriggeredGroup> groups) {
    List<Object> accumulators = new ArrayList<>(groups.size());
    for (TriggeredGroup group : groups) {
      if (group.hasContent()) {
        group.touchingContent();
        accumulators.add(group.content);
      }
    }
    if (accumulators.size() == 1) {
      first.setContent(accumulators.get(0), false);
    } else if (!accumulators.isEmpty()) {
      first.setContent(combineFn.mergeAccumulators(accumulators), false);
    }
  }

  /**
   * Captures the content of a group, or what has been added to it since the last time.
   *
   * @param whole whether to capture all of it
   */
  Capture capture(TriggeredGroup group, boolean whole) {
    group.touchingContent();
    if (combineFn != null) {
      return captureAccumulator(group);
    }
    boolean appends = !whole && group.isStored() && group.areValuesStored();
    List<Object> values = captureValues(group, !appends);
    StateEntry.Op op = appends ? StateEntry.Op.APPEND : StateEntry.Op.PUT;
    return new Capture(false, () -> Changes.of(op, values, coder::encode));
  }

  @SuppressWarnings("unchecked") // What is not a single value is a list of values.
  private static List<Object> captureValues(TriggeredGroup group, boolean all) {
    List<Object> captured;
    if (!group.hasContent()) {
      captured = List.of();
    } else if (group.isSingle()) {
      captured = all ? values(group) : List.of();
    } else {
      captured = ((Elements<Object>) group.content).capture(all);
    }
    group.setValuesStored(group.hasContent()); // what comes to an empty group is put, not added
    return captured;
  }

  private Capture captureAccumulator(TriggeredGroup group) {
    if (!group.hasContent()) {
      return new Capture(false, () -> Changes.of(new Change(StateEntry.Op.PUT, NO_CONTENT)));
    }
    Object accumulator = group.content;
    return new Capture(!Values.immutable(accumulator), () -> Changes.of(encode(accumulator)));
  }

  private Change encode(Object accumulator) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    VarInt.encode(1, out);
    coder.encode(accumulator, out);
    return new Change(StateEntry.Op.PUT, out.toByteArray());
  }

  /**
   * Takes content back.
   *
   * @param values values, or an accumulator if there is one
   * @param append whether it comes behind what there is
   */
  void restore(TriggeredGroup group, List<Object> values, boolean append)
      throws MalformedEntryException {
    if (!append) {
      group.removeContent();
    }
    if (combineFn != null) {
      if (append || values.size() > 1) {
        throw new MalformedEntryException(
            StateEntry.Kind.TRIGGERED_GROUP, "an accumulator is put, and there is one at most");
      }
      values.forEach(accumulator -> group.setContent(accumulator, false));
      return;
    }
    values.forEach(value -> add(group, value));
    if (group.hasContent() && !group.isSingle()) {
      elements(group).markCaptured();
    }
    group.setValuesStored(group.hasContent());
  }
}
