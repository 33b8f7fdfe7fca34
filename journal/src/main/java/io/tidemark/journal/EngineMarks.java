// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

/** The marks as the writing process has them: exact, and at no cost. Any thread. */
record EngineMarks(Engine engine) implements TailedMarks {

    @Override
    public long written() {
        return engine.written().getAcquire();
    }

    @Override
    public long durable() {
        return engine.durable().get();
    }

    @Override
    public void look() {}

    @Override
    public void close() {}
}
