// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.interleaving;

/** A schedule that went wrong, with the line that repeats it. */
public final class ScheduleFailure extends AssertionError {

    private static final long serialVersionUID = 1L;

    private final String schedule;
    private final long schedulesBefore;

    ScheduleFailure(final String message, final String schedule, final long schedulesBefore, final Throwable cause) {
        super(message, cause);
        this.schedule = schedule;
        this.schedulesBefore = schedulesBefore;
    }

    /** The line that repeats it. */
    public String schedule() {
        return schedule;
    }

    /** Number of schedules that went well before. */
    public long schedulesBefore() {
        return schedulesBefore;
    }
}
