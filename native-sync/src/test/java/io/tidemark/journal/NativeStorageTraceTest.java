// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

/** The tests of the journal once more, over native calls, which lie on the class path here. */
class NativeStorageTraceTest extends StorageTraceTest {}
