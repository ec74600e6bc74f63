package dev.microbatch.runner.failure;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pipeline is started with a Beam on the class path that says that it is an old one. */
class OldBeamTest {

  private static final String RAN = "a bundle has been started";

  @TempDir private Path directory;

  static final class Program {
    public static void main(String[] args) {
      Pipeline pipeline =
          Pipeline.create(PipelineOptionsFactory.fromArgs("--runner=MicroBatchRunner").create());
      pipeline.apply(Create.of(1)).apply(ParDo.of(new Tell()));
      pipeline.run();
    }
  }

  private static final class Tell extends DoFn<Integer, Void> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process() {
      System.err.println(RAN);
    }
  }

  private ChildJvm.Ended withBeam(String version) throws Exception {
    Path properties = directory.resolve("org/apache/beam/sdk/sdk.properties");
    Files.createDirectories(properties.getParent());
    Files.writeString(properties, "version=" + version);
    String classPath = directory + File.pathSeparator + System.getProperty("java.class.path");
    try (ChildJvm jvm =
        ChildJvm.start("256m", classPath, Program.class, directory.resolve(version + ".log"))) {
      return jvm.await();
    }
  }

  @Test
  void isRefusedBeforeAnythingRuns() throws Exception {
    ChildJvm.Ended ended = withBeam("2.60.0");

    assertThat(ended.output(), containsString("Beam 2.60.0 is on the class path"));
    assertThat(ended.output(), not(containsString(RAN)));
    assertThat(ended.exitCode(), is(1));
  }

  @Test
  void oneThatIsNewerThanAllThatWereTriedRuns() throws Exception {
    ChildJvm.Ended ended = withBeam("2.99.0");

    assertThat(ended.output(), containsString("Beam 2.99.0 is newer"));
    assertThat(ended.output(), containsString(RAN));
    assertThat(ended.exitCode(), is(0));
  }
}
