package dev.microbatch.runner.failure;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MachineFailureTest {

  @TempDir private Path directory;

  @ParameterizedTest
  @EnumSource(
      value = FullHeap.Kind.class,
      names = {"GROUP", "STATE", "SESSIONS", "MAP_VIEW", "ENDLESS_ARRAY"})
  void aFullHeapEndsTheProcess(FullHeap.Kind kind) throws Exception {
    ChildJvm.Ended ended = run("64m", "--kind=" + kind, "--parallelism=4");

    assertThat(ended.output(), ended.exitCode(), is(1));
    // The step is named if it was in one: the loop's own thread may be the first to find no memory.
    assertThat(ended.output(), containsString("OutOfMemoryError"));
  }

  @Test
  void aFullHeapIsLoggedWhenNobodyWaits() throws Exception {
    ChildJvm.Ended ended = run("64m", "--kind=GROUP", "--blockOnRun=false");

    assertThat(ended.output(), allOf(containsString("SEVERE"), containsString("OutOfMemoryError")));
  }

  @Test
  void aStackThatIsTooDeepEndsTheProcessAndNamesTheStep() throws Exception {
    ChildJvm.Ended ended = run("64m", "--kind=NO_STACK", "--numbers=10");

    assertThat(ended.output(), ended.exitCode(), is(1));
    assertThat(
        ended.output(), allOf(containsString("StackOverflowError"), containsString("Step Fill")));
  }

  @Test
  void aCheckpointIsWholeBehindAFullHeap() throws Exception {
    String[] args = {
      "--kind=STATE",
      "--numbers=600000",
      "--maxRecordsPerBatch=20000",
      "--checkpointIntervalMillis=100",
      "--checkpointDir=" + directory.resolve("checkpoint")
    };
    ChildJvm.Ended failed = run("64m", args);
    assertThat(failed.output(), failed.exitCode(), is(1));
    assertThat(failed.output(), containsString("OutOfMemoryError"));

    ChildJvm.Ended resumed = run("700m", args);

    assertThat(resumed.output(), resumed.exitCode(), is(0));
    assertThat(resumed.output(), containsString("ended as DONE"));
    assertThat(resumed.output(), not(containsString("after restores: 0")));
  }

  private ChildJvm.Ended run(String heap, String... args) throws Exception {
    String[] all = new String[args.length + 1];
    all[0] = "--runner=MicroBatchRunner";
    System.arraycopy(args, 0, all, 1, args.length);
    try (ChildJvm child = ChildJvm.start(heap, FullHeap.class, directory.resolve("log"), all)) {
      return child.await();
    }
  }
}
