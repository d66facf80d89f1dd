package dev.kinora.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigTest {
    @TempDir
    Path dir;

    private record Net(
            int layers, double eps, boolean bias, @Nullable Integer patch, List<Integer> channels) {
        static Net of(Config config) {
            ConfigReader r = config.reader("TinyNet");
            r.only("activation_fn", "gelu-approximate", "gelu").ignore("sample_width");
            return r.done(new Net(
                    r.integer("num_layers", 30),
                    r.number("norm_eps", 1e-5),
                    r.bool("bias", true),
                    r.optionalInteger("patch_size_t"),
                    r.integers("block_out_channels", List.of(1, 2))));
        }
    }

    private static Config parse(String json) {
        return Config.parse("config.json", json.replace('\'', '"'));
    }

    @Test
    void fieldsAndDefaults() {
        assertThat(Net.of(parse("{'_class_name':'TinyNet','_any':[1],'sample_width':90}")))
                .isEqualTo(new Net(30, 1e-5, true, null, List.of(1, 2)));
        assertThat(Net.of(parse("{'num_layers':2,'norm_eps':1,'bias':false,'patch_size_t':2,"
                        + "'block_out_channels':[8],'activation_fn':'gelu'}")))
                .isEqualTo(new Net(2, 1.0, false, 2, List.of(8)));
    }

    @Test
    void unknownKeysAreRefusedAllAtOnceWithTheNearest() {
        assertThatThrownBy(() -> Net.of(parse("{'num_layer':2,'zzz':null,'norm_epsilon':1}")))
                .isInstanceOf(ConfigException.class)
                .hasMessage("""
                        config.json: num_layer = 2 (expected: no such key; the nearest is num_layers)
                        config.json: zzz = null (expected: no such key)
                        config.json: norm_epsilon = 1 (expected: no such key; the nearest is norm_eps)""");
    }

    @Test
    void wrongKindsAreRefused() {
        for (String bad : List.of("3.0", "'3'", "null", "[3]", "true", "3000000000", "1e400")) {
            assertThatThrownBy(() -> Net.of(parse("{'num_layers':" + bad + "}")))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageStartingWith("config.json: num_layers = ")
                    .hasMessageEndingWith("(expected: an integer)");
        }
        for (String bad : List.of("NaN", "Infinity", "1e400", "'1'", "null")) {
            assertThatThrownBy(() -> Net.of(parse("{'norm_eps':" + bad + "}")))
                    .hasMessageContaining("norm_eps = ")
                    .hasMessageEndingWith("(expected: a finite number)");
        }
        assertThatThrownBy(() -> Net.of(parse("{'bias':1}"))).hasMessageContaining("(expected: true or false)");
        assertThatThrownBy(() -> Net.of(parse("{'activation_fn':'silu'}")))
                .hasMessage("config.json: activation_fn = \"silu\" (expected: gelu-approximate or gelu)");
        assertThatThrownBy(() -> Net.of(parse("{'_class_name':'Other'}")))
                .hasMessage("config.json: _class_name = Other (expected: TinyNet)");
        assertThatThrownBy(() -> parse("{'a':1}").reader().integer("b"))
                .hasMessage("config.json: b = missing (expected: an integer)");
    }

    @Test
    void hostileJsonIsRefused() throws IOException {
        String deep = "{'a':" + "[".repeat(100_000) + "]".repeat(100_000) + "}";
        for (String bad : List.of("", " ", "[]", "3", "{'a':1,'a':2}", "{'a':1}x", "{'a'", deep, "{'a':01}")) {
            assertThatThrownBy(() -> parse(bad)).isInstanceOf(CheckpointException.class);
        }
        Path file = dir.resolve("config.json");
        Files.write(file, new byte[] {'{', '"', (byte) 0xc3, '"', ':', '1', '}'});
        assertThatThrownBy(() -> Config.read(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("UTF-8");
        assertThatThrownBy(() -> Config.read(dir.resolve("none.json")))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("missing");
    }

    @Test
    void savedAgainWithEveryKey() throws IOException {
        String text = """
                {
                  "_class_name": "TinyNet",
                  "_diffusers_version": "0.30.0",
                  "_use_default_values": [
                    "x"
                  ],
                  "beta_start": 0.00085,
                  "big": 12345678901234567890,
                  "empty": [],
                  "eps": 1e-05,
                  "large": 1e+20,
                  "name": "caf\\u00e9 \\"x\\"",
                  "nested": {
                    "a": null
                  },
                  "whole": 1.0
                }
                """.replace("\\u00e9", "é");
        Path file = dir.resolve("config.json");
        Config.parse("t", text).write(file);
        assertThat(file).hasContent(text);
        assertThat(Config.read(file)).isEqualTo(Config.parse("t", text));
    }

    @Test
    void builtForSaving() {
        Config config = Config.of("TinyNet")
                .with("num_layers", 2)
                .with("eps", 1e-6)
                .with("types", List.of("A", "B"))
                .with("map", Map.of("k", true))
                .with("none", null);
        assertThat(config.toJson()).isEqualTo("""
                        {
                          "_class_name": "TinyNet",
                          "_diffusers_version": "%s",
                          "num_layers": 2,
                          "eps": 1e-06,
                          "types": [
                            "A",
                            "B"
                          ],
                          "map": {
                            "k": true
                          },
                          "none": null
                        }""".formatted(Config.DIFFUSERS_VERSION));
        assertThatThrownBy(() -> config.with("x", new Object())).isInstanceOf(ConfigException.class);
    }
}
