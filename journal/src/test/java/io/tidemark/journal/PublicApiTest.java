// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The public API is what {@code src/test/api/public-api.txt} says, line by line. Who changes it on purpose runs
 * {@code ./mvnw -pl journal test -Dtest=PublicApiTest -Dtidemark.renewApi=true}, reads what the file says now, and commits it
 * with a line in the changelog: under Breaking, if a line went away or changed.
 */
class PublicApiTest {

    private static final Path LIST = Path.of(System.getProperty("basedir", ""), "src/test/api/public-api.txt");
    private static final Set<String> PACKAGES = Set.of("io.tidemark.journal", "io.tidemark.journal.spi");
    private static final int SEEN = Modifier.PUBLIC | Modifier.PROTECTED;

    /** What makes a difference to who compiles against it, or is linked with it. */
    private static final int TOLD = SEEN | Modifier.STATIC | Modifier.FINAL | Modifier.ABSTRACT | Modifier.INTERFACE;

    private static boolean isReachable(final JavaClass type) {
        return type.getModifiers().contains(JavaModifier.PUBLIC)
                && type.getEnclosingClass().map(PublicApiTest::isReachable).orElse(true);
    }

    private static List<String> found() {
        final Set<String> lines = new TreeSet<>();
        new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages(PACKAGES).stream()
                        .filter(type -> PACKAGES.contains(type.getPackageName()))
                        .filter(PublicApiTest::isReachable)
                        .forEach(type -> addLines(type.reflect(), lines));
        return List.copyOf(lines);
    }

    private static void addLines(final Class<?> type, final Set<String> lines) {
        final String parents = Arrays.stream(type.getGenericInterfaces())
                .map(Type::getTypeName)
                .sorted()
                .collect(Collectors.joining(", "));
        lines.add(type.getName() + " = " + Modifier.toString(type.getModifiers() & TOLD) + " extends "
                + type.getGenericSuperclass() + " implements " + parents);
        for (final Field field : type.getDeclaredFields()) {
            if (isSeen(field.getModifiers(), field.isSynthetic())) {
                lines.add(type.getName() + "." + field.getName() + " = "
                        + Modifier.toString(field.getModifiers() & TOLD) + " "
                        + field.getGenericType().getTypeName());
            }
        }
        for (final Constructor<?> constructor : type.getDeclaredConstructors()) {
            if (isSeen(constructor.getModifiers(), constructor.isSynthetic())) {
                lines.add(line(type, "new", "", constructor));
            }
        }
        for (final Method method : type.getDeclaredMethods()) {
            if (isSeen(method.getModifiers(), method.isSynthetic())) {
                lines.add(line(
                        type, method.getName(), method.getGenericReturnType().getTypeName(), method));
            }
        }
    }

    private static boolean isSeen(final int modifiers, final boolean isSynthetic) {
        return !isSynthetic && (modifiers & SEEN) != 0;
    }

    private static String line(
            final Class<?> type, final String name, final String result, final Executable executable) {
        return type.getName() + "." + name
                + Arrays.stream(executable.getGenericParameterTypes())
                        .map(Type::getTypeName)
                        .collect(Collectors.joining(", ", "(", ")"))
                + " = " + Modifier.toString(executable.getModifiers() & TOLD) + " " + result;
    }

    @Test
    void publicApiShouldBeTheListedOne() throws IOException {
        final List<String> found = found();
        if (Boolean.getBoolean("tidemark.renewApi")) {
            Files.createDirectories(LIST.getParent());
            Files.write(LIST, found);
        }
        final List<String> listed = Files.readAllLines(LIST);
        final Set<String> gone = new TreeSet<>(listed);
        found.forEach(gone::remove);
        final Set<String> added = new TreeSet<>(found);
        listed.forEach(added::remove);
        assertEquals(
                "",
                gone.stream().map(line -> "\n- " + line).collect(Collectors.joining())
                        + added.stream().map(line -> "\n+ " + line).collect(Collectors.joining()),
                "the public API has changed; if that is meant: ./mvnw -pl journal test -Dtest=PublicApiTest"
                        + " -Dtidemark.renewApi=true, and a line in the changelog");
        assertTrue(found.size() > 100, () -> "too little was found: " + found);
    }
}
