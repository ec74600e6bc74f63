package dev.microbatch.executor.checkpoint;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.hamcrest.FeatureMatcher;
import org.hamcrest.Matcher;
import org.junit.jupiter.api.Test;

/**
 * A process that was believed dead continues, while another has taken over: between any two
 * operations. What one has restored or reported as durable, every later one finds.
 */
class ZombieTest {

  @Test
  void anOlderEpochIsFenced() throws IOException {
    MemoryStore store = new MemoryStore();
    SmallPipeline zombie = SmallPipeline.start(store);
    zombie.commit();
    SmallPipeline next = SmallPipeline.start(store);
    FencedException e = assertThrows(FencedException.class, zombie::commit);
    assertThat(e.getMessage(), containsString("memory (epoch 1, found "));
    next.commit();
    assertThat(SmallPipeline.start(store).durable(), is(List.of("1:1", "2:2")));
  }

  @Test
  void manifestsOfAnOlderEpochAreIgnored() throws IOException {
    MemoryStore store = new MemoryStore();
    SmallPipeline zombie = SmallPipeline.start(store);
    zombie.commit();
    SmallPipeline next = SmallPipeline.start(store);
    for (int i = 0; i < 5; i++) {
      assertThrows(FencedException.class, zombie::commit); // numbers up to 6
    }
    assertThat(SmallPipeline.start(store).durable(), is(List.of("1:1")));
    assertThrows(FencedException.class, next::commit);
  }

  /**
   * The zombie stands still in a commit, the other takes over and commits, the zombie continues.
   */
  @Test
  void aZombieMayWakeUpBetweenAnyTwoOperations() throws Exception {
    for (int commits = 0; commits <= 3; commits++) {
      int k = 0;
      for (boolean done = false; !done; k++) {
        MemoryStore store = new MemoryStore();
        Run zombie = new Run(store, commits);
        done = zombie.turns.step(k);
        for (int more = 0; more <= 2; more++) {
          MemoryStore now = store.copy();
          SmallPipeline second = SmallPipeline.start(now);
          assertThat(second.durable(), startsWith(zombie.reported));
          for (int i = 0; i < more; i++) {
            second.commit();
          }
          assertThat(SmallPipeline.start(now).durable(), is(second.durable()));
        }
        SmallPipeline second = SmallPipeline.start(store);
        List<String> restored = List.copyOf(second.durable());
        assertThat(restored, startsWith(zombie.reported));
        second.commit();
        zombie.turns.finish();
        assertThat(restored, startsWith(zombie.reported));
        second.commit();
        assertThat(SmallPipeline.start(store).durable(), is(second.durable()));
      }
      assertThat(k, is(greaterThan(7)));
    }
  }

  /**
   * The zombie stops after k operations of a commit, the other after j operations of taking over;
   * then the zombie comes to its end, then the other.
   */
  @Test
  void takingOverAndCommittingMayInterleave() throws Exception {
    interleave(Integer.MAX_VALUE, 0);
    interleave(Integer.MAX_VALUE, 1);
  }

  /** The same, and the other dies where it stood. */
  @Test
  void whoTakesOverMayDieMeanwhile() throws Exception {
    for (int death = 0; death < 16; death++) {
      interleave(death, 0);
    }
  }

  private static void interleave(int death, int more) throws Exception {
    int k = 0;
    for (boolean zombieDone = false; !zombieDone; k++) {
      int j = 0;
      for (boolean secondDone = false; !secondDone; j++) {
        MemoryStore store = new MemoryStore();
        Run zombie = new Run(store, 2);
        zombieDone = zombie.turns.step(k);
        List<String> taken = new ArrayList<>();
        Turns<Void> second =
            new Turns<>(
                new FaultyStore(store).dieAt(death, FaultyStore.Outcome.ALL),
                s -> {
                  try {
                    SmallPipeline pipeline = SmallPipeline.start(s);
                    taken.addAll(pipeline.durable());
                    for (int i = 0; i < more; i++) {
                      pipeline.commit();
                      taken.add(pipeline.durable().get(pipeline.durable().size() - 1));
                    }
                  } catch (IOException | CheckpointException e) {
                    assertThat(e.toString(), s.hasFailed(), is(true));
                  }
                  return null;
                });
        secondDone = second.step(j);
        zombie.turns.finish();
        second.finish();
        String when = "k=" + k + ", j=" + j + ", death=" + death;
        if (!taken.isEmpty()) {
          assertThat(when, taken, startsWith(zombie.reported));
        }
        List<String> last = SmallPipeline.start(store).durable();
        assertThat(when, last, startsWith(taken));
        assertThat(when, last, startsWith(zombie.reported));
      }
      assertThat(j, is(greaterThan(Math.min(death, 10))));
    }
    assertThat(k, is(greaterThan(7)));
  }

