/**
 * Programs for whoever runs pipelines. {@link dev.microbatch.runner.tool.CheckpointTool} shows what
 * is in a checkpoint directory. Imports the executor's checkpoint, and the plan's fingerprint.
 */
package dev.microbatch.runner.tool;
