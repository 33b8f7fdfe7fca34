// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;

/** Makes buffers of Agrona's interface that need no JVM flag, as Agrona's own would. */
final class ArrayDirectBuffer {

    private ArrayDirectBuffer() {}

    /** A buffer that answers what the journal asks of it: its capacity, and its bytes into another buffer. */
    static DirectBuffer over(final byte[] bytes) {
        return (DirectBuffer) Proxy.newProxyInstance(
                ArrayDirectBuffer.class.getClassLoader(),
                new Class<?>[] {DirectBuffer.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("capacity")) {
                        return bytes.length;
                    }
                    if (method.getName().equals("getBytes") && arguments.length == 4) {
                        ((ByteBuffer) arguments[1])
                                .put((int) arguments[2], bytes, (int) arguments[0], (int) arguments[3]);
                        return null;
                    }
                    throw new UnsupportedOperationException(method.toString());
                });
    }
}
