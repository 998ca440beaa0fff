package dev.understudy.edge;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Makes a small certificate authority and a key with a certificate for each {@link CertifiedRole}.
 * The JDK has no interface to make certificates but a program: keytool.
 *
 * <p>Keys are of the curve P-256. Certificates begin a day early, so that a clock that is slow
 * takes them, too.
 */
public final class KeyMaker {
  /** The authority's own key, in the directory that is made; needed by nobody who runs a switch. */
  public static final String AUTHORITY_KEY = "ca.key";

  /** Longest validity, days: 30 years. */
  public static final int DAYS_MAX = 10_950;

  private static final String PASSWORD = "UNDERSTUDY_KEYS_PASSWORD";
  private static final String CA = "ca";
  private static final String OWN = "own";
  private static final int LINE_OCTETS = 64;
  private static final int PASSWORD_OCTETS = 24;
  private static final long KEYTOOL_SECONDS_MAX = 60;

  private final Path work;
  private final String switchName;
  private final int days;
  private final char[] password;

  private KeyMaker(Path work, String switchName, int days) {
    this.work = work;
    this.switchName = switchName;
    this.days = days;
    byte[] secret = new byte[PASSWORD_OCTETS];
    new SecureRandom().nextBytes(secret);
    this.password = HexFormat.of().formatHex(secret).toCharArray();
  }

  /** It wasn't managed; nothing was made. */
  public static final class Failed extends Exception {
    private static final long serialVersionUID = 1L;

    Failed(String message) {
      super(message);
    }

    Failed(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /**
   * Makes the directory with {@code ca.pem}, {@code ca.key} and a directory for each role ({@link
   * Keys}).
   *
   * @param directory must not be there yet
   * @param switchName goes into the certificates, for people
   * @param days 1 to {@value #DAYS_MAX}
   */
  public static void make(Path directory, String switchName, int days) throws Failed {
    if (Files.exists(directory)) {
      throw new Failed(directory + " is there already; keys that are in use are never overwritten");
    }
    Path parent = directory.toAbsolutePath().getParent();
    Path work = null;
    try {
      if (parent == null) {
        throw new IOException(directory + " can't be made");
      }
      Files.createDirectories(parent);
      work = Files.createTempDirectory(parent, ".understudy-keys-");
      Path made = Files.createDirectory(work.resolve("made"), owner("rwx------"));
      new KeyMaker(work, switchName, days).run(made);
      Files.move(made, directory);
    } catch (IOException | GeneralSecurityException e) {
      throw new Failed("keys can't be made in " + directory + ": " + e.getMessage(), e);
    } finally {
      delete(work);
    }
  }

  private void run(Path made) throws IOException, GeneralSecurityException {
    keytool(
        CA,
        "-genkeypair",
        "-keyalg",
        "EC",
        "-groupname",
        "secp256r1",
        "-alias",
        CA,
        "-dname",
        name("authority"),
        "-ext",
        "bc:critical=ca:true,pathlen:0",
        "-ext",
        "ku:critical=keyCertSign,cRLSign",
        "-startdate",
        "-1d",
        "-validity",
        validity());
    byte[] authority = keytool(CA, "-exportcert", "-rfc", "-alias", CA);
    write(made.resolve(Keys.AUTHORITY), authority, "rw-r--r--");
    write(made.resolve(AUTHORITY_KEY), pem(CA, CA), "rw-------");
    for (CertifiedRole role : CertifiedRole.values()) {
      String store = role.text();
      keytool(
          store,
          "-genkeypair",
          "-keyalg",
          "EC",
          "-groupname",
          "secp256r1",
          "-alias",
          OWN,
          "-dname",
          name(role.text()));
      Path request = work.resolve(store + ".csr");
      keytool(store, "-certreq", "-alias", OWN, "-file", request.toString());
      byte[] certificate =
          keytool(
              CA,
              "-gencert",
              "-rfc",
              "-alias",
              CA,
              "-infile",
              request.toString(),
              "-ext",
              "san=dns:" + role.certifiedName(),
              "-ext",
              "ku:critical=digitalSignature",
              "-ext",
              "eku=serverAuth,clientAuth",
              "-startdate",
              "-1d",
              "-validity",
              validity());
      Path own = Files.createDirectory(made.resolve(store), owner("rwx------"));
      write(own.resolve(Keys.AUTHORITY), authority, "rw-r--r--");
      write(own.resolve(Keys.CERTIFICATE), certificate, "rw-r--r--");
      write(own.resolve(Keys.KEY), pem(store, OWN), "rw-------");
    }
  }

  private String validity() {
    return Integer.toString(days + 1);
  }

  private String name(String what) {
    return "CN=" + what + ",O=" + switchName;
  }

  private byte[] keytool(String store, String... words) throws IOException {
    Path program = Path.of(System.getProperty("java.home"), "bin", "keytool");
    if (!Files.isExecutable(program)) {
      throw new IOException("there is no " + program + ": a whole JDK is needed to make keys");
    }
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(Arrays.asList(words));
    command.addAll(List.of("-storetype", "PKCS12", "-storepass:env", PASSWORD));
    command.addAll(List.of("-keystore", work.resolve(store + ".p12").toString()));
    command.add("-J-XX:TieredStopAtLevel=1");
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put(PASSWORD, new String(password));
    builder.redirectError(work.resolve("errors").toFile());
    Process process = builder.start();
    process.getOutputStream().close();
    byte[] output;
    try (InputStream answer = process.getInputStream()) {
      output = answer.readAllBytes();
    }
    try {
      if (!process.waitFor(KEYTOOL_SECONDS_MAX, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new IOException(
            "keytool " + words[0] + ": " + new String(output, StandardCharsets.UTF_8).strip());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    return output;
  }

  /** The private key of a store, PKCS #8. */
  private byte[] pem(String store, String alias) throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream octets = Files.newInputStream(work.resolve(store + ".p12"))) {
      keys.load(octets, password);
    }
    Key key = keys.getKey(alias, password);
    String text =
        Base64.getMimeEncoder(LINE_OCTETS, new byte[] {'\n'}).encodeToString(key.getEncoded());
    return ("-----BEGIN PRIVATE KEY-----\n" + text + "\n-----END PRIVATE KEY-----\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static void write(Path file, byte[] octets, String permissions) throws IOException {
    Files.createFile(file, owner(permissions));
    Files.write(file, octets);
  }

  private static java.nio.file.attribute.FileAttribute<?> owner(String permissions) {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions));
  }

  private static void delete(@org.jspecify.annotations.Nullable Path work) {
    if (work == null) {
      return;
    }
    try (Stream<Path> files = Files.walk(work)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException _) {
      // Its files are the owner's only; what stays can be removed by hand.
    }
  }
}
