package dev.microbatch.executor.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every store does. */
class CheckpointStoresTest {

  /** The stores that there are. */
  enum Kind {
    LOCAL,
    BEAM;

    CheckpointStore open(Path directory) {
      return switch (this) {
        case LOCAL -> LocalCheckpointStore.open(directory);
        case BEAM -> BeamCheckpointStore.open(directory.toString());
      };
    }
  }

  @TempDir private Path temp;

  @BeforeAll
  static void registerFileSystems() {
    FileSystems.setDefaultPipelineOptions(PipelineOptionsFactory.create());
  }

  private static void write(CheckpointStore store, String name, String text) throws IOException {
    byte[] bytes = ("--" + text).getBytes(UTF_8);
    try (CheckpointStore.NewFile file = store.create(name)) {
      file.write(bytes, 2, 1);
      file.write(bytes, 3, bytes.length - 3);
      file.finish();
    }
  }

  private static String read(CheckpointStore store, String name, long offset) throws IOException {
    try (InputStream in = store.open(name, offset)) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aFileCanBeReadFromAnyOffset(Kind kind) throws IOException {
    try (CheckpointStore store = kind.open(temp.resolve("new/directory"))) {
      assertThat(store.list(), is(Set.of()));
      write(store, "b", "hello");
      write(store, "a", "world");
      assertThat(store.list(), is(new TreeSet<>(Set.of("a", "b"))));
      assertThat(read(store, "b", 0), is("hello"));
      assertThat(read(store, "b", 3), is("lo"));
      assertThat(read(store, "b", 5), is(""));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aFileIsNotOverwritten(Kind kind) throws IOException {
    try (CheckpointStore store = kind.open(temp)) {
      write(store, "a", "first");
      assertThrows(FileAlreadyExistsException.class, () -> store.create("a"));
      assertThat(read(store, "a", 0), is("first"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aFileThatIsGivenUpIsGone(Kind kind) throws IOException {
    try (CheckpointStore store = kind.open(temp)) {
      try (CheckpointStore.NewFile file = store.create("a")) {
        file.write(new byte[100], 0, 100);
      }
      assertThat(store.list(), is(Set.of()));
      write(store, "a", "again");
      assertThat(read(store, "a", 0), is("again"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aFileCanBeDeletedTwice(Kind kind) throws IOException {
    try (CheckpointStore store = kind.open(temp)) {
      write(store, "a", "text");
      store.delete("a");
      store.delete("a");
      IOException e = assertThrows(IOException.class, () -> store.open("a", 0));
      assertThat(
          e.toString(),
          e instanceof NoSuchFileException || e instanceof FileNotFoundException,
          is(true));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPipelineGoesOnFromIt(Kind kind) throws IOException {
    try (SmallPipeline pipeline = SmallPipeline.start(kind.open(temp))) {
      for (int i = 0; i < 40; i++) {
        pipeline.commit();
      }
    }
    try (SmallPipeline pipeline = SmallPipeline.start(kind.open(temp))) {
      assertThat(pipeline.durable().size(), is(40));
      pipeline.commit();
    }
    try (SmallPipeline pipeline = SmallPipeline.start(kind.open(temp))) {
      assertThat(pipeline.durable().get(40), is("2:41"));
    }
  }

  @Test
  void aPathOrAFileUriIsLocal() throws IOException {
    Path spaces = temp.resolve("with spaces");
    for (String location : Set.of(spaces.toString(), spaces.toUri().toString())) {
      try (CheckpointStore store = CheckpointStores.open(location)) {
        assertThat(store instanceof LocalCheckpointStore, is(true));
        assertThat(store.location(), is(spaces.toString()));
      }
    }
  }

  @Test
  void aSchemeWithoutAFilesystemIsRefused() {
    CheckpointException e =
        assertThrows(CheckpointException.class, () -> CheckpointStores.open("nofs://x/y"));
    assertThat(e.getMessage(), containsString("'nofs://x/y' cannot be used"));
    assertThat(e.getMessage(), containsString("on the class path"));
  }

  @Test
  void whatIsNotAPathIsRefused() {
    for (String location : Set.of("file:// bad", "a\0b")) {
      CheckpointException e =
          assertThrows(CheckpointException.class, () -> CheckpointStores.open(location));
      assertThat(e.getMessage(), containsString("is not a path"));
    }
  }

  @Test
  void wildcardsAreRefused() {
    CheckpointException e =
        assertThrows(CheckpointException.class, () -> CheckpointStores.open("s3://bucket/a*"));
    assertThat(e.getMessage(), containsString("wildcard"));
  }

  @Test
  void whatTheBeamStoreWritesIsWhatTheLocalOneReads() throws IOException {
    try (SmallPipeline pipeline = SmallPipeline.start(Kind.BEAM.open(temp))) {
      pipeline.commit();
    }
    try (SmallPipeline pipeline = SmallPipeline.start(Kind.LOCAL.open(temp))) {
      SortedSet<String> expected = new TreeSet<>(Set.of("1:1"));
      assertThat(new TreeSet<>(pipeline.durable()), is(expected));
    }
  }
}
