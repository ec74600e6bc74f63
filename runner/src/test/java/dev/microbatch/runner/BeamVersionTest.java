package dev.microbatch.runner;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.stringContainsInOrder;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Optional;
import org.apache.beam.sdk.util.ReleaseInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BeamVersionTest {

  @ParameterizedTest
  @ValueSource(strings = {"2.9.0", "2.60.0", "2.70.0", "2.71.0", "2.71.9-SNAPSHOT", "1.99.0"})
  void anOldVersionIsRefusedInOneSentence(String version) {
    IllegalStateException refused =
        assertThrows(IllegalStateException.class, () -> BeamVersion.warning(version));

    assertThat(
        refused.getMessage(), stringContainsInOrder("Beam " + version, "too old", "2.72 to 2.76"));
    assertThat(refused.getMessage().lines().count(), is(1L));
  }

  @ParameterizedTest
  @ValueSource(strings = {"2.72.0", "2.73.0-SNAPSHOT", "2.75.1", "2.76.0", "2.76.0.dev", "2.76"})
  void theVersionsInBetweenAreFine(String version) {
    assertThat(BeamVersion.warning(version), is(Optional.empty()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"2.77.0", "2.100.0", "3.0.0", "3.72.0-RC1"})
  void aNewerVersionIsWarnedOf(String version) {
    assertThat(
        BeamVersion.warning(version).orElseThrow(),
        stringContainsInOrder("Beam " + version, "newer", "2.72 to 2.76"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Unknown", "", "2", "${version}", "2.99999999999.0"})
  void whatIsNoVersionIsWarnedOf(String version) {
    assertThat(
        BeamVersion.warning(version).orElseThrow(),
        stringContainsInOrder("'" + version + "'", "2.72 to 2.76"));
  }

  @Test
  void theVersionThatThisIsBuiltForIsFine() {
    assertThat(
        BeamVersion.warning(ReleaseInfo.getReleaseInfo().getVersion()), is(Optional.empty()));
  }
}
