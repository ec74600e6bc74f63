package dev.microbatch.executor.batch;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.anEmptyMap;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.microbatch.executor.batch.StoredSources.StoredSource;
import dev.microbatch.executor.checkpoint.CheckpointException;
import dev.microbatch.executor.plan.SourceIdentity;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What a checkpoint knows of its sources comes back, or it is said why not. */
class StoredSourcesTest {

  private static final Map<String, StoredSource> SOURCES =
      Map.of(
          "Read/Numbers",
          new StoredSource(
              new SourceIdentity(new TreeMap<>(Map.of("topic", "ab12", "servers", "cd34")), "ef56"),
              3,
              List.of("head1", ""),
              4,
              true),
          "Start/Impulse",
          StoredSource.withoutSplits(new SourceIdentity(new TreeMap<>(), "0123")));

  private static byte[] encoded() {
    return StoredSources.encode(SOURCES).get("sources");
  }

  private static String refusal(byte[] stored) {
    return assertThrows(
            CheckpointException.class, () -> StoredSources.decode(Map.of("sources", stored)))
        .getMessage();
  }

  @Test
  void comeBack() {
    assertThat(StoredSources.decode(Map.of("sources", encoded())), is(SOURCES));
  }

  @Test
  void areNotThereInEarlyCheckpoints() {
    assertThat(StoredSources.decode(Map.of()), is(anEmptyMap()));
  }

  @Test
  void areRefusedWhenTheyBreakOff() {
    byte[] stored = encoded();
    for (int length = 0; length < stored.length; length++) {
      assertThat(
          refusal(Arrays.copyOf(stored, length)),
          allOf(
              containsString("says of its sources cannot be read: it breaks off"),
              containsString("from a copy")));
    }
  }

  @Test
  void areRefusedWhenTheyAreForged() {
    assertThat(
        refusal(ByteBuffer.wrap(encoded()).putInt(0, 7).array()),
        containsString("version 7 instead of 2 or less"));
    assertThat(
        refusal(ByteBuffer.wrap(encoded()).putInt(4, -2).array()),
        containsString("it counts -2 of something"));
    byte[] stored = encoded();
    assertThat(
        refusal(Arrays.copyOf(stored, stored.length + 1)),
        containsString("it has 1 bytes too many"));
  }
}
