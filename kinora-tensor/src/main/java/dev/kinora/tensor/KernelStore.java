package dev.kinora.tensor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The kernel choices of one machine in one file; a file that cannot be read or trusted counts as absent. */
final class KernelStore {
    /** Raised whenever a kernel changes enough that old timings mislead. */
    static final int REVISION = 4;

    private static final Logger LOG = LoggerFactory.getLogger(KernelStore.class);
    private static final String FORMAT = "kinora-kernels";

    private final Path file;
    private final String cpu;

    KernelStore(Path file, String cpu) {
        this.file = file;
        this.cpu = cpu;
    }

    static KernelStore forThisMachine() {
        String home = System.getenv("KINORA_CACHE");
        Path folder = home == null || home.isBlank()
                ? Path.of(System.getProperty("user.home", "."), ".cache", "kinora")
                : Path.of(home);
        String cpu = cpu();
        String version = Torch.version().replaceAll("[^A-Za-z0-9.-]", "_");
        return new KernelStore(
                folder.resolve("kernels-" + hash(cpu).substring(0, 12) + "-" + version + ".json"),
                cpu.lines().findFirst().orElse("unknown"));
    }

    Path file() {
        return file;
    }

    /** Everything that can change which kernel is fastest: the CPU, its instructions and what limits their use. */
    private static String cpu() {
        StringBuilder facts = new StringBuilder();
        try (var lines = Files.lines(Path.of("/proc/cpuinfo"), StandardCharsets.UTF_8)) {
            List<String> all = lines.toList();
            for (String key : List.of("model name", "cpu family", "model", "stepping", "flags")) {
                all.stream()
                        .filter(l -> l.startsWith(key))
                        .findFirst()
                        .ifPresent(l -> facts.append(
                                        l.substring(l.indexOf(':') + 1).strip())
                                .append('\n'));
            }
        } catch (IOException e) {
            LOG.debug("no /proc/cpuinfo", e);
        }
        facts.append(System.getProperty("os.name")).append(' ').append(System.getProperty("os.arch"));
        facts.append(' ').append(Runtime.getRuntime().availableProcessors());
        facts.append(' ').append(Torch.cpuCapability());
        for (String name : List.of("ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA", "OPENBLAS_CORETYPE")) {
            facts.append(' ').append(System.getenv(name));
        }
        return facts.append(" r").append(REVISION).toString();
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is part of every JDK", e);
        }
    }

    List<Kernels.Choice> load() {
        if (!Files.isRegularFile(file)) {
            return List.of();
        }
        try {
            JsonNode root = new ObjectMapper().readTree(Files.readString(file));
            if (!root.path("format").asText().equals(FORMAT)
                    || root.path("revision").asInt() != REVISION
                    || !root.path("cpu").asText().equals(cpu)) {
                LOG.debug("{}: written by or for something else", file);
                return List.of();
            }
            List<Kernels.Choice> choices = new ArrayList<>();
            for (JsonNode c : root.path("choices")) {
                String operation = c.path("operation").asText();
                String kernel = c.path("kernel").asText();
                if (operation.isEmpty() || kernel.isEmpty()) {
                    return List.of();
                }
                Map<String, Double> millis = new LinkedHashMap<>();
                c.path("milliseconds")
                        .properties()
                        .forEach(e -> millis.put(e.getKey(), e.getValue().asDouble()));
                choices.add(new Kernels.Choice(operation, kernel, Kernels.Origin.CACHED, millis));
            }
            return choices;
        } catch (IOException e) {
            LOG.debug("{}: unreadable, measuring anew", file, e);
            return List.of();
        }
    }

    /** Replaces the file as a whole; without a writable cache the choices last as long as the process. */
    void save(List<Kernels.Choice> choices) {
        ObjectMapper json = new ObjectMapper();
        ObjectNode root = json.createObjectNode();
        root.put("format", FORMAT).put("revision", REVISION).put("cpu", cpu);
        ArrayNode list = root.putArray("choices");
        for (Kernels.Choice c : choices) {
            ObjectNode n = list.addObject().put("operation", c.operation()).put("kernel", c.kernel());
            ObjectNode millis = n.putObject("milliseconds");
            c.milliseconds().forEach(millis::put);
        }
        try {
            Path folder = file.toAbsolutePath().getParent();
            if (folder == null) {
                return;
            }
            Files.createDirectories(folder);
            Path part = Files.createTempFile(folder, "kernels", ".part");
            try {
                Files.writeString(part, json.writerWithDefaultPrettyPrinter().writeValueAsString(root));
                Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(part);
            }
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("kernel choices are plain JSON", e);
        } catch (IOException e) {
            LOG.debug("{}: not writable, choices last as long as this process", file, e);
        }
    }
}
