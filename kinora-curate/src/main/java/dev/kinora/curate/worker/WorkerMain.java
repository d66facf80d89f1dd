package dev.kinora.curate.worker;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The process in which files are decoded: a native crash or a hang takes it down and nothing else. Reads a {@link Job} a
 * line; answers {@code ready} when it begins, {@code at FRAMES PTS SECONDS} now and then, and {@code done} or
 * {@code failed MESSAGE} for each. Ends when its input does, so that a master that is killed leaves no worker behind.
 */
public final class WorkerMain {
    private static final long BEAT_NANOS = 100_000_000L;

    /** What stands for the end of input in the queue. */
    private static final String END = "";

    private WorkerMain() {}

    /** Works until its input ends; takes no arguments. */
    public static void main(String[] args) throws Exception {
        PrintStream answers = new PrintStream(new FileOutputStream(FileDescriptor.out), false, UTF_8);
        // Whatever a native library prints must not be taken for an answer.
        System.setOut(System.err);
        LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();
        Thread reader = new Thread(() -> read(lines), "kinora-curate-input");
        reader.setDaemon(true);
        reader.start();
        FileCurator curator = null;
        Job loaded = null;
        for (String line = lines.take(); !line.equals(END); line = lines.take()) {
            Job job = Job.JSON.readValue(line, Job.class);
            if (curator == null
                    || loaded == null
                    || !job.recipe().equals(loaded.recipe())
                    || !job.models().equals(loaded.models())) {
                close(curator);
                Map<String, Path> models = new HashMap<>();
                job.models().forEach((name, file) -> models.put(name, Path.of(file)));
                curator = new FileCurator(job.recipe(), models);
                loaded = job;
            }
            say(answers, "ready");
            run(curator, job, answers);
        }
        close(curator);
    }

    private static void close(@Nullable FileCurator curator) {
        if (curator != null) {
            curator.close();
        }
    }

    private static void read(LinkedBlockingQueue<String> to) {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8))) {
            for (String line; (line = in.readLine()) != null; ) {
                to.add(line);
            }
        } catch (IOException e) {
            // The master is gone: as the end of input.
        }
        // Not exit: whatever the other thread is in the middle of, nobody waits for it any more.
        Runtime.getRuntime().halt(0);
    }

    private static void run(FileCurator curator, Job job, PrintStream answers) throws IOException {
        AtomicLong last = new AtomicLong();
        FileCurator.Heartbeat beat = (frames, pts, seconds) -> {
            long now = System.nanoTime();
            if (now - last.get() > BEAT_NANOS) {
                last.set(now);
                say(answers, "at " + frames + " " + pts + " " + seconds);
            }
        };
        Path folder = Path.of(job.folder());
        try {
            FileResult result = curator.run(Path.of(job.file()), job.sha256(), folder, beat);
            Files.writeString(folder.resolve(Job.RESULT), Job.JSON.writeValueAsString(result));
            say(answers, "done");
        } catch (IOException | RuntimeException e) {
            // What is wrong with the file is in its result: this is ours, or the disk's.
            e.printStackTrace();
            say(answers, "failed " + String.valueOf(e).replaceAll("\\s*\\R\\s*", "; "));
        }
    }

    private static synchronized void say(PrintStream answers, String what) {
        answers.print(Job.MARK + what + "\n");
        answers.flush();
    }
}
