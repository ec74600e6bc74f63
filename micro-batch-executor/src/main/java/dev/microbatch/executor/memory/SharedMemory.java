package dev.microbatch.executor.memory;

import dev.microbatch.executor.log.Warnings;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.slf4j.Logger;

/**
 * What the tasks of an execution share in a process: a budget, which the {@link HeapAlarm} watches,
 * and a directory. It is there as long as a task uses it.
 *
 * <p>Thread-safe.
 */
public final class SharedMemory {

  private static final Logger LOG = Warnings.logger(SharedMemory.class);

  private static final Map<UUID, SharedMemory> OPEN = new HashMap<>();

  private final MemorySettings settings;
  private final MemoryBudget budget;
  private final HeapAlarm.Watch watch;
  private @Nullable SpillDirectory directory;
  private boolean unusable;
  private int users;

  private SharedMemory(MemorySettings settings) {
    this.settings = settings;
    if (settings.named()) {
      this.directory = SpillDirectory.open(Path.of(settings.directory()), true);
    }
    this.budget = new MemoryBudget(settings.pipeline(), settings.budget());
    this.watch = HeapAlarm.ofProcess().watch(budget);
  }

  /** What a task gets. */
  public static final class Use implements AutoCloseable {
    private @Nullable SharedMemory shared;

    private Use(SharedMemory shared) {
      this.shared = shared;
    }

    /** The last one to close it ends it all. Idempotent. */
    @Override
    public void close() {
      synchronized (OPEN) {
        if (shared != null) {
          shared.leave();
          shared = null;
        }
      }
    }
  }

  /**
   * Uses what is there, or makes it.
   *
   * @throws SpillException if a directory that was named cannot be used
   */
  public static SharedMemory open(MemorySettings settings) {
    synchronized (OPEN) {
      SharedMemory shared = OPEN.get(settings.execution());
      if (shared == null) {
        shared = new SharedMemory(settings);
        OPEN.put(settings.execution(), shared);
      }
      shared.users++;
      return shared;
    }
  }

  /** To be closed by the task that has opened this. It holds nothing that the task keeps. */
  public Use use() {
    return new Use(this);
  }

  private void leave() {
    if (--users == 0) {
      OPEN.remove(settings.execution());
      watch.close();
      budget.close();
      if (directory != null) {
        directory.close();
      }
    }
  }

  /** How it was set. */
  public MemorySettings settings() {
    return settings;
  }

  /** The budget. */
  public MemoryBudget budget() {
    return budget;
  }

  /**
   * Where to write what leaves memory.
   *
   * @return null if it has to stay, because there is no such place
   */
  public synchronized @Nullable SpillDirectory directory() {
    if (directory == null && !unusable) {
      try {
        directory = SpillDirectory.open(Path.of(settings.directory()), settings.named());
      } catch (SpillException e) {
        unusable = true;
        LOG.warn(
            "{} keeps more than {} MB, and all of it stays in memory: {}",
            settings.pipeline(),
            settings.budget() >> 20,
            e.getMessage());
      }
    }
    return directory;
  }
}
