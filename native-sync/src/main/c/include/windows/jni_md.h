/* SPDX-License-Identifier: Apache-2.0
 * What jni.h wants to know of Windows on x86-64, where all functions are called alike. */
#ifndef TIDEMARK_JNI_MD_H
#define TIDEMARK_JNI_MD_H

#define JNIEXPORT __declspec(dllexport)
#define JNIIMPORT __declspec(dllimport)
#define JNICALL

typedef int jint;
typedef long long jlong;
typedef signed char jbyte;

#endif
