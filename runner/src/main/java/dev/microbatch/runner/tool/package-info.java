/**
 * Programs for whoever runs pipelines. {@link dev.microbatch.runner.tool.CheckpointTool} shows what
 * is in a checkpoint directory, {@link dev.microbatch.runner.tool.PipelineTool} which pipelines
 * run, and asks them to end. Imports the executor's checkpoint, the plan's fingerprint, and {@code
 * spi}.
 */
package dev.microbatch.runner.tool;
