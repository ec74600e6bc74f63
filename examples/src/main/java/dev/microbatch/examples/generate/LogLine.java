package dev.microbatch.examples.generate;

import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A line of a log, and what is true of it.
 *
 * @param text the line, without line end
 * @param request the request that it tells of, or null if it is malformed
 * @param damage why it is malformed, or null if it is not
 */
public record LogLine(String text, @Nullable Request request, @Nullable Damage damage) {}
