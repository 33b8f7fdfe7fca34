// SPDX-License-Identifier: Apache-2.0
/** A store of keys and values whose only file is the journal. */
@NullMarked
package io.tidemark.examples.bitcask;

import org.jspecify.annotations.NullMarked;
