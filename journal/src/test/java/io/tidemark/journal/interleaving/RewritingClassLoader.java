// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.interleaving;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;

/**
 * Loads the journal once more, with each access to shared memory in the classes under test going through the scheduler, and
 * on demand with a bug put in first. What is explored is the byte code that is shipped.
 *
 * <p>Scenarios are loaded by it too, and share packages with what they test. This package is not: scheduler and scenarios
 * have to speak of the same types.
 */
public final class RewritingClassLoader extends ClassLoader {

    private static final String PREFIX = "io.tidemark.";
    private static final String TOOL = RewritingClassLoader.class.getPackageName() + '.';

    private final Pattern rewritten;
    private final String bug;
    private final Pattern broken;
    private final UnaryOperator<ClassVisitor> change;
    private final SharedFields fields;

    /**
     * Rewrites classes as they are.
     *
     * @param rewritten matches the names of the classes to be rewritten
     */
    public RewritingClassLoader(final Pattern rewritten) {
        this(rewritten, "", rewritten, UnaryOperator.identity());
    }

    /**
     * Puts a bug in first.
     *
     * @param rewritten matches the names of the classes to be rewritten
     * @param bug name of the bug, without spaces
     * @param broken matches the names of the classes to be broken
     * @param change breaks them
     */
    public RewritingClassLoader(
            final Pattern rewritten, final String bug, final Pattern broken, final UnaryOperator<ClassVisitor> change) {
        super(RewritingClassLoader.class.getClassLoader());
        this.rewritten = rewritten;
        this.bug = bug;
        this.broken = broken;
        this.change = change;
        this.fields = new SharedFields(this::bytesOf, this::isRewritten);
    }

    String bug() {
        return bug;
    }

    Execution.Scenarios makerOf(final Class<? extends Scenario> scenario) {
        try {
            final Constructor<? extends Scenario> maker = Class.forName(scenario.getName(), true, this)
                    .asSubclass(Scenario.class)
                    .getDeclaredConstructor();
            maker.setAccessible(true);
            return () -> make(maker);
        } catch (final ReflectiveOperationException e) {
            throw new IllegalArgumentException("not a scenario that can be made: " + scenario, e);
        }
    }

    private static Scenario make(final Constructor<? extends Scenario> maker) throws Throwable {
        try {
            return maker.newInstance();
        } catch (final InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private boolean isRewritten(final String name) {
        return rewritten.matcher(name).matches();
    }

    @Override
    protected Class<?> loadClass(final String name, final boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(PREFIX) || (name.startsWith(TOOL) && !isRewritten(name))) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            final Class<?> loaded = findLoadedClass(name);
            return loaded != null ? loaded : define(name);
        }
    }

    private Class<?> define(final String name) throws ClassNotFoundException {
        final byte[] bytes = bytesOf(name);
        if (bytes == null) {
            throw new ClassNotFoundException(name);
        }
        final boolean breaks = broken.matcher(name).matches();
        final boolean rewrites = isRewritten(name);
        if (!breaks && !rewrites) {
            return defineClass(name, bytes, 0, bytes.length);
        }
        final ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
        final ClassVisitor rewriter = rewrites ? new SharedAccessRewriter(writer, fields) : writer;
        new ClassReader(bytes).accept(breaks ? change.apply(rewriter) : rewriter, 0);
        final byte[] defined = writer.toByteArray();
        return defineClass(name, defined, 0, defined.length);
    }

    private byte[] bytesOf(final String name) {
        try (InputStream stream = getResourceAsStream(name.replace('.', '/') + ".class")) {
            return stream == null ? null : stream.readAllBytes();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
