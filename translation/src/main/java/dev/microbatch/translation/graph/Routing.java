package dev.microbatch.translation.graph;

import dev.microbatch.executor.plan.Exchange;
import org.apache.beam.sdk.coders.Coder;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * How records must reach a step.
 *
 * @param kind {@link Exchange.Kind#FORWARD} if they may stay where they are, otherwise the exchange
 *     that has to stand before the step
 * @param keyCoder the coder of the keys if by key, otherwise null
 */
public record Routing(Exchange.Kind kind, @Nullable Coder<?> keyCoder) {

  private static final Routing LOCAL = new Routing(Exchange.Kind.FORWARD, null);
  private static final Routing ANYWHERE = new Routing(Exchange.Kind.REBALANCE, null);

  /** The records may stay where they are. */
  public static Routing local() {
    return LOCAL;
  }

  /** Each record goes to the owner of its key. */
  public static Routing byKey(Coder<?> keyCoder) {
    return new Routing(Exchange.Kind.BY_KEY, keyCoder);
  }

  /** The records are spread evenly. */
  public static Routing anywhere() {
    return ANYWHERE;
  }

  /** Whether an exchange has to stand before the step. */
  public boolean needsExchange() {
    return kind != Exchange.Kind.FORWARD;
  }
}
