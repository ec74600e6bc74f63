package dev.microbatch.runner;

import dev.microbatch.executor.log.Warnings;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.beam.sdk.util.ReleaseInfo;
import org.slf4j.Logger;

/**
 * The versions of Beam that this runner works with. With an older one some class or method would be
 * missing, maybe only at the first window that merges; so it is looked at before anything runs.
 */
final class BeamVersion {

  private static final Logger LOG = Warnings.logger(BeamVersion.class);

  private static final int MAJOR = 2;

  /** The first minor version with all that is used. */
  private static final int OLDEST = 72;

  /** The last minor version with which the runner was tried. */
  private static final int NEWEST = 76;

  private static final String RANGE = MAJOR + "." + OLDEST + " to " + MAJOR + "." + NEWEST;

  private static final Pattern VERSION = Pattern.compile("(\\d{1,9})\\.(\\d{1,9})(?!\\d).*");

  private BeamVersion() {}

  /**
   * Checks the Beam on the class path; warns if it is newer than any that was tried.
   *
   * @throws IllegalStateException if it is too old
   */
  static void check() {
    warning(ReleaseInfo.getReleaseInfo().getVersion()).ifPresent(LOG::warn);
  }

  /**
   * What to warn of.
   *
   * @param version of Beam, as it calls itself
   * @throws IllegalStateException if it is too old
   */
  static Optional<String> warning(String version) {
    Matcher parts = VERSION.matcher(version);
    if (!parts.matches()) {
      return Optional.of(
          String.format(
              "The version of Beam on the class path, '%s', is not a version number; this"
                  + " runner works with Beam %s",
              version, RANGE));
    }
    int major = Integer.parseInt(parts.group(1));
    int minor = Integer.parseInt(parts.group(2));
    if (major < MAJOR || (major == MAJOR && minor < OLDEST)) {
      throw new IllegalStateException(
          String.format(
              "Beam %s is on the class path, which is too old for this runner: use Beam %s",
              version, RANGE));
    }
    return major > MAJOR || minor > NEWEST
        ? Optional.of(
            String.format(
                "Beam %s is newer than any that this runner was tried with, which are %s. If a"
                    + " class or method is missing, use one of these",
                version, RANGE))
        : Optional.empty();
  }
}
