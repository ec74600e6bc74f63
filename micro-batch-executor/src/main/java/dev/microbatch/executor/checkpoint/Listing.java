package dev.microbatch.executor.checkpoint;

import java.io.IOException;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The files of ours that a store had when it was asked. Files of others are not in it.
 *
 * @param files by epoch, commit and number
 */
record Listing(NavigableSet<FileName> files) {

  static Listing of(CheckpointStore store) throws IOException {
    NavigableSet<FileName> files = new TreeSet<>();
    for (String name : store.list()) {
      FileName.parse(name).ifPresent(files::add);
    }
    return new Listing(files);
  }

  boolean contains(FileName file) {
    return files.contains(file);
  }

  /** The highest epoch that has left a file of any kind; 0 if there is none. */
  long lastEpoch() {
    return files.isEmpty() ? 0 : files.last().epoch();
  }

  /** A file of a higher epoch. */
  Optional<FileName> above(long epoch) {
    return lastEpoch() > epoch ? Optional.of(files.last()) : Optional.empty();
  }

  /** How many claims there are. */
  long claims() {
    return files.stream().filter(file -> file.kind() == FileName.Kind.CLAIM).count();
  }

  /** Whether somebody else has claimed the same epoch, or anybody a higher one. */
  boolean hasRivalOf(FileName claim) {
    return files.stream()
        .anyMatch(
            file ->
                file.epoch() > claim.epoch()
                    || (file.epoch() == claim.epoch() && !file.writer().equals(claim.writer())));
  }
}
