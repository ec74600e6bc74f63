package dev.microbatch.executor.state;

/**
 * A kind of cell of a step, resolved once for its store, so that a cell is found without comparing
 * names.
 */
public sealed interface StateSlot permits Column {}
