package dev.microbatch.executor.state;

import org.apache.beam.sdk.transforms.windowing.PaneInfo;

/**
 * The pane that a group fired last: what its next pane is counted on from.
 *
 * @param index its index
 * @param nonSpeculativeIndex its index among those that are not early; -1 if it is early
 * @param timing when it fired
 */
public record LastPane(long index, long nonSpeculativeIndex, PaneInfo.Timing timing) {}
