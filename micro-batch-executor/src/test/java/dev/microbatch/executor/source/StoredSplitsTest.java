package dev.microbatch.executor.source;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.microbatch.executor.hostile.Hostile;
import dev.microbatch.executor.plan.StepSpec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InvalidClassException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.io.BoundedSource;
import org.apache.beam.sdk.io.CountingSource;
import org.apache.beam.sdk.io.FileBasedSource;
import org.apache.beam.sdk.io.Read;
import org.apache.beam.sdk.io.Source;
import org.apache.beam.sdk.io.TextIO;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.runners.TransformHierarchy;
import org.apache.beam.sdk.testing.CrashingRunner;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.util.SerializableUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xerial.snappy.SnappyOutputStream;

@SuppressWarnings("deprecation") // CountingSource: what is read without an IO around it
class StoredSplitsTest {

  private static final PipelineOptions OPTIONS = options();

  private static PipelineOptions options() {
    PipelineOptions options = PipelineOptionsFactory.create();
    options.setRunner(CrashingRunner.class);
    return options;
  }

  /** A source that holds anything, as what somebody has written into a checkpoint does. */
  private static final class AnySource extends BoundedSource<Long> {
    private static final long serialVersionUID = 1;

    final Object load;

    AnySource(Object load) {
      this.load = load;
    }

    @Override
    public List<AnySource> split(long desiredBundleSizeBytes, PipelineOptions options) {
      return List.of(this);
    }

    @Override
    public long getEstimatedSizeBytes(PipelineOptions options) {
      return 0;
    }

    @Override
    public Coder<Long> getOutputCoder() {
      return VarLongCoder.of();
    }

    @Override
    public BoundedReader<Long> createReader(PipelineOptions options) {
      throw new UnsupportedOperationException();
    }
  }

  private static List<?> restored(List<?> splits, Source<?> today) throws Exception {
    return StoredSplits.decode(StoredSplits.encode(splits), today);
  }

  private static Object loadOf(Object load, Object today) throws Exception {
    return ((AnySource) restored(List.of(new AnySource(load)), new AnySource(today)).get(0)).load;
  }

  private static BoundedSource<?> textSource(Path pattern) {
    Pipeline pipeline = Pipeline.create(OPTIONS);
    pipeline.apply(TextIO.read().from(pattern.toString()));
    List<BoundedSource<?>> sources = new ArrayList<>();
    pipeline.traverseTopologically(
        new Pipeline.PipelineVisitor.Defaults() {
          @Override
          public CompositeBehavior enterCompositeTransform(TransformHierarchy.Node node) {
            if (node.getTransform() instanceof Read.Bounded<?> read) {
              sources.add(read.getSource());
            }
            return CompositeBehavior.ENTER_TRANSFORM;
          }
        });
    return sources.get(0);
  }

  @Test
  void theSplitsOfTextFilesComeBack(@TempDir Path directory) throws Exception {
    Files.writeString(directory.resolve("a.txt"), "a\n");
    Files.writeString(directory.resolve("b.txt"), "b\n");
    BoundedSource<?> source = textSource(directory.resolve("*.txt"));
    List<? extends BoundedSource<?>> splits =
        Splits.of(new StepSpec.BoundedRead(source), OPTIONS, 2);

    List<?> restored = restored(splits, textSource(directory.resolve("*.txt")));

    assertThat(restored, hasSize(2));
    assertThat(restored.get(0), instanceOf(FileBasedSource.class));
    assertThat(restored.toString(), is(splits.toString()));
  }

  @Test
  void theSplitsOfASequenceComeBack() throws Exception {
    UnboundedSource<Long, ?> source = CountingSource.unbounded();
    List<? extends UnboundedSource<?, ?>> splits =
        Splits.of(new StepSpec.UnboundedRead(source), OPTIONS, 3);

    assertThat(restored(splits, CountingSource.unbounded()), hasSize(3));
  }

  @Test
  void aLambdaOfTheProgramComesBack() throws Exception {
    SerializableFunction<Long, Long> twice = n -> 2 * n;
    SerializableFunction<Long, Long> thrice = n -> 3 * n;

    @SuppressWarnings("unchecked")
    SerializableFunction<Long, Long> restored =
        (SerializableFunction<Long, Long>) loadOf(twice, thrice);

    assertThat(restored.apply(21L), is(42L));
  }

  @Test
  void whatThePlatformOffersComesBack() throws Exception {
    Object load = new ArrayList<>(List.of("text", 1, new int[] {1, 2}, new String[] {"a"}));

    assertThat(((List<?>) loadOf(load, null)).get(1), is(1));
    assertThat(loadOf(int.class, null), is(int.class));
  }

  @Test
  void anObjectOfAnotherPackageIsRefusedAndItsCodeDoesNotRun() {
    Hostile.RUNS.set(0);

    InvalidClassException refused =
        assertThrows(InvalidClassException.class, () -> loadOf(new Hostile(), null));

    assertThat(refused.getMessage(), containsString(Hostile.class.getName()));
    assertThat(Hostile.RUNS.get(), is(0));
  }

  @Test
  void anArrayOfSuchObjectsIsRefused() {
    assertThrows(InvalidClassException.class, () -> loadOf(new Hostile[1], null));
  }

  @Test
  void anObjectThatIsNoListOfSplitsIsRefused() {
    byte[] text = SerializableUtils.serializeToByteArray("text");
    byte[] texts = SerializableUtils.serializeToByteArray(new ArrayList<>(List.of("text")));

    assertThrows(IOException.class, () -> StoredSplits.decode(text, new AnySource(null)));
    assertThrows(IOException.class, () -> StoredSplits.decode(texts, new AnySource(null)));
  }

  @Test
  void aProxyIsRefused() {
    Object proxy =
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {Runnable.class},
            (InvocationHandler & Serializable) (self, method, args) -> null);

    InvalidClassException refused =
        assertThrows(InvalidClassException.class, () -> loadOf(proxy, "text"));

    assertThat(refused.getMessage(), containsString(Runnable.class.getName()));
  }

  @Test
  void whatIsNestedTooDeepIsRefused() {
    Object nested = "core";
    for (int i = 0; i < 250; i++) {
      nested = new ArrayList<>(List.of(nested));
    }
    Object load = nested;

    assertThrows(InvalidClassException.class, () -> loadOf(load, null));
  }

  @Test
  void anArrayThatIsLargerThanWhatIsStoredIsRefused() throws Exception {
    byte[] plain = serialized(new AnySource(new int[] {0x01020304}));
    int length = indexOf(plain, new byte[] {0, 0, 0, 1, 1, 2, 3, 4});
    plain[length] = 0x10; // 268 million

    assertThrows(
        InvalidClassException.class,
        () -> StoredSplits.decode(compressed(plain), new AnySource(null)));
  }

  private static byte[] serialized(Object split) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(new ArrayList<>(List.of(split)));
    }
    return bytes.toByteArray();
  }

  private static byte[] compressed(byte[] plain) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (SnappyOutputStream out = new SnappyOutputStream(bytes)) {
      out.write(plain);
    }
    return bytes.toByteArray();
  }

  private static int indexOf(byte[] bytes, byte[] part) {
    for (int i = 0; i + part.length <= bytes.length; i++) {
      if (Arrays.equals(bytes, i, i + part.length, part, 0, part.length)) {
        return i;
      }
    }
    throw new AssertionError("not found");
  }
}
