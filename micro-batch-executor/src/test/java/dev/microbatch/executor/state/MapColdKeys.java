package dev.microbatch.executor.state;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Rows of keys in a map, as bytes. */
final class MapColdKeys implements ColdKeys {

  private record Kept(byte[] bytes, List<Place> marks) {}

  /** A mark with its key: the place in the index. */
  private record Place(Mark mark, Id key) {}

  private record Id(int keyGroup, ByteBuffer key) implements Comparable<Id> {
    Id(int keyGroup, byte[] key) {
      this(keyGroup, ByteBuffer.wrap(key));
    }

    @Override
    public int compareTo(Id other) {
      int order = Integer.compare(keyGroup, other.keyGroup);
      return order != 0 ? order : key.compareTo(other.key);
    }
  }

  private final NavigableMap<Id, Kept> rows = new TreeMap<>();
  private final Map<Index, NavigableMap<Place, Id>> indexes = new HashMap<>();

  private NavigableMap<Place, Id> index(Index index) {
    return indexes.computeIfAbsent(
        index,
        i ->
            new TreeMap<>(
                Comparator.<Place>comparingLong(place -> place.mark().time())
                    .thenComparingLong(place -> place.mark().sequence())
                    .thenComparing(Place::key)));
  }

  /** How many keys there are. */
  int size() {
    return rows.size();
  }

  @Override
  public void put(Row row, List<Mark> marks) {
    Id id = new Id(row.keyGroup(), row.key());
    List<Place> places = new ArrayList<>();
    for (Mark mark : marks) {
      places.add(new Place(mark, id));
      index(mark.index()).put(new Place(mark, id), id);
    }
    if (rows.put(id, new Kept(row.bytes(), places)) != null) {
      throw new IllegalStateException("the key is there already");
    }
  }

  @Override
  public byte @Nullable [] remove(int keyGroup, byte[] key) {
    Kept kept = rows.remove(new Id(keyGroup, key));
    if (kept == null) {
      return null;
    }
    kept.marks().forEach(place -> index(place.mark().index()).remove(place));
    return kept.bytes();
  }

  @Override
  public @Nullable First first(Index index) {
    Entry<Place, Id> first = index(index).firstEntry();
    return first == null ? null : new First(first.getKey().mark(), first.getValue().key().array());
  }

  @Override
  public Scan scan(KeyGroupRange keyGroups) {
    List<Row> captured = new ArrayList<>();
    rows.forEach(
        (id, kept) -> {
          if (keyGroups.contains(id.keyGroup())) {
            captured.add(new Row(id.keyGroup(), id.key().array(), kept.bytes()));
          }
        });
    return new Scan() {
      private boolean closed;

      @Override
      public Iterator<Row> rows() {
        if (closed) {
          throw new IllegalStateException("the scan is closed");
        }
        return captured.iterator();
      }

      @Override
      public void close() {
        closed = true;
      }
    };
  }
}
