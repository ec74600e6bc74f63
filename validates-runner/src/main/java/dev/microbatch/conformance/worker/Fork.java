package dev.microbatch.conformance.worker;

import dev.microbatch.conformance.suite.TestId;
import java.io.EOFException;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A JVM with a {@link Worker}, seen from the pool. Used by one thread.
 *
 * <p>A test that hangs or ends the JVM takes the fork with it: {@link #isAlive} is then false and
 * the pool starts another one.
 */
final class Fork implements AutoCloseable {

  private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration DUMP_TIMEOUT = Duration.ofSeconds(10);

  /** What the reading thread adds when there is nothing more to read. */
  private record Closed(String why) {}

  private final Process process;
  private final ObjectOutputStream out;
  private final BlockingQueue<Object> received = new LinkedBlockingQueue<>();

  private Fork(Process process) throws IOException {
    this.process = process;
    this.out = new ObjectOutputStream(process.getOutputStream());
    Thread reader = new Thread(this::read, "reader of fork " + process.pid());
    reader.setDaemon(true);
    reader.start();
  }

  /**
   * Starts a JVM and waits until it is ready.
   *
   * @param number tells the forks of a pool apart
   * @throws IOException if it does not start
   */
  static Fork start(ForkCommand command, int number) throws IOException, InterruptedException {
    Fork fork = new Fork(command.start(number));
    Object answer = fork.receive(START_TIMEOUT);
    if (answer instanceof Message.Ready) {
      return fork;
    }
    fork.close();
    throw new IOException(
        "A JVM for the tests did not start (%s); see %s"
            .formatted(answer == null ? "no answer" : answer, command.output(number)));
  }

  /** Returns whether another test can be run here. */
  boolean isAlive() {
    return process.isAlive();
  }

  /**
   * Runs a test, at most for the time given.
   *
   * @param options of its pipelines, as a JSON array
   */
  Outcome run(TestId test, String options, Duration timeout) throws InterruptedException {
    long start = System.nanoTime();
    Duration cpu = cpuTime();
    send(new Message.Run(test, options));
    Object answer = receive(timeout);
    if (answer instanceof Message.Finished finished) {
      return finished.outcome();
    }
    Status status;
    String message;
    String detail = "";
    if (answer == null) {
      status = Status.TIMED_OUT;
      message =
          "no end after %d s, %d s of them on a processor"
              .formatted(timeout.toSeconds(), cpuTime().minus(cpu).toSeconds());
      send(new Message.Dump());
      detail =
          receive(DUMP_TIMEOUT) instanceof Message.Threads threads
              ? threads.text()
              : "The JVM did not say what its threads do.";
      close();
    } else {
      close();
      status = Status.CRASHED;
      message = "the JVM ended with exit code %d".formatted(process.exitValue());
      detail = answer.toString();
    }
    long millis = (System.nanoTime() - start) / 1_000_000;
    return new Outcome(status, message, detail, millis, null);
  }

  /** Kills the JVM, and whatever its tests have started. */
  @Override
  public void close() throws InterruptedException {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly().waitFor();
  }

  private Duration cpuTime() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  private void send(Message message) {
    try {
      out.writeObject(message);
      out.flush();
    } catch (IOException e) {
      // The JVM is gone; the reader has noticed, too, and its reason is the better one.
    }
  }

  private @Nullable Object receive(Duration timeout) throws InterruptedException {
    return received.poll(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void read() {
    try (ObjectInputStream in = new ObjectInputStream(process.getInputStream())) {
      while (true) {
        received.add(in.readObject());
      }
    } catch (EOFException e) {
      received.add(new Closed("the JVM closed its output"));
    } catch (IOException | ClassNotFoundException e) {
      received.add(new Closed(e.toString()));
    }
  }
}
