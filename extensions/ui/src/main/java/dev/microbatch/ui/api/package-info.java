/**
 * What is served under {@code /api/v1}: one class for each resource, and the routes to them.
 * Imports {@code http} and {@code watch}, and of the executor what is shown.
 */
package dev.microbatch.ui.api;
