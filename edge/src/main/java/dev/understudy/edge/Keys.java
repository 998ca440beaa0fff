package dev.understudy.edge;

import io.grpc.netty.GrpcSslContexts;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.EnumSet;
import java.util.Set;
import javax.net.ssl.SSLException;

/**
 * The directory of one process's key: {@value #AUTHORITY}, {@value #CERTIFICATE} and {@value #KEY},
 * all PEM. Both ends of each connection show a certificate of the same authority (TLS 1.3).
 */
public final class Keys {
  public static final String AUTHORITY = "ca.pem";
  public static final String CERTIFICATE = "cert.pem";
  public static final String KEY = "key.pem";

  private static final String PROTOCOL = "TLSv1.3";
  private static final Set<PosixFilePermission> NOT_FOR_OTHERS =
      EnumSet.of(
          PosixFilePermission.GROUP_READ,
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE);

  private static final int WARM_UP_MESSAGES = 3_000;
  private static final int WARM_UP_OCTETS = 200;

  private final CertifiedRole role;
  private final SslContext client;
  private final SslContext server;

  private Keys(CertifiedRole role, SslContext client, SslContext server) {
    this.role = role;
    this.client = client;
    this.server = server;
  }

  /**
   * Reads the directory.
   *
   * @param role that the certificate must be for
   * @throws CannotStart when a file is missing, open to others, damaged, of another role or expired
   */
  public static Keys open(Path directory, CertifiedRole role) {
    Path authority = directory.resolve(AUTHORITY);
    Path certificate = directory.resolve(CERTIFICATE);
    Path key = directory.resolve(KEY);
    try {
      for (Path file : new Path[] {authority, certificate, key}) {
        if (!Files.isReadable(file)) {
          throw new CannotStart(
              "there is no " + file + " that can be read: `understudy keys init` makes keys");
        }
      }
      Set<PosixFilePermission> open = EnumSet.copyOf(NOT_FOR_OTHERS);
      open.retainAll(Files.getPosixFilePermissions(key));
      if (!open.isEmpty()) {
        throw new CannotStart(
            key + " is open to other users than its owner; chmod 600 " + key + " mends it");
      }
      checkRole(certificate, role);
      return new Keys(
          role,
          GrpcSslContexts.configure(
                  SslContextBuilder.forClient()
                      .keyManager(certificate.toFile(), key.toFile())
                      .trustManager(authority.toFile()),
                  SslProvider.JDK)
              .protocols(PROTOCOL)
              .build(),
          GrpcSslContexts.configure(
                  SslContextBuilder.forServer(certificate.toFile(), key.toFile())
                      .trustManager(authority.toFile())
                      .clientAuth(ClientAuth.REQUIRE),
                  SslProvider.JDK)
              .protocols(PROTOCOL)
              .build());
    } catch (SSLException | IllegalArgumentException e) {
      throw new CannotStart("the keys in " + directory + " can't be used: " + root(e), e);
    } catch (IOException e) {
      throw new CannotStart("the keys in " + directory + " can't be read: " + e, e);
    }
  }

  private static void checkRole(Path file, CertifiedRole role) throws IOException {
    try (InputStream octets = Files.newInputStream(file)) {
      X509Certificate certificate =
          (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(octets);
      certificate.checkValidity();
      if (CertifiedRole.of(certificate).filter(role::equals).isEmpty()) {
        throw new CannotStart(
            file
                + " is the certificate of "
                + certificate.getSubjectX500Principal()
                + ", and this process is the "
                + role.text());
      }
    } catch (CertificateException e) {
      throw new CannotStart(file + " is no certificate that is valid today: " + root(e), e);
    }
  }

  private static String root(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage());
  }

  /**
   * Speaks with itself for a while, in memory: what TLS needs is loaded and compiled before anybody
   * waits for it.
   */
  public void warmUp() {
    EmbeddedChannel dialling =
        new EmbeddedChannel(
            client.newHandler(UnpooledByteBufAllocator.DEFAULT, role.certifiedName(), 1));
    EmbeddedChannel listening =
        new EmbeddedChannel(server.newHandler(UnpooledByteBufAllocator.DEFAULT));
    try {
      for (int i = 0; i < WARM_UP_MESSAGES; i++) {
        dialling.writeOutbound(Unpooled.wrappedBuffer(new byte[WARM_UP_OCTETS]));
        listening.writeOutbound(Unpooled.wrappedBuffer(new byte[WARM_UP_OCTETS]));
        pass(dialling, listening);
        pass(listening, dialling);
        dialling.releaseInbound();
        listening.releaseInbound();
      }
    } finally {
      dialling.finishAndReleaseAll();
      listening.finishAndReleaseAll();
    }
  }

  private static void pass(EmbeddedChannel from, EmbeddedChannel to) {
    for (Object octets = from.readOutbound(); octets != null; octets = from.readOutbound()) {
      to.writeInbound(octets);
    }
  }

  SslContext client() {
    return client;
  }

  SslContext server() {
    return server;
  }
}
