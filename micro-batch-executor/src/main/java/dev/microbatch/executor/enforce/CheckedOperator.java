package dev.microbatch.executor.enforce;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.operator.Operator;
import dev.microbatch.executor.operator.Teardown;

/** Puts {@link BundleChecks} around an operator that keeps nothing between bundles. */
final class CheckedOperator implements Operator {

  private final Operator operator;
  private final BundleChecks checks;

  CheckedOperator(Operator operator, BundleChecks checks) {
    this.operator = operator;
    this.checks = checks;
  }

  @Override
  public void open() {
    operator.open();
  }

  @Override
  public void startBundle() {
    operator.startBundle();
  }

  @Override
  public void process(Object value, Meta meta) {
    Imprint imprint = checks.before(value);
    operator.process(value, meta);
    checks.after(imprint);
  }

  @Override
  public void finishBundle() {
    operator.finishBundle();
    checks.end();
  }

  @Override
  public Teardown teardown() {
    return operator.teardown();
  }
}
