/** Pipelines that a user copies: each is a main class that runs on its own. */
package dev.microbatch.examples;
