// SPDX-License-Identifier: Apache-2.0
/** The counters of a journal as a bean for JMX. Optional: it needs the module {@code java.management}. */
@NullMarked
package io.tidemark.journal.jmx;

import org.jspecify.annotations.NullMarked;
