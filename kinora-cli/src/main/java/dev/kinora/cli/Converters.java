package dev.kinora.cli;

import dev.kinora.diffusion.Guidance;
import dev.kinora.media.Rational;
import dev.kinora.pipeline.LoraRequest;
import dev.kinora.pipeline.MemoryPlan;
import dev.kinora.pipeline.RequestException;
import dev.kinora.tensor.DType;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

/** Texts of the command line as values; a refusal says what was expected, the handler says of which option. */
final class Converters {
    private Converters() {}

    static void register(CommandLine line) {
        line.registerConverter(Size.class, new Size.Converter());
        line.registerConverter(Rational.class, Converters::rate);
        line.registerConverter(DType.class, Converters::dtype);
        line.registerConverter(Guidance.Dynamic.class, Converters::dynamic);
        line.registerConverter(LoraRequest.class, Converters::lora);
        line.registerConverter(ByteCount.class, Converters::bytes);
        line.registerConverter(Integer.class, Converters::integer);
        line.registerConverter(int.class, Converters::integer);
        line.registerConverter(Long.class, Converters::longInteger);
        line.registerConverter(long.class, Converters::longInteger);
        line.registerConverter(Double.class, Converters::number);
        line.registerConverter(double.class, Converters::number);
    }

    /** A size in memory. */
    record ByteCount(long bytes) {}

    private static Rational rate(String text) {
        try {
            return Rational.parse(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException("frames per second, such as 8, 29.97 or 30000/1001");
        }
    }

    private static DType dtype(String text) {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "fp32" -> DType.FP32;
            case "bf16" -> DType.BF16;
            case "fp16" -> DType.FP16;
            default -> throw new TypeConversionException("fp32, bf16 or fp16");
        };
    }

    private static Guidance.Dynamic dynamic(String text) {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "off" -> Guidance.Dynamic.OFF;
            case "compat" -> Guidance.Dynamic.COMPAT;
            case "index" -> Guidance.Dynamic.INDEX;
            default -> throw new TypeConversionException("off, compat or index");
        };
    }

    private static LoraRequest lora(String text) {
        try {
            return LoraRequest.parse(text);
        } catch (RequestException e) {
            throw new TypeConversionException("FILE or FILE:scale with a finite scale");
        }
    }

    private static ByteCount bytes(String text) {
        try {
            return new ByteCount(MemoryPlan.parseSize(text));
        } catch (RequestException e) {
            throw new TypeConversionException("a positive size such as 8G or 500M");
        }
    }

    private static Integer integer(String text) {
        try {
            return Integer.valueOf(text.strip());
        } catch (NumberFormatException e) {
            throw new TypeConversionException("a whole number");
        }
    }

    private static Long longInteger(String text) {
        try {
            return Long.valueOf(text.strip());
        } catch (NumberFormatException e) {
            throw new TypeConversionException("a whole number");
        }
    }

    private static Double number(String text) {
        try {
            double value = Double.parseDouble(text.strip());
            if (Double.isFinite(value)) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw new TypeConversionException("a number");
        }
        throw new TypeConversionException("a finite number");
    }
}
