package dev.understudy.edge.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.edge.Release;
import dev.understudy.edge.SchemaDescriptors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An image travels between two modules' stores, whatever happens on the way. */
final class IncomingImageTest {
  private static final KeyPair KEYS = SigningKeys.generate();
  private static final Trust TRUST = new Trust(List.of(KEYS.getPublic()), Trust.Unsigned.REFUSED);

  @TempDir Path scratch;
  private ImageFolder image;
  private ImageStore store;
  private final List<Long> asked = new ArrayList<>();

  @BeforeEach
  void makeImage() throws IOException {
    Path jar = scratch.resolve("big.jar");
    byte[] octets = new byte[1_000_000];
    new Random(7).nextBytes(octets);
    Files.write(jar, octets);
    image =
        new ImageBuilder(List.of(jar), SchemaDescriptors.current(), Optional.of(KEYS.getPrivate()))
            .build(Release.current(), scratch.resolve("image"));
    store = ImageStore.of(scratch.resolve("slot"));
  }

  private Optional<IncomingImage.Part> read(String file, long offset) {
    if (file.endsWith("big.jar")) {
      asked.add(offset);
    }
    return IncomingImage.read(image, file, offset);
  }

  private ImageFolder fetch(IncomingImage.Source source) throws InterruptedException {
    return new IncomingImage(store, image.id(), source).fetch(TRUST, done -> {});
  }

  @Test
  void it_arrives_whole_in_parts() throws Exception {
    ImageFolder kept = fetch(this::read);
    assertThat(kept.verify(TRUST)).isTrue();
    assertThat(asked).hasSize(4);
    assertThat(store.ids()).containsExactly(image.id());
  }

  @Test
  void what_was_interrupted_goes_on_where_it_stopped() throws Exception {
    assertThatThrownBy(() ->
            fetch((file, offset) -> {
              if (offset > 500_000) {
                throw new IOException("the other module is gone");
              }
              return read(file, offset);
            }))
        .hasMessageContaining("the other module is gone");
    assertThat(store.ids()).isEmpty();
    asked.clear();
    fetch(this::read);
    assertThat(asked).hasSize(2).allMatch(offset -> offset > 500_000);
    assertThat(store.ids()).containsExactly(image.id());
  }

  @Test
  void a_damaged_part_is_refused_and_comes_again() throws Exception {
    assertThatThrownBy(() -> fetch((file, offset) -> read(file, offset).map(this::damaged)))
        .hasMessageContaining("came damaged");
    assertThat(fetch(this::read).verify(TRUST)).isTrue();
  }

  private IncomingImage.Part damaged(IncomingImage.Part part) {
    byte[] octets = new byte[part.octets().remaining()];
    part.octets().get(octets);
    octets[octets.length / 2] ^= 1;
    return new IncomingImage.Part(ByteBuffer.wrap(octets), part.crc(), part.length());
  }

  @Test
  void a_file_left_damaged_on_the_disk_is_fetched_anew_in_the_end() throws Exception {
    Path part = store.incoming(image.id()).resolve("lib/big.jar");
    Files.createDirectories(part.getParent());
    Files.write(part, new byte[300_000]);
    assertThatThrownBy(() -> fetch(this::read)).hasMessageContaining("came damaged");
    assertThat(fetch(this::read).verify(TRUST)).isTrue();
  }

  @Test
  void nothing_is_taken_of_an_image_that_is_not_trusted_here() {
    Trust nobody = new Trust(List.of(), Trust.Unsigned.REFUSED);
    assertThatThrownBy(
            () -> new IncomingImage(store, image.id(), this::read).fetch(nobody, done -> {}))
        .hasMessageContaining("no key is trusted yet");
    assertThat(asked).isEmpty();
  }

  @Test
  void only_parts_of_the_image_can_be_read() {
    assertThat(IncomingImage.read(image, "../big.jar", 0)).isEmpty();
    assertThat(IncomingImage.read(image, "lib/none.jar", 0)).isEmpty();
  }
}
