/* SPDX-License-Identifier: Apache-2.0
 *
 * The calls that Java can't make. Each function makes one call and gives back 0, the number of the system's error
 * (greater than 0), or one of the codes below; what it means is told in words by NativeCalls.java, which declares them.
 *
 * Nothing here keeps an address, a descriptor or memory beyond a call. Descriptors are read from the channel, and addresses
 * from the buffer, by each call, and every range is checked against the buffer.
 */
#if defined(__linux__)
#define _GNU_SOURCE
#endif

#include <jni.h>
#include <stddef.h>

/* No function of this system does it. */
#define UNSUPPORTED (-1)
/* The channel is not one of the JDK's own, or not open. */
#define NOT_A_FILE (-2)
/* The buffer is not direct, or the range lies outside of it. */
#define OUT_OF_RANGE (-3)
/* This Java version keeps descriptors elsewhere. */
#define UNKNOWN_JAVA (-4)

/* Ways to force a file; the numbers are known to NativeCalls.java. */
#define FORCE_DATA 1
#define FORCE_FILE 2
#define FORCE_PLATTER 3
#define FORCE_BARRIER 4

#define EXPORTED(type, name) JNIEXPORT type JNICALL Java_io_tidemark_nativesync_NativeCalls_##name

#if defined(_WIN32)

#include <windows.h>

typedef HANDLE descriptor;
#define DESCRIPTOR_FIELD "handle"
#define DESCRIPTOR_TYPE "J"
#define NO_DESCRIPTOR INVALID_HANDLE_VALUE

static jint last_error(void)
{
    return (jint)GetLastError();
}

#else

typedef int descriptor;
#define DESCRIPTOR_FIELD "fd"
#define DESCRIPTOR_TYPE "I"
#define NO_DESCRIPTOR (-1)

#if defined(__APPLE__)

/* Declared by hand, so that no SDK is needed. fcntl is variadic, and must be called so: on arm64 the third argument then
 * goes to the stack, where the system looks for it. */
int fcntl(int, int, ...);
int fsync(int);
int msync(void *, unsigned long, int);
int mlock(const void *, unsigned long);
int getpagesize(void);
int *__error(void);

#define errno (*__error())
#define EINTR 4
#define MS_SYNC 0x0010
#define F_PREALLOCATE 42
#define F_FULLFSYNC 51
#define F_BARRIERFSYNC 85
#define F_ALLOCATEALL 4
#define F_PEOFPOSMODE 3

/* fstore_t of sys/fcntl.h. */
struct preallocation {
    unsigned int flags;
    int position_mode;
    long long offset;
    long long length;
    long long allocated;
};

static unsigned long page_length(void)
{
    return (unsigned long)getpagesize();
}

#else

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/vfs.h>
#include <unistd.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

static unsigned long page_length(void)
{
    return (unsigned long)sysconf(_SC_PAGESIZE);
}

#endif

/* Repeats a call that a signal ended before it did anything. */
#define UNINTERRUPTED(result, call)                                                                                    \
    do {                                                                                                               \
        result = (call);                                                                                               \
    } while (result == -1 && errno == EINTR)

static jint outcome(int result)
{
    return result == -1 ? (jint)errno : 0;
}

#endif

#if !defined(__linux__)
/* Advice that no other system is given. */
#define MADV_POPULATE_WRITE 0
#define MADV_DONTNEED 0
#endif

/* Written once by initialize, before any other call. */
static jclass channel_class;
static jfieldID channel_descriptor;
static jfieldID descriptor_number;

