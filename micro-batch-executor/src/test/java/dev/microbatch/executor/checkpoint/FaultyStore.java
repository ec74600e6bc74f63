package dev.microbatch.executor.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.util.SortedSet;

/**
 * Passes every operation on to another store, counts them, and at a chosen one fails, dies, or lets
 * somebody else act first. Used by one thread at a time.
 */
public final class FaultyStore implements CheckpointStore {

  /** What is done to the store. Closing it, or giving a file up, is not counted. */
  public enum Operation {
    LIST,
    CREATE,
    WRITE,
    FINISH,
    OPEN,
    DELETE
  }

  /** How much of an operation is done when it fails. */
  public enum Outcome {
    /** Nothing. */
    NOTHING,
    /** Half of what was to be written; nothing of any other operation. */
    HALF,
    /** All of it, and its caller does not learn so. */
    ALL
  }

  /** Is called before each operation. */
  @FunctionalInterface
  public interface Hook {
    /**
     * Does something, or fails the operation.
     *
     * @param number the number of the operation, from 0
     */
    void before(int number, Operation operation, String file) throws IOException;
  }

  private final CheckpointStore store;
  private Hook hook = (number, operation, file) -> {};
  private int operations;
  private int failAt = Integer.MAX_VALUE;
  private Outcome outcome = Outcome.NOTHING;
  private boolean diesThen;
  private boolean dead;

  /** Wraps a store. */
  public FaultyStore(CheckpointStore store) {
    this.store = store;
  }

  /** How many operations there were. */
  public int operations() {
    return operations;
  }

  /** Whether the chosen operation has come. */
  public boolean hasFailed() {
    return operations > failAt;
  }

  /** Calls a hook before each operation. */
  public FaultyStore with(Hook hook) {
    this.hook = hook;
    return this;
  }

  /** Fails one operation; what comes after it is done. */
  public FaultyStore failAt(int number, Outcome outcome) {
    this.failAt = number;
    this.outcome = outcome;
    return this;
  }

  /** Fails one operation and all that come after it, as if the process had died. */
  public FaultyStore dieAt(int number, Outcome outcome) {
    diesThen = true;
    return failAt(number, outcome);
  }

  /** An operation, of which {@code half} is what remains of it if it fails half-way. */
  private void run(Operation operation, String file, Action whole, Action half) throws IOException {
    if (dead) {
      throw new IOException("dead");
    }
    int number = operations++;
    hook.before(number, operation, file);
    if (number == failAt) {
      dead = diesThen;
      switch (outcome) {
        case NOTHING -> {}
        case HALF -> half.run();
        case ALL -> whole.run();
      }
      throw new IOException("operation " + number + " (" + operation + " " + file + ") failed");
    }
    whole.run();
  }

  @FunctionalInterface
  private interface Action {
    void run() throws IOException;
  }

  private static void nothing() {}

  @Override
  public String location() {
    return store.location();
  }

  @Override
  public SortedSet<String> list() throws IOException {
    run(Operation.LIST, "", FaultyStore::nothing, FaultyStore::nothing);
    return store.list();
  }

  @Override
  public NewFile create(String name) throws IOException {
    NewFile[] file = new NewFile[1];
    run(Operation.CREATE, name, () -> file[0] = store.create(name), FaultyStore::nothing);
    return new FaultyFile(name, file[0]);
  }

  @Override
  public InputStream open(String name, long offset) throws IOException {
    run(Operation.OPEN, name, FaultyStore::nothing, FaultyStore::nothing);
    return store.open(name, offset);
  }

  @Override
  public void delete(String name) throws IOException {
    run(Operation.DELETE, name, () -> store.delete(name), FaultyStore::nothing);
  }

  @Override
  public void close() {
    store.close();
  }

  private final class FaultyFile implements NewFile {
    private final String name;
    private final NewFile file;

    FaultyFile(String name, NewFile file) {
      this.name = name;
      this.file = file;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      run(
          Operation.WRITE,
          name,
          () -> file.write(bytes, offset, length),
          () -> file.write(bytes, offset, length / 2));
    }

    @Override
    public void finish() throws IOException {
      run(Operation.FINISH, name, file::finish, FaultyStore::nothing);
    }

    /** The dead do not clean up. */
    @Override
    public void close() {
      if (!dead) {
        file.close();
      }
    }
  }
}
