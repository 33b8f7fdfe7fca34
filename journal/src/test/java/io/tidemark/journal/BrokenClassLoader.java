// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Loads the journal once more, with a bug put into its byte code. So the shipped classes need no switch for it, and what
 * is broken is exactly what is shipped.
 */
final class BrokenClassLoader extends ClassLoader {

    private static final String PREFIX = "io.tidemark.";

    private final String brokenClass;
    private final UnaryOperator<ClassVisitor> bug;

    BrokenClassLoader(final String brokenClass, final UnaryOperator<ClassVisitor> bug) {
        super(BrokenClassLoader.class.getClassLoader());
        this.brokenClass = brokenClass;
        this.bug = bug;
    }

    @Override
    protected Class<?> loadClass(final String name, final boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(PREFIX)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            final Class<?> loaded = findLoadedClass(name);
            return loaded != null ? loaded : define(name);
        }
    }

    private Class<?> define(final String name) throws ClassNotFoundException {
        try (InputStream stream = getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (stream == null) {
                throw new ClassNotFoundException(name);
            }
            final byte[] bytes = stream.readAllBytes();
            final byte[] defined = name.matches(brokenClass) ? broken(bytes) : bytes;
            return defineClass(name, defined, 0, defined.length);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] broken(final byte[] bytes) {
        final ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
        new ClassReader(bytes).accept(bug.apply(writer), 0);
        return writer.toByteArray();
    }

    /** A static method of a class as this loader has it. */
    Method method(final Class<?> type, final String name, final Class<?>... parameterTypes)
            throws ReflectiveOperationException {
        final Class<?> loaded = Class.forName(type.getName(), true, this);
        if (loaded == type) {
            throw new IllegalStateException("loaded by the wrong loader: " + type);
        }
        final Method method = loaded.getDeclaredMethod(name, parameterTypes);
        method.setAccessible(true);
        return method;
    }

    /**
     * Calls such a method.
     *
     * @return the message of what it threw; null if it threw nothing
     */
    static @Nullable String problemOf(final Method method, final Object... arguments) throws IllegalAccessException {
        try {
            method.invoke(null, arguments);
            return null;
        } catch (final InvocationTargetException e) {
            return String.valueOf(e.getCause().getMessage());
        }
    }

    /** Lets a method do nothing but return a number or a truth. */
    static UnaryOperator<ClassVisitor> returning(final String method, final int value) {
        return target -> new ClassVisitor(Opcodes.ASM9, target) {
            @Override
            public MethodVisitor visitMethod(
                    final int access,
                    final String name,
                    final String descriptor,
                    final String signature,
                    final String[] exceptions) {
                final MethodVisitor original = super.visitMethod(access, name, descriptor, signature, exceptions);
                if (!name.equals(method)) {
                    return original;
                }
                original.visitCode();
                original.visitInsn(Opcodes.ICONST_0 + value);
                original.visitInsn(Opcodes.IRETURN);
                original.visitMaxs(0, 0);
                original.visitEnd();
                return null;
            }
        };
    }

    /** Leaves out every call of a method that takes nothing and returns nothing. */
    static UnaryOperator<ClassVisitor> withoutCalls(final String owner, final String method) {
        return target -> new ClassVisitor(Opcodes.ASM9, target) {
            @Override
            public MethodVisitor visitMethod(
                    final int access,
                    final String name,
                    final String descriptor,
                    final String signature,
                    final String[] exceptions) {
                final MethodVisitor original = super.visitMethod(access, name, descriptor, signature, exceptions);
                return new MethodVisitor(Opcodes.ASM9, original) {
                    @Override
                    public void visitMethodInsn(
                            final int opcode,
                            final String callOwner,
                            final String callName,
                            final String callDescriptor,
                            final boolean isInterface) {
                        if (callOwner.equals(owner) && callName.equals(method)) {
                            super.visitInsn(Opcodes.POP);
                        } else {
                            super.visitMethodInsn(opcode, callOwner, callName, callDescriptor, isInterface);
                        }
                    }
                };
            }
        };
    }

    /** Gives a method without arguments that returns a truth another name, and puts a static method in its place. */
    static UnaryOperator<ClassVisitor> replacing(
            final String owner, final String method, final String newName, final String replacementOwner) {
        return target -> new ClassVisitor(Opcodes.ASM9, target) {
            @Override
            public MethodVisitor visitMethod(
                    final int access,
                    final String name,
                    final String descriptor,
                    final String signature,
                    final String[] exceptions) {
                final boolean replaced = name.equals(method);
                return super.visitMethod(access, replaced ? newName : name, descriptor, signature, exceptions);
            }

            @Override
            public void visitEnd() {
                final MethodVisitor added =
                        super.visitMethod(0, method, "()Z", null, new String[] {"java/io/IOException"});
                added.visitCode();
                added.visitVarInsn(Opcodes.ALOAD, 0);
                added.visitMethodInsn(Opcodes.INVOKESTATIC, replacementOwner, method, "(L" + owner + ";)Z", false);
                added.visitInsn(Opcodes.IRETURN);
                added.visitMaxs(0, 0);
                added.visitEnd();
                super.visitEnd();
            }
        };
    }
}
