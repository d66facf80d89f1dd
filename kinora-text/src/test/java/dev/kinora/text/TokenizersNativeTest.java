package dev.kinora.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizersNativeTest {
    @TempDir
    private Path cache;

    @Test
    void libraryIsUnpackedOnceAndAgainWhereItIsDamaged() throws IOException {
        String library = TokenizersNative.libraries().getLast();
        Path folder = cache.resolve("new/folder");
        Path file = TokenizersNative.unpack(library, folder);
        byte[] whole = Files.readAllBytes(file);
        FileTime written = FileTime.fromMillis(1_000_000_000_000L);
        Files.setLastModifiedTime(file, written);
        assertThat(TokenizersNative.unpack(library, folder)).isEqualTo(file);
        assertThat(Files.getLastModifiedTime(file)).isEqualTo(written);

        byte[] damaged = whole.clone();
        damaged[damaged.length / 2] ^= 1;
        Files.write(file, damaged);
        TokenizersNative.unpack(library, folder);
        assertThat(Files.mismatch(file, Files.write(cache.resolve("whole"), whole)))
                .isEqualTo(-1);

        Files.write(file, new byte[] {1, 2, 3});
        TokenizersNative.unpack(library, folder);
        assertThat(Files.size(file)).isEqualTo(whole.length);
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void unknownLibraryIsNamed() {
        assertThatThrownBy(() -> TokenizersNative.unpack("libother.so", cache))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("libother.so = missing");
    }
}
