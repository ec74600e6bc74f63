package dev.microbatch.executor.operator;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.block.Receiver;
import java.util.List;

/** Makes one receiver of those that take the same output. */
public final class Receivers {

  private static final Receiver NOBODY = (value, meta) -> {};

  private Receivers() {}

  /**
   * A receiver that passes each record to all of the given ones, in their order.
   *
   * @param receivers who takes the records; if there are none, records are dropped
   */
  public static Receiver of(List<? extends Receiver> receivers) {
    return switch (receivers.size()) {
      case 0 -> NOBODY;
      case 1 -> receivers.get(0);
      default -> new FanOut(receivers.toArray(new Receiver[0]));
    };
  }

  /** Passes each record to several receivers. */
  private static final class FanOut implements Receiver {
    private final Receiver[] receivers;

    FanOut(Receiver[] receivers) {
      this.receivers = receivers;
    }

    @Override
    public void process(Object value, Meta meta) {
      for (Receiver receiver : receivers) {
        receiver.process(value, meta);
      }
    }
  }
}
