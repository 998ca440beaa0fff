package dev.understudy.supervisor.upgrade;

import dev.understudy.edge.image.ImageException;
import dev.understudy.edge.image.ImageFolder;
import dev.understudy.edge.image.ImageStore;
import dev.understudy.edge.image.Trust;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleConsumer;

/**
 * Gets an archive from a file or a server, verifies it and keeps the image. From a server that
 * breaks off it goes on where it stopped (Range, RFC 9110), a few times.
 */
final class Fetch {
  private static final Duration CONNECT_MAX = Duration.ofSeconds(10);

  /** A server that sends nothing for so long has stalled. */
  private static final long SILENT_SECONDS_MAX = 15;

  private static final int TRIES_MAX = 4;
  private static final long PAUSE_MILLIS = 500;
  private static final long OCTETS_MAX = 1L << 30;

  private final ImageStore store;
  private final String location;
  private final DoubleConsumer progress;
  private final BooleanSupplier wanted;

  /**
   * @param wanted asked again and again; no: it ends with an exception
   */
  Fetch(ImageStore store, String location, DoubleConsumer progress, BooleanSupplier wanted) {
    this.store = store;
    this.location = location;
    this.progress = progress;
    this.wanted = wanted;
  }

  static boolean isAddress(String location) {
    return location.startsWith("http://") || location.startsWith("https://");
  }

  ImageFolder run(Trust trust) throws InterruptedException {
    if (!isAddress(location)) {
      return store.add(Path.of(location), trust);
    }
    Path part = store.incoming("download.tar");
    try {
      store.discard(part); // of another address, perhaps
      download(part);
      return store.add(part, trust);
    } finally {
      store.discard(part);
    }
  }

  private void download(Path part) throws InterruptedException {
    for (int tries = 1; ; tries++) {
      try {
        downloadOnce(part);
        return;
      } catch (IOException e) {
        if (tries == TRIES_MAX || !wanted.getAsBoolean()) {
          throw new ImageException(
              location + " can't be had (tried " + tries + " times): " + e.getMessage(), e);
        }
        Thread.sleep(PAUSE_MILLIS * tries);
      }
    }
  }

  private void downloadOnce(Path part) throws IOException, InterruptedException {
    long there = Files.exists(part) ? Files.size(part) : 0;
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(location))
            .timeout(Duration.ofSeconds(SILENT_SECONDS_MAX));
    if (there > 0) {
      request.header("Range", "bytes=" + there + "-");
    }
    try (HttpClient client =
        HttpClient.newBuilder()
            .connectTimeout(CONNECT_MAX)
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build()) {
      HttpResponse<InputStream> response =
          client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream in = response.body()) {
        boolean goesOn = response.statusCode() == 206;
        if (!goesOn && response.statusCode() != 200) {
          throw new ImageException(location + " answers with status " + response.statusCode());
        }
        long begin = goesOn ? there : 0;
        long length = response.headers().firstValueAsLong("content-length").orElse(-1);
        try (OutputStream out =
            Files.newOutputStream(
                part,
                StandardOpenOption.CREATE,
                goesOn ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE)) {
          long copied = copy(in, out, begin, begin + length);
          if (length >= 0 && copied != begin + length) {
            throw new IOException("the server broke off after " + copied + " octets");
          }
        }
      } finally {
        client.shutdownNow();
      }
    }
  }

  private long copy(InputStream in, OutputStream out, long begin, long end)
      throws IOException, InterruptedException {
    byte[] buffer = new byte[1 << 16];
    long copied = begin;
    while (true) {
      int count = readInTime(in, buffer);
      if (count < 0) {
        return copied;
      }
      out.write(buffer, 0, count);
      copied += count;
      if (copied > OCTETS_MAX) {
        throw new ImageException(location + " is larger than any image");
      }
      if (!wanted.getAsBoolean()) {
        throw new ImageException("given up");
      }
      if (end > 0) {
        progress.accept((double) copied / end);
      }
    }
  }

  /** A body's stream has no time limit of its own. */
  private static int readInTime(InputStream in, byte[] buffer)
      throws IOException, InterruptedException {
    CompletableFuture<Integer> read = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            read.complete(in.read(buffer));
          } catch (IOException e) {
            read.completeExceptionally(e);
          }
        });
    try {
      return read.get(SILENT_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new IOException("the server sent nothing for " + SILENT_SECONDS_MAX + " s", e);
    } catch (ExecutionException e) {
      throw new IOException(e.getCause() == null ? e : e.getCause());
    }
  }
}
