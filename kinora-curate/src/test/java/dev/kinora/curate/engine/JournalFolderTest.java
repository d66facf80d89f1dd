package dev.kinora.curate.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kinora.curate.worker.FileOutcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Results of any number of attempts, at any number of places. */
class JournalFolderTest {
    private static final String SHA = "a".repeat(64);

    @TempDir
    private Path folder = Path.of("");

    private JournalFolder journal = new JournalFolder(Path.of(""));

    @BeforeEach
    void open() throws IOException {
        journal = new JournalFolder(folder.resolve("journal"));
        journal.open();
    }

    private static FileOutcome crash(String message) {
        return FileOutcome.failed("error", "crash", message);
    }

    @Test
    void theFirstAttemptToFinishHasMadeTheResult() throws Exception {
        FileTask task = new FileTask(SHA, folder.resolve("x"), 7);
        Path first = journal.begin(SHA, "1");
        Path second = journal.begin(SHA, "2");
        journal.finish(task, second, crash("second"));
        journal.finish(task, first, crash("first"));
        assertThat(journal.of(SHA).outcome().message()).isEqualTo("second");
        assertThat(journal.of(SHA).fileBytes()).isEqualTo(7);
        assertThat(folder.resolve("journal/half")).isEmptyDirectory();
    }

    @Test
    void whatIsHalfMadeGoesWithTheNextRunAndItsAttemptHasLost() throws Exception {
        FileTask task = new FileTask(SHA, folder.resolve("x"), 7);
        Path half = journal.begin(SHA, "1");
        journal.open();
        assertThat(half).doesNotExist();
        assertThatThrownBy(() -> journal.finish(SHA, half)).isInstanceOf(IOException.class);
        assertThat(journal.has(SHA)).isFalse();
        journal.finish(task, journal.begin(SHA, "2"), crash("again"));
        journal.finish(SHA, half);
        assertThat(journal.has(SHA)).isTrue();
    }

    @Test
    void aResultThatAppearsLateIsWaitedFor() throws Exception {
        Thread late = Thread.ofVirtual().start(() -> {
            try {
                Thread.sleep(300);
                Files.createDirectory(journal.folder(SHA));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        journal.await(List.of(SHA), Duration.ofMinutes(1));
        late.join();
        assertThatThrownBy(() -> journal.await(List.of(SHA, "b".repeat(64)), Duration.ZERO))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("(expected: a folder that this machine and all executors share)");
    }
}
