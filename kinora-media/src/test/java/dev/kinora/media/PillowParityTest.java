package dev.kinora.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.Tensors;
import dev.kinora.testkit.Goldens;
import dev.kinora.testkit.TensorTest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Pixels equal to Pillow's and tensors equal to diffusers', from goldens. */
@TensorTest
class PillowParityTest {
    private static final Pattern SIZE = Pattern.compile("(\\w+)_(\\d+)x(\\d+)\\.png");

    private static Image golden(String name) throws IOException {
        return Images.read(Goldens.path("media/" + name));
    }

    private static List<Path> goldens(String prefix) throws IOException {
        try (Stream<Path> all = Files.list(Goldens.path("media"))) {
            List<Path> found = all.filter(p -> p.getFileName().toString().startsWith(prefix))
                    .sorted()
                    .toList();
            assertThat(found).isNotEmpty();
            return found;
        }
    }

    @ParameterizedTest
    @EnumSource(Resample.class)
    void resizesToThePixel(Resample filter) throws IOException {
        Image source = golden("source.png");
        for (Path expected : goldens(filter.name().toLowerCase(Locale.ROOT) + "_")) {
            Matcher m = SIZE.matcher(expected.getFileName().toString());
            assertThat(m.matches()).isTrue();
            Image ours = source.resize(Integer.parseInt(m.group(2)), Integer.parseInt(m.group(3)), filter);
            assertThat(ours).as(expected.toString()).isEqualTo(Images.read(expected));
        }
    }

    @Test
    void cropsAsDiffusersDoes() throws IOException {
        Image source = golden("source.png");
        for (Path expected : goldens("crop_")) {
            Matcher m = SIZE.matcher(expected.getFileName().toString());
            assertThat(m.matches()).isTrue();
            Image ours =
                    source.fit(Integer.parseInt(m.group(2)), Integer.parseInt(m.group(3)), Fit.CROP, Resample.LANCZOS);
            assertThat(ours).as(expected.toString()).isEqualTo(Images.read(expected));
        }
    }

    static List<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(Goldens.path("media/files"))) {
            return all.filter(p -> !p.toString().endsWith(".expected.png"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void decodesAsLoadImageDoes(Path file) throws IOException {
        Image expected = Images.read(file.resolveSibling(file.getFileName() + ".expected.png"));
        Image ours = Images.read(file);
        assertThat(ours.width()).isEqualTo(expected.width());
        assertThat(ours.height()).isEqualTo(expected.height());
        int worst = 0;
        for (int i = 0; i < ours.rgb().length; i++) {
            worst = Math.max(worst, Math.abs((ours.rgb()[i] & 255) - (expected.rgb()[i] & 255)));
        }
        assertThat(worst).as("largest difference in %s", file).isZero();
    }

    @Test
    void preprocessesToTheBit() throws IOException {
        List<Image> frames = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            frames.add(golden("video_" + i + ".png").resize(24, 16, Resample.LANCZOS));
        }
        Tensor ours = FrameTensors.preprocess(frames);
        assertThat(ours.shape()).containsExactly(1, 3, 3, 16, 24);
        assertThat(ours.toFloats()).containsExactly(floats("preprocessed_1x3x3x16x24.f32"));
    }

    @Test
    void postprocessesToTheBit() throws IOException {
        Tensor generated = Tensors.of(floats("generated_1x3x3x16x24.f32"), 1, 3, 3, 16, 24);
        List<Image> frames = FrameTensors.fromUint8(FrameTensors.postprocess(generated));
        assertThat(frames).hasSize(3);
        for (int i = 0; i < 3; i++) {
            assertThat(frames.get(i)).isEqualTo(golden("postprocessed_" + i + ".png"));
        }
    }

    @Test
    void pixelsSurviveTheTensor() throws IOException {
        List<Image> frames = List.of(golden("video_0.png"), golden("video_1.png"));
        assertThat(FrameTensors.fromUint8(FrameTensors.toUint8(frames))).isEqualTo(frames);
        assertThat(FrameTensors.fromUint8(FrameTensors.postprocess(FrameTensors.preprocess(frames))))
                .isEqualTo(frames);
    }

    @Test
    void refusesWrongTensors() {
        Tensor wrong = Tensors.of(new byte[6], 1, 2, 3);
        assertThatThrownBy(() -> FrameTensors.fromUint8(wrong))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[F, H, W, 3]");
        assertThatThrownBy(() -> FrameTensors.postprocess(wrong))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[1, 3, F, H, W]");
        assertThatThrownBy(() -> FrameTensors.toUint8(List.of(Image.black(2, 2), Image.black(3, 2))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static float[] floats(String name) throws IOException {
        ByteBuffer b = ByteBuffer.wrap(Files.readAllBytes(Goldens.path("media/" + name)))
                .order(ByteOrder.LITTLE_ENDIAN);
        float[] out = new float[b.remaining() / 4];
        b.asFloatBuffer().get(out);
        return out;
    }
}
