package dev.kinora.curate.dataset;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** One that lies in a folder, all of it. */
record FolderDataset(Path folder) implements Dataset {
    @Override
    public String name() {
        return folder.toString().replace('\\', '/');
    }

    @Override
    public boolean whole() {
        return true;
    }

    @Override
    public byte[] read(String path, long offset, long bytes) throws IOException {
        Path root = folder.toAbsolutePath().normalize();
        Path file = root.resolve(path).normalize();
        if (!file.startsWith(root) || !Files.isRegularFile(file)) {
            throw new NoSuchFileException(path);
        }
        try (InputStream in = Files.newInputStream(file)) {
            in.skipNBytes(offset);
            byte[] part = in.readNBytes(Math.toIntExact(bytes));
            if (part.length < bytes) {
                throw new EOFException(path);
            }
            return part;
        }
    }

    @Override
    public void added(String table) {
        // It is where readers look.
    }
}
