package dev.microbatch.executor.engine;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.instanceOf;

import dev.microbatch.executor.block.Block;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class SwitchboardTest {

  private static final int SENDER = 0;
  private static final int TARGET = 1;
  private static final int STAGE = 1;

  private final FirstFailure failure = new FirstFailure();
  private final Switchboard switchboard = new Switchboard(2, 2, failure);
  private final CompletableFuture<Throwable> end = new CompletableFuture<>();

  @Test
  @Timeout(value = 20, unit = TimeUnit.SECONDS)
  void aThreadOfUserCodeThatWaitsForRoomIsWokenByAFailure() throws Exception {
    sendUntilFull();

    failure.note(new IllegalArgumentException("elsewhere"), null);
    switchboard.wakeAll();

    assertThat(end.get(), instanceOf(BatchInterruptedException.class));
  }

  @Test
  @Timeout(value = 20, unit = TimeUnit.SECONDS)
  void aThreadOfUserCodeThatWaitsForRoomDoesNotOutliveTheEngine() throws Exception {
    sendUntilFull();

    failure.note(new IllegalArgumentException("elsewhere"), null);
    switchboard.drop();

    assertThat(end.get(), instanceOf(BatchInterruptedException.class));
  }

  /** Nobody interrupts such a thread: the engine does not know it. Returns once it waits. */
  private void sendUntilFull() {
    Thread thread = new Thread(this::send, "user-code");
    thread.setDaemon(true);
    thread.start();
    while (thread.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
  }

  private void send() {
    Switchboard.Records records = new Switchboard.Records(0, new Block(1, false), false);
    try {
      for (; ; ) {
        switchboard.putOrTake(SENDER, STAGE, TARGET, STAGE, records);
      }
    } catch (RuntimeException e) {
      end.complete(e);
    }
  }
}
