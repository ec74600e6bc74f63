package dev.microbatch.executor.time;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HoldSetTest {

  private final HoldSet holds = new HoldSet();

  @Test
  void nothingIsHeldWithoutHolds() {
    assertThat(holds.isEmpty(), is(true));
    assertThat(holds.min(), is(EventTime.MAX));
  }

  @Test
  void theEarliestHoldCountsWheneverItCame() {
    holds.add(20);
    holds.add(-5);
    holds.add(30);
    assertThat(holds.min(), is(-5L));
    holds.release(-5);
    assertThat(holds.min(), is(20L));
    assertThat(holds.isEmpty(), is(false));
  }

  @Test
  void aTimestampIsHeldUntilEachOfItsHoldsIsReleased() {
    holds.add(10);
    holds.add(10);
    holds.add(10);
    holds.release(10);
    holds.release(10);
    assertThat(holds.min(), is(10L));
    holds.release(10);
    assertThat(holds.min(), is(EventTime.MAX));
    assertThat(holds.isEmpty(), is(true));
  }

  @Test
  void releasingWhatIsNotHeldIsRefused() {
    holds.add(10);
    holds.release(10);
    for (long timestamp : List.of(10L, 11L)) {
      IllegalStateException refused =
          assertThrows(IllegalStateException.class, () -> holds.release(timestamp));
      assertThat(refused.getMessage(), containsString(EventTime.describe(timestamp)));
    }
  }

  @Test
  void anyOrderOfAddingAndReleasingAgreesWithAList() {
    Random random = new Random(3);
    List<Long> model = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      if (model.isEmpty() || random.nextInt(5) < 3) {
        long timestamp = random.nextInt(20);
        holds.add(timestamp);
        model.add(timestamp);
      } else {
        holds.release(model.remove(random.nextInt(model.size())));
      }
      assertThat(holds.isEmpty(), is(model.isEmpty()));
      assertThat(holds.min(), is(model.isEmpty() ? EventTime.MAX : Collections.min(model)));
    }
  }
}
