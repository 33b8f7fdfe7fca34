// SPDX-License-Identifier: Apache-2.0
/** Makes the drawings of the pages, so that all look alike. What lies in {@code docs/drawings} is what this makes; a test compares. */
@NullMarked
package io.tidemark.docs.drawings;

import org.jspecify.annotations.NullMarked;