  /**
   * Three at once: one commits, the second claims in vain, the third takes over. Each stops once,
   * anywhere; then they come to their ends, in all six orders in turn.
   */
  @Test
  void aClaimInVainMayComeInBetween() throws Exception {
    String[] orders = {"pvt", "ptv", "vpt", "vtp", "tpv", "tvp"};
    int run = 0;
    int k = 0;
    for (boolean zombieDone = false; !zombieDone; k++) {
      int j = 0;
      for (boolean vainDone = false; !vainDone; j++) {
        int i = 0;
        for (boolean takenDone = false; !takenDone; i += 5) {
          String order = orders[run++ % orders.length];
          MemoryStore store = new MemoryStore();
          Run zombie = new Run(store, 2);
          Turns<Void> vain =
              new Turns<>(
                  store,
                  s -> {
                    CheckpointLog.open(s, 2).close();
                    return null;
                  });
          Turns<SmallPipeline> third = new Turns<>(store, SmallPipeline::start);
          zombieDone = zombie.turns.step(k);
          vainDone = vain.step(j);
          takenDone = third.step(i);
          for (char next : order.toCharArray()) {
            switch (next) {
              case 'p' -> zombie.turns.finish();
              case 'v' -> vain.finish();
              default -> third.finish();
            }
          }
          String when = order + ": k=" + k + ", j=" + j + ", i=" + i;
          SmallPipeline taken = third.finish();
          assertThat(when, taken.durable(), startsWith(zombie.reported));
          assertThrows(FencedException.class, zombie.pipeline::commit);
          taken.commit();
          assertThat(when, SmallPipeline.start(store).durable(), is(taken.durable()));
        }
      }
      assertThat(j, is(greaterThan(7)));
    }
    assertThat(k, is(greaterThan(7)));
  }

  /** One commits twice, and the other claims in vain, interleaved in every way. */
  @Test
  void aClaimInVainLosesNothingThatWasReported() throws Exception {
    int survived = 0;
    int k = 0;
    for (boolean zombieDone = false; !zombieDone; k++) {
      int j = 0;
      for (boolean vainDone = false; !vainDone; j++) {
        MemoryStore store = new MemoryStore();
        Run zombie = new Run(store, 2);
        Turns<Void> vain =
            new Turns<>(
                store,
                s -> {
                  CheckpointLog.open(s, 2).close();
                  return null;
                });
        zombieDone = zombie.turns.step(k);
        vainDone = vain.step(j);
        zombie.turns.finish();
        vain.finish();
        if (zombie.reported.size() == 3) {
          zombie.pipeline.commit();
          zombie.reported.add("1:4");
          survived++;
        }
        List<String> last = SmallPipeline.start(store).durable();
        assertThat("k=" + k + ", j=" + j, last, startsWith(zombie.reported));
        assertThat(store.list().stream().filter(name -> name.startsWith("c-")).count(), is(1L));
      }
    }
    assertThat(survived, is(greaterThan(20)));
  }

  /** Two that take over at the same time: each stops once, anywhere. */
  @Test
  void ofTwoThatTakeOverAtOnceOneGoesOn() throws Exception {
    int k = 0;
    for (boolean firstDone = false; !firstDone; k++) {
      int j = 0;
      for (boolean secondDone = false; !secondDone; j++) {
        MemoryStore store = new MemoryStore();
        SmallPipeline before = SmallPipeline.start(store);
        before.commit();
        before.commit();
        Turns<SmallPipeline> first = new Turns<>(store, SmallPipeline::start);
        Turns<SmallPipeline> second = new Turns<>(store, SmallPipeline::start);
        firstDone = first.step(k);
        secondDone = second.step(j);
        SmallPipeline a = first.finish();
        SmallPipeline b = second.finish();
        assertThat(a.durable(), is(before.durable()));
        assertThat(b.durable(), is(before.durable()));
        assertThat(a.log().epoch() == b.log().epoch(), is(false));
        boolean isFirst = a.log().epoch() > b.log().epoch();
        SmallPipeline winner = isFirst ? a : b;
        SmallPipeline loser = isFirst ? b : a;
        winner.commit();
        assertThrows(FencedException.class, loser::commit);
        assertThat(SmallPipeline.start(store).durable(), is(winner.durable()));
      }
    }
    assertThat(k, is(greaterThan(10)));
  }

  /** A pipeline that has made some commits, and is about to make one more in turns. */
  private static final class Run {
    private final List<String> reported = new ArrayList<>();
    private final Turns<Void> turns;
    private final SmallPipeline pipeline;

    Run(MemoryStore store, int commits) throws Exception {
      FaultyStore faulty = new FaultyStore(store);
      pipeline = SmallPipeline.start(faulty);
      for (int i = 0; i < commits; i++) {
        pipeline.commit();
      }
      reported.addAll(pipeline.durable());
      turns =
          new Turns<>(
              faulty,
              s -> {
                try {
                  pipeline.commit();
                  reported.add(pipeline.durable().get(commits));
                } catch (FencedException e) {
                  assertThat(pipeline.durable(), is(reported));
                }
                return null;
              });
    }
  }

  private static Matcher<List<String>> startsWith(List<String> beginning) {
    return new FeatureMatcher<List<String>, List<String>>(
        is(List.copyOf(beginning)), "begins with", "beginning") {
      @Override
      protected List<String> featureValueOf(List<String> actual) {
        return List.copyOf(actual.subList(0, Math.min(actual.size(), beginning.size())));
      }
    };
  }
}
