// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

/** Reads the values of options, and says what was expected in words of users, not of programmers. */
final class ArgumentTypes {

    private ArgumentTypes() {}

    static void register(final CommandLine commandLine) {
        commandLine
                .registerConverter(Path.class, ArgumentTypes::path)
                .registerConverter(Instant.class, ArgumentTypes::time)
                .registerConverter(Duration.class, ArgumentTypes::duration)
                .registerConverter(Integer.class, ArgumentTypes::wholeInt)
                .registerConverter(int.class, ArgumentTypes::wholeInt)
                .registerConverter(Long.class, ArgumentTypes::whole)
                .registerConverter(long.class, ArgumentTypes::whole)
                .registerConverter(Double.class, ArgumentTypes::number);
    }

    private static Path path(final String text) {
        if (text.isEmpty()) {
            throw unexpected("a path", text);
        }
        try {
            return Path.of(text);
        } catch (final InvalidPathException e) {
            // Java knows no other names of files than those of the locale's characters.
            throw unexpected("a path in characters of the locale, such as with LC_ALL=C.UTF-8", text);
        }
    }

    private static Instant time(final String text) {
        try {
            return Instant.parse(text);
        } catch (final DateTimeException e) {
            throw unexpected("a time such as 2027-01-31T12:00:00Z", text);
        }
    }

    private static Duration duration(final String text) {
        try {
            return Duration.parse(text);
        } catch (final DateTimeException e) {
            throw unexpected("a duration such as P7D or PT12H", text);
        }
    }

    private static int wholeInt(final String text) {
        try {
            return Integer.parseInt(text);
        } catch (final NumberFormatException e) {
            throw unexpected("a whole number of at most " + Integer.MAX_VALUE, text);
        }
    }

    private static long whole(final String text) {
        try {
            return Long.parseLong(text);
        } catch (final NumberFormatException e) {
            throw unexpected("a whole number", text);
        }
    }

    private static double number(final String text) {
        try {
            return Double.parseDouble(text);
        } catch (final NumberFormatException e) {
            throw unexpected("a number", text);
        }
    }

    private static TypeConversionException unexpected(final String expected, final String found) {
        return new TypeConversionException("expected " + expected + ": found '" + found + "'");
    }
}
