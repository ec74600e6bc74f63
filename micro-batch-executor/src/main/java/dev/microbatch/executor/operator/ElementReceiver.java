package dev.microbatch.executor.operator;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.block.Receiver;
import java.util.Collection;
import org.apache.beam.sdk.transforms.DoFn.OutputReceiver;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.values.OutputBuilder;
import org.apache.beam.sdk.values.WindowedValue;
import org.joda.time.Instant;

/**
 * One output of a DoFn while it processes elements. A plain output passes the element's {@link
 * Meta} on as it is: nothing is allocated and nothing is looked up.
 *
 * @param <T> the type of the output
 */
final class ElementReceiver<T> implements OutputReceiver<T> {

  private final CurrentElement current;
  private final TimestampCheck check;
  private final Receiver target;

  ElementReceiver(CurrentElement current, TimestampCheck check, Receiver target) {
    this.current = current;
    this.check = check;
    this.target = target;
  }

  @Override
  public OutputBuilder<T> builder(T value) {
    return new ElementOutput<>(this, current.meta(), value);
  }

  @Override
  public void output(T value) {
    Meta element = current.meta();
    check.check(element.timestamp(), element.timestamp()); // a timer may have no output timestamp
    target.process(value, element);
  }

  @Override
  public void outputWithTimestamp(T value, Instant timestamp) {
    Meta element = current.meta();
    output(value, element, element.withTimestamp(timestamp.getMillis()));
  }

  @Override
  public void outputWindowedValue(
      T value, Instant timestamp, Collection<? extends BoundedWindow> windows, PaneInfo paneInfo) {
    Meta element = current.meta();
    Meta meta =
        element.withTimestamp(timestamp.getMillis()).withWindows(windows).withPane(paneInfo);
    output(value, element, meta);
  }

  /** Outputs a value with its own metadata; of the element's, none is kept. */
  void output(WindowedValue<T> windowed) {
    output(windowed.getValue(), current.meta(), Meta.of(windowed));
  }

  /**
   * Outputs a value.
   *
   * @param value the value
   * @param element the metadata of the element that it is made of
   * @param meta its own metadata
   */
  void output(T value, Meta element, Meta meta) {
    check.check(element.timestamp(), meta.timestamp());
    if (meta.windows().isEmpty()) {
      throw new IllegalArgumentException("Cannot output a value in no window");
    }
    target.process(value, meta);
  }
}
