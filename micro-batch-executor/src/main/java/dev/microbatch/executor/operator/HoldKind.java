package dev.microbatch.executor.operator;

/** Why a task's output watermark is behind the watermark that came in: who holds it. */
public enum HoldKind {

  /** Nobody in this task: what it sent is what came in. */
  NONE,

  /** It is a source, and its reader says how far it has come. */
  SOURCE,

  /** A timer of a stateful DoFn, or an element that it keeps to sort, holds the output. */
  TIMER,

  /** A window that has not fired, or a pane of it, holds the output of a grouping. */
  GROUP,

  /** What is left of a splittable DoFn's work holds its output. */
  RESIDUAL,

  /** Records wait for a side input, and hold the input. */
  SIDE_INPUT,

  /** Records wait for a commit that makes them stable, and hold the input. */
  STABLE_INPUT,

  /** Times were left behind by one batch, and follow in the next. */
  SETTLING
}
