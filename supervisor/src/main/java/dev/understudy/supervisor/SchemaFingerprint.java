package dev.understudy.supervisor;

import com.google.protobuf.Descriptors.FileDescriptor;
import dev.understudy.schema.CanonicalMessage;
import dev.understudy.schema.Config;
import dev.understudy.schema.Output;
import dev.understudy.schema.Row;
import dev.understudy.schema.ToForwarder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** Tells whether two programs were built from the same schema. */
final class SchemaFingerprint {
  private static final int OCTETS = 8;

  private SchemaFingerprint() {}

  /** Hexadecimal. */
  static String current() {
    MessageDigest digest = sha256();
    for (FileDescriptor file :
        List.of(
            Config.getDescriptor().getFile(),
            Output.getDescriptor().getFile(),
            Row.getDescriptor().getFile(),
            CanonicalMessage.getDescriptor().getFile(),
            ToForwarder.getDescriptor().getFile())) {
      digest.update(file.toProto().toByteArray());
    }
    return HexFormat.of().formatHex(digest.digest(), 0, OCTETS);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
