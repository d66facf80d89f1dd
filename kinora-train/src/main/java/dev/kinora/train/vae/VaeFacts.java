package dev.kinora.train.vae;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kinora.train.run.RunFolder;
import dev.kinora.train.run.TrainingFacts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What an autoencoder was trained by. */
final class VaeFacts {
    private VaeFacts() {}

    /** A config whose files are named by their hashes, with what the autoencoder it began with had been made from. */
    static ObjectNode portable(VaeTrainConfig config) throws IOException {
        ObjectNode tree = RunFolder.tree(config);
        VaeTrainConfig.Start start = config.start();
        if (start != null) {
            Path folder = Path.of(start.folder());
            ObjectNode from = (ObjectNode) tree.get("start");
            from.set("folder", TrainingFacts.hashesOf(folder));
            Path before = folder.resolve(TrainingFacts.FILE);
            if (Files.exists(before)) {
                from.set("training", TrainingFacts.read(before));
            }
        }
        VaeLossConfig.Perceptual lpips = config.losses().lpips();
        if (lpips != null) {
            ((ObjectNode) tree.at("/losses/lpips")).set("file", TrainingFacts.hashes(List.of(Path.of(lpips.file()))));
        }
        return tree;
    }
}
