// SPDX-License-Identifier: Apache-2.0
package io.tidemark.peers;

import io.aeron.FragmentAssembler;
import io.aeron.Image;
import io.aeron.logbuffer.FragmentHandler;
import io.aeron.logbuffer.Header;
import io.tidemark.benchmarks.subject.Subject;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.LongSupplier;
import org.agrona.DirectBuffer;

/** Reads what was published between threads, but only as far as it was recorded. */
final class RecordedFollower implements Subject.Follower, FragmentHandler {

    private final Image image;
    private final LongSupplier recorded;
    private final Runnable whenClosed;
    private final FragmentAssembler assembler = new FragmentAssembler(this);
    private Subject.RecordSink sink = (ticket, buffer, offset, length) -> {};
    private long count;
    private int polled;

    /** The term that is read, and a view of it in the order of bytes that readers expect. */
    private ByteBuffer term = ByteBuffer.allocate(0);

    private ByteBuffer view = term;

    /** For records of several fragments, which are put together on the heap. */
    private ByteBuffer assembled = term;

    RecordedFollower(final Image image, final LongSupplier recorded, final Runnable whenClosed) {
        this.image = image;
        this.recorded = recorded;
        this.whenClosed = whenClosed;
    }

    @Override
    public int poll(final Subject.RecordSink to, final int limit) {
        sink = to;
        polled = 0;
        image.boundedPoll(assembler, recorded.getAsLong(), limit);
        return polled;
    }

    @Override
    @SuppressWarnings("ReferenceEquality")
    public void onFragment(final DirectBuffer buffer, final int offset, final int length, final Header header) {
        count++;
        polled++;
        final ByteBuffer bytes = buffer.byteBuffer();
        if (bytes == null) {
            if (assembled.capacity() < length) {
                assembled = ByteBuffer.allocateDirect(length).order(ByteOrder.LITTLE_ENDIAN);
            }
            buffer.getBytes(offset, assembled, 0, length);
            sink.onRecord(count, assembled, 0, length);
            return;
        }
        if (term != bytes) {
            term = bytes;
            view = bytes.duplicate().clear().order(ByteOrder.LITTLE_ENDIAN);
        }
        sink.onRecord(count, view, buffer.wrapAdjustment() + offset, length);
    }

    @Override
    public void close() {
        whenClosed.run();
    }
}
