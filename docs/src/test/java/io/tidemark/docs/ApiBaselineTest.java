// SPDX-License-Identifier: Apache-2.0
package io.tidemark.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Once there was a release, every build compares the API with the last one. Nobody has to remember that. */
class ApiBaselineTest {

    private static final String NONE = "none";
    private static final Pattern RELEASE = Pattern.compile("(?m)^## (\\d+\\.\\d+\\.\\d+) ");
    private static final Pattern VERSION = Pattern.compile("(?m)^    <version>(.*)</version>$");
    private static final Pattern BASELINE = Pattern.compile("(?m)^-Dapi\\.baseline=(.*)$");

    /** The newest release of the changelog, without the one that is being built: that is in no repository yet. */
    private static String expected(final String changelog, final String version) {
        return RELEASE.matcher(changelog)
                .results()
                .map(match -> match.group(1))
                .filter(release -> !release.equals(version))
                .findFirst()
                .orElse(NONE);
    }

    private static String configured(final String mavenConfiguration) {
        final List<String> found = BASELINE.matcher(mavenConfiguration)
                .results()
                .map(match -> match.group(1))
                .toList();
        return found.isEmpty() ? NONE : String.join(" and ", found);
    }

    private static String read(final String name) throws IOException {
        return Files.readString(Page.PROJECT.resolve(name));
    }

    @Test
    void buildShouldCompareWithTheLastRelease() throws IOException {
        final String version = VERSION.matcher(read("pom.xml"))
                .results()
                .map(match -> match.group(1))
                .findFirst()
                .orElseThrow();
        assertEquals(
                expected(read("CHANGELOG.md"), version),
                configured(read(".mvn/maven.config")),
                "-Dapi.baseline in .mvn/maven.config must name the last release of the changelog");
    }

    @Test
    void lastReleaseShouldBeTheNewestOneThatIsNotBeingBuilt() {
        final String changelog = "# Changelog\n\n## Unreleased\n\n## 0.2.0 (2027-02-01)\n\n## 0.1.0 (2027-01-31)\n";
        assertEquals("0.2.0", expected(changelog, "0.3.0-SNAPSHOT"));
        assertEquals("0.1.0", expected(changelog, "0.2.0"));
        assertEquals(NONE, expected("# Changelog\n\n## Unreleased\n", "0.1.0-SNAPSHOT"));
        assertEquals(NONE, expected("# Changelog\n\n## Unreleased\n\n## 0.1.0 (2027-01-31)\n", "0.1.0"));
    }

    @Test
    void baselineShouldBeReadFromTheConfiguration() {
        assertEquals("0.1.0", configured("--no-transfer-progress\n-Dapi.baseline=0.1.0\n"));
        assertEquals(NONE, configured("--no-transfer-progress\n"));
        assertEquals("0.1.0 and 0.2.0", configured("-Dapi.baseline=0.1.0\n-Dapi.baseline=0.2.0\n"));
    }
}
