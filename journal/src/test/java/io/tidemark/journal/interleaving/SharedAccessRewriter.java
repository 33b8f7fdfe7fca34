// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.interleaving;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Lets each access to shared memory ask the scheduler first. The access itself stays what it is, and moves into a static
 * method of the same class, the bridge, which has the arguments at hand. What this class does not know how to schedule, it
 * refuses: so it can't overlook a new kind of access.
 */
final class SharedAccessRewriter extends ClassVisitor {

    /** Beginning of the names of bridges. */
    static final String BRIDGE_PREFIX = "interleaved$";

    private static final String TOOL = Type.getInternalName(Interleaving.class);
    private static final String VAR_HANDLE = "java/lang/invoke/VarHandle";
    private static final String BUFFER = "java/nio/ByteBuffer";
    private static final String ATOMICS = "java/util/concurrent/atomic/Atomic";
    private static final String LOCK_SUPPORT = "java/util/concurrent/locks/LockSupport";

    /** Calls that concern the calling thread alone. */
    private static final Set<String> LOCAL_CALLS = Set.of(
            "java/lang/Thread.currentThread",
            "java/lang/Thread.interrupt",
            "java/lang/Thread.interrupted",
            "java/lang/Thread.isInterrupted",
            // Hints, which change nothing for anybody.
            "java/lang/Thread.onSpinWait");

    /** Calls of buffers that access none of their bytes. */
    private static final Set<String> BUFFER_CALLS_WITHOUT_ACCESS =
            Set.of("allocateDirect", "alignedSlice", "duplicate", "order", "capacity", "limit", "position");

    private final SharedFields fields;
    private final Map<Bridge, String> bridges = new LinkedHashMap<>();
    private String className;

    /** An access that moves into a method of its own. */
    private record Bridge(int opcode, String owner, String name, String descriptor, boolean write) {

        boolean isField() {
            return opcode == Opcodes.GETFIELD || opcode == Opcodes.PUTFIELD;
        }

        Type[] arguments() {
            if (opcode == Opcodes.GETFIELD) {
                return new Type[] {Type.getObjectType(owner)};
            }
            if (opcode == Opcodes.PUTFIELD) {
                return new Type[] {Type.getObjectType(owner), Type.getType(descriptor)};
            }
            final Type[] called = Type.getArgumentTypes(descriptor);
            final Type[] all = new Type[called.length + 1];
            all[0] = Type.getObjectType(owner);
            System.arraycopy(called, 0, all, 1, called.length);
            return all;
        }

        Type result() {
            return switch (opcode) {
                case Opcodes.GETFIELD -> Type.getType(descriptor);
                case Opcodes.PUTFIELD -> Type.VOID_TYPE;
                default -> Type.getReturnType(descriptor);
            };
        }

        boolean compares() {
            return name.contains("ompareAndSet") && result().equals(Type.BOOLEAN_TYPE);
        }
    }

    SharedAccessRewriter(final ClassVisitor target, final SharedFields fields) {
        super(Opcodes.ASM9, target);
        this.fields = fields;
    }

    @Override
    public void visit(
            final int version,
            final int access,
            final String name,
            final String signature,
            final String superName,
            final String[] interfaces) {
        className = name;
        super.visit(version, access, name, signature, superName, interfaces);
    }

    @Override
    public MethodVisitor visitMethod(
            final int access,
            final String name,
            final String descriptor,
            final String signature,
            final String[] exceptions) {
        if ((access & Opcodes.ACC_SYNCHRONIZED) != 0) {
            throw unknown("synchronized", name);
        }
        final MethodVisitor target = super.visitMethod(access, name, descriptor, signature, exceptions);
        return name.equals("<clinit>") ? target : new Accesses(target, name.equals("<init>"));
    }

    private IllegalStateException unknown(final String owner, final String name) {
        return new IllegalStateException("don't know how to schedule " + owner + '.' + name + " in " + className);
    }

    @Override
    public void visitEnd() {
        bridges.forEach(this::writeBridge);
        super.visitEnd();
    }

