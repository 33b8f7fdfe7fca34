// SPDX-License-Identifier: Apache-2.0
/** The command-line tool: a thin layer over the public face of the journal, and the only place that prints. */
@NullMarked
package io.tidemark.journal.cli;

import org.jspecify.annotations.NullMarked;
