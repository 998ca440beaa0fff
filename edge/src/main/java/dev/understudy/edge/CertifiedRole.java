package dev.understudy.edge;

import dev.understudy.schema.Slot;
import io.grpc.Attributes;
import io.grpc.Grpc;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * What a certificate says that its owner is: the name {@code ROLE.understudy} among its alternative
 * names (RFC 5280, 4.2.1.6). Whoever dials asks for the name of the one it means, so that TLS
 * itself refuses another; whoever listens looks here.
 */
public enum CertifiedRole {
  FORWARDER,
  SUPERVISOR_A,
  SUPERVISOR_B;

  private static final String DOMAIN = ".understudy";

  /** RFC 5280: a name of the domain name system. */
  private static final int DNS_NAME = 2;

  /** The supervisor of a slot. */
  public static CertifiedRole of(Slot slot) {
    return SlotName.letter(slot).equals("A") ? SUPERVISOR_A : SUPERVISOR_B;
  }

  /** As files and people call it, for example {@code supervisor-a}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The name in the certificate. */
  public String certifiedName() {
    return text() + DOMAIN;
  }

  /** The role of a certificate, if it has one. */
  static Optional<CertifiedRole> of(X509Certificate certificate) {
    Collection<List<?>> names;
    try {
      names = certificate.getSubjectAlternativeNames();
    } catch (CertificateParsingException _) {
      return Optional.empty();
    }
    if (names == null) {
      return Optional.empty();
    }
    for (CertifiedRole role : values()) {
      if (names.stream()
          .anyMatch(
              name -> name.get(0).equals(DNS_NAME) && name.get(1).equals(role.certifiedName()))) {
        return Optional.of(role);
      }
    }
    return Optional.empty();
  }

  /** Who is at the other end of a connection; nobody certified where it isn't one of TLS. */
  static Optional<CertifiedRole> of(Attributes transport) {
    SSLSession session = transport.get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    if (session == null) {
      return Optional.empty();
    }
    try {
      Certificate[] chain = session.getPeerCertificates();
      return chain[0] instanceof X509Certificate certificate ? of(certificate) : Optional.empty();
    } catch (SSLPeerUnverifiedException _) {
      return Optional.empty();
    }
  }
}
