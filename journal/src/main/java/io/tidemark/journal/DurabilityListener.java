// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

/**
 * Is told when the durable sequence has moved; say to wake who answers clients:
 *
 * <pre>{@code
 * JournalConfig config = JournalConfig.defaults()
 *         .withDurabilityListener(sequence -> LockSupport.unpark(answering));
 * }</pre>
 */
@FunctionalInterface
public interface DurabilityListener {

    /**
     * Everything up to a sequence is durable. Called on the thread that forces, so whatever it does delays the next force;
     * it must not wait for the journal, and what waits, {@link Journal#close()} included, throws
     * {@link IllegalStateException} here. What it throws is passed over.
     *
     * @param sequence the new durable sequence, higher than at the call before; not each one is told, since a force makes many
     *     records durable
     */
    void onDurable(long sequence);
}
