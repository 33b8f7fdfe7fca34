// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.interleaving;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.FieldVisitor;
import org.objectweb.asm.Opcodes;

/** Tells which fields of the classes under test can change. They all count as shared, whether volatile or not. */
final class SharedFields {

    private final Function<String, byte[]> bytesOf;
    private final Predicate<String> underTest;
    private final Map<String, Set<String>> byOwner = new HashMap<>();

    SharedFields(final Function<String, byte[]> bytesOf, final Predicate<String> underTest) {
        this.bytesOf = bytesOf;
        this.underTest = underTest;
    }

    boolean contains(final String owner, final String field) {
        return fieldsOf(owner).contains(field);
    }

    private Set<String> fieldsOf(final String owner) {
        final Set<String> known = byOwner.get(owner);
        if (known != null) {
            return known;
        }
        final Set<String> fields = new HashSet<>();
        final String name = owner.replace('/', '.');
        if (underTest.test(name)) {
            final ClassReader reader = new ClassReader(bytesOf.apply(name));
            fields.addAll(fieldsOf(reader.getSuperName()));
            reader.accept(new Collector(fields), ClassReader.SKIP_CODE);
        }
        byOwner.put(owner, fields);
        return fields;
    }

    private static final class Collector extends ClassVisitor {
        private final Set<String> fields;

        Collector(final Set<String> fields) {
            super(Opcodes.ASM9);
            this.fields = fields;
        }

        @Override
        public FieldVisitor visitField(
                final int access,
                final String name,
                final String descriptor,
                final String signature,
                final Object value) {
            if ((access & (Opcodes.ACC_FINAL | Opcodes.ACC_STATIC)) == 0) {
                fields.add(name);
            }
            return null;
        }
    }
}
