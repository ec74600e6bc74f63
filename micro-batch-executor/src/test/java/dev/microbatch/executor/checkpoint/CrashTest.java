package dev.microbatch.executor.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.anyOf;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A process dies, or an operation fails, at each operation in turn. */
class CrashTest {

  /** Opens stores on the same files. */
  @FunctionalInterface
  private interface Place {
    CheckpointStore open() throws IOException;
  }

  @ParameterizedTest
  @EnumSource
  void aDeathAnywhereLeavesTheCommitBeforeOrTheNewOne(FaultyStore.Outcome outcome)
      throws IOException {
    int deaths = 0;
    while (dieOnceAndRecover(new MemoryStore(), deaths, outcome)) {
      deaths++;
    }
    assertThat(deaths, is(greaterThan(50)));
  }

  @Test
  void aDeathAnywhereIsSurvivedOnLocalDisk(@TempDir Path temp) throws IOException {
    int deaths = 0;
    for (boolean died = true; died; deaths++) {
      Path directory = temp.resolve("run-" + deaths);
      died =
          dieOnceAndRecover(
              () -> LocalCheckpointStore.open(directory), deaths, FaultyStore.Outcome.HALF);
    }
    assertThat(deaths, is(greaterThan(50)));
  }

  private static boolean dieOnceAndRecover(
      MemoryStore store, int operation, FaultyStore.Outcome outcome) throws IOException {
    return dieOnceAndRecover(() -> store, operation, outcome);
  }

  /** Runs up to five commits until it dies, and then resumes twice. Returns whether it died. */
  private static boolean dieOnceAndRecover(Place place, int operation, FaultyStore.Outcome outcome)
      throws IOException {
    FaultyStore faulty = new FaultyStore(place.open()).dieAt(operation, outcome);
    List<String> durable = List.of();
    long begun = 0;
    try (SmallPipeline first = SmallPipeline.start(faulty)) {
      durable = first.durable();
      for (begun = 1; begun <= 5; begun++) {
        first.commit();
      }
      begun = 5;
    } catch (IOException | CheckpointException e) {
      assertThat(e.toString(), faulty.hasFailed(), is(true));
    }
    List<String> either = new ArrayList<>(durable);
    if (begun > durable.size()) {
      either.add("1:" + begun);
    }
    CheckpointStore store = place.open();
    assertThat("named and gone, after operation " + operation, gone(store), is(empty()));
    try (SmallPipeline second = SmallPipeline.start(store)) {
      assertThat(
          "after death at operation " + operation,
          second.durable(),
          anyOf(is(durable), is(either)));
      second.commit();
      second.commit();
      durable = second.durable();
    }
    store = place.open();
    assertThat("left over", unneeded(store), is(empty()));
    try (SmallPipeline third = SmallPipeline.start(store)) {
      assertThat(third.durable(), is(durable));
    }
    return faulty.hasFailed();
  }

  /** Files that a manifest names, and that are not there. */
  private static SortedSet<String> gone(CheckpointStore store) throws IOException {
    SortedSet<String> gone = new TreeSet<>();
    for (FileName name : Listing.of(store).files()) {
      if (name.kind() == FileName.Kind.MANIFEST) {
        try (InputStream in = store.open(name.toString(), 0)) {
          if (ManifestFormat.decode(name, in.readAllBytes()) instanceof ManifestFormat.Whole file) {
            gone.addAll(file.manifest().files().keySet());
          }
        }
      }
    }
    gone.removeAll(store.list());
    return gone;
  }

  /** What is neither a claim nor one of two manifests nor named by them. */
  private static SortedSet<String> unneeded(CheckpointStore store) throws IOException {
    SortedSet<String> unneeded = new TreeSet<>();
    StringBuilder named = new StringBuilder();
    int claims = 0;
    int manifests = 0;
    for (String name : store.list()) {
      if (name.startsWith("c-") && claims++ == 0) {
        continue;
      }
      if (name.startsWith("m-") && manifests++ < 2) {
        try (InputStream in = store.open(name, 0)) {
          named.append(new String(in.readAllBytes(), UTF_8));
        }
      } else {
        unneeded.add(name);
      }
    }
    unneeded.removeIf(name -> named.indexOf(name) >= 0);
    return unneeded;
  }

  @ParameterizedTest
  @EnumSource
  void aDeathWhileTakingOverLosesNothing(FaultyStore.Outcome outcome) throws IOException {
    boolean died = true;
    int operation = 0;
    for (; died; operation++) {
      MemoryStore store = new MemoryStore();
      List<String> durable;
      try (SmallPipeline first = SmallPipeline.start(store)) {
        first.commit();
        first.commit();
        first.commit();
        durable = first.durable();
      }
      FaultyStore faulty = new FaultyStore(store).dieAt(operation, outcome);
      try (SmallPipeline second = SmallPipeline.start(faulty)) {
        assertThat(second.durable(), is(durable));
      } catch (IOException | CheckpointException e) {
        assertThat(e.toString(), faulty.hasFailed(), is(true));
      }
      died = faulty.hasFailed();
      try (SmallPipeline third = SmallPipeline.start(store)) {
        assertThat("death at operation " + operation, third.durable(), is(durable));
      }
    }
    assertThat(operation, is(greaterThan(10)));
  }

  @ParameterizedTest
  @EnumSource
  void aCommitThatFailsAnywhereCanBeTriedAgain(FaultyStore.Outcome outcome) throws IOException {
    int failures = 0;
    for (int operation = 0; ; operation++) {
      MemoryStore store = new MemoryStore();
      FaultyStore faulty = new FaultyStore(store);
      try (SmallPipeline pipeline = SmallPipeline.start(faulty)) {
        pipeline.commit();
        int before = faulty.operations();
        faulty.failAt(before + operation, outcome);
        try {
          pipeline.commit();
        } catch (IOException e) {
          failures++;
          pipeline.retry();
        }
        if (!faulty.hasFailed()) {
          break;
        }
        pipeline.commit();
        pipeline.commit();
        try (SmallPipeline next = SmallPipeline.start(store)) {
          assertThat(next.durable(), is(List.of("1:1", "1:2", "1:3", "1:4")));
        }
      }
    }
    assertThat(failures, is(greaterThan(7)));
  }

  @Test
  void aFailureNamesPlaceAndFile() throws IOException {
    FaultyStore faulty = new FaultyStore(new MemoryStore());
    try (SmallPipeline pipeline = SmallPipeline.start(faulty)) {
      faulty.failAt(faulty.operations() + 1, FaultyStore.Outcome.NOTHING);
      IOException e = assertThrows(IOException.class, pipeline::commit);
      assertThat(
          e.getMessage(),
          matchesPattern("Cannot write the checkpoint file d-\\S+\\.bin in memory: .*"));
    }
  }

  @Test
  void whatAFailedCommitHasWrittenIsDeleted(@TempDir Path temp) throws IOException {
    FaultyStore faulty = new FaultyStore(LocalCheckpointStore.open(temp));
    try (SmallPipeline pipeline = SmallPipeline.start(faulty)) {
      faulty.failAt(faulty.operations() + 3, FaultyStore.Outcome.HALF);
      assertThrows(IOException.class, pipeline::commit);
      try (var files = Files.list(temp)) {
        assertThat(files.filter(file -> file.toString().endsWith(".bin")).count(), is(0L));
      }
    }
  }
}
