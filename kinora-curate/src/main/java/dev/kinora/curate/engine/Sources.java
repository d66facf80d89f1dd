package dev.kinora.curate.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The files that a command line means. */
final class Sources {
    private Sources() {}

    /**
     * Every file given, and below a folder every file in it that is not hidden, whatever its name ends in.
     *
     * @return path by name, in order of names; names are the arguments as given, with {@code /}
     */
    static Map<String, Path> find(List<Path> raws, Path out) throws IOException {
        Map<String, Path> found = new TreeMap<>();
        Path dataset = out.toAbsolutePath().normalize();
        for (Path raw : raws) {
            if (Files.isRegularFile(raw)) {
                found.put(name(raw), raw);
            } else if (Files.isDirectory(raw)) {
                for (Path file : below(raw)) {
                    if (!file.toAbsolutePath().normalize().startsWith(dataset)) {
                        found.put(name(file), file);
                    }
                }
            } else {
                throw new NoSuchFileException(raw.toString());
            }
        }
        return Collections.unmodifiableMap(found);
    }

    private static List<Path> below(Path folder) throws IOException {
        List<Path> files = new ArrayList<>();
        try (Stream<Path> all = Files.list(folder)) {
            for (Path p : all.sorted().toList()) {
                if (String.valueOf(p.getFileName()).startsWith(".")) {
                    continue;
                }
                if (Files.isDirectory(p)) {
                    files.addAll(below(p));
                } else if (Files.isRegularFile(p)) {
                    files.add(p);
                }
            }
        }
        return files;
    }

    private static String name(Path path) {
        return path.toString().replace('\\', '/');
    }
}
