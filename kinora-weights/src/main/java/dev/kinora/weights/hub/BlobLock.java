package dev.kinora.weights.hub;

import dev.kinora.weights.internal.Folders;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Keeps two processes, or two threads of this one, from fetching the same blob at once. Only a courtesy: tools that lock
 * otherwise are not kept out, and what makes the cache right is that blobs appear by a rename.
 */
final class BlobLock implements AutoCloseable {
    private final FileChannel channel;
    private final @Nullable FileLock lock;

    private BlobLock(FileChannel channel, @Nullable FileLock lock) {
        this.channel = channel;
        this.lock = lock;
    }

    static BlobLock acquire(Path file, HubHttp http, Cancellation cancellation) throws IOException {
        Files.createDirectories(Folders.parent(file));
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            while (true) {
                try {
                    FileLock lock = channel.tryLock();
                    if (lock != null) {
                        return new BlobLock(channel, lock);
                    }
                } catch (OverlappingFileLockException e) {
                    cancellation.check("Hub");
                } catch (IOException e) {
                    // A file system without locks: go on without.
                    return new BlobLock(channel, null);
                }
                http.pause(Duration.ofMillis(200), cancellation, "Hub");
            }
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        if (lock != null) {
            lock.close();
        }
        channel.close();
    }
}
