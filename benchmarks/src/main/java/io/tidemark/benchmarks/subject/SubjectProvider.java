// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks.subject;

import java.io.IOException;
import java.util.List;

/** Brings a subject that lies in another jar; found by {@link java.util.ServiceLoader}. */
public interface SubjectProvider {

    /**
     * The name by which it is asked for.
     *
     * @return a short word
     */
    String name();

    /**
     * What it promises and what it does not, in a few words, to stand beside its figures.
     *
     * @return one line
     */
    String promise();

    /**
     * What its JVM needs that no other one has, behind the flags of all.
     *
     * @return flags
     */
    default List<String> jvmFlags() {
        return List.of();
    }

    /**
     * Sets the subject up.
     *
     * @param plan how to
     * @return the subject
     * @throws IOException if it could not be set up
     */
    Subject open(SubjectPlan plan) throws IOException;
}
