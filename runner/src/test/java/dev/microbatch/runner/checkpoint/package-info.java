/**
 * Whole pipelines that crash, are fenced, and resume from checkpoints: those of this version and
 * those that earlier versions wrote.
 */
package dev.microbatch.runner.checkpoint;
