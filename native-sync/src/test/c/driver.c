/* SPDX-License-Identifier: Apache-2.0
 *
 * Calls every function of the library as a JVM would, with an environment of its own that knows nothing but channels and
 * buffers, so that it runs where no JVM does: under an emulator, on another C library, with the sanitizers.
 *
 *   driver LIBRARY DIRECTORY [emulated]
 *
 * Prints "ok" and ends with 0 if every call gave what it should. Linux.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <jni.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define LENGTH (1 << 20)

static int failures;

#define EXPECT(expected, found)                                                                                        \
    do {                                                                                                               \
        long long e = (long long)(expected), f = (long long)(found);                                                   \
        if (e != f) {                                                                                                  \
            fprintf(stderr, "line %d: %s: expected %lld, found %lld\n", __LINE__, #found, e, f);                       \
            failures++;                                                                                                \
        }                                                                                                              \
    } while (0)

/* What stands for an object of the JVM: a class, a channel, a descriptor or a buffer. */
struct thing {
    const char *kind;
    int descriptor;
    struct thing *inner;
    void *address;
    long capacity;
};

static struct thing channel_class = {"sun/nio/ch/FileChannelImpl", 0, NULL, NULL, 0};
static struct thing descriptor_class = {"java/io/FileDescriptor", 0, NULL, NULL, 0};
static int without_field;
static int cleared;

static jclass find_class(JNIEnv *env, const char *name)
{
    (void)env;
    return (jclass)(strcmp(name, channel_class.kind) == 0      ? &channel_class
                    : strcmp(name, descriptor_class.kind) == 0 ? &descriptor_class
                                                               : NULL);
}

static jfieldID field(JNIEnv *env, jclass type, const char *name, const char *signature)
{
    (void)env;
    int in_channel = (struct thing *)type == &channel_class;
    int known = strcmp(name, "fd") == 0 && strcmp(signature, in_channel ? "Ljava/io/FileDescriptor;" : "I") == 0;
    return known && !without_field ? (jfieldID)(in_channel ? &channel_class : &descriptor_class) : NULL;
}

static jobject global_reference(JNIEnv *env, jobject object)
{
    (void)env;
    return object;
}

static void drop_reference(JNIEnv *env, jobject object)
{
    (void)env;
    (void)object;
}

static void clear(JNIEnv *env)
{
    (void)env;
    cleared++;
}

static jboolean is_instance(JNIEnv *env, jobject object, jclass type)
{
    (void)env;
    return strcmp(((struct thing *)object)->kind, ((struct thing *)type)->kind) == 0;
}

static jobject inner_object(JNIEnv *env, jobject object, jfieldID id)
{
    (void)env;
    (void)id;
    return (jobject)((struct thing *)object)->inner;
}

static jint inner_number(JNIEnv *env, jobject object, jfieldID id)
{
    (void)env;
    (void)id;
    return ((struct thing *)object)->descriptor;
}

static void *buffer_address(JNIEnv *env, jobject object)
{
    (void)env;
    return ((struct thing *)object)->address;
}

static jlong buffer_capacity(JNIEnv *env, jobject object)
{
    (void)env;
    return ((struct thing *)object)->capacity;
}

static void *function(void *library, const char *name)
{
    char symbol[128];
    snprintf(symbol, sizeof symbol, "Java_io_tidemark_nativesync_NativeCalls_%s", name);
    void *found = dlsym(library, symbol);
    if (found == NULL) {
        fprintf(stderr, "no function %s: %s\n", symbol, dlerror());
        exit(1);
    }
    return found;
}

typedef jint (*simple)(JNIEnv *, jobject);
typedef jint (*on_file)(JNIEnv *, jobject, jobject);
typedef jint (*on_file_way)(JNIEnv *, jobject, jobject, jint);
typedef jint (*on_file_length)(JNIEnv *, jobject, jobject, jlong);
typedef jint (*on_file_range)(JNIEnv *, jobject, jobject, jlong, jlong);
typedef jint (*on_mapping)(JNIEnv *, jobject, jobject, jint, jint);
typedef jlong (*file_system)(JNIEnv *, jobject, jobject);

