package dev.kinora.text;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.zip.CRC32;

/**
 * Hugging Face's tokenizers library, unpacked from DJL's jar and loaded once.
 *
 * <p>It goes to {@code natives} in Kinora's cache: the system property {@code kinora.cache}, else the environment
 * variable {@code KINORA_CACHE}, else {@code XDG_CACHE_HOME/kinora}, else {@code ~/.cache/kinora}.
 *
 * <p>DJL's own loader is left aside: it looks for CUDA first, downloads another build where it finds it, and reports its
 * use on EC2. What is used of DJL is the JNI layer alone.
 */
final class TokenizersNative {
    private static final String RESOURCES = "/native/lib/";
    private static boolean loaded;

    private TokenizersNative() {}

    static synchronized void load() throws IOException {
        if (loaded) {
            return;
        }
        Path folder = cache().resolve("natives").resolve("tokenizers-" + version() + "-" + platform());
        for (String library : libraries()) {
            Path file = unpack(library, folder);
            try {
                System.load(file.toString());
            } catch (UnsatisfiedLinkError e) {
                throw new IOException(
                        "tokenizers: " + file + " does not load: " + e.getMessage()
                                + " (another place can be set with -Dkinora.cache or KINORA_CACHE)",
                        e);
            }
        }
        loaded = true;
    }

    private static Path cache() {
        String home = System.getProperty("kinora.cache", System.getenv("KINORA_CACHE"));
        if (home != null && !home.isBlank()) {
            return Path.of(home).toAbsolutePath();
        }
        String xdg = System.getenv("XDG_CACHE_HOME");
        if (xdg != null && !xdg.isBlank()) {
            return Path.of(xdg, "kinora").toAbsolutePath();
        }
        return Path.of(System.getProperty("user.home"), ".cache", "kinora").toAbsolutePath();
    }

    private static String version() throws IOException {
        try (InputStream in = resource("tokenizers.properties").openStream()) {
            var properties = new Properties();
            properties.load(in);
            return properties.getProperty("version", "unknown");
        }
    }

    private static String platform() {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        return (os.startsWith("win") ? "win" : os.startsWith("mac") ? "osx" : "linux")
                + "-"
                + (arch.equals("amd64") ? "x86_64" : arch);
    }

    /** In the order in which they need each other. */
    static List<String> libraries() {
        String name = System.mapLibraryName("tokenizers");
        return name.endsWith(".dll")
                ? List.of("libwinpthread-1.dll", "libgcc_s_seh-1.dll", "libstdc++-6.dll", name)
                : List.of(name);
    }

    private static URL resource(String name) throws IOException {
        URL url = TokenizersNative.class.getResource(RESOURCES + name);
        if (url == null) {
            throw new IOException(
                    "tokenizers: " + RESOURCES + name + " = missing (expected: in the jar"
                            + " ai.djl.huggingface:tokenizers; it has x86_64 and aarch64 Linux, aarch64 macOS, x86_64 Windows)");
        }
        return url;
    }

    /** Puts a library into a folder unless it is there whole. Returns the file. */
    static Path unpack(String library, Path folder) throws IOException {
        URLConnection source = resource(platform() + "/cpu/" + library).openConnection();
        Path file = folder.resolve(library);
        if (Files.exists(file) && intact(file, source)) {
            return file;
        }
        createPrivately(folder);
        Path draft = Files.createTempFile(folder, library, ".part");
        try (InputStream in = source.getInputStream()) {
            Files.copy(in, draft, StandardCopyOption.REPLACE_EXISTING);
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException e) {
            // another process was faster, and has it open
            if (!intact(file, source)) {
                throw e;
            }
        } finally {
            Files.deleteIfExists(draft);
        }
        return file;
    }

    /** Whether the file is what the jar holds, by size and checksum; the jar's directory has both. */
    private static boolean intact(Path file, URLConnection source) throws IOException {
        if (Files.size(file) != source.getContentLengthLong()) {
            return false;
        }
        if (!(source instanceof JarURLConnection jar)) {
            return true;
        }
        var crc = new CRC32();
        crc.update(Files.readAllBytes(file));
        return jar.getJarEntry().getCrc() == crc.getValue();
    }

    private static void createPrivately(Path folder) throws IOException {
        if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } else {
            Files.createDirectories(folder);
        }
    }
}
