/**
 * When a group fires: Beam's triggers, each translated once into a small program that works on what
 * a group remembers.
 *
 * <p>Imports {@code state}. The operator that groups runs the programs.
 */
package dev.microbatch.executor.trigger;
