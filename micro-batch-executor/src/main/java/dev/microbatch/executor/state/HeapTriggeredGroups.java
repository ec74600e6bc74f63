package dev.microbatch.executor.state;

import dev.microbatch.executor.block.KeyCodec;
import dev.microbatch.executor.time.EventTime;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Groups as objects: a table of keys for each key group, each key with its windows, and queues in
 * which groups are found by time.
 *
 * <h2>Commits</h2>
 *
 * The first change of a group within a commit lists it as changed. It contributes the values that
 * are new, or its accumulator, and all else that is remembered of it, which are a few bytes.
 */
final class HeapTriggeredGroups implements TriggeredGroups {

  private final StateLayout layout;
  private final KeyCodec<BoundedWindow> windowCodec;
  private final TriggeredLayout triggered;
  private final GroupContents contents;
  private final GroupedKeys<KeyWindows> keys;
  private final GroupQueue ends = new Ends();
  private final GroupQueue holds = new Holds();
  private final WakeUpQueue processing = new WakeUpQueue(TimeDomain.PROCESSING_TIME);
  private final WakeUpQueue synchronizedProcessing =
      new WakeUpQueue(TimeDomain.SYNCHRONIZED_PROCESSING_TIME);
  private final ChangeLog<TriggeredGroup> changes;
  private List<FrozenTriggeredGroup> gone = new ArrayList<>();

  /** What has changed since the last key was settled. */
  private final List<TriggeredGroup> touched = new ArrayList<>();

  /**
   * Creates it, without groups.
   *
   * @param layout how keys and windows are encoded
   * @param triggered what is kept for a key
   */
  HeapTriggeredGroups(StateLayout layout, TriggeredLayout triggered) {
    this.layout = layout;
    this.windowCodec = KeyCodec.of(layout.windowCoder());
    this.triggered = triggered;
    this.contents = new GroupContents(triggered.content());
    this.keys = new GroupedKeys<>(layout.keyGroups());
    this.changes = new ChangeLog<>(layout.tracked());
  }

  /** Groups by the time at which the watermark makes them due. */
  private final class Ends extends GroupQueue {
    @Override
    long timeOf(TriggeredGroup group) {
      long expiry = triggered.expiry(group.end());
      return group.wakesAtEnd() ? Math.min(group.end(), expiry) : expiry;
    }

    @Override
    int position(TriggeredGroup group) {
      return group.endPosition;
    }

    @Override
    void setPosition(TriggeredGroup group, int position) {
      group.endPosition = position;
    }
  }

  /** Groups by their holds. */
  private static final class Holds extends GroupQueue {
    @Override
    long timeOf(TriggeredGroup group) {
      return group.isHeld() ? group.hold() : NEVER;
    }

    @Override
    int position(TriggeredGroup group) {
      return group.holdPosition;
    }

    @Override
    void setPosition(TriggeredGroup group, int position) {
      group.holdPosition = position;
    }
  }

  /** How many keys have groups, or something pending. */
  long keys() {
    return keys.size();
  }

  @Override
  public KeyWindows key(Object comparable, @Nullable Object key, int hash) {
    KeyWindows found = keys.find(comparable, hash);
    if (found == null) {
      found = new KeyWindows(key, comparable, hash);
      keys.add(found);
    }
    return found;
  }

  @Override
  public @Nullable TriggeredGroup find(KeyWindows key, BoundedWindow window) {
    return key.find(window, windowCodec);
  }

  @Override
  public TriggeredGroup create(
      KeyWindows key, BoundedWindow window, @Nullable TriggerMemory memory) {
    TriggeredGroup group = new TriggeredGroup(key, window, triggered.merging());
    group.setMemory(memory);
    key.add(group);
    changing(group);
    return group;
  }

  @Override
  public void changing(TriggeredGroup group) {
    if (!group.isTouched()) {
      group.setTouched(true);
      touched.add(group);
    }
    if (!group.isListed() && changes.isTracked()) {
      group.setListed(true);
      changes.add(group);
    }
  }

  @Override
  public void add(TriggeredGroup group, @Nullable Object value) {
    contents.add(group, value);
  }

  @Override
  public @Nullable Object pane(TriggeredGroup group, boolean keep) {
    return contents.pane(group, keep);
  }

  @Override
  public void removeContent(TriggeredGroup group) {
    contents.remove(group);
  }

  @Override
  public TriggeredGroup merge(List<TriggeredGroup> groups, BoundedWindow window) {
    TriggeredGroup first = groups.get(0);
    changing(first);
    if (groups.size() > 1) {
      contents.merge(groups);
      for (int i = 1; i < groups.size(); i++) {
        remove(groups.get(i));
      }
    }
    if (!first.isIn(window, windowCodec)) {
      noteGone(first);
      first.key().remove(first);
      first.setWindow(window, triggered.merging());
      first.key().add(first);
    }
    return first;
  }

