/**
 * One translator per Beam transform that becomes steps of its own, found by URN. Imports the graph
 * and Beam. {@link dev.microbatch.translation.transform.TransformTranslators} is the way in.
 */
package dev.microbatch.translation.transform;
