package dev.kinora.models.cogvideox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kinora.nn.Names;
import dev.kinora.nn.ParameterSet;
import dev.kinora.weights.Config;
import dev.kinora.weights.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CogVideoXConfigTest {
    private static CogVideoXConfig transformer(String json) {
        return CogVideoXConfig.of(Config.parse("config.json", json));
    }

    private static AutoencoderKLCogVideoXConfig vae(String json) {
        return AutoencoderKLCogVideoXConfig.of(Config.parse("config.json", json));
    }

    /** The released kinds: number of parameters and of tensors, as diffusers counts them. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | 1693783872 | 736",
                "{'num_layers': 42, 'num_attention_heads': 48, 'use_rotary_positional_embeddings': true}"
                        + "| 5570283072 | 1024",
                "{'num_layers': 42, 'num_attention_heads': 48, 'use_rotary_positional_embeddings': true,"
                        + "'use_learned_positional_embeddings': true, 'in_channels': 32} | 5570479680 | 1025",
                "{'num_layers': 42, 'num_attention_heads': 48, 'use_rotary_positional_embeddings': true,"
                        + "'patch_size_t': 2, 'patch_bias': false, 'sample_width': 300, 'sample_height': 300,"
                        + "'sample_frames': 81} | 5570676352 | 1024",
                "{'num_layers': 42, 'num_attention_heads': 48, 'use_rotary_positional_embeddings': true,"
                        + "'patch_size_t': 2, 'patch_bias': false, 'in_channels': 32, 'ofs_embed_dim': 512}"
                        + "| 5571594880 | 1028",
            })
    void countsTheParametersOfTheReleasedKinds(String json, long parameters, int tensors) {
        try (var model = new CogVideoXTransformer3DModel(transformer(json.replace('\'', '"')), Names.root())) {
            ParameterSet all = model.parameters();
            assertThat(all.all()).hasSize(tensors);
            assertThat(all.all().stream()
                            .filter(p -> p.isTrainable())
                            .mapToLong(p -> p.numel())
                            .sum())
                    .isEqualTo(parameters);
        }
    }

    @Test
    void countsTheParametersOfTheReleasedAutoencoder() {
        try (var model = new AutoencoderKLCogVideoX(vae("{}"), Names.root())) {
            assertThat(model.parameters().all()).hasSize(436);
            assertThat(model.parameters().numel()).isEqualTo(215_583_907);
            assertThat(model.config().spatialCompressionRatio()).isEqualTo(8);
        }
    }

    @Test
    void isWrittenAsItIsRead() {
        String json = "{\"num_layers\": 3, \"patch_size_t\": 2, \"use_rotary_positional_embeddings\": true}";
        CogVideoXConfig config = transformer(json);
        assertThat(CogVideoXConfig.of(config.toConfig())).isEqualTo(config);
        assertThat(config.framesPerPatch()).isEqualTo(2);
        AutoencoderKLCogVideoXConfig other = vae("{\"latent_channels\": 4, \"block_out_channels\": [32, 64, 64]}");
        assertThat(AutoencoderKLCogVideoXConfig.of(other.toConfig())).isEqualTo(other);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"use_learned_positional_embeddings\": true}",
                "{\"attention_head_dim\": 12, \"use_rotary_positional_embeddings\": true}",
                "{\"num_layers\": 0}",
                "{\"num_layers\": \"30\"}",
                "{\"ofs_embed_dim\": 256}",
                "{\"activation_fn\": \"swiglu\"}",
                "{\"timestep_activation_fn\": \"gelu\"}",
                "{\"patch_size_t\": 0}",
                "{\"nun_layers\": 30}",
                "{\"_class_name\": \"WanTransformer3DModel\"}",
            })
    void refusesWhatDoesNotFit(String json) {
        assertThatThrownBy(() -> transformer(json))
                .isInstanceOf(ConfigException.class)
                .hasMessageMatching("(?s).+: .+ = .+ \\(expected: .+\\)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"block_out_channels\": []}",
                "{\"block_out_channels\": [128, 200, 256, 512]}",
                "{\"temporal_compression_ratio\": 3}",
                "{\"temporal_compression_ratio\": 16}",
                "{\"use_quant_conv\": true}",
                "{\"down_block_types\": [\"DownBlock2D\", \"DownBlock2D\", \"DownBlock2D\", \"DownBlock2D\"]}",
                "{\"scaling_factor\": 0}",
                "{\"_class_name\": \"AutoencoderKL\"}",
            })
    void refusesAutoencodersThatDoNotFit(String json) {
        assertThatThrownBy(() -> vae(json))
                .isInstanceOf(ConfigException.class)
                .hasMessageMatching("(?s).+: .+ = .+ \\(expected: .+\\)");
    }
}
