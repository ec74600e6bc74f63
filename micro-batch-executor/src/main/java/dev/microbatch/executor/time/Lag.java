package dev.microbatch.executor.time;

/**
 * Lets a watermark follow one batch late where something has to come before it. It is never more
 * than one batch behind, however often that happens in a row.
 *
 * <p>Not thread-safe: owned by one task.
 */
public final class Lag {

  private long asked = EventTime.MIN;
  private boolean behind;

  /**
   * Says how far the watermark may go in this batch. To be called once per batch.
   *
   * @param watermark where it would be without a lag, in milliseconds
   * @param late whether it is to follow late
   * @return {@code watermark}, or where it would have been in the batch before, if that is earlier
   */
  public long apply(long watermark, boolean late) {
    long allowed = late ? Math.min(watermark, asked) : watermark;
    asked = watermark;
    behind = allowed < watermark;
    return allowed;
  }

  /** Where the watermark would be without a lag, as of the last {@link #apply}; in milliseconds. */
  public long asked() {
    return asked;
  }

  /** Whether another batch would move the watermark on, without any input. */
  public boolean isBehind() {
    return behind;
  }

  /**
   * Takes restored values.
   *
   * @param restoredAsked what {@link #asked} gave
   * @param restoredBehind what {@link #isBehind} gave
   */
  public void restore(long restoredAsked, boolean restoredBehind) {
    asked = restoredAsked;
    behind = restoredBehind;
  }
}