EXPORTED(jint, initialize)(JNIEnv *env, jobject unused)
{
    (void)unused;
    jclass channel = (*env)->FindClass(env, "sun/nio/ch/FileChannelImpl");
    jclass descriptors = channel == NULL ? NULL : (*env)->FindClass(env, "java/io/FileDescriptor");
    jfieldID in_channel =
        descriptors == NULL ? NULL : (*env)->GetFieldID(env, channel, "fd", "Ljava/io/FileDescriptor;");
    jfieldID number =
        in_channel == NULL ? NULL : (*env)->GetFieldID(env, descriptors, DESCRIPTOR_FIELD, DESCRIPTOR_TYPE);
    jclass kept = number == NULL ? NULL : (*env)->NewGlobalRef(env, channel);
    if (kept == NULL) {
        (*env)->ExceptionClear(env);
        return UNKNOWN_JAVA;
    }
    channel_class = kept;
    channel_descriptor = in_channel;
    descriptor_number = number;
    return 0;
}

static descriptor descriptor_of(JNIEnv *env, jobject channel)
{
    if (channel_class == NULL || channel == NULL || !(*env)->IsInstanceOf(env, channel, channel_class)) {
        return NO_DESCRIPTOR;
    }
    jobject holder = (*env)->GetObjectField(env, channel, channel_descriptor);
    if (holder == NULL) {
        return NO_DESCRIPTOR;
    }
#if defined(_WIN32)
    descriptor found = (descriptor)(*env)->GetLongField(env, holder, descriptor_number);
#else
    descriptor found = (*env)->GetIntField(env, holder, descriptor_number);
#endif
    (*env)->DeleteLocalRef(env, holder);
    return found;
}

/* The address of a range of a direct buffer; NULL if it is not one, or the range is not inside. */
static char *address_of(JNIEnv *env, jobject buffer, jint offset, jint length)
{
    char *begin = buffer == NULL ? NULL : (*env)->GetDirectBufferAddress(env, buffer);
    jlong capacity = begin == NULL ? -1 : (*env)->GetDirectBufferCapacity(env, buffer);
    if (offset < 0 || length <= 0 || (jlong)offset + length > capacity) {
        return NULL;
    }
    return begin + offset;
}

EXPORTED(jint, force)(JNIEnv *env, jobject unused, jobject channel, jint way)
{
    (void)unused;
    descriptor file = descriptor_of(env, channel);
    if (file == NO_DESCRIPTOR) {
        return NOT_A_FILE;
    }
#if defined(_WIN32)
    if (way != FORCE_DATA && way != FORCE_FILE) {
        return UNSUPPORTED;
    }
    return FlushFileBuffers(file) ? 0 : last_error();
#else
    int result;
    if (way == FORCE_FILE) {
        UNINTERRUPTED(result, fsync(file));
        return outcome(result);
    }
#if defined(__APPLE__)
    if (way == FORCE_PLATTER) {
        UNINTERRUPTED(result, fcntl(file, F_FULLFSYNC, 0));
        return outcome(result);
    }
    if (way == FORCE_BARRIER) {
        UNINTERRUPTED(result, fcntl(file, F_BARRIERFSYNC, 0));
        return outcome(result);
    }
#else
    if (way == FORCE_DATA) {
        UNINTERRUPTED(result, fdatasync(file));
        return outcome(result);
    }
#endif
    return UNSUPPORTED;
#endif
}

EXPORTED(jint, forceMapping)(JNIEnv *env, jobject unused, jobject mapping, jint offset, jint length)
{
    (void)unused;
    char *begin = address_of(env, mapping, offset, length);
    if (begin == NULL) {
        return OUT_OF_RANGE;
    }
#if defined(_WIN32)
    return FlushViewOfFile(begin, (SIZE_T)length) ? 0 : last_error();
#else
    unsigned long lead = (unsigned long)begin & (page_length() - 1);
    int result;
    UNINTERRUPTED(result, msync(begin - lead, lead + (unsigned long)length, MS_SYNC));
    return outcome(result);
#endif
}

