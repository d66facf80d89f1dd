package dev.kinora.models.clip;

import dev.kinora.media.Image;
import dev.kinora.media.Resample;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.Tensors;
import dev.kinora.weights.Config;
import dev.kinora.weights.ConfigException;
import dev.kinora.weights.ConfigReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Pictures as CLIP takes them: the short side brought to a size with Pillow's bicubic filter, which widens with the
 * reduction; the middle cut out; 0..255 to 0..1; mean and deviation taken out.
 *
 * <p>Equal to {@code CLIPImageProcessorPil} of transformers 5.23 over Pillow 12 and older; its torchvision twin was not
 * compared.
 *
 * @param size of the short side before the cut
 * @param crop rows and columns of what is cut out
 * @param mean of each channel, in 0..1
 * @param std deviation of each channel, in 0..1
 */
public record ClipImageProcessor(int size, int crop, List<Double> mean, List<Double> std) {
    /** Its file in a model's folder. */
    public static final String FILE = "preprocessor_config.json";

    private static final List<Double> MEAN = List.of(0.48145466, 0.4578275, 0.40821073);
    private static final List<Double> STD = List.of(0.26862954, 0.26130258, 0.27577711);

    /** Checks the sizes. */
    public ClipImageProcessor {
        mean = List.copyOf(mean);
        std = List.copyOf(std);
        if (crop < 1 || size < crop) {
            throw ConfigException.of(
                    "ClipImageProcessor", "size, crop_size", size + ", " + crop, "crop_size of 1 to size");
        }
        if (mean.size() != 3 || std.size() != 3 || std.stream().anyMatch(s -> s <= 0)) {
            throw ConfigException.of(
                    "ClipImageProcessor",
                    "image_mean, image_std",
                    mean + ", " + std,
                    "three numbers each, std above 0");
        }
    }

    /** The processor of models of a picture size that come without {@value #FILE}. */
    public static ClipImageProcessor of(int imageSize) {
        return new ClipImageProcessor(imageSize, imageSize, MEAN, STD);
    }

    /**
     * That of a model's folder, by its {@value #FILE} where there is one.
     *
     * @param imageSize the model's
     * @throws ConfigException for a file that says something else than this class does, or another size than the model's
     */
    public static ClipImageProcessor load(Path folder, int imageSize) throws IOException {
        Path file = folder.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            return of(imageSize);
        }
        Config json = Config.read(file);
        ClipImageProcessor p = of(json);
        if (p.crop != imageSize) {
            throw ConfigException.of(json.where(), "crop_size", p.crop, "the model's image_size, " + imageSize);
        }
        return p;
    }

    static ClipImageProcessor of(Config json) {
        ConfigReader r = json.reader();
        r.only("do_resize", true)
                .only("do_center_crop", true)
                .only("do_normalize", true)
                .only("do_rescale", true);
        r.only("do_convert_rgb", true, null).only("resample", 3).only("do_pad", false, null);
        r.only("default_to_square", false, null).only("use_square_size", false);
        if (Math.abs(r.number("rescale_factor", 1 / 255.0) * 255 - 1) > 1e-6) {
            throw ConfigException.of(json.where(), "rescale_factor", r.number("rescale_factor"), "1/255");
        }
        r.ignore("feature_extractor_type", "image_processor_type", "processor_class", "crop_pct", "data_format");
        r.ignore("device", "disable_grouping", "input_data_format", "return_tensors", "image_seq_length", "pad_size");
        return r.done(new ClipImageProcessor(
                side(json, r, "size"),
                side(json, r, "crop_size"),
                r.numbers("image_mean", MEAN),
                r.numbers("image_std", STD)));
    }

    /** A size as older files have it, 224, and as newer ones, {@code {"shortest_edge": 224}}. */
    private static int side(Config json, ConfigReader r, String key) {
        if (!json.has(key)) {
            return r.integer(key, 224);
        }
        Config object = object(r, key);
        if (object == null) {
            return r.integer(key);
        }
        ConfigReader sides = object.reader();
        int side = sides.integer("shortest_edge", sides.integer("height", 0));
        sides.only("height", side).only("width", side);
        return sides.done(side);
    }

    private static @Nullable Config object(ConfigReader r, String key) {
        try {
            return r.optionalObject(key);
        } catch (ConfigException e) {
            return null; // a plain number
        }
    }

    /** The picture resized and cut, still in 8 bits: crop x crop. */
    public Image cut(Image picture) {
        int shortSide = Math.min(picture.width(), picture.height());
        // The long side is cut off to whole pixels, as there.
        int w = (int) ((long) size * picture.width() / shortSide);
        int h = (int) ((long) size * picture.height() / shortSide);
        Image sized = w == picture.width() && h == picture.height() ? picture : picture.resize(w, h, Resample.BICUBIC);
        return sized.centerCrop(crop, crop);
    }

    /** Pictures as the model takes them, fp32 [B, 3, crop, crop] in the open scope. */
    public Tensor process(List<Image> pictures) {
        if (pictures.isEmpty()) {
            throw new IllegalArgumentException("ClipImageProcessor: pictures = none (expected: at least one)");
        }
        int pixels = crop * crop;
        float[] out = new float[pictures.size() * 3 * pixels];
        for (int b = 0; b < pictures.size(); b++) {
            byte[] rgb = cut(pictures.get(b)).rgb();
            for (int c = 0; c < 3; c++) {
                float m = mean.get(c).floatValue();
                float s = std.get(c).floatValue();
                int at = (b * 3 + c) * pixels;
                for (int i = 0; i < pixels; i++) {
                    out[at + i] = ((float) ((rgb[i * 3 + c] & 255) * (1 / 255.0)) - m) / s;
                }
            }
        }
        return Tensors.of(out, pictures.size(), 3, crop, crop);
    }
}