    private void writeBridge(final Bridge bridge, final String name) {
        final Type[] arguments = bridge.arguments();
        final MethodVisitor code = super.visitMethod(
                Opcodes.ACC_PRIVATE | Opcodes.ACC_STATIC | Opcodes.ACC_SYNTHETIC,
                name,
                Type.getMethodDescriptor(bridge.result(), arguments),
                null,
                null);
        code.visitCode();
        // A handle is told on which object or buffer to work; everything else is that object itself.
        final int target = bridge.owner.equals(VAR_HANDLE) ? 1 : 0;
        code.visitVarInsn(Opcodes.ALOAD, target);
        if (arguments[target].getInternalName().equals(BUFFER)) {
            code.visitVarInsn(Opcodes.ILOAD, target + 1);
        } else {
            code.visitInsn(Opcodes.ICONST_M1);
        }
        code.visitInsn(bridge.write ? Opcodes.ICONST_1 : Opcodes.ICONST_0);
        code.visitMethodInsn(Opcodes.INVOKESTATIC, TOOL, "access", "(Ljava/lang/Object;IZ)V", false);
        int local = 0;
        for (final Type argument : arguments) {
            code.visitVarInsn(argument.getOpcode(Opcodes.ILOAD), local);
            local += argument.getSize();
        }
        if (bridge.isField()) {
            code.visitFieldInsn(bridge.opcode, bridge.owner, bridge.name, bridge.descriptor);
        } else {
            code.visitMethodInsn(bridge.opcode, bridge.owner, bridge.name, bridge.descriptor, false);
        }
        if (bridge.compares()) {
            code.visitMethodInsn(Opcodes.INVOKESTATIC, TOOL, "compared", "(Z)Z", false);
        }
        code.visitInsn(bridge.result().getOpcode(Opcodes.IRETURN));
        code.visitMaxs(0, 0);
        code.visitEnd();
    }

    private final class Accesses extends MethodVisitor {

        /** What is being made has no other thread yet; its fields are set in peace. */
        private final boolean constructor;

        Accesses(final MethodVisitor target, final boolean constructor) {
            super(Opcodes.ASM9, target);
            this.constructor = constructor;
        }

        private void bridge(
                final int opcode, final String owner, final String name, final String descriptor, final boolean write) {
            final Bridge bridge = new Bridge(opcode, owner, name, descriptor, write);
            final String bridgeName =
                    bridges.computeIfAbsent(bridge, added -> BRIDGE_PREFIX + name + '$' + bridges.size());
            super.visitMethodInsn(
                    Opcodes.INVOKESTATIC,
                    className,
                    bridgeName,
                    Type.getMethodDescriptor(bridge.result(), bridge.arguments()),
                    false);
        }

        @Override
        public void visitInsn(final int opcode) {
            if (opcode == Opcodes.MONITORENTER) {
                throw unknown("monitor", "enter");
            }
            super.visitInsn(opcode);
        }

        @Override
        public void visitFieldInsn(final int opcode, final String owner, final String name, final String descriptor) {
            final boolean instance = opcode == Opcodes.GETFIELD || opcode == Opcodes.PUTFIELD;
            if (instance && !constructor && fields.contains(owner, name)) {
                bridge(opcode, owner, name, descriptor, opcode == Opcodes.PUTFIELD);
            } else {
                super.visitFieldInsn(opcode, owner, name, descriptor);
            }
        }

        @Override
        public void visitMethodInsn(
                final int opcode,
                final String owner,
                final String name,
                final String descriptor,
                final boolean isInterface) {
            final String call = owner + '.' + name;
            final boolean onObject = opcode == Opcodes.INVOKEVIRTUAL;
            if (call.equals("java/lang/Thread.yield")) {
                super.visitMethodInsn(Opcodes.INVOKESTATIC, TOOL, "yieldToOthers", descriptor, false);
            } else if (call.equals("java/lang/System.nanoTime") || owner.equals(LOCK_SUPPORT)) {
                super.visitMethodInsn(Opcodes.INVOKESTATIC, TOOL, name, descriptor, false);
            } else if (onObject && (owner.equals(VAR_HANDLE) || owner.startsWith(ATOMICS))) {
                bridge(opcode, owner, name, descriptor, !name.startsWith("get") || name.startsWith("getAnd"));
            } else if (owner.equals(BUFFER)) {
                visitBufferCall(opcode, name, descriptor);
            } else if (isUnknown(opcode, owner, call)) {
                throw unknown(owner, name);
            } else {
                super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
            }
        }

        private void visitBufferCall(final int opcode, final String name, final String descriptor) {
            if (descriptor.equals("(ILjava/nio/ByteBuffer;II)Ljava/nio/ByteBuffer;")) {
                final String asStatic = "(Ljava/nio/ByteBuffer;" + descriptor.substring(1);
                super.visitMethodInsn(Opcodes.INVOKESTATIC, TOOL, name, asStatic, false);
            } else if (descriptor.equals("(I)B") || descriptor.equals("(IB)Ljava/nio/ByteBuffer;")) {
                bridge(opcode, BUFFER, name, descriptor, name.equals("put"));
            } else if (BUFFER_CALLS_WITHOUT_ACCESS.contains(name)) {
                super.visitMethodInsn(opcode, BUFFER, name, descriptor, false);
            } else {
                throw unknown(BUFFER, name);
            }
        }

        private boolean isUnknown(final int opcode, final String owner, final String call) {
            final boolean makes = opcode == Opcodes.INVOKESPECIAL;
            return !makes
                    && (owner.startsWith("java/util/concurrent/")
                            || owner.startsWith("java/lang/Thread")
                            || call.startsWith("java/lang/Object.wait")
                            || call.startsWith("java/lang/Object.notify")
                            || owner.equals(VAR_HANDLE))
                    && !LOCAL_CALLS.contains(call);
        }
    }
}
