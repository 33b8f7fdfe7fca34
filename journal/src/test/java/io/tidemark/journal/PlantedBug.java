// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.interleaving.Explorer;
import io.tidemark.journal.interleaving.RewritingClassLoader;
import io.tidemark.journal.interleaving.Scenario;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * A bug for the byte code of a shared class, and a scenario that has to find it.
 *
 * @param name of the bug
 * @param scenario that has to find it
 * @param maxPreemptions with which it has to
 * @param brokenClass simple name of the class
 * @param change breaks the class
 */
record PlantedBug(
        String name,
        Class<? extends Scenario> scenario,
        int maxPreemptions,
        String brokenClass,
        UnaryOperator<ClassVisitor> change) {

    private static final String PACKAGE = "io/tidemark/journal/";
    private static final String QUEUE = "(L" + PACKAGE + "AppendQueue;IJ)V";
    private static final String HANDLE = "(Ljava/lang/invoke/VarHandle;L" + PACKAGE;

    /** All of them. */
    static List<PlantedBug> all() {
        return Stream.of(queueBugs(), markBugs(), signalBugs())
                .flatMap(List::stream)
                .toList();
    }

    private static List<PlantedBug> queueBugs() {
        return List.of(
                // Two producers read the same tail, and both move it.
                new PlantedBug(
                        "compareThenSet",
                        QueueScenarios.ProducersGoRound.class,
                        1,
                        "PaddedSequence",
                        replacing(
                                "compareAndSet",
                                "compareAndSet",
                                1,
                                planted("compareThenSet", HANDLE + "PaddedSequence;JJ)Z"))),
                // A producer fills its claim, and the consumer wipes it out.
                new PlantedBug(
                        "giveBackThenZero",
                        QueueScenarios.ProducersGoRound.class,
                        1,
                        "AppendQueue",
                        replacingBody("consume", planted("giveBackThenZero", QUEUE))),
                // A producer sees the new units with an old sequence.
                new PlantedBug(
                        "unitsBeforeSequence",
                        QueueScenarios.SequencesFillTheirHalf.class,
                        1,
                        "AppendQueue",
                        replacingBody("giveBack", planted("giveUnitsThenSequence", QUEUE))),
                // A producer refuses for what was known when it read the tail; here that is compared with itself.
                new PlantedBug(
                        "refuseWithoutSecondLook",
                        QueueScenarios.RefusalAgainstRoom.class,
                        2,
                        "AppendQueue",
                        replacing("lookAgain", "getAcquire", 1, code -> {
                            code.visitInsn(Opcodes.POP);
                            code.visitVarInsn(Opcodes.LLOAD, 1);
                        })),
                // The units that are known are of later than the sequence that is.
                new PlantedBug(
                        "handOnUnitsAlone",
                        QueueScenarios.SequencesFillTheirHalf.class,
                        1,
                        "AppendQueue",
                        replacing("lookAgain", "max", 1, code -> {
                            code.visitInsn(Opcodes.POP2);
                            code.visitInsn(Opcodes.POP);
                        })),
                // When the consumer has given everything back, one unit can still be claimed behind the mark.
                new PlantedBug(
                        "closeOneUnitShort",
                        QueueScenarios.CloseAgainstProducers.class,
                        0,
                        "AppendQueue",
                        replacing("tryClose", "advanced", 1, code -> {
                            code.visitInsn(Opcodes.SWAP);
                            code.visitInsn(Opcodes.ICONST_1);
                            code.visitInsn(Opcodes.ISUB);
                            code.visitInsn(Opcodes.SWAP);
                            code.visitMethodInsn(
                                    Opcodes.INVOKESTATIC, PACKAGE + "AppendQueue", "advanced", "(JII)J", false);
                        })));
    }

    private static List<PlantedBug> markBugs() {
        return List.of(
                // Two waiters find the same top of the stack, and one of them is forgotten.
                new PlantedBug(
                        "compareThenPush",
                        DurableMarkScenarios.RaisesAgainstWaiters.class,
                        1,
                        "DurableMark",
                        replacing(
                                "push",
                                "compareAndSet",
                                1,
                                planted(
                                        "compareThenPush",
                                        HANDLE + "DurableMark;Ljava/lang/Object;Ljava/lang/Object;)Z"))),
                // While a sweeper holds the stack the journal ends; then it puts a waiter back whom nobody will wake.
                new PlantedBug(
                        "sweepWithoutSecondLook",
                        DurableMarkScenarios.RaiseAgainstEnd.class,
                        1,
                        "DurableMark",
                        replacing("sweep", "VarHandle.getVolatile", 1, code -> {
                            code.visitInsn(Opcodes.POP2);
                            code.visitInsn(Opcodes.ACONST_NULL);
                        })),
                // Others are handed to a waiter who has gone, and nobody wakes them.
                new PlantedBug(
                        "handWithoutLook",
                        DurableMarkScenarios.HandedToOneWhoGivesUp.class,
                        2,
                        "DurableMark\\$Waiter",
                        replacing("hand", "compareAndSet", 1, PlantedBug::setAndSayYes)),
                // A waiter comes after the sweep, and looks before the mark has moved.
                new PlantedBug(
                        "sweepThenRaise",
                        DurableMarkScenarios.RaisesAgainstWaiters.class,
                        1,
                        "DurableMark",
                        both(
                                replacing("raise", "setVolatile", 1, code -> {
                                    code.visitInsn(Opcodes.POP2);
                                    code.visitInsn(Opcodes.POP);
                                }),
                                replacing("raise", "sweep", 1, PlantedBug::sweepAndRaise))));
    }

    private static List<PlantedBug> signalBugs() {
        return List.of(
                // Work comes between the look and the announcement, and nobody wakes the agent.
                new PlantedBug(
                        "announceAfterLook",
                        WakeSignalScenarios.WorkComesTwice.class,
                        1,
                        "ParkingIdleStrategy",
                        both(
                                replacing("idle", "announce", 1, code -> code.visitInsn(Opcodes.POP)),
                                replacing(
                                        "idle",
                                        "park",
                                        1,
                                        planted("announceAndPark", "(L" + PACKAGE + "WakeSignal;J)V")))),
                // The agent was woken, and has announced that it will park again, before it is noted that it is awake.
                new PlantedBug(
                        "awakeAfterUnpark",
                        WakeSignalScenarios.WorkComesTwice.class,
                        1,
                        "WakeSignal",
                        replacing("wake", "unpark", 1, code -> {
                            code.visitMethodInsn(
                                    Opcodes.INVOKESTATIC,
                                    "java/util/concurrent/locks/LockSupport",
                                    "unpark",
                                    "(Ljava/lang/Thread;)V",
                                    false);
                            code.visitVarInsn(Opcodes.ALOAD, 0);
                            code.visitInsn(Opcodes.ICONST_0);
                            code.visitFieldInsn(Opcodes.PUTFIELD, PACKAGE + "WakeSignal", "parked", "Z");
                        })));
    }

    /** Instead of comparing with null and setting. */
    private static void setAndSayYes(final MethodVisitor code) {
        final String waiter = "L" + PACKAGE + "DurableMark$Waiter;";
        code.visitInsn(Opcodes.SWAP);
        code.visitInsn(Opcodes.POP);
        code.visitMethodInsn(
                Opcodes.INVOKEVIRTUAL,
                "java/lang/invoke/VarHandle",
                "setVolatile",
                "(" + waiter + waiter + ")V",
                false);
        code.visitInsn(Opcodes.ICONST_1);
    }

    private static void sweepAndRaise(final MethodVisitor code) {
        final String mark = PACKAGE + "DurableMark";
        final String sequence = PACKAGE + "PaddedSequence";
        code.visitMethodInsn(Opcodes.INVOKEVIRTUAL, mark, "sweep", "(Z)V", false);
        code.visitVarInsn(Opcodes.ALOAD, 0);
        code.visitFieldInsn(Opcodes.GETFIELD, mark, "mark", "L" + sequence + ";");
        code.visitVarInsn(Opcodes.LLOAD, 1);
        code.visitMethodInsn(Opcodes.INVOKEVIRTUAL, sequence, "setVolatile", "(J)V", false);
    }

    private static UnaryOperator<ClassVisitor> both(
            final UnaryOperator<ClassVisitor> first, final UnaryOperator<ClassVisitor> second) {
        return target -> first.apply(second.apply(target));
    }

    /** Explorer of the scenario in the broken code. */
    Explorer explorer() {
        final Pattern broken = Pattern.compile("io\\.tidemark\\.journal\\." + brokenClass);
        return Explorer.of(new RewritingClassLoader(InterleavedJournal.CLASSES, name, broken, change), scenario);
    }

    @Override
    public String toString() {
        return name;
    }

    /** Calls a method of {@link PlantedCode}. */
    private static Consumer<MethodVisitor> planted(final String method, final String descriptor) {
        return code -> code.visitMethodInsn(Opcodes.INVOKESTATIC, PACKAGE + "PlantedCode", method, descriptor, false);
    }

    /** Puts code in the place of the n-th call, in a method, of another whose owner and name end so. */
    private static UnaryOperator<ClassVisitor> replacing(
            final String method, final String call, final int occurrence, final Consumer<MethodVisitor> code) {
        return changing(method, original -> new MethodVisitor(Opcodes.ASM9, original) {
            private int calls;

            @Override
            public void visitMethodInsn(
                    final int opcode,
                    final String owner,
                    final String name,
                    final String descriptor,
                    final boolean isInterface) {
                if ((owner + '.' + name).endsWith(call) && ++calls == occurrence) {
                    code.accept(original);
                } else {
                    super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
                }
            }

            @Override
            public void visitEnd() {
                if (calls < occurrence) {
                    throw new IllegalStateException(method + " does not call " + call + " so often: " + calls);
                }
                super.visitEnd();
            }
        });
    }

    /** Lets a method of the queue that takes a length and a sequence do something else. */
    private static UnaryOperator<ClassVisitor> replacingBody(final String method, final Consumer<MethodVisitor> code) {
        return changing(method, original -> {
            original.visitCode();
            original.visitVarInsn(Opcodes.ALOAD, 0);
            original.visitVarInsn(Opcodes.ILOAD, 1);
            original.visitVarInsn(Opcodes.LLOAD, 2);
            code.accept(original);
            original.visitInsn(Opcodes.RETURN);
            original.visitMaxs(0, 0);
            original.visitEnd();
            return null;
        });
    }

    private static UnaryOperator<ClassVisitor> changing(
            final String method, final UnaryOperator<MethodVisitor> change) {
        return target -> new ClassVisitor(Opcodes.ASM9, target) {
            private boolean found;

            @Override
            public MethodVisitor visitMethod(
                    final int access,
                    final String name,
                    final String descriptor,
                    final String signature,
                    final String[] exceptions) {
                final MethodVisitor original = super.visitMethod(access, name, descriptor, signature, exceptions);
                if (!name.equals(method) || descriptor.equals("(I)V")) {
                    return original;
                }
                found = true;
                return change.apply(original);
            }

            @Override
            public void visitEnd() {
                if (!found) {
                    throw new IllegalStateException("there is no method to break: " + method);
                }
                super.visitEnd();
            }
        };
    }
}
