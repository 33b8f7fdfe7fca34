// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A process that holds and claims segments as it is told on standard input, and answers on standard output. */
final class LeaseHolder {

    private LeaseHolder() {}

    public static void main(final String[] arguments) throws IOException {
        final BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (SegmentLeases leases = DirectoryStorage.open(Path.of(arguments[0])).leases(arguments[1], true)) {
            for (String line = input.readLine(); line != null; line = input.readLine()) {
                System.out.println(answer(leases, line.split(" ")));
            }
        }
    }

    private static String answer(final SegmentLeases leases, final String... words) throws IOException {
        final long segment = Long.parseLong(words[1]);
        switch (words[0]) {
            case "hold" -> {
                return String.valueOf(leases.tryHold(segment));
            }
            case "claim" -> {
                return String.valueOf(leases.tryClaim(segment));
            }
            case "let-go" -> leases.letGo(segment);
            case "unclaim" -> leases.unclaim(segment);
            default -> throw new IllegalArgumentException(words[0]);
        }
        return "done";
    }
}
