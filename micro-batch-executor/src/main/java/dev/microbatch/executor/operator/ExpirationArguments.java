package dev.microbatch.executor.operator;

/** The arguments of an {@code @OnWindowExpiration} method. It can set no timers. */
final class ExpirationArguments extends FiringArguments {

  ExpirationArguments(
      OperatorContext step,
      CurrentElement current,
      DoFnOutputs outputs,
      CurrentScope scope,
      StateSlots states) {
    super(step, current, outputs, scope, states);
  }

  @Override
  public String getErrorContext() {
    return "@OnWindowExpiration of " + stepName();
  }
}