int main(int count, char **words)
{
    if (count != 3 && count != 4) {
        fprintf(stderr, "usage: %s LIBRARY DIRECTORY [emulated]\n", words[0]);
        return 2;
    }
    void *library = dlopen(words[1], RTLD_NOW);
    if (library == NULL) {
        fprintf(stderr, "not loaded: %s\n", dlerror());
        return 1;
    }
    struct JNINativeInterface_ functions;
    memset(&functions, 0, sizeof functions);
    functions.FindClass = find_class;
    functions.GetFieldID = field;
    functions.NewGlobalRef = global_reference;
    functions.DeleteLocalRef = drop_reference;
    functions.ExceptionClear = clear;
    functions.IsInstanceOf = is_instance;
    functions.GetObjectField = inner_object;
    functions.GetIntField = inner_number;
    functions.GetDirectBufferAddress = buffer_address;
    functions.GetDirectBufferCapacity = buffer_capacity;
    const struct JNINativeInterface_ *table = &functions;
    JNIEnv *env = &table;

    simple initialize = (simple)function(library, "initialize");
    on_file_way force = (on_file_way)function(library, "force");
    on_mapping force_mapping = (on_mapping)function(library, "forceMapping");
    on_mapping fault_in = (on_mapping)function(library, "faultIn");
    on_mapping let_go = (on_mapping)function(library, "letGoOfPages");
    on_mapping lock_memory = (on_mapping)function(library, "lockMemory");
    on_file_length reserve = (on_file_length)function(library, "reserve");
    on_file_range begin_writing = (on_file_range)function(library, "beginWriting");
    on_file advise = (on_file)function(library, "adviseSequential");
    file_system number = (file_system)function(library, "fileSystemNumber");

    char path[4096];
    snprintf(path, sizeof path, "%s/driver.tmp", words[2]);
    int opened = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    EXPECT(1, opened >= 0);
    struct thing descriptor = {"java/io/FileDescriptor", opened, NULL, NULL, 0};
    struct thing channel = {"sun/nio/ch/FileChannelImpl", 0, &descriptor, NULL, 0};
    struct thing other = {"other/Channel", 0, &descriptor, NULL, 0};
    struct thing hollow = {"sun/nio/ch/FileChannelImpl", 0, NULL, NULL, 0};
    jobject file = (jobject)&channel;

    /* Before it is initialized nothing is called, whatever comes. */
    EXPECT(-2, force(env, NULL, file, 1));
    without_field = 1;
    EXPECT(-4, initialize(env, NULL));
    EXPECT(1, cleared);
    EXPECT(-2, force(env, NULL, file, 1));
    without_field = 0;
    EXPECT(0, initialize(env, NULL));

    EXPECT(0, reserve(env, NULL, file, LENGTH));
    struct stat found;
    EXPECT(0, fstat(opened, &found));
    EXPECT(LENGTH, found.st_size);
    EXPECT(1, found.st_blocks * 512 >= LENGTH);
    EXPECT(-3, reserve(env, NULL, file, 0));
    EXPECT(0, begin_writing(env, NULL, file, 0, LENGTH));
    EXPECT(-3, begin_writing(env, NULL, file, -1, LENGTH));
    EXPECT(-3, begin_writing(env, NULL, file, 0, 0));
    EXPECT(0, force(env, NULL, file, 1));
    EXPECT(0, force(env, NULL, file, 2));
    EXPECT(-1, force(env, NULL, file, 3));
    EXPECT(-1, force(env, NULL, file, 4));
    EXPECT(-1, force(env, NULL, file, 99));
    EXPECT(0, advise(env, NULL, file));
    EXPECT(1, number(env, NULL, file) > 0);

    EXPECT(-2, force(env, NULL, (jobject)&other, 1));
    EXPECT(-2, force(env, NULL, (jobject)&hollow, 1));
    EXPECT(-2, force(env, NULL, NULL, 1));
    EXPECT(-2, reserve(env, NULL, (jobject)&other, 1));
    EXPECT(-2, begin_writing(env, NULL, (jobject)&other, 0, 1));
    EXPECT(-2, advise(env, NULL, (jobject)&other));
    EXPECT(-2, number(env, NULL, (jobject)&other));

    char *address = mmap(NULL, LENGTH, PROT_READ | PROT_WRITE, MAP_SHARED, opened, 0);
    EXPECT(1, address != MAP_FAILED);
    struct thing buffer = {"java/nio/DirectByteBuffer", 0, NULL, address, LENGTH};
    struct thing heap = {"java/nio/HeapByteBuffer", 0, NULL, NULL, -1};
    jobject mapping = (jobject)&buffer;
    int populated = fault_in(env, NULL, mapping, 0, LENGTH);
    /* A kernel from before 5.14 does not know it, and says so. */
    EXPECT(1, populated == 0 || populated == EINVAL);
    address[LENGTH - 1] = 7;
    EXPECT(0, let_go(env, NULL, mapping, 4097, LENGTH - 4097));
    EXPECT(7, address[LENGTH - 1]);
    EXPECT(0, force_mapping(env, NULL, mapping, LENGTH - 1, 1));
    EXPECT(0, force_mapping(env, NULL, mapping, 4097, 17));
    EXPECT(0, lock_memory(env, NULL, mapping, 5000, 3000));
    const jint outside[][2] = {{0, 0}, {0, -1}, {-1, 1}, {LENGTH, 1}, {1, LENGTH}, {0x7FFFFFFF, 0x7FFFFFFF}, {-0x7FFFFFFF - 1, 1}};
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
        EXPECT(-3, force_mapping(env, NULL, mapping, outside[i][0], outside[i][1]));
        EXPECT(-3, fault_in(env, NULL, mapping, outside[i][0], outside[i][1]));
        EXPECT(-3, let_go(env, NULL, mapping, outside[i][0], outside[i][1]));
        EXPECT(-3, lock_memory(env, NULL, mapping, outside[i][0], outside[i][1]));
    }
    EXPECT(-3, force_mapping(env, NULL, (jobject)&heap, 0, 1));
    EXPECT(-3, fault_in(env, NULL, NULL, 0, 1));

    /* A page behind the end of the file: an error, and no signal. */
    EXPECT(0, ftruncate(opened, LENGTH / 2));
    if (populated == 0 && count == 3) { /* qemu takes madvise for advice, and does nothing. */
        EXPECT(EFAULT, fault_in(env, NULL, mapping, 0, LENGTH));
    }
    EXPECT(0, munmap(address, LENGTH));
    EXPECT(ENOMEM, force_mapping(env, NULL, mapping, 0, 4096));
    EXPECT(0, unlink(path));
    EXPECT(0, close(opened));
    EXPECT(EBADF, force(env, NULL, file, 1));
    EXPECT(-1000 - EBADF, number(env, NULL, file));
    descriptor.descriptor = -1;
    EXPECT(-2, force(env, NULL, file, 1));
    if (failures == 0) {
        puts("ok");
    }
    return failures == 0 ? 0 : 1;
}
