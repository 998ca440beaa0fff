package dev.understudy.edge.image;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.regex.Pattern;

/**
 * What an image consists of.
 *
 * @param release for example {@code 0.1.0}
 * @param javaFeature the oldest Java it runs on, for example 25
 * @param minimumForwarder the oldest forwarder's release that its supervisors work with
 * @param minimumLauncher the oldest launcher's release that can start it
 * @param files SHA-256 in hexadecimal by path; jars in the order of the class path
 */
public record ImageManifest(
    String release,
    int javaFeature,
    String minimumForwarder,
    String minimumLauncher,
    SequencedMap<String, String> files) {
  /** More files than any image has; a manifest with more isn't one. */
  static final int FILES_MAX = 1_000;

  static final int OCTETS_MAX = 1 << 20;

  private static final String FIRST_LINE = "# Understudy image 1";
  private static final Pattern RELEASE = Pattern.compile("[0-9A-Za-z][0-9A-Za-z.+_-]{0,63}");
  private static final Pattern FILE = Pattern.compile("([0-9a-f]{64})  (\\S.*)");
  private static final Pattern PATH =
      Pattern.compile("([A-Za-z0-9_][A-Za-z0-9._+-]*/){0,3}[A-Za-z0-9_][A-Za-z0-9._+-]*");

  /** Octets of the digest that are part of an image's name. */
  private static final int ID_HEX_DIGITS = 12;

  public ImageManifest {
    files = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(files));
  }

  /** As it stands in the file. */
  public String text() {
    StringBuilder text = new StringBuilder();
    text.append(FIRST_LINE).append('\n');
    text.append("# release: ").append(release).append('\n');
    text.append("# java: ").append(javaFeature).append('\n');
    text.append("# minimum-forwarder: ").append(minimumForwarder).append('\n');
    text.append("# minimum-launcher: ").append(minimumLauncher).append('\n');
    files.forEach((path, sum) -> text.append(sum).append("  ").append(path).append('\n'));
    return text.toString();
  }

  public byte[] octets() {
    return text().getBytes(StandardCharsets.UTF_8);
  }

  /** The image's name: its release and what tells two builds of a release apart. */
  public String id() {
    return release + "-" + build();
  }

  /** The first digits of the manifest's digest. */
  public String build() {
    return Sha256.of(octets()).substring(0, ID_HEX_DIGITS);
  }

  /** Paths of the jars, in the order of the class path. */
  public List<String> classPath() {
    return files.keySet().stream()
        .filter(path -> path.startsWith("lib/") && path.endsWith(".jar"))
        .toList();
  }

  /**
   * Reads a manifest.
   *
   * @throws ImageException says what is wrong with it
   */
  public static ImageManifest parse(byte[] octets) {
    String text = new String(octets, StandardCharsets.UTF_8);
    Map<String, String> headers = new HashMap<>();
    LinkedHashMap<String, String> files = new LinkedHashMap<>();
    List<String> lines = text.lines().toList();
    if (lines.isEmpty() || !lines.getFirst().equals(FIRST_LINE)) {
      throw new ImageException("the manifest doesn't begin with \"" + FIRST_LINE + "\"");
    }
    for (String line : lines.subList(1, lines.size())) {
      if (line.startsWith("# ")) {
        int colon = line.indexOf(": ");
        if (colon > 0) {
          headers.put(line.substring(2, colon), line.substring(colon + 2));
        }
        continue;
      }
      var file = FILE.matcher(line);
      if (!file.matches() || !PATH.matcher(file.group(2)).matches()) {
        throw new ImageException("the manifest has a line that names no file: \"" + line + "\"");
      }
      files.put(file.group(2), file.group(1));
      if (files.size() > FILES_MAX) {
        throw new ImageException("the manifest names more than " + FILES_MAX + " files");
      }
    }
    String release = header(headers, "release");
    if (!RELEASE.matcher(release).matches()) {
      throw new ImageException("the manifest's release can't be one: \"" + release + "\"");
    }
    ImageManifest manifest =
        new ImageManifest(
            release,
            number(header(headers, "java")),
            header(headers, "minimum-forwarder"),
            header(headers, "minimum-launcher"),
            files);
    if (manifest.classPath().isEmpty()) {
      throw new ImageException("the manifest names no jar below lib/");
    }
    return manifest;
  }

  private static String header(Map<String, String> headers, String name) {
    String value = headers.get(name);
    if (value == null) {
      throw new ImageException("the manifest says no " + name);
    }
    return value;
  }

  private static int number(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new ImageException("the manifest's java is no number: \"" + text + "\"", e);
    }
  }
}
