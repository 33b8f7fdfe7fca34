// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

/**
 * There are as many tailers as are allowed. Close one, or allow more: {@link JournalConfig#withMaxTailers},
 * {@link JournalReader#open(java.nio.file.Path, int)}.
 */
public final class TailerLimitException extends JournalException {

    private static final long serialVersionUID = 1L;

    /** How many are allowed. */
    private final int maxTailers;

    TailerLimitException(final String directory, final int maxTailers) {
        super("too many tailers are open: maxTailers=" + maxTailers + ": directory=" + directory
                + "; close one that is not needed, or allow more");
        this.maxTailers = maxTailers;
    }

    /**
     * The limit.
     *
     * @return number of tailers that may be open at a time
     */
    public int maxTailers() {
        return maxTailers;
    }
}
