package dev.microbatch.executor.source;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.block.Receiver;
import dev.microbatch.executor.state.Checkpointed;
import dev.microbatch.executor.state.EntryReader;
import dev.microbatch.executor.time.EventTime;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.apache.beam.sdk.testing.TestStream;
import org.apache.beam.sdk.testing.TestStream.ElementEvent;
import org.apache.beam.sdk.testing.TestStream.Event;
import org.apache.beam.sdk.testing.TestStream.ProcessingTimeEvent;
import org.apache.beam.sdk.testing.TestStream.WatermarkEvent;
import org.apache.beam.sdk.values.TimestampedValue;

/**
 * Plays the script of a TestStream in the first partition, one event per portion, however many
 * elements the event has. Processing-time events are told, not carried out: the pipeline's clock
 * moves when the batch is over, which itself runs at one processing time.
 */
public final class ScriptReader implements SourceReader {

  private final List<? extends Event<?>> events;
  private final Positions positions;
  private final int partition;
  private int next;
  private long watermark = EventTime.MIN;
  private long clockAdvance;

  /**
   * Creates the reader.
   *
   * @param stream the script
   * @param partition the partition it reads in; only the first plays
   * @param tracked whether there will be commits
   */
  public ScriptReader(TestStream<?> stream, int partition, boolean tracked) {
    this.partition = partition;
    this.positions = new Positions(tracked, this::restore);
    this.events = partition == 0 ? stream.getEvents() : List.of();
    if (partition != 0) {
      watermark = EventTime.MAX;
    }
  }

  @Override
  public long read(Portion portion, Receiver out) {
    if (next >= events.size()) {
      watermark = EventTime.MAX;
      return 0;
    }
    Event<?> event = events.get(next++);
    long count = 0;
    if (event instanceof ElementEvent<?> elements) {
      for (TimestampedValue<?> element : elements.getElements()) {
        out.process(element.getValue(), Meta.inGlobalWindow(element.getTimestamp().getMillis()));
        count++;
      }
    } else if (event instanceof WatermarkEvent<?> advance) {
      watermark = Math.max(watermark, advance.getWatermark().getMillis());
    } else if (event instanceof ProcessingTimeEvent<?> advance) {
      clockAdvance += advance.getProcessingTimeAdvance().getMillis();
    } else {
      throw new IllegalStateException("TestStream has the unknown event " + event);
    }
    return count;
  }

  @Override
  public void drain() {
    next = events.size();
    watermark = EventTime.MAX;
  }

  @Override
  public long watermark() {
    return watermark;
  }

  @Override
  public long takeClockAdvance() {
    long taken = clockAdvance;
    clockAdvance = 0;
    return taken;
  }

  @Override
  public boolean hasMore() {
    return watermark < EventTime.MAX;
  }

  @Override
  public void seal(Consumer<Finalizer> finalizers) throws IOException {
    if (partition == 0) {
      positions.put(0, new StoredPosition.Script(next, watermark)::write);
    }
  }

  private void restore(int split, EntryReader in) throws IOException {
    if (partition == 0) {
      StoredPosition.Script stored = StoredPosition.Script.read(in);
      next = stored.events();
      watermark = stored.watermark();
    }
  }

  @Override
  public List<Checkpointed> parts() {
    return List.of(positions);
  }

  @Override
  public void close() {}
}
