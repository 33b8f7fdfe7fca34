// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The public API of a module, line by line, beside the list of it that is committed: {@code src/test/api/public-api.txt} of the
 * module. Who changes it on purpose runs {@code ./mvnw -pl MODULE test -Dtest='*ApiTest' -Dtidemark.renewApi=true}, reads what
 * the file says now, and commits it with a line in the changelog: under Breaking, if a line went away or changed.
 */
public final class PublicApi {

    private static final Path LIST = Path.of(System.getProperty("basedir", ""), "src/test/api/public-api.txt");
    private static final String CLASS = ".class";
    private static final int SEEN = Modifier.PUBLIC | Modifier.PROTECTED;

    /** What makes a difference to who compiles against it, or is linked with it. */
    private static final int TOLD = SEEN | Modifier.STATIC | Modifier.FINAL | Modifier.ABSTRACT | Modifier.INTERFACE;

    private PublicApi() {}

    /**
     * Compares the API with the list.
     *
     * @param types one of each package that users see
     * @return number of lines
     * @throws IOException if classes or list can't be read
     */
    public static int requireListed(final Class<?>... types) throws IOException {
        final Set<String> found = new TreeSet<>();
        for (final Class<?> type : types) {
            addPackage(type, found);
        }
        if (Boolean.getBoolean("tidemark.renewApi")) {
            Files.createDirectories(LIST.getParent());
            Files.write(LIST, found);
        }
        final List<String> listed = Files.readAllLines(LIST);
        final Set<String> gone = new TreeSet<>(listed);
        gone.removeAll(found);
        final Set<String> added = new TreeSet<>(found);
        listed.forEach(added::remove);
        assertEquals(
                "",
                gone.stream().map(line -> "\n- " + line).collect(Collectors.joining())
                        + added.stream().map(line -> "\n+ " + line).collect(Collectors.joining()),
                "the public API has changed; if that is meant: ./mvnw -pl MODULE test -Dtest='*ApiTest'"
                        + " -Dtidemark.renewApi=true, and a line in the changelog");
        return found.size();
    }

    /** Adds all of the package of a type that lies where the type does: so no package of the tests is taken for it. */
    private static void addPackage(final Class<?> member, final Set<String> lines) throws IOException {
        try (Stream<Path> files = Files.list(directoryOf(member))) {
            for (final String name : files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(CLASS) && !name.equals("package-info.class"))
                    .toList()) {
                final Class<?> type = Class.forName(
                        member.getPackageName() + "." + name.substring(0, name.length() - CLASS.length()),
                        false,
                        member.getClassLoader());
                if (isReachable(type)) {
                    addLines(type, lines);
                }
            }
        } catch (final ClassNotFoundException e) {
            throw new IOException("class file of no class", e);
        }
    }

    private static Path directoryOf(final Class<?> type) throws IOException {
        try {
            return Path.of(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .resolve(type.getPackageName().replace('.', '/'));
        } catch (final URISyntaxException e) {
            throw new IOException("classes of " + type + " are nowhere", e);
        }
    }

    private static boolean isReachable(final Class<?> type) {
        return Modifier.isPublic(type.getModifiers())
                && (type.getEnclosingClass() == null || isReachable(type.getEnclosingClass()));
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
}
