package dev.microbatch.executor.memory;

import dev.microbatch.executor.log.Warnings;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.slf4j.Logger;

/**
 * How much memory a pipeline may keep between records in this process. It makes those who hold most
 * give something back; it never makes anybody wait or fail.
 *
 * <h2>Granting</h2>
 *
 * Memory is granted in pieces of {@value #PIECE} bytes, so that an owner compares its weight with a
 * plain field for each record, and touches what is shared once for each piece. A grant is never
 * refused. When more is granted than there is, the accounts that hold most are asked to give back,
 * by a flag. Each looks at its flag on its own thread, when it needs another piece and {@linkplain
 * Account#giveBackIfAsked between batches}: nobody spills what another thread works on. Whoever
 * needs more while those that were asked have not come to it, and the budget is exceeded by an
 * eighth, gives back itself.
 *
 * <h2>Whose it is</h2>
 *
 * There is one for each execution in a process, and not one for the process: its size is an option
 * of the pipeline, and a pipeline that fits is not to be made slow by one beside it that does not.
 * What all of them together take is watched by the {@link HeapAlarm}, which shrinks every budget.
 *
 * <p>Thread-safe. An account belongs to one thread at a time.
 */
public final class MemoryBudget implements AutoCloseable {

  /** How much is granted at a time, in bytes. */
  public static final long PIECE = 256 << 10;

  private static final Logger LOG = Warnings.logger(MemoryBudget.class);

  /** What is held in fewer pieces than this is not worth a file. */
  private static final int FEW_PIECES = 4;

  /** How far the budget may be exceeded while others are asked: this part of it. */
  private static final int OVERDRAFT = 8;

  /** To what part of its size it shrinks at most. */
  private static final int LEAST = 16;

  private final String pipeline;
  private final long size;
  private final AtomicLong granted = new AtomicLong();
  private final AtomicLong spilled = new AtomicLong();
  private final List<Account> accounts = new CopyOnWriteArrayList<>();
  private volatile long limit;

  /**
   * Creates a budget of which nothing is granted.
   *
   * @param pipeline whose it is, for messages
   * @param size how much there is, in bytes
   */
  public MemoryBudget(String pipeline, long size) {
    this.pipeline = pipeline;
    this.size = size;
    this.limit = whole(size);
  }

  /** In whole pieces, so that no part of one can be over. */
  private static long whole(long bytes) {
    return bytes / PIECE * PIECE;
  }

  /** The part of the budget that one owner holds. */
  public final class Account implements AutoCloseable {

    private final String name;

    /** Weak, since who has failed is let go of before its account is closed; null if it cannot. */
    private final @Nullable WeakReference<Spillable> owner;

    /** How much is granted, in bytes: whole pieces. Written by the owner. */
    private volatile long held;

    /** Whether it is to give back. */
    private volatile boolean asked;

    /** Whether it is giving back. */
    private boolean giving;

    private Account(String name, @Nullable Spillable owner) {
      this.name = name;
      this.owner = owner == null ? null : new WeakReference<>(owner);
    }

    /** How much is granted, in bytes. */
    public long held() {
      return held;
    }

    /**
     * Takes as many pieces as are needed, and then gives back if this account has been asked to, or
     * holds most: to be called by the owner when it holds more than was granted, and nothing that
     * it holds is being worked on.
     *
     * @param used how much it holds now, in bytes
     * @return how much is granted now, in bytes
     */
    public long grow(long used) {
      long before = held; // only the owner writes it
      long pieces = (used - before + PIECE - 1) / PIECE;
      if (pieces > 0) {
        held = before + pieces * PIECE;
        long all = granted.addAndGet(pieces * PIECE);
        long most = limit;
        if (all > most) {
          askLargest(all - most);
          if (all > most + most / OVERDRAFT && held >= FEW_PIECES * PIECE) {
            asked = true;
          }
        }
      }
      giveBackIfAsked();
      return held;
    }

    /** Gives back if it has been asked to. As {@link #grow}, at any time. */
    public void giveBackIfAsked() {
      if (asked) {
        asked = false;
        long over = granted.get() - limit;
        Spillable spillable = owner == null ? null : owner.get();
        if (spillable != null && over > 0) {
          giving = true;
          try {
            spillable.spill(Math.min(over, held));
          } finally {
            giving = false;
          }
        }
      }
    }

    /**
     * Says that less is held than was granted.
     *
     * @param used how much it holds now, in bytes
     * @return how much is granted now, in bytes
     */
    public long release(long used) {
      long pieces = (used + PIECE - 1) / PIECE;
      long before = held;
      long back = before - pieces * PIECE;
      if (back > 0) {
        held = before - back;
        granted.addAndGet(-back);
        if (giving) {
          spilled.addAndGet(back);
        }
      }
      return held;
    }

    /** Gives everything back. Idempotent. */
    @Override
    public void close() {
      release(0);
      accounts.remove(this);
    }
  }

  /**
   * Opens an account that holds nothing.
   *
   * @param name what holds memory, for messages: a step and a partition
   * @param owner is asked to give back; null if it cannot. It is not kept alive
   */
  public Account open(String name, @Nullable Spillable owner) {
    Account account = new Account(name, owner);
    accounts.add(account);
    return account;
  }

  /** Asks those that hold most, until they hold together what is wanted. */
  private void askLargest(long wanted) {
    long rest = wanted;
    for (Account account : accounts) {
      if (account.asked) {
        rest -= account.held;
      }
    }
    while (rest > 0) {
      Account largest = null;
      for (Account account : accounts) {
        if (!account.asked
            && account.owner != null
            && account.held > 0
            && (largest == null || account.held > largest.held)) {
          largest = account;
        }
      }
      if (largest == null) {
        return;
      }
      largest.asked = true;
      rest -= largest.held;
    }
  }

  /** How much is granted, in bytes. */
  public long granted() {
    return granted.get();
  }

  /** How much may be granted before somebody is asked to give back, in bytes. */
  public long limit() {
    return limit;
  }

  /** How much has been given back because it was asked for, in bytes. */
  public long spilled() {
    return spilled.get();
  }

  /**
   * Makes the budget a quarter smaller, unless what was asked for before has not been given back
   * yet, or it is a sixteenth of what it was; and asks for what is over.
   *
   * @param urgent whether to take it from what is granted, so that something is over: values weigh
   *     more than was thought
   */
  void shrink(boolean urgent) {
    long all = granted.get();
    long before = limit;
    long from = urgent ? Math.min(before, all) : before;
    long now = all > before ? before : whole(Math.max(size / LEAST, from / 4 * 3));
    if (now < before) {
      limit = now;
      if (before == whole(size)) {
        LOG.warn(
            "The heap fills up: {} keeps {} MB in memory at most from now on, or less, and no"
                + " longer {} MB. What is more goes to disk, where it can",
            pipeline,
            now >> 20,
            before >> 20);
      }
    }
    askLargest(all - now);
  }

  /** What holds memory, the largest first: one line for each account. */
  List<String> holders() {
    List<Account> all = new ArrayList<>(accounts);
    all.removeIf(account -> account.held == 0);
    all.sort(Comparator.comparingLong(Account::held).reversed());
    return all.stream()
        .map(account -> pipeline + ", " + account.name + ": about " + (account.held >> 20) + " MB")
        .toList();
  }

  /** Forgets all accounts. Idempotent. */
  @Override
  public void close() {
    accounts.clear();
  }
}
