/**
 * Cuts a graph of steps into stages and the exchanges between them, and says which sources wait for
 * which. Imports the graph and the executor's plan.
 */
package dev.microbatch.translation.fusion;
