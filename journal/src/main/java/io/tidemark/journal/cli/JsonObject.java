// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import org.jspecify.annotations.Nullable;

/** One object of JSON, on one line, with its fields in the order in which they were put. Owned by one thread. */
final class JsonObject {

    private final StringBuilder text = new StringBuilder("{");

    JsonObject put(final String name, final long value) {
        return putJson(name, Long.toString(value));
    }

    JsonObject put(final String name, final boolean value) {
        return putJson(name, Boolean.toString(value));
    }

    /** Puts a text; null is none. */
    JsonObject put(final String name, final @Nullable String value) {
        return putJson(name, value == null ? "null" : JsonText.quoted(value));
    }

    /** Puts what is JSON already. */
    JsonObject putJson(final String name, final String json) {
        if (text.length() > 1) {
            text.append(',');
        }
        text.append(JsonText.quoted(name)).append(':').append(json);
        return this;
    }

    @Override
    public String toString() {
        return text + "}";
    }
}
