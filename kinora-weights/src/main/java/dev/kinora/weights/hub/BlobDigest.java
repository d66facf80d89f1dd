package dev.kinora.weights.hub;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Checks content against its entity tag while it arrives: SHA-256 for large files, a git blob's SHA-1 for small ones. */
final class BlobDigest {
    private final String etag;
    private final MessageDigest digest;

    BlobDigest(RemoteFile file) {
        this.etag = file.etag();
        try {
            if (file.sha256() != null) {
                digest = MessageDigest.getInstance("SHA-256");
            } else {
                digest = MessageDigest.getInstance("SHA-1");
                digest.update(("blob " + file.size() + "\0").getBytes(StandardCharsets.US_ASCII));
            }
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-1 and SHA-256", e);
        }
    }

    void update(byte[] bytes, int length) {
        digest.update(bytes, 0, length);
    }

    /** Takes in what an earlier try left. */
    void update(Path file) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            while (channel.read(buffer.clear()) >= 0) {
                digest.update(buffer.flip());
            }
        }
    }

    /** Whether all that came in is what the tag says; to be asked once. */
    boolean matches() {
        return HexFormat.of().formatHex(digest.digest()).equals(etag);
    }
}
