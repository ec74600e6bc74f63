package dev.microbatch.conformance.suite;

import java.util.SortedSet;

/**
 * A test method and what its annotations say.
 *
 * @param id the method
 * @param categories simple names of its {@code @Category}s and of those of its class, with all
 *     their supertypes. A nested category is written {@code LargeKeys.Above1MB}
 * @param ignored why the test ignores itself ({@code @Ignore}); empty if it does not
 */
public record TestCase(TestId id, SortedSet<String> categories, String ignored) {}
