package dev.kinora.weights.hub;

import dev.kinora.weights.CheckpointException;
import dev.kinora.weights.ModelIndex;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Chooses from a repository what a checkpoint needs: configs, tokenizers and one set of safetensors per component. No
 * pickles, no Flax, ONNX or other frameworks' files, no second variant of the same weights, no pictures.
 */
final class FileSelection {
    private static final Pattern TEXTS = Pattern.compile("(?i).*\\.(json|txt|model)|licen[sc]e.*|notice.*");
    private static final Pattern PICKLES = Pattern.compile("(?i).*\\.(bin|ckpt|pt|pth|pkl|pickle)");
    private static final String SHARD = "-\\d{5}-of-\\d{5}";
    private static final String STEM = "(diffusion_pytorch_model|model)";

    private FileSelection() {}

    /** The files a pull asks for by globs. */
    static List<RemoteFile> matching(List<RemoteFile> files, List<String> globs) {
        List<PathMatcher> matchers = globs.stream()
                .map(g -> FileSystems.getDefault().getPathMatcher("glob:" + g))
                .toList();
        return files.stream()
                .filter(f -> matchers.stream().anyMatch(m -> m.matches(Path.of(f.path()))))
                .toList();
    }

    /**
     * The files a checkpoint needs.
     *
     * @param index the repository's {@code model_index.json}, or null where it is one component or a LoRA
     * @param variant empty for none
     * @throws CheckpointException if a component has weights only as pickles, or none has the variant
     */
    static List<RemoteFile> needed(RepoId repo, List<RemoteFile> files, @Nullable ModelIndex index, String variant) {
        Map<String, List<RemoteFile>> folders = new TreeMap<>();
        for (RemoteFile f : files) {
            if (f.folder().isEmpty() || (index != null && index.kind(f.folder()) != null)) {
                folders.computeIfAbsent(f.folder(), k -> new ArrayList<>()).add(f);
            }
        }
        List<RemoteFile> chosen = new ArrayList<>();
        List<String> onlyPickles = new ArrayList<>();
        boolean variantSeen = variant.isEmpty();
        for (Map.Entry<String, List<RemoteFile>> e : folders.entrySet()) {
            List<RemoteFile> inFolder = e.getValue();
            boolean rootOfPipeline = index != null && e.getKey().isEmpty();
            List<RemoteFile> weights = rootOfPipeline
                    ? List.of()
                    : weights(inFolder, variant, index == null && e.getKey().isEmpty());
            variantSeen |= weights.stream().anyMatch(f -> f.name().contains("." + variant));
            if (weights.isEmpty() && !rootOfPipeline) {
                inFolder.stream()
                        .filter(f -> PICKLES.matcher(f.name()).matches())
                        .forEach(f -> onlyPickles.add(f.path()));
            }
            chosen.addAll(weights);
            inFolder.stream().filter(FileSelection::isText).forEach(chosen::add);
        }
        if (!onlyPickles.isEmpty()) {
            throw CheckpointException.of(repo.text(), "weights", onlyPickles, "safetensors; pickles are never read");
        }
        if (!variantSeen) {
            throw CheckpointException.of(repo.text(), "variant", variant, "one that a component has weights in");
        }
        return List.copyOf(chosen);
    }

    private static boolean isText(RemoteFile f) {
        String name = f.name();
        boolean index = name.contains(".index.") && name.endsWith(".json");
        boolean flax = name.toLowerCase(Locale.ROOT).startsWith("flax_");
        return TEXTS.matcher(name).matches() && !index && !flax;
    }

    /** The weights of one folder: of the variant where there are such, else the plain ones; an index comes along. */
    private static List<RemoteFile> weights(List<RemoteFile> files, String variant, boolean anyName) {
        if (!variant.isEmpty()) {
            String v = Pattern.quote(variant);
            List<RemoteFile> current = matching(
                    files,
                    STEM + "\\." + v + "(" + SHARD + ")?\\.safetensors|" + STEM + "\\.safetensors\\.index\\." + v
                            + "\\.json");
            if (!current.isEmpty()) {
                return current;
            }
            List<RemoteFile> older = matching(
                    files,
                    STEM + SHARD + "\\." + v + "\\.safetensors|" + STEM + "\\.safetensors\\." + v + "\\.index\\.json");
            if (!older.isEmpty()) {
                return older;
            }
        }
        List<RemoteFile> plain =
                matching(files, STEM + "(" + SHARD + ")?\\.safetensors|" + STEM + "\\.safetensors\\.index\\.json");
        // A LoRA or an adapter lies at the root under a name of its own.
        return plain.isEmpty() && anyName ? matching(files, ".*\\.safetensors") : plain;
    }

    private static List<RemoteFile> matching(List<RemoteFile> files, String regex) {
        Pattern pattern = Pattern.compile(regex);
        return files.stream().filter(f -> pattern.matcher(f.name()).matches()).toList();
    }
}
