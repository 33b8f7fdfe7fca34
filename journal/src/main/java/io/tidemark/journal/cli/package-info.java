// SPDX-License-Identifier: Apache-2.0
/**
 * Not for users, and changes without notice: the command-line tool. A thin layer over the public face of the journal, and the only
 * place that prints.
 */
@NullMarked
package io.tidemark.journal.cli;

import org.jspecify.annotations.NullMarked;
