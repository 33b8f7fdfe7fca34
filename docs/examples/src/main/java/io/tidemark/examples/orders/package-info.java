// SPDX-License-Identifier: Apache-2.0
/** A feed of orders that is captured as it comes, and the book that is made of it. */
@NullMarked
package io.tidemark.examples.orders;

import org.jspecify.annotations.NullMarked;
