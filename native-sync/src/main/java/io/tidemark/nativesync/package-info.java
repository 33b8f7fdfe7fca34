// SPDX-License-Identifier: Apache-2.0
/**
 * Calls to the operating system that Java can't make, for a journal that is honest and fast where Java can't reach. Optional: a
 * journal without it is complete.
 *
 * <p>{@link io.tidemark.nativesync.NativeSync} is all that users see. Below it, {@code NativeLibrary} finds and loads the
 * library, {@code NativeCalls} declares its functions, and {@code SystemNumbers} puts the system's numbers into words.
 */
@NullMarked
package io.tidemark.nativesync;

import org.jspecify.annotations.NullMarked;
