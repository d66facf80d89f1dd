package dev.kinora.weights;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * How the keys of a checkpoint become the keys of a model: renamings, keys that may be there and mean nothing, and
 * names that stand for the same tensor. Immutable; rules apply in the order they were added, each to what the one
 * before made.
 */
public final class KeyTable {
    /** Keys as they are. */
    public static final KeyTable NONE = new KeyTable(List.of(), List.of(), List.of());

    /** T5 and its kin store their one embedding under either name, or both. */
    public static final KeyTable T5 = NONE.tie("shared.weight", "encoder.embed_tokens.weight");

    /** CLIP checkpoints of older releases carry a buffer that is only 0, 1, 2, … */
    public static final KeyTable CLIP = NONE.ignore(".*embeddings\\.position_ids");

    /** VAEs of the first diffusers releases name their attention after another class. */
    public static final KeyTable LEGACY_ATTENTION = NONE.rename("\\.query\\.(weight|bias)$", ".to_q.$1")
            .rename("\\.key\\.(weight|bias)$", ".to_k.$1")
            .rename("\\.value\\.(weight|bias)$", ".to_v.$1")
            .rename("\\.proj_attn\\.(weight|bias)$", ".to_out.0.$1");

    private record Renaming(Pattern pattern, String replacement) {}

    private final List<Renaming> renamings;
    private final List<Pattern> ignored;
    private final List<List<String>> ties;

    private KeyTable(List<Renaming> renamings, List<Pattern> ignored, List<List<String>> ties) {
        this.renamings = renamings;
        this.ignored = ignored;
        this.ties = ties;
    }

    /** Replaces every match of a regular expression in a checkpoint's key; {@code $1} is its first group. */
    public KeyTable rename(String regex, String replacement) {
        return new KeyTable(plus(renamings, new Renaming(Pattern.compile(regex), replacement)), ignored, ties);
    }

    /** Replaces a key's beginning, where it is that. */
    public KeyTable renamePrefix(String from, String to) {
        return rename("^" + Pattern.quote(from), java.util.regex.Matcher.quoteReplacement(to));
    }

    /** Accepts checkpoint keys that the model has no slot for and that a regular expression matches whole, as renamed. */
    public KeyTable ignore(String regex) {
        return new KeyTable(renamings, plus(ignored, Pattern.compile(regex)), ties);
    }

    /** These keys name one tensor: any of them in the checkpoint fills any of them in the model. */
    public KeyTable tie(String key, String... same) {
        List<String> names = new ArrayList<>(List.of(key));
        names.addAll(List.of(same));
        return new KeyTable(renamings, ignored, plus(ties, List.copyOf(names)));
    }

    /** This table's rules, then the other's. */
    public KeyTable and(KeyTable other) {
        KeyTable all = this;
        for (Renaming r : other.renamings) {
            all = new KeyTable(plus(all.renamings, r), all.ignored, all.ties);
        }
        for (Pattern p : other.ignored) {
            all = new KeyTable(all.renamings, plus(all.ignored, p), all.ties);
        }
        for (List<String> t : other.ties) {
            all = new KeyTable(all.renamings, all.ignored, plus(all.ties, t));
        }
        return all;
    }

    /** The model's key for a checkpoint's. */
    public String modelKey(String checkpointKey) {
        String key = checkpointKey;
        for (Renaming r : renamings) {
            key = r.pattern.matcher(key).replaceAll(r.replacement);
        }
        return key;
    }

    boolean ignores(String modelKey) {
        return ignored.stream().anyMatch(p -> p.matcher(modelKey).matches());
    }

    /** The other names of a model key's tensor. */
    List<String> tiedTo(String modelKey) {
        return ties.stream()
                .filter(t -> t.contains(modelKey))
                .flatMap(List::stream)
                .filter(k -> !k.equals(modelKey))
                .toList();
    }

    private static <T> List<T> plus(List<T> list, T more) {
        List<T> all = new ArrayList<>(list);
        all.add(more);
        return List.copyOf(all);
    }
}
