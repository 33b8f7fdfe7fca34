// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

/** Which agents the user's threads invoke; the others have threads of their own. */
enum Invocation {
    /** None of them. */
    NOTHING,

    /** The writer: whoever brings records, or waits for them, stores them. */
    WRITER,

    /** Writer, sync agent and keeper. */
    ALL
}
