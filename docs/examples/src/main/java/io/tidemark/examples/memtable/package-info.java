// SPDX-License-Identifier: Apache-2.0
/** A store of keys and values as an LSM tree keeps them: in memory first, then in sorted runs. */
@NullMarked
package io.tidemark.examples.memtable;

import org.jspecify.annotations.NullMarked;
