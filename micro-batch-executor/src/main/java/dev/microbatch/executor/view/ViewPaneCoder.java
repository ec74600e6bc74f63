package dev.microbatch.executor.view;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.IterableCoder;
import org.apache.beam.sdk.coders.StructuredCoder;

/** Encodes a {@link ViewPane} as the iterable of its elements. */
public final class ViewPaneCoder extends StructuredCoder<ViewPane> {

  private static final long serialVersionUID = 1L;

  private final IterableCoder<Object> valuesCoder;

  private ViewPaneCoder(IterableCoder<Object> valuesCoder) {
    this.valuesCoder = valuesCoder;
  }

  /**
   * Creates the coder.
   *
   * @param elementCoder the coder of the PCollection that the view is made of
   */
  @SuppressWarnings("unchecked")
  public static ViewPaneCoder of(Coder<?> elementCoder) {
    return new ViewPaneCoder(IterableCoder.of((Coder<Object>) elementCoder));
  }

  @Override
  @SuppressWarnings("unchecked")
  public void encode(ViewPane pane, OutputStream out) throws IOException {
    valuesCoder.encode((Iterable<Object>) pane.values(), out);
  }

  @Override
  public ViewPane decode(InputStream in) throws IOException {
    return new ViewPane(valuesCoder.decode(in));
  }

  @Override
  public List<? extends Coder<?>> getCoderArguments() {
    return valuesCoder.getCoderArguments();
  }

  @Override
  public void verifyDeterministic() throws NonDeterministicException {
    verifyDeterministic(this, "Elements must be encoded deterministically", valuesCoder);
  }
}
