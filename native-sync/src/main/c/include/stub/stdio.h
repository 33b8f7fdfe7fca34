/* SPDX-License-Identifier: Apache-2.0
 * jni.h includes this and uses nothing of it, so that no SDK is needed. */
