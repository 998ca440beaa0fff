package dev.understudy.edge;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
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
    make(
        CA,
        "authority",
        List.of("bc:critical=ca:true,pathlen:0", "ku:critical=keyCertSign,cRLSign"));
    for (CertifiedRole role : CertifiedRole.values()) {
      make(
          role.text(),
          role.text(),
          List.of(
              "san=dns:" + role.certifiedName(),
              "ku:critical=digitalSignature",
              "eku=serverAuth,clientAuth"),
          "-signer",
          CA);
    }
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream octets = Files.newInputStream(store())) {
      keys.load(octets, password);
    }
    byte[] authority = pem("CERTIFICATE", keys.getCertificate(CA).getEncoded());
    write(made.resolve(Keys.AUTHORITY), authority, "rw-r--r--");
    write(made.resolve(AUTHORITY_KEY), privateKey(keys, CA), "rw-------");
    for (CertifiedRole role : CertifiedRole.values()) {
      Path own = Files.createDirectory(made.resolve(role.text()), owner("rwx------"));
      write(own.resolve(Keys.AUTHORITY), authority, "rw-r--r--");
      write(
          own.resolve(Keys.CERTIFICATE),
          pem("CERTIFICATE", keys.getCertificate(role.text()).getEncoded()),
          "rw-r--r--");
      write(own.resolve(Keys.KEY), privateKey(keys, role.text()), "rw-------");
    }
  }

  private Path store() {
    return work.resolve("keys.p12");
  }

  /** A key and its certificate, into the store. */
  private void make(String alias, String name, List<String> extensions, String... signer)
      throws IOException {
    List<String> words = new ArrayList<>(List.of("-genkeypair", "-alias", alias));
    words.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1"));
    words.addAll(List.of("-dname", "CN=" + name + ",O=" + switchName));
    extensions.forEach(extension -> words.addAll(List.of("-ext", extension)));
    words.addAll(List.of("-startdate", "-1d", "-validity", Integer.toString(days + 1)));
    words.addAll(Arrays.asList(signer));
    keytool(words);
  }

  private void keytool(List<String> words) throws IOException {
    Path program = Path.of(System.getProperty("java.home"), "bin", "keytool");
    if (!Files.isExecutable(program)) {
      throw new IOException("there is no " + program + ": a whole JDK is needed to make keys");
    }
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(words);
    command.addAll(List.of("-storetype", "PKCS12", "-storepass:env", PASSWORD));
    command.addAll(List.of("-keystore", store().toString()));
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
            "keytool "
                + words.getFirst()
                + ": "
                + new String(output, StandardCharsets.UTF_8).strip());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** PKCS #8. */
  private byte[] privateKey(KeyStore keys, String alias) throws GeneralSecurityException {
    return pem("PRIVATE KEY", keys.getKey(alias, password).getEncoded());
  }

  private static byte[] pem(String label, byte[] der) {
    String text = Base64.getMimeEncoder(LINE_OCTETS, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(label, text, label)
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
