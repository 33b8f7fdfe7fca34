// SPDX-License-Identifier: Apache-2.0
/**
 * Histograms of what takes time in a journal, and logs of them. Optional: who uses it needs HdrHistogram on the class path, which
 * the journal itself does not.
 */
@NullMarked
package io.tidemark.journal.histogram;

import org.jspecify.annotations.NullMarked;
