/* SPDX-License-Identifier: Apache-2.0
 * What jni.h wants to know of a Unix whose longs have 64 bits, Linux or macOS: the same bytes whichever JDK builds them. */
#ifndef TIDEMARK_JNI_MD_H
#define TIDEMARK_JNI_MD_H

#define JNIEXPORT __attribute__((visibility("default")))
#define JNIIMPORT __attribute__((visibility("default")))
#define JNICALL

typedef int jint;
typedef long jlong;
typedef signed char jbyte;

#endif
