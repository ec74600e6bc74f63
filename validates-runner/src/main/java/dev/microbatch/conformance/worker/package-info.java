/**
 * How tests are run: a pool of JVMs, each with one test at a time, watched from outside. Imports
 * {@code suite}.
 */
package dev.microbatch.conformance.worker;