  @Override
  public void remove(TriggeredGroup group) {
    changing(group);
    noteGone(group);
    group.key().remove(group);
    group.setGone();
    group.removeContent();
  }

  /** Says that there is nothing any more under the window that the group has now. */
  private void noteGone(TriggeredGroup group) {
    if (group.isStored()) {
      gone.add(FrozenTriggeredGroup.gone(group.key(), group.window()));
      group.setStored(false);
      group.setValuesStored(false);
    }
  }

  @Override
  public void wakeUp(TriggeredGroup group, TimeDomain domain, long millis, boolean drain) {
    if (group.memory().addWakeUp(domain, millis, drain)) {
      queue(domain).add(millis, group);
    }
  }

  private WakeUpQueue queue(TimeDomain domain) {
    return domain == TimeDomain.PROCESSING_TIME ? processing : synchronizedProcessing;
  }

  @Override
  public void settle(KeyWindows key) {
    for (TriggeredGroup group : touched) {
      group.setTouched(false);
      if (group.isGone()) {
        ends.remove(group);
        holds.remove(group);
      } else {
        ends.offer(group);
        holds.offer(group);
      }
    }
    touched.clear();
    if (key.isVacant()) {
      keys.remove(key);
    }
  }

  @Override
  public long minHold() {
    return Math.min(holds.firstTime(), EventTime.MAX);
  }

  @Override
  public long nextEnd() {
    return ends.firstTime();
  }

  @Override
  public long nextWakeUp(TimeDomain domain) {
    return queue(domain).firstTime();
  }

  @Override
  public @Nullable KeyWindows findDue(long watermark, long processingTime, long synchronizedTime) {
    if (ends.firstTime() < watermark) {
      return ends.first().key();
    }
    TriggeredGroup woken = processing.firstBefore(processingTime);
    if (woken == null) {
      woken = synchronizedProcessing.firstBefore(synchronizedTime);
    }
    return woken == null ? null : woken.key();
  }

  @Override
  public FrozenPart freeze(long commit, SnapshotScope scope) {
    List<FrozenTriggeredGroup> items = new ArrayList<>();
    for (FrozenTriggeredGroup removed : gone) {
      if (!isWhole(removed.key(), scope)) {
        items.add(removed);
      }
    }
    gone = new ArrayList<>();
    if (!scope.isChanges()) {
      keys.forEach(
          scope.keyGroups(),
          key -> {
            for (int i = 0; i < key.size(); i++) {
              items.add(freeze(key.get(i), true));
            }
          });
    }
    for (TriggeredGroup group : changes.changes()) {
      group.setListed(false);
      if (!group.isGone() && !isWhole(group.key(), scope)) {
        items.add(freeze(group, false));
      }
    }
    changes.committed(commit);
    return new FrozenTriggeredGroups(layout, items);
  }

  private boolean isWhole(KeyWindows key, SnapshotScope scope) {
    return scope.contains(layout.keyGroup(key.hash()));
  }

  private FrozenTriggeredGroup freeze(TriggeredGroup group, boolean whole) {
    Capture content = contents.capture(group, whole);
    FrozenTriggeredGroup frozen =
        new FrozenTriggeredGroup(
            group.key(), group.window(), TriggeredGroupEntry.header(group), content);
    if (content.mutable()) {
      group.frozen = frozen;
    }
    group.setStored(true);
    return frozen;
  }

  @Override
  public boolean owns(StateEntry entry) {
    return entry.kind() == StateEntry.Kind.TRIGGERED_GROUP;
  }

  @Override
  public void restore(StateEntry entry) throws IOException {
    if (!layout.range().contains(entry.keyGroup())) {
      return;
    }
    Object userKey = TriggeredGroupEntry.key(entry, layout.keyCodec().coder());
    Object comparable = layout.keyCodec().comparable(userKey);
    KeyWindows key = key(comparable, userKey, layout.keyCodec().hash(userKey, comparable));
    BoundedWindow window = TriggeredGroupEntry.window(entry, layout.windowCoder());
    TriggeredGroup group = find(key, window);
    if (TriggeredGroupEntry.isGone(entry)) {
      if (group != null) {
        group.setStored(false);
        remove(group);
      }
    } else {
      if (group == null) {
        group = create(key, window, null);
      }
      restore(group, entry);
    }
    settle(key);
    unlist();
  }

  private void restore(TriggeredGroup group, StateEntry entry) throws IOException {
    changing(group);
    List<Object> content =
        TriggeredGroupEntry.read(
            entry, group, triggered.triggerNumbers(), triggered.content().coder());
    contents.restore(group, content, entry.op() == StateEntry.Op.APPEND);
    group.setStored(true);
    if (group.memory() != null) {
      group.memory().forEachWakeUp((domain, millis) -> queue(domain).add(millis, group));
    }
  }

  /** What was restored has not changed since the commit. */
  private void unlist() {
    changes.changes().forEach(group -> group.setListed(false));
    changes.changes().clear();
  }
}
