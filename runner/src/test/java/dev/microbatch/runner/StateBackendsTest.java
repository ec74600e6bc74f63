package dev.microbatch.runner;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.microbatch.executor.state.SpillingStateBackend;
import dev.microbatch.executor.state.StateBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.SimpleFunction;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateBackendsTest {

  @TempDir Path temp;

  private static MicroBatchPipelineOptions options(String... arguments) {
    return PipelineOptionsFactory.fromArgs(arguments).as(MicroBatchPipelineOptions.class);
  }

  private static SpillingStateBackend spilling(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--stateBackend=auto");
    return (SpillingStateBackend) StateBackends.of(options(all.toArray(new String[0])));
  }

  @Test
  void theBudgetIsBytesOrAPartOfTheHeap() {
    assertThat(StateBackends.budget("40%", 1_000_000), is(400_000L));
    assertThat(StateBackends.budget("100%", 1_000_000), is(1_000_000L));
    assertThat(StateBackends.budget("4096", 1_000_000), is(4096L));
    assertThat(spilling().settings().budget(), is(Runtime.getRuntime().maxMemory() / 100 * 40));
  }

  @Test
  void theDirectoryIsBesideLocalCheckpoints() {
    assertThat(StateBackends.defaultDirectory("/data/check/"), is("/data/check-spill"));
    assertThat(StateBackends.defaultDirectory("check"), is("check-spill"));
    String elsewhere = "/var/tmp/microbatch-" + System.getProperty("user.name");
    assertThat(StateBackends.defaultDirectory("gs://bucket/check"), is(elsewhere));
    assertThat(StateBackends.defaultDirectory(null), is(elsewhere));
  }

  @Test
  void theHeapIsTheDefault() {
    assertThat(StateBackends.of(options()), is(StateBackend.HEAP));
    assertThat(StateBackends.of(options("--stateBackend=heap")), is(StateBackend.HEAP));
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> StateBackends.of(options("--stateBackend=heap", "--spillDir=" + temp)));
    assertThat(refused.getMessage(), containsString("used together with --stateBackend=auto"));
  }

  @Test
  void aDirectoryThatIsNamedIsTriedAtOnce() throws IOException {
    Path file = Files.writeString(temp.resolve("file"), "x");
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> spilling("--spillDir=" + file));
    assertThat(refused.getMessage(), containsString("--spillDir=" + file + " is not accepted"));
    assertThat(
        spilling("--spillDir=" + temp.resolve("new")).settings().directory(), endsWith("new"));
  }

  @Test
  void aPipelineThatSpillsLeavesNothingBehind() throws IOException {
    Pipeline pipeline =
        Pipeline.create(
            options(
                "--runner=MicroBatchRunner",
                "--parallelism=2",
                "--stateBackend=auto",
                "--evictAlways=true",
                "--spillDir=" + temp));
    PAssert.that(
            pipeline
                .apply(Create.of(numbers(2_000)))
                .apply(
                    WithKeys.of((Integer number) -> number % 7)
                        .withKeyType(TypeDescriptors.integers()))
                .apply(GroupByKey.create())
                .apply(MapElements.via(new Sum()))
                .apply(Count.globally()))
        .containsInAnyOrder(7L);
    pipeline.run();
    try (Stream<Path> left = Files.list(temp)) {
      assertThat(left.map(path -> path.getFileName().toString()).toList(), is(List.of("LOCK")));
    }
  }

  private static List<Integer> numbers(int count) {
    return Stream.iterate(0, i -> i + 1).limit(count).toList();
  }

  private static final class Sum extends SimpleFunction<KV<Integer, Iterable<Integer>>, Long> {
    private static final long serialVersionUID = 1L;

    @Override
    public Long apply(KV<Integer, Iterable<Integer>> group) {
      long sum = 0;
      for (int each : group.getValue()) {
        sum += each;
      }
      return sum;
    }
  }
}
