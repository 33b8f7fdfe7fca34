// SPDX-License-Identifier: Apache-2.0
/** A feed that was captured once, played again at the pace of the market. */
@NullMarked
package io.tidemark.examples.replay;

import org.jspecify.annotations.NullMarked;
