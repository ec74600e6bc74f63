/**
 * What can be run: suites, their tests as found on the class path, modes, and the tests that are
 * excluded. Imports JUnit 4 and Jackson, and no other package of this module.
 */
package dev.microbatch.conformance.suite;
