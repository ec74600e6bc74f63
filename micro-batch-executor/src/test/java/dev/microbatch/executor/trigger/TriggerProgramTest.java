package dev.microbatch.executor.trigger;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;

import dev.microbatch.executor.state.TimeContext;
import dev.microbatch.executor.state.TriggerMemory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.transforms.windowing.DefaultTrigger;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.Never;
import org.apache.beam.sdk.transforms.windowing.Sessions;
import org.apache.beam.sdk.transforms.windowing.Trigger;
import org.apache.beam.sdk.transforms.windowing.WindowFn;
import org.joda.time.Duration;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A program fires when Beam's machines for the same trigger do, finishes when they do, and asks for
 * the same wake-ups, whatever comes and however windows merge.
 *
 * <p>One thing is left out: what Beam's machines leave in a window that has merged into another,
 * and find there when a window with the same bounds comes later. No window comes twice here.
 */
class TriggerProgramTest {

  private static final int TRIGGERS = 400;
  private static final int STEPS = 40;

  /** Times that move when the test says so. */
  private static final class MovedTimes implements TimeContext {
    private long watermark;
    private long processingTime;
    private long synchronizedTime;

    @Override
    public long inputWatermark() {
      return watermark;
    }

    @Override
    public long settledWatermark() {
      return watermark;
    }

    @Override
    public long processingTime() {
      return processingTime;
    }

    @Override
    public long synchronizedProcessingTime() {
      return synchronizedTime;
    }

    @Override
    public boolean isDraining() {
      return false;
    }
  }

  /** One trigger, ours and Beam's, over the windows of one key. */
  private static final class Comparison {
    private final Random random;
    private final boolean merging;
    private final Trigger trigger;
    private final MovedTimes times = new MovedTimes();
    private final TriggerProgram program;
    private final BeamTriggers beam;
    private final List<String> timers = new ArrayList<>();
    private final Map<IntervalWindow, TriggerMemory> open = new LinkedHashMap<>();
    private final StringBuilder story = new StringBuilder();
    private final TriggerCall call;
    private long end;
    private int windows;

    Comparison(long seed, boolean merging) {
      this.random = new Random(seed);
      this.merging = merging;
      this.trigger = new RandomTriggers(random).next(3);
      WindowFn<?, IntervalWindow> windowFn =
          merging
              ? Sessions.withGapDuration(Duration.millis(1))
              : FixedWindows.of(Duration.millis(1));
      this.program = TriggerProgram.of(trigger, merging);
      this.beam = new BeamTriggers(trigger, windowFn, times);
      story.append("seed ").append(seed).append(": ").append(trigger);
      this.call =
          new TriggerCall(
              times,
              new TriggerCall.WakeUps() {
                @Override
                public void atEndOfWindow() {
                  timers.add(TimeDomain.EVENT_TIME + " " + end);
                }

                @Override
                public void at(TimeDomain domain, long millis) {
                  timers.add(domain + " " + millis);
                }
              });
    }

    void run() throws Exception {
      for (int i = 0; i < STEPS; i++) {
        switch (random.nextInt(merging ? 6 : 5)) {
          case 0 -> times.watermark += random.nextInt(8);
          case 1 -> moveProcessingTime();
          case 5 -> merge();
          default -> elements();
        }
        fire();
      }
    }

    private void moveProcessingTime() {
      times.processingTime += random.nextInt(8);
      times.synchronizedTime =
          Math.max(times.synchronizedTime, times.processingTime - random.nextInt(6));
    }

    /** A window that is like no other. */
    private IntervalWindow window() {
      long start = times.watermark - 10 + random.nextInt(20);
      return new IntervalWindow(
          Instant.ofEpochMilli(start), Instant.ofEpochMilli(start + 10 + 40L * windows++));
    }

    private IntervalWindow any() {
      List<IntervalWindow> all = List.copyOf(open.keySet());
      return all.get(random.nextInt(all.size()));
    }

    private TriggerCall on(IntervalWindow window, TriggerMemory memory) {
      timers.clear();
      end = window.maxTimestamp().getMillis();
      return call.on(memory, end);
    }

    private void elements() throws Exception {
      boolean isNew = open.isEmpty() || random.nextInt(5) == 0;
      IntervalWindow window = isNew ? window() : any();
      TriggerMemory memory = isNew ? program.newMemory() : open.get(window);
      open.put(window, memory);
      int count = 1 + random.nextInt(3);
      story.append("\n").append(count).append(" in ").append(window);
      program.onElements(on(window, memory), count);
      beam.onElements(window, count);
      compareTimers();
    }

    private void compareTimers() {
      assertThat(story.toString(), timers.stream().distinct().sorted().toList(), is(beam.timers()));
    }

    private void merge() throws Exception {
      List<IntervalWindow> sources = new ArrayList<>(open.keySet());
      sources.removeIf(window -> random.nextBoolean());
      boolean intoOne = !sources.isEmpty() && random.nextBoolean();
      IntervalWindow result = intoOne ? sources.get(random.nextInt(sources.size())) : window();
      story.append("\n").append(sources).append(" merge into ").append(result);
      List<TriggerMemory> memories = new ArrayList<>();
      for (IntervalWindow source : sources) {
        TriggerMemory memory = open.get(source);
        if (memory != null) {
          memories.add(memory.copy());
        }
      }
      TriggerMemory merged = intoOne ? open.get(result) : program.newMemory();
      program.onMerge(on(result, merged), memories);
      beam.onMerge(sources, result);
      compareTimers();
      sources.forEach(open::remove);
      open.put(result, merged);
      close(result, merged);
    }

    private void fire() throws Exception {
      story.append("\nat ").append(times.watermark).append(", ").append(times.processingTime);
      for (IntervalWindow window : List.copyOf(open.keySet())) {
        TriggerMemory memory = open.get(window);
        TriggerCall now = on(window, memory);
        boolean fires = program.shouldFire(now);
        assertThat(story + "\n" + window, fires, is(beam.shouldFire(window)));
        if (fires && random.nextInt(4) > 0) {
          story.append("\nfires ").append(window);
          program.onFire(now);
          beam.onFire(window);
          compareTimers();
          close(window, memory);
        }
      }
    }

    private void close(IntervalWindow window, TriggerMemory memory) throws Exception {
      boolean closed = program.isClosed(memory);
      assertThat(story.toString(), closed, is(beam.isClosed(window)));
      if (closed) {
        program.clear(on(window, memory));
        beam.clear(window);
        open.remove(window);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void doesWhatBeamsMachinesDo(boolean merging) throws Exception {
    for (long seed = 0; seed < TRIGGERS; seed++) {
      new Comparison(seed, merging).run();
    }
  }

  @Test
  void whatNeverFinishesRemembersNothing() {
    for (Trigger trigger : List.of(DefaultTrigger.of(), Never.ever())) {
      assertThat(TriggerProgram.of(trigger, true).newMemory(), is(nullValue()));
    }
  }
}
