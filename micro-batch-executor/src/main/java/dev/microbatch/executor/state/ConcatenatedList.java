package dev.microbatch.executor.state;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/** Lists, one behind the other. None is empty, and none ever changes. */
final class ConcatenatedList<T> extends AbstractList<T> {

  private final List<List<T>> parts = new ArrayList<>();
  private int size;

  private ConcatenatedList() {}

  /**
   * Puts a list behind another one.
   *
   * @param front the one in front; nobody else has it if it is such a list itself
   * @param back the one behind
   */
  static <T> List<T> of(List<T> front, List<T> back) {
    ConcatenatedList<T> list;
    if (front instanceof ConcatenatedList<T> several) {
      list = several;
    } else {
      list = new ConcatenatedList<>();
      list.append(front);
    }
    list.append(back);
    return list;
  }

  private void append(List<T> part) {
    parts.add(part);
    size += part.size();
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public T get(int index) {
    if (index < 0 || index >= size) {
      throw new IndexOutOfBoundsException(index);
    }
    int rest = index;
    int part = 0;
    while (rest >= parts.get(part).size()) {
      rest -= parts.get(part).size();
      part++;
    }
    return parts.get(part).get(rest);
  }

  @Override
  public Iterator<T> iterator() {
    Iterator<List<T>> rest = parts.iterator();
    return new Iterator<>() {
      private Iterator<T> part = rest.next().iterator();

      @Override
      public boolean hasNext() {
        return part.hasNext() || rest.hasNext();
      }

      @Override
      public T next() {
        if (!part.hasNext()) {
          if (!rest.hasNext()) {
            throw new NoSuchElementException();
          }
          part = rest.next().iterator();
        }
        return part.next();
      }
    };
  }
}
