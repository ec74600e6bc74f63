package dev.microbatch.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.management.JMException;
import javax.management.ObjectName;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;

/**
 * Samples the stacks of running threads and of allocations by Java Flight Recorder.
 *
 * <p>Line numbers are exact only if the JVM runs with {@code -XX:+UnlockDiagnosticVMOptions
 * -XX:+DebugNonSafepoints}.
 */
final class Profiler {

  private static final String RUNNING = "jdk.ExecutionSample";
  private static final String ALLOCATION = "jdk.ObjectAllocationSample";
  private static final Duration PERIOD = Duration.ofMillis(10);
  private static final String ALLOCATIONS = "300/s";

  /** A stack through many fused steps is deeper than the 64 frames that JFR keeps by default. */
  private static final String STACK_DEPTH = "stackdepth=512";

  private final Recording recording;

  private Profiler(Recording recording) {
    this.recording = recording;
  }

  /** Starts to sample. */
  static Profiler start() {
    deepenStacks();
    Recording recording = new Recording();
    recording.enable(RUNNING).withPeriod(PERIOD);
    recording.enable(ALLOCATION).with("throttle", ALLOCATIONS).withStackTrace();
    recording.start();
    return new Profiler(recording);
  }

  /** Works only before the first recording of a JVM, so what happens later does not matter. */
  private static void deepenStacks() {
    try {
      ManagementFactory.getPlatformMBeanServer()
          .invoke(
              new ObjectName("com.sun.management:type=DiagnosticCommand"),
              "jfrConfigure",
              new Object[] {new String[] {STACK_DEPTH}},
              new String[] {String[].class.getName()});
    } catch (JMException e) {
      throw new IllegalStateException("cannot configure Java Flight Recorder", e);
    }
  }

  /**
   * Ends the sampling.
   *
   * @param keep where to leave the recording, if anywhere
   * @throws IOException if the recording cannot be written or read
   */
  Profile stop(Optional<Path> keep) throws IOException {
    Path file = keep.isPresent() ? keep.get() : Files.createTempFile("benchmark", ".jfr");
    try (recording) {
      recording.stop();
      recording.dump(file);
    }
    Profile profile = new Profile();
    try (RecordingFile events = new RecordingFile(file)) {
      while (events.hasMoreEvents()) {
        RecordedEvent event = events.readEvent();
        if (event.getStackTrace() != null && !event.getStackTrace().getFrames().isEmpty()) {
          add(profile, event);
        }
      }
    }
    if (keep.isEmpty()) {
      Files.delete(file);
    }
    return profile;
  }

  private static void add(Profile profile, RecordedEvent event) {
    List<RecordedFrame> stack = event.getStackTrace().getFrames();
    switch (event.getEventType().getName()) {
      case RUNNING -> profile.ran(stack);
      case ALLOCATION ->
          profile.allocated(
              event.getClass("objectClass").getName(), event.getLong("weight"), stack);
      default -> {
        // JFR's own events
      }
    }
  }
}
