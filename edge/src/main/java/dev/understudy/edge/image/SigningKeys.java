package dev.understudy.edge.image;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;

/** Ed25519 keys in PEM, and signatures by them. */
public final class SigningKeys {
  private static final String ALGORITHM = "Ed25519";
  private static final String PRIVATE = "PRIVATE KEY";
  private static final String PUBLIC = "PUBLIC KEY";
  private static final int PEM_LINE = 64;

  private SigningKeys() {}

  public static KeyPair generate() {
    try {
      return KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK 25 has " + ALGORITHM, e);
    }
  }

  public static String pem(PrivateKey key) {
    return pem(PRIVATE, key.getEncoded());
  }

  public static String pem(PublicKey key) {
    return pem(PUBLIC, key.getEncoded());
  }

  private static String pem(String what, byte[] octets) {
    return "-----BEGIN "
        + what
        + "-----\n"
        + Base64.getMimeEncoder(PEM_LINE, new byte[] {'\n'}).encodeToString(octets)
        + "\n-----END "
        + what
        + "-----\n";
  }

  /** A private key's file as {@code openssl genpkey -algorithm ed25519} writes it too. */
  public static PrivateKey readPrivate(Path file) {
    try {
      return KeyFactory.getInstance(ALGORITHM)
          .generatePrivate(new PKCS8EncodedKeySpec(read(file, PRIVATE)));
    } catch (GeneralSecurityException e) {
      throw new ImageException(file + " is no private Ed25519 key", e);
    }
  }

  public static PublicKey readPublic(Path file) {
    try {
      return KeyFactory.getInstance(ALGORITHM)
          .generatePublic(new X509EncodedKeySpec(read(file, PUBLIC)));
    } catch (GeneralSecurityException e) {
      throw new ImageException(file + " is no public Ed25519 key", e);
    }
  }

  private static byte[] read(Path file, String what) {
    String text;
    try {
      text = Files.readString(file);
    } catch (IOException e) {
      throw new ImageException("the key " + file + " can't be read: " + e, e);
    }
    int begin = text.indexOf("-----BEGIN " + what + "-----");
    int end = text.indexOf("-----END " + what + "-----");
    if (begin < 0 || end < begin) {
      throw new ImageException(file + " has no \"BEGIN " + what + "\" in it");
    }
    String body = text.substring(text.indexOf('\n', begin), end);
    try {
      return Base64.getMimeDecoder().decode(body.getBytes(StandardCharsets.US_ASCII));
    } catch (IllegalArgumentException e) {
      throw new ImageException(file + " is damaged: " + e.getMessage(), e);
    }
  }

  static byte[] sign(byte[] octets, PrivateKey key) {
    try {
      Signature signature = Signature.getInstance(ALGORITHM);
      signature.initSign(key);
      signature.update(octets);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new ImageException("the manifest can't be signed: " + e.getMessage(), e);
    }
  }

  static boolean isSignedBy(PublicKey key, byte[] octets, byte[] made) {
    try {
      Signature signature = Signature.getInstance(ALGORITHM);
      signature.initVerify(key);
      signature.update(octets);
      return signature.verify(made);
    } catch (GeneralSecurityException e) {
      return false; // not even the form of a signature
    }
  }
}
