// SPDX-License-Identifier: Apache-2.0
package io.tidemark.docs.embedding;

/** A slot of the ring buffer. */
class OrderEvent {

    final byte[] bytes = new byte[256];
    int length;

    /** Its sequence in the journal, from the handler that appends it on. */
    long sequence;
}
