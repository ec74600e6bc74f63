package dev.microbatch.executor.enforce;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.operator.ForwardingTimedOperator;
import dev.microbatch.executor.operator.TimedOperator;

/** Puts {@link BundleChecks} around an operator that keeps something between bundles. */
final class CheckedTimedOperator extends ForwardingTimedOperator {

  private final BundleChecks checks;

  CheckedTimedOperator(TimedOperator operator, BundleChecks checks) {
    super(operator);
    this.checks = checks;
  }

  @Override
  public void process(Object value, Meta meta) {
    Imprint imprint = checks.before(value);
    super.process(value, meta);
    checks.after(imprint);
  }

  @Override
  public void processKeyed(Object value, Meta meta, Object key, int hash) throws Exception {
    Imprint imprint = checks.before(value);
    super.processKeyed(value, meta, key, hash);
    checks.after(imprint);
  }

  @Override
  public void finishBundle() {
    super.finishBundle();
    checks.end();
  }
}
