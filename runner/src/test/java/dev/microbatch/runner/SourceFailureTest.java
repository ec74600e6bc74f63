package dev.microbatch.runner;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.io.Read;
import org.apache.beam.sdk.io.TextIO;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.io.UnboundedSource.CheckpointMark;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A source that cannot be opened or read says which of its files or splits it is. */
class SourceFailureTest {

  /** The first four bytes of a zstd frame. */
  private static final byte[] ZSTD = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0, 0, 0, 0};

  @TempDir private Path directory;

  private static String failureOf(PTransform<PBegin, PCollection<String>> read) {
    Pipeline pipeline =
        Pipeline.create(PipelineOptionsFactory.fromArgs("--runner=MicroBatchRunner").create());
    pipeline.apply("Read", read);
    return assertThrows(StepFailedException.class, pipeline::run).getMessage();
  }

  @Test
  void aTruncatedFileIsNamed() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(bytes)) {
      Random random = new Random(1);
      for (int i = 0; i < 10_000; i++) {
        out.write((random.nextLong() + "\n").getBytes(StandardCharsets.US_ASCII));
      }
    }
    Path whole = directory.resolve("whole.gz");
    Path half = directory.resolve("half.gz");
    Files.write(whole, bytes.toByteArray());
    Files.write(half, Arrays.copyOf(bytes.toByteArray(), bytes.size() / 2));

    String message = failureOf(TextIO.read().from(directory.resolve("*.gz").toString()));

    assertThat(
        message,
        allOf(
            containsString("Read"),
            containsString(half.toString()),
            containsString("cannot be read behind record "),
            containsString("it is truncated, or still being written")));
  }

  @Test
  void aFileThatIsNotCompressedAsItsNameSaysIsNamed() throws IOException {
    Path plain = Files.writeString(directory.resolve("plain.bz2"), "plain text\n");

    assertThat(
        failureOf(TextIO.read().from(plain.toString())),
        allOf(containsString(plain.toString()), containsString("cannot be opened")));
  }

  @Test
  void aLibraryThatIsMissingIsNamed() throws IOException {
    Path file = Files.write(directory.resolve("text.zst"), ZSTD);

    assertThat(
        failureOf(TextIO.read().from(file.toString())),
        allOf(
            containsString(file.toString()),
            containsString("Add com.github.luben:zstd-jni, which reads .zst files")));
  }

  @Test
  void anUnboundedSplitThatCannotBeOpenedIsNamed() {
    assertThat(
        failureOf(Read.from(new Unreachable())),
        allOf(
            containsString("Split 0 of the source, the queue at host:1"),
            containsString("cannot be opened: java.net.ConnectException: refused")));
  }

  /** A source that nobody can open. */
  private static final class Unreachable extends UnboundedSource<String, CheckpointMark> {
    private static final long serialVersionUID = 1L;

    @Override
    public List<Unreachable> split(int desiredNumSplits, PipelineOptions options) {
      return List.of(this);
    }

    @Override
    public UnboundedReader<String> createReader(PipelineOptions options, CheckpointMark mark)
        throws IOException {
      throw new java.net.ConnectException("refused");
    }

    @Override
    public Coder<CheckpointMark> getCheckpointMarkCoder() {
      return null;
    }

    @Override
    public Coder<String> getOutputCoder() {
      return StringUtf8Coder.of();
    }

    @Override
    public String toString() {
      return "the queue at host:1";
    }
  }
}
