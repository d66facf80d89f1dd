package dev.kinora.media;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import org.bytedeco.ffmpeg.avformat.AVInputFormat;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVDictionaryEntry;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.ffmpeg.global.avformat;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.jspecify.annotations.Nullable;

/** The native library itself: loading, its error texts, its dictionaries. */
final class Ffmpeg {
    /**
     * Demuxers that would read other files or the network on a file's word, or that take any text for a picture. All
     * others may open a file.
     */
    private static final Set<String> REFUSED_FORMATS = Set.of(
            "hls",
            "dash",
            "concat",
            "imf",
            "image2",
            "image2pipe",
            "tty",
            "lavfi",
            "sdp",
            "rtsp",
            "rtp",
            "sap",
            "ffmetadata");

    static final String READABLE_FORMATS;

    static {
        // FFmpeg writes its remarks to stderr from any thread; what matters comes back as an error code.
        avutil.av_log_set_level(avutil.AV_LOG_QUIET);
        READABLE_FORMATS = readableFormats();
    }

    private Ffmpeg() {}

    private static String readableFormats() {
        StringJoiner names = new StringJoiner(",");
        try (PointerPointer<Pointer> cursor = new PointerPointer<>(1)) {
            cursor.put(0, (Pointer) null);
            for (AVInputFormat f; (f = avformat.av_demuxer_iterate(cursor)) != null; ) {
                for (String name : f.name().getString(UTF_8).split(",", -1)) {
                    if (!REFUSED_FORMATS.contains(name)) {
                        names.add(name);
                    }
                }
            }
        }
        return names.toString();
    }

    static String error(int code) {
        byte[] text = new byte[256];
        avutil.av_strerror(code, text, text.length);
        int n = 0;
        while (n < text.length && text[n] != 0) {
            n++;
        }
        return new String(text, 0, n, UTF_8);
    }

    /** Passes {@code code} on, or turns a negative one into an exception that says what FFmpeg was doing. */
    static int check(int code, String where, Path file, String doing) throws MediaException {
        if (code < 0) {
            throw new MediaException(where, "file", file, doing + " to succeed; it failed with: " + error(code));
        }
        return code;
    }

    static <P extends Pointer> P allocated(@Nullable P pointer, String what) {
        if (pointer == null || pointer.isNull()) {
            throw new OutOfMemoryError("FFmpeg could not allocate " + what);
        }
        return pointer;
    }

    /** A path as FFmpeg takes it: the scheme in front keeps a colon in the name from being read as one. */
    static BytePointer url(Path file) {
        return new BytePointer("file:" + file.toAbsolutePath(), UTF_8);
    }

    static void put(AVDictionary dictionary, String key, String value) {
        try (BytePointer k = new BytePointer(key, UTF_8);
                BytePointer v = new BytePointer(value, UTF_8)) {
            if (avutil.av_dict_set(dictionary, k, v, 0) < 0) {
                throw new OutOfMemoryError(
                        "FFmpeg could not allocate a dictionary entry of " + value.length() + " characters");
            }
        }
    }

    /** Copies a dictionary; of two keys that differ in case only, the first stays. */
    static void copy(@Nullable AVDictionary from, Map<String, String> to) {
        if (from == null || from.isNull()) {
            return;
        }
        AVDictionaryEntry entry = null;
        while ((entry = avutil.av_dict_iterate(from, entry)) != null) {
            to.putIfAbsent(
                    entry.key().getString(UTF_8).toLowerCase(Locale.ROOT),
                    entry.value().getString(UTF_8));
        }
    }

    static Map<String, String> copy(@Nullable AVDictionary from) {
        Map<String, String> to = new LinkedHashMap<>();
        copy(from, to);
        return to;
    }

    static AVRational native_(Rational r) {
        return avutil.av_make_q(r.num(), r.den());
    }

    static boolean positive(AVRational r) {
        return r.num() > 0 && r.den() > 0;
    }

    static Rational rational(AVRational r) {
        return new Rational(r.num(), r.den());
    }

    static String name(@Nullable BytePointer text) {
        return text == null || text.isNull() ? "unknown" : text.getString(UTF_8);
    }
}
