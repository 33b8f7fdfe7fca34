// SPDX-License-Identifier: Apache-2.0
/** The examples of the documentation. The pages and the Javadoc show parts of these sources, word for word; a test sees to it. */
@NullMarked
package io.tidemark.docs;

import org.jspecify.annotations.NullMarked;
