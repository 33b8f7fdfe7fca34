// SPDX-License-Identifier: Apache-2.0
/** Accounts in a file of pages that are updated in place. */
@NullMarked
package io.tidemark.examples.accounts;

import org.jspecify.annotations.NullMarked;
