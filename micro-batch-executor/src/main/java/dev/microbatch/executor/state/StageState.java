package dev.microbatch.executor.state;

/**
 * Makes the containers in which one stage in one partition keeps what it keeps between records.
 * {@link Checkpointed} ones are part of the stage's commits if whoever asked for them sees to it.
 *
 * <p>Not thread-safe: owned by one task, as is all that it makes.
 */
public interface StageState {

  /** How what the stage keeps is encoded, and which part of it belongs here. */
  StateLayout layout();

  /** The stage's cells, timers and holds: the same store each time. */
  StateStore store();

  /**
   * Makes tables of what has come for each key in windows that fire once.
   *
   * @param content what the tables hold for a key
   */
  GroupTables groupTables(GroupContent content);

  /**
   * Makes groups of what has come for each key in windows that may fire more than once, or merge.
   *
   * @param triggered what is held for a key and window, and for how long
   */
  TriggeredGroups triggeredGroups(TriggeredLayout triggered);

  /**
   * Makes a queue for records that wait to be let in.
   *
   * @param purpose what the records wait for, as it stands in commits; tells the queue from others
   *     of the stage
   */
  Withheld withheld(String purpose);

  /**
   * How much is kept now. To be asked between two batches, and not in each: it takes a look at each
   * window.
   */
  StateSize size();

  /**
   * Says that a batch has ended, and that nothing of it is being worked on: what is kept may leave
   * memory. Handles to keys and cells keep working.
   *
   * @throws EncodingException if what is to leave memory cannot be encoded
   */
  void endBatch();

  /**
   * What is to be closed when nothing of this is used any more, whatever has happened. It holds
   * nothing that is kept, so that this may be let go of before.
   */
  default AutoCloseable closer() {
    return () -> {};
  }
}
