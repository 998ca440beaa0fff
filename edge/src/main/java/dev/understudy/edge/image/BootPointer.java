package dev.understudy.edge.image;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which image a part of the switch runs.
 *
 * @param image its name in the store, or {@link #BUILT_IN}
 * @param previous what runs again when that one doesn't come up
 * @param proven whether it has come up once
 * @param tries starts since it was pointed to, while it isn't proven
 * @param failure why the image that was pointed to before isn't it any more; empty: nothing failed
 * @param attempt who pointed to it, so that a failure is told apart from that of an earlier attempt
 */
public record BootPointer(
    String image, String previous, boolean proven, int tries, String failure, String attempt) {
  /** What the launcher itself runs. */
  public static final String BUILT_IN = "built-in";

  /** An image that isn't proven is started so often. */
  public static final int TRIES_MAX = 2;

  /** What runs where nothing was ever installed. */
  public static final BootPointer NONE = new BootPointer(BUILT_IN, BUILT_IN, true, 0, "", "");

  public boolean isBuiltIn() {
    return image.equals(BUILT_IN);
  }

  /** Another image, to be tried; one that never came up is no image to return to. */
  public BootPointer to(String next, String by) {
    return new BootPointer(next, proven ? image : previous, false, 0, "", by);
  }

  /** One more start. */
  BootPointer tried() {
    return new BootPointer(image, previous, proven, tries + 1, failure, attempt);
  }

  BootPointer cameUp() {
    return new BootPointer(image, previous, true, 0, failure, attempt);
  }

  BootPointer back(String why) {
    return new BootPointer(previous, previous, true, 0, why, attempt);
  }

  String text() {
    return "image: %s%nprevious: %s%nproven: %s%ntries: %d%nfailure: %s%nattempt: %s%n"
        .formatted(
            image, previous, proven ? "yes" : "no", tries, failure.replace('\n', ' '), attempt);
  }

  static BootPointer parse(String text) {
    Map<String, String> fields = new LinkedHashMap<>();
    text.lines()
        .forEach(line -> {
          int colon = line.indexOf(": ");
          if (colon > 0) {
            fields.put(line.substring(0, colon), line.substring(colon + 2));
          }
        });
    String image = fields.getOrDefault("image", BUILT_IN);
    return new BootPointer(
        image,
        fields.getOrDefault("previous", BUILT_IN),
        fields.getOrDefault("proven", "no").equals("yes"),
        fields.getOrDefault("tries", "0").chars().allMatch(Character::isDigit)
            ? Integer.parseInt(fields.getOrDefault("tries", "0"))
            : 0,
        fields.getOrDefault("failure", ""),
        fields.getOrDefault("attempt", ""));
  }
}
