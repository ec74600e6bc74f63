package dev.microbatch.conformance.worker;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.UncheckedIOException;

/**
 * The main class of a JVM that runs tests, one at a time, until its standard input ends. Tests get
 * standard error for all that they print; standard output belongs to the {@link Message}s.
 *
 * <p>The main thread only listens, so that it can answer while a test hangs.
 */
public final class Worker {

  private final ObjectOutputStream out;

  private Worker(ObjectOutputStream out) {
    this.out = out;
  }

  /**
   * Runs tests until standard input ends.
   *
   * @param args none
   * @throws IOException if the conversation breaks off in the middle of a message
   * @throws ClassNotFoundException if the other side is of another version
   */
  public static void main(String[] args) throws IOException, ClassNotFoundException {
    InputStream in = System.in;
    ObjectOutputStream out = new ObjectOutputStream(System.out);
    System.setIn(InputStream.nullInputStream());
    System.setOut(System.err);
    try {
      new Worker(out).listen(in);
    } finally {
      // Tests may have left threads behind that would keep an ordinary exit waiting.
      Runtime.getRuntime().halt(0);
    }
  }

  private void listen(InputStream in) throws IOException, ClassNotFoundException {
    // Loads what a dump needs: when a test hangs, it may be too late for that.
    ThreadDump.of("");
    send(new Message.Ready());
    ObjectInputStream messages = new ObjectInputStream(in);
    String testClass = "";
    try {
      while (true) {
        Message message = (Message) messages.readObject();
        if (message instanceof Message.Run run) {
          testClass = run.test().className();
          new Thread(
                  () -> send(new Message.Finished(JUnit4Test.run(run.test(), run.options()))),
                  run.test().shortName())
              .start();
        } else if (message instanceof Message.Dump) {
          send(new Message.Threads(ThreadDump.of(testClass)));
        } else {
          throw new IOException("Not a message to a worker: " + message);
        }
      }
    } catch (EOFException e) {
      // The pool has no more tests, or is gone.
    }
  }

  private synchronized void send(Message message) {
    try {
      out.writeObject(message);
      out.reset();
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("The pool does not listen any more", e);
    }
  }
}
