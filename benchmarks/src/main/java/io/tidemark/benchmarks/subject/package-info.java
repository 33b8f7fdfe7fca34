// SPDX-License-Identifier: Apache-2.0
/** What is measured: the journal, its rivals, and nothing at all, behind one face. */
package io.tidemark.benchmarks.subject;
