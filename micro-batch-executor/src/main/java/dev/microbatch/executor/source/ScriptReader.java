package dev.microbatch.executor.source;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.block.Receiver;
import dev.microbatch.executor.time.EventTime;
import dev.microbatch.executor.time.ManualClock;
import java.util.List;
import org.apache.beam.sdk.testing.TestStream;
import org.apache.beam.sdk.testing.TestStream.ElementEvent;
import org.apache.beam.sdk.testing.TestStream.Event;
import org.apache.beam.sdk.testing.TestStream.ProcessingTimeEvent;
import org.apache.beam.sdk.testing.TestStream.WatermarkEvent;
import org.apache.beam.sdk.values.TimestampedValue;

/**
 * Plays the script of a TestStream in the first partition, one event per portion, however many
 * elements the event has. Processing-time events move the pipeline's clock when the batch is over:
 * the batch itself runs at one processing time.
 */
public final class ScriptReader implements SourceReader {

  private final List<? extends Event<?>> events;
  private final ManualClock clock;
  private int next;
  private long watermark = EventTime.MIN;

  /**
   * Creates the reader.
   *
   * @param stream the script
   * @param partition the partition it reads in; only the first plays
   * @param clock the clock that the script drives
   */
  public ScriptReader(TestStream<?> stream, int partition, ManualClock clock) {
    this.events = partition == 0 ? stream.getEvents() : List.of();
    this.clock = clock;
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
      clock.advance(advance.getProcessingTimeAdvance().getMillis());
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
  public boolean hasMore() {
    return watermark < EventTime.MAX;
  }

  @Override
  public void close() {}
}
