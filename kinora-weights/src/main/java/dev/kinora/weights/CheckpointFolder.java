package dev.kinora.weights;

import dev.kinora.tensor.DType;
import dev.kinora.tensor.TensorScope;
import dev.kinora.weights.internal.AtomicFiles;
import dev.kinora.weights.internal.Folders;
import dev.kinora.weights.internal.SafePaths;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint in the diffusers layout: {@code model_index.json} and a folder per component with its config and its
 * weights. Opening reads the index only.
 */
public final class CheckpointFolder {
    private final Path path;
    private final ModelIndex index;

    private CheckpointFolder(Path path, ModelIndex index) {
        this.path = path;
        this.index = index;
    }

    /**
     * Opens a folder.
     *
     * @throws CheckpointException if it has no valid {@code model_index.json}
     */
    public static CheckpointFolder open(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            throw CheckpointException.of(path.toString(), "folder", "missing", "a checkpoint in the diffusers layout");
        }
        if (!Files.exists(path.resolve(ModelIndex.FILE))) {
            throw CheckpointException.of(
                    path.toString(), ModelIndex.FILE, "missing", "a checkpoint in the diffusers layout");
        }
        return new CheckpointFolder(path, ModelIndex.of(Config.read(SafePaths.inside(path, ModelIndex.FILE))));
    }

    /** The folder. */
    public Path path() {
        return path;
    }

    /** The pipeline's class and its components. */
    public ModelIndex index() {
        return index;
    }

    /** Whether the pipeline has this component. */
    public boolean has(String component) {
        return index.kind(component) != null;
    }

    /** All components, in the order of the index. */
    public List<Component> components() {
        return index.components().keySet().stream().map(this::component).toList();
    }

    /**
     * One component.
     *
     * @throws CheckpointException if the index has none of that name
     */
    public Component component(String name) {
        ModelIndex.Kind kind = index.kind(name);
        if (kind == null) {
            throw CheckpointException.of(
                    path.resolve(ModelIndex.FILE).toString(),
                    "component",
                    name,
                    "one of " + index.components().keySet());
        }
        return new Component(name, kind, path.resolve(name));
    }

    /**
     * A component of a pipeline, or a repository that is one (a motion adapter, a ControlNet).
     *
     * @param name its name in the pipeline, such as {@code transformer}
     * @param kind library and class
     * @param folder where its files are
     */
    public record Component(String name, ModelIndex.Kind kind, Path folder) {
        /** A folder that is itself one diffusers component. */
        public static Component of(Path folder) throws IOException {
            Config config = Config.read(SafePaths.inside(folder, "config.json"));
            String className = config.className();
            if (className == null) {
                throw CheckpointException.of(config.where(), "_class_name", "missing", "a diffusers model's class");
            }
            return new Component(
                    String.valueOf(folder.toAbsolutePath().getFileName()),
                    new ModelIndex.Kind("diffusers", className),
                    folder);
        }

        /** The component's config. */
        public Config config() throws IOException {
            return Config.read(file(kind.configFile()));
        }

        /** One of the component's files, refused where it is missing or leads out of the folder. */
        public Path file(String fileName) throws IOException {
            return SafePaths.inside(folder, fileName);
        }

        /** One of the component's files, or null where it has none of that name. */
        public @Nullable Path optionalFile(String fileName) throws IOException {
            return Files.exists(folder.resolve(fileName)) ? file(fileName) : null;
        }

        /** The weight files: one, or the index and its shards. Empty for components without weights. */
        public List<Path> weightFiles(String variant) throws IOException {
            try (Stream<Path> list = Files.list(folder)) {
                if (list.noneMatch(p -> p.toString().contains(".safetensors"))) {
                    return List.of();
                }
            }
            List<Path> files = new ArrayList<>();
            Path main = Checkpoint.find(folder, variant);
            files.add(main);
            if (main.toString().endsWith(".json")) {
                var shards =
                        Checkpoint.weightMap(main.toString(), Config.read(main).json());
                for (String shard : new java.util.TreeSet<>(shards.values())) {
                    files.add(file(shard));
                }
            }
            return files;
        }

        /** Opens the weights; see {@link Checkpoint#open(Path, String, Arena)}. */
        public Checkpoint weights(String variant, Arena arena) throws IOException {
            return Checkpoint.open(folder, variant, arena);
        }
    }

    /** What fills a checkpoint's folder. */
    @FunctionalInterface
    public interface Content {
        /** Writes every component. */
        void writeTo(Draft draft) throws IOException;
    }

    /**
     * Writes a checkpoint whole or not at all: into a temporary folder beside the target, renamed at the end.
     *
     * @throws CheckpointException if the target exists and is not an empty folder
     */
    public static CheckpointFolder write(Path target, ModelIndex index, Content content) throws IOException {
        Path absolute = target.toAbsolutePath();
        requireFree(absolute);
        Path draft = AtomicFiles.temporary(absolute);
        try {
            Files.createDirectories(draft);
            content.writeTo(new Draft(draft, index));
            index.config().write(draft.resolve(ModelIndex.FILE));
            for (String name : index.components().keySet()) {
                if (!Files.isDirectory(draft.resolve(name))) {
                    throw CheckpointException.of(
                            target.toString(), name, "not written", "every component of the index");
                }
            }
            Files.deleteIfExists(absolute);
            AtomicFiles.move(draft, absolute);
        } finally {
            Folders.delete(draft);
        }
        return open(target);
    }

    private static void requireFree(Path target) throws IOException {
        if (Files.isDirectory(target)) {
            try (Stream<Path> list = Files.list(target)) {
                if (list.findAny().isEmpty()) {
                    return;
                }
            }
        }
        if (Files.exists(target, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
            throw CheckpointException.of(target.toString(), "folder", "exists", "a new or empty folder");
        }
    }

    /** A checkpoint being written. */
    public static final class Draft {
        private final Path path;
        private final ModelIndex index;

        private Draft(Path path, ModelIndex index) {
            this.path = path;
            this.index = index;
        }

        /** The checkpoint's folder while it is written; it has another name then. */
        public Path path() {
            return path;
        }

        /** The folder of one component, made where it is not there. */
        public Path folder(String component) throws IOException {
            kind(component);
            return Files.createDirectories(path.resolve(component));
        }

        /** Writes a component's config under the name its class asks for. */
        public void config(String component, Config config) throws IOException {
            config.write(folder(component).resolve(kind(component).configFile()));
        }

        /** Writes a component's weights, in shards above {@code maxShardBytes}. */
        public void weights(String component, SafetensorsWriter weights, String variant, long maxShardBytes)
                throws IOException {
            // Without this text transformers refuses the file.
            weights.metadata("format", "pt");
            weights.writeSharded(folder(component), kind(component).stem(), variant, maxShardBytes);
        }

        /** Copies a component as it is: all files directly in its folder, links as the files they lead to. */
        public void copy(Component component) throws IOException {
            copyFiles(component, component.name(), name -> true);
        }

        private void copyFiles(Component from, String component, Predicate<String> which) throws IOException {
            Path to = folder(component);
            try (Stream<Path> list = Files.list(from.folder())) {
                for (Path file : list.filter(Files::isRegularFile).sorted().toList()) {
                    String name = String.valueOf(file.getFileName());
                    if (which.test(name)) {
                        Files.copy(from.file(name), to.resolve(name));
                    }
                }
            }
        }

        /**
         * Copies another component in place of one: its weights in the types that those of the one are stored in, its
         * config and what else lies in its folder.
         *
         * @param component of the checkpoint
         * @param other of the same class, with weights of the same keys and shapes
         * @throws CheckpointException if it is of another class or has other weights
         */
        public void replace(Component component, Component other) throws IOException {
            Config config = other.config();
            String expected = component.kind().className();
            if (!expected.equals(config.className())) {
                throw CheckpointException.of(config.where(), "_class_name", config.className(), expected);
            }
            config(component.name(), config);
            String configFile = kind(component.name()).configFile();
            copyFiles(other, component.name(), name -> !name.contains(".safetensors") && !name.equals(configFile));
            try (Arena arena = Arena.ofConfined();
                    TensorScope ignored = TensorScope.open("replace " + component.name())) {
                Checkpoint types = component.weights("", arena);
                SafetensorsWriter weights = weights(other.weights("", arena), types);
                weights(component.name(), weights, "", SafetensorsWriter.DEFAULT_SHARD_BYTES);
            }
        }

        private static SafetensorsWriter weights(Checkpoint values, Checkpoint types) {
            List<String> differing = Stream.concat(values.names().stream(), types.names().stream())
                    .distinct()
                    .filter(name -> !values.has(name)
                            || !types.has(name)
                            || !values.info(name)
                                    .shape()
                                    .equals(types.info(name).shape()))
                    .toList();
            if (!differing.isEmpty()) {
                throw CheckpointException.of(
                        values.where(),
                        "weights",
                        differing.size() + " others, first " + differing.getFirst(),
                        "keys and shapes of " + types.where());
            }
            SafetensorsWriter writer = new SafetensorsWriter();
            for (String name : types.names()) {
                StoredType stored = types.info(name).type();
                DType type = stored.dtype();
                if (type == null) {
                    throw CheckpointException.of(types.where(), name, stored, "a type that can be computed in");
                }
                writer.add(name, values.tensor(name), type);
            }
            return writer;
        }

        private ModelIndex.Kind kind(String component) {
            ModelIndex.Kind kind = index.kind(component);
            if (kind == null) {
                throw CheckpointException.of(
                        ModelIndex.FILE,
                        "component",
                        component,
                        "one of " + index.components().keySet());
            }
            return kind;
        }
    }
}
