/**
 * The pipeline as a graph of steps, before it is cut into stages. Translators write it, fusion
 * reads it. Imports the executor's plan and Beam only.
 */
package dev.microbatch.translation.graph;
