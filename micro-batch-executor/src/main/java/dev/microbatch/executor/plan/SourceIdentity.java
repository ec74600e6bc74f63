package dev.microbatch.executor.plan;

import java.io.Serializable;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * By what a source is known across restarts. There are hashes only: a source may be given a
 * password.
 *
 * @param shown what the read shows of itself (display data): a hash of each item's value, by the
 *     item's name
 * @param serialized a hash of the serialized source; empty if there is none, as with an Impulse
 */
public record SourceIdentity(SortedMap<String, String> shown, String serialized)
    implements Serializable {

  /** Copies the map. */
  public SourceIdentity {
    shown = Collections.unmodifiableSortedMap(new TreeMap<>(shown));
  }
}
