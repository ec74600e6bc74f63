package dev.microbatch.executor.state;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.RandomAccess;

/**
 * A list that only grows. A view of it costs nothing and never changes: what is added later lies
 * behind its end, in the same array or in a larger copy.
 */
final class Elements<T> {

  private static final Object[] NONE = {};

  private Object[] array = NONE;
  private int size;

  /** How many elements at the front have been captured before. */
  private int captured;

  int size() {
    return size;
  }

  /** How many elements at the front have been captured. */
  int captured() {
    return captured;
  }

  void add(T element) {
    if (size == array.length) {
      array = Arrays.copyOf(array, size < 4 ? size + 2 : size + (size >> 1));
    }
    array[size++] = element;
  }

  /** Says that all elements of now have been captured. */
  void markCaptured() {
    captured = size;
  }

  /** The elements of now. */
  List<T> view() {
    return size == 0 ? List.of() : new View<>(array, 0, size);
  }

  /** The elements that were added since the last capture, which is now. */
  List<T> capture(boolean all) {
    List<T> view = new View<>(array, all ? 0 : captured, size);
    captured = size;
    return view;
  }

  private static final class View<T> extends AbstractList<T> implements RandomAccess {
    private final Object[] array;
    private final int from;
    private final int size;

    View(Object[] array, int from, int to) {
      this.array = array;
      this.from = from;
      this.size = to - from;
    }

    @Override
    @SuppressWarnings("unchecked") // Only elements are put into the array.
    public T get(int index) {
      if (index < 0 || index >= size) {
        throw new IndexOutOfBoundsException(index);
      }
      return (T) array[from + index];
    }

    @Override
    public int size() {
      return size;
    }
  }
}