/* Gives advice on the pages of a range. */
static jint advise(JNIEnv *env, jobject mapping, jint offset, jint length, int advice)
{
    char *begin = address_of(env, mapping, offset, length);
    if (begin == NULL) {
        return OUT_OF_RANGE;
    }
#if defined(__linux__)
    unsigned long lead = (unsigned long)begin & (page_length() - 1);
    int result;
    UNINTERRUPTED(result, madvise(begin - lead, lead + (unsigned long)length, advice));
    return outcome(result);
#else
    (void)advice;
    return UNSUPPORTED;
#endif
}

EXPORTED(jint, faultIn)(JNIEnv *env, jobject unused, jobject mapping, jint offset, jint length)
{
    (void)unused;
    return advise(env, mapping, offset, length, MADV_POPULATE_WRITE);
}

EXPORTED(jint, letGoOfPages)(JNIEnv *env, jobject unused, jobject mapping, jint offset, jint length)
{
    (void)unused;
    return advise(env, mapping, offset, length, MADV_DONTNEED);
}

EXPORTED(jint, lockMemory)(JNIEnv *env, jobject unused, jobject mapping, jint offset, jint length)
{
    (void)unused;
    char *begin = address_of(env, mapping, offset, length);
    if (begin == NULL) {
        return OUT_OF_RANGE;
    }
#if defined(_WIN32)
    return UNSUPPORTED;
#else
    unsigned long lead = (unsigned long)begin & (page_length() - 1);
    return outcome(mlock(begin - lead, lead + (unsigned long)length));
#endif
}

EXPORTED(jint, reserve)(JNIEnv *env, jobject unused, jobject channel, jlong length)
{
    (void)unused;
    descriptor file = descriptor_of(env, channel);
    if (file == NO_DESCRIPTOR) {
        return NOT_A_FILE;
    }
    if (length <= 0) {
        return OUT_OF_RANGE;
    }
#if defined(_WIN32)
    return UNSUPPORTED;
#elif defined(__APPLE__)
    struct preallocation wanted = {F_ALLOCATEALL, F_PEOFPOSMODE, 0, length, 0};
    int result;
    UNINTERRUPTED(result, fcntl(file, F_PREALLOCATE, &wanted));
    return outcome(result);
#else
    int result;
    UNINTERRUPTED(result, fallocate(file, 0, 0, length));
    return outcome(result);
#endif
}

EXPORTED(jint, beginWriting)(JNIEnv *env, jobject unused, jobject channel, jlong offset, jlong length)
{
    (void)unused;
    descriptor file = descriptor_of(env, channel);
    if (file == NO_DESCRIPTOR) {
        return NOT_A_FILE;
    }
    if (offset < 0 || length <= 0) {
        return OUT_OF_RANGE;
    }
#if defined(__linux__)
    int result;
    UNINTERRUPTED(result, sync_file_range(file, offset, length, SYNC_FILE_RANGE_WRITE));
    return outcome(result);
#else
    return UNSUPPORTED;
#endif
}

EXPORTED(jint, adviseSequential)(JNIEnv *env, jobject unused, jobject channel)
{
    (void)unused;
    descriptor file = descriptor_of(env, channel);
    if (file == NO_DESCRIPTOR) {
        return NOT_A_FILE;
    }
#if defined(__linux__)
    /* This one gives the error back, and leaves errno alone. */
    return (jint)posix_fadvise(file, 0, 0, POSIX_FADV_SEQUENTIAL);
#else
    return UNSUPPORTED;
#endif
}

/* The number by which the system knows the kind of file system, 0 or more; or the number of its error, below -1000. */
EXPORTED(jlong, fileSystemNumber)(JNIEnv *env, jobject unused, jobject channel)
{
    (void)unused;
    descriptor file = descriptor_of(env, channel);
    if (file == NO_DESCRIPTOR) {
        return NOT_A_FILE;
    }
#if defined(__linux__)
    struct statfs found;
    int result;
    UNINTERRUPTED(result, fstatfs(file, &found));
    return result == -1 ? -1000 - (jlong)errno : (jlong)((unsigned long)found.f_type & 0xFFFFFFFFUL);
#else
    return UNSUPPORTED;
#endif
}
