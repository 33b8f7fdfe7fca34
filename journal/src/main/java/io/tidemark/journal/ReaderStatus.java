// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

/**
 * How far a named reader has come.
 *
 * @param name of the reader
 * @param passedSequence everything up to here was passed, durably; 0 if nothing was, -1 if that can't be told
 * @param committedNs when that was said, in nanoseconds since the beginning of 1970, UTC; 0 if that can't be told
 * @param problem why the position can't be read; empty if it can
 */
public record ReaderStatus(String name, long passedSequence, long committedNs, String problem) {}
