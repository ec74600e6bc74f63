package dev.microbatch.executor.operator;

import dev.microbatch.executor.block.Meta;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.values.CausedByDrain;
import org.apache.beam.sdk.values.OutputBuilder;
import org.apache.beam.sdk.values.WindowedValue;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.joda.time.Instant;

/**
 * An output whose metadata the user sets field by field. What is not set is the element's.
 *
 * @param <T> the type of the output
 */
final class ElementOutput<T> implements OutputBuilder<T> {

  private final ElementReceiver<T> receiver;
  private final Meta element;
  private Meta meta;
  private T value;

  ElementOutput(ElementReceiver<T> receiver, Meta element, T value) {
    this.receiver = receiver;
    this.element = element;
    this.meta = element;
    this.value = value;
  }

  @Override
  public ElementOutput<T> setValue(T newValue) {
    value = newValue;
    return this;
  }

  @Override
  public ElementOutput<T> setTimestamp(Instant timestamp) {
    meta = meta.withTimestamp(timestamp.getMillis());
    return this;
  }

  @Override
  public ElementOutput<T> setWindow(BoundedWindow window) {
    meta = meta.withWindow(Objects.requireNonNull(window, "window"));
    return this;
  }

  @Override
  public ElementOutput<T> setWindows(Collection<? extends BoundedWindow> windows) {
    meta = meta.withWindows(Objects.requireNonNull(windows, "windows"));
    return this;
  }

  @Override
  public ElementOutput<T> setPaneInfo(PaneInfo pane) {
    meta = meta.withPane(Objects.requireNonNull(pane, "pane"));
    return this;
  }

  @Override
  public ElementOutput<T> setRecordId(@Nullable String recordId) {
    meta = meta.withRecordId(recordId, meta.recordOffset());
    return this;
  }

  @Override
  public ElementOutput<T> setRecordOffset(@Nullable Long recordOffset) {
    meta = meta.withRecordId(meta.recordId(), recordOffset);
    return this;
  }

  @Override
  public ElementOutput<T> setCausedByDrain(CausedByDrain drain) {
    meta = meta.withCausedByDrain(drain);
    return this;
  }

  @Override
  public void output() {
    receiver.output(value, element, meta);
  }

  @Override
  public T getValue() {
    return value;
  }

  @Override
  public Instant getTimestamp() {
    return meta.instant();
  }

  @Override
  public Collection<? extends BoundedWindow> getWindows() {
    return meta.windows();
  }

  @Override
  public PaneInfo getPaneInfo() {
    return meta.pane();
  }

  @Override
  public @Nullable String getRecordId() {
    return meta.recordId();
  }

  @Override
  public @Nullable Long getRecordOffset() {
    return meta.recordOffset();
  }

  @Override
  public CausedByDrain causedByDrain() {
    return meta.causedByDrain();
  }

  @Override
  public List<WindowedValue<T>> explodeWindows() {
    return meta.windows().stream()
        .map(window -> meta.withWindow(window).<T>toWindowedValue(value))
        .toList();
  }

  @Override
  public <OtherT> WindowedValue<OtherT> withValue(OtherT other) {
    return meta.toWindowedValue(other);
  }

  @Override
  public String toString() {
    return value + " " + meta;
  }
}
