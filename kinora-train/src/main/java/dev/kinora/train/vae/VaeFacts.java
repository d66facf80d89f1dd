package dev.kinora.train.vae;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kinora.train.run.RunFolder;
import dev.kinora.train.run.TrainingFacts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** What an autoencoder was trained by. */
final class VaeFacts {
    private VaeFacts() {}

    /** A config whose files are named by their hashes. */
    static ObjectNode portable(VaeTrainConfig config) throws IOException {
        ObjectNode tree = RunFolder.tree(config);
        String decoderOf = config.decoderOf();
        if (decoderOf != null) {
            tree.set("decoderOf", TrainingFacts.hashesOf(Path.of(decoderOf)));
        }
        VaeLossConfig.Perceptual lpips = config.losses().lpips();
        if (lpips != null) {
            ((ObjectNode) tree.at("/losses/lpips")).set("file", TrainingFacts.hashes(List.of(Path.of(lpips.file()))));
        }
        return tree;
    }
}
