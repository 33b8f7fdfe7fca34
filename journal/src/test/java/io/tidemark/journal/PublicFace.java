// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Everything public that the package has, found where the compiler put it, so that nothing new is forgotten. */
final class PublicFace {

    private PublicFace() {}

    /** The public classes, nested ones left out, in the order of their names. */
    static List<Class<?>> types() {
        final List<Class<?>> types = new ArrayList<>();
        try {
            final Path classes = Path.of(Journal.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            final Path folder = classes.resolve(Journal.class.getPackageName().replace('.', '/'));
            try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.class")) {
                for (final Path file : files) {
                    final String name = file.getFileName().toString().replace(".class", "");
                    if (!name.contains("$") && !name.equals("package-info")) {
                        types.add(Class.forName(Journal.class.getPackageName() + "." + name));
                    }
                }
            }
        } catch (final IOException | URISyntaxException | ClassNotFoundException e) {
            throw new AssertionError(e);
        }
        types.removeIf(type -> !Modifier.isPublic(type.getModifiers()));
        types.sort(Comparator.comparing(Class::getName));
        return types;
    }

    /** The public methods and constructors that a class declares. */
    static List<Executable> membersOf(final Class<?> type) {
        final List<Executable> members = new ArrayList<>();
        members.addAll(Arrays.asList(type.getDeclaredConstructors()));
        members.addAll(Arrays.asList(type.getDeclaredMethods()));
        members.removeIf(member -> !Modifier.isPublic(member.getModifiers()) || member.isSynthetic());
        members.sort(Comparator.comparing(Executable::toString));
        return members;
    }

    static List<Executable> members() {
        return types().stream().flatMap(type -> membersOf(type).stream()).toList();
    }

    /** Calls a member; what it throws comes through. */
    static @Nullable Object call(
            final Executable member, final @Nullable Object target, final @Nullable Object[] arguments)
            throws Throwable {
        try {
            return member instanceof Constructor<?> constructor
                    ? constructor.newInstance(arguments)
                    : ((Method) member).invoke(target, arguments);
        } catch (final InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /** Every combination of hostile values for the parameters of a member. */
    static void forEachCombination(
            final Executable member, final Path directory, final Consumer<@Nullable Object[]> action) {
        final Class<?>[] types = member.getParameterTypes();
        final List<List<@Nullable Object>> values = new ArrayList<>();
        for (final Class<?> type : types) {
            values.add(HostileValues.of(type, directory));
        }
        final int[] chosen = new int[types.length];
        int turned;
        do {
            final @Nullable Object[] arguments = new @Nullable Object[types.length];
            for (int i = 0; i < types.length; i++) {
                arguments[i] = values.get(i).get(chosen[i]);
            }
            action.accept(arguments);
            turned = types.length - 1;
            while (turned >= 0 && ++chosen[turned] == values.get(turned).size()) {
                chosen[turned--] = 0;
            }
        } while (turned >= 0);
    }

    /** What was called, for a failure. */
    static String words(final Executable member, final @Nullable Object[] arguments) {
        final List<String> words = new ArrayList<>();
        for (final Object argument : arguments) {
            final boolean shows =
                    argument == null || argument.getClass().getName().startsWith("java.");
            words.add(
                    shows
                            ? String.valueOf(argument)
                            : "a " + argument.getClass().getSimpleName());
        }
        return member.getDeclaringClass().getSimpleName() + "." + member.getName() + words;
    }
}
