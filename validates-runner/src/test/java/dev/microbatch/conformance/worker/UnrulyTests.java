package dev.microbatch.conformance.worker;

import static org.junit.Assert.assertEquals;
import static org.junit.Assume.assumeTrue;

import java.util.concurrent.CountDownLatch;
import org.junit.Ignore;
import org.junit.Test;
import org.junit.experimental.categories.Category;

/** JUnit 4 tests that are run in a fork by {@link WorkerPoolTest}, and nowhere else. */
public class UnrulyTests {

  /** A category. */
  public interface Unruly {}

  /** A category that is also another one. */
  public interface Dangerous extends Unruly {}

  @Test
  public void passes() {
    System.out.println("a test prints, and no message is garbled");
  }

  @Test
  public void fails() {
    assertEquals("first line\nsecond line", 1, 2);
  }

  @Test
  @Category(Dangerous.class)
  public void hangs() throws InterruptedException {
    new CountDownLatch(1).await();
  }

  @Test
  @Category(Dangerous.class)
  public void exits() {
    System.exit(3);
  }

  @Test
  public void assumes() {
    assumeTrue("never", false);
  }

  @Test
  public void restores() {
    System.setProperty("conformance.restores", "7");
  }

  @Test
  @Ignore("known")
  public void isIgnored() {}
}
