package dev.kinora.media;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The PNG files of a folder as a video. */
final class FolderReader implements VideoReader {
    /** For folders that nothing says the rate of: that of CogVideoX and of most text-to-video training clips. */
    private static final Rational ASSUMED_RATE = Rational.of(8);

    private static final Pattern NUMBER_EDGE = Pattern.compile("(?<=\\d)(?=\\D)|(?<=\\D)(?=\\d)");

    private final Path folder;
    private final List<Path> files;
    private final MediaLimits limits;
    private final VideoInfo info;
    private final Image first;
    private final PacketIndex packets = new PacketIndex();
    private int index;
    private boolean closed;

    private FolderReader(Path folder, List<Path> files, MediaLimits limits) throws MediaException {
        this.folder = folder;
        this.files = files;
        this.limits = limits;
        first = Images.read(files.getFirst(), limits);
        Sidecar sidecar = sidecar(folder);
        Rational rate = sidecar == null ? ASSUMED_RATE : sidecar.frameRate();
        info = new VideoInfo(
                "png-folder",
                "png",
                "rgb24",
                first.width(),
                first.height(),
                rate,
                rate.inverse(),
                OptionalLong.of(files.size()),
                OptionalDouble.of(files.size() / rate.toDouble()),
                Orientation.UPRIGHT,
                new VideoInfo.Colour("gbr", true, false),
                sidecar == null ? Map.of() : sidecar.metadata());
    }

    static VideoReader open(Path folder, MediaLimits limits) throws MediaException {
        try (Stream<Path> all = Files.list(folder)) {
            List<Path> files = all.filter(FolderReader::isPng).sorted(NATURAL).toList();
            if (files.isEmpty()) {
                throw new MediaException("VideoReader.open", "folder", folder, "a folder with .png files");
            }
            return new FolderReader(folder, files, limits);
        } catch (MediaException e) {
            throw e;
        } catch (IOException | UncheckedIOException e) {
            throw new MediaException("VideoReader.open", "folder", folder, "a folder that can be read", e);
        }
    }

    private static boolean isPng(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return name.endsWith(".png") && !name.startsWith(".");
    }

    private static @Nullable Sidecar sidecar(Path folder) throws MediaException {
        Path file = folder.resolve(FolderWriter.SIDECAR);
        if (!Files.exists(file)) {
            return null;
        }
        try {
            Sidecar found = Sidecar.parse(Files.readString(file, UTF_8));
            if (found == null) {
                throw new MediaException(
                        "VideoReader.open", "file", file, "a JSON object with frame_rate and metadata");
            }
            return found;
        } catch (MediaException e) {
            throw e;
        } catch (IOException e) {
            throw new MediaException("VideoReader.open", "file", file, "a file that can be read", e);
        }
    }

    /** Runs of digits by their value, all else by character, so that f2 stands before f10. */
    static final Comparator<Path> NATURAL = (a, b) -> {
        String[] left = NUMBER_EDGE.split(a.getFileName().toString(), -1);
        String[] right = NUMBER_EDGE.split(b.getFileName().toString(), -1);
        for (int i = 0; i < Math.min(left.length, right.length); i++) {
            int c = isNumber(left[i]) && isNumber(right[i])
                    ? new BigInteger(left[i]).compareTo(new BigInteger(right[i]))
                    : left[i].compareTo(right[i]);
            if (c != 0) {
                return c;
            }
        }
        int c = Integer.compare(left.length, right.length);
        return c != 0 ? c : a.compareTo(b);
    };

    private static boolean isNumber(String s) {
        return !s.isEmpty() && s.charAt(0) >= '0' && s.charAt(0) <= '9';
    }

    @Override
    public VideoInfo info() {
        return info;
    }

    @Override
    public @Nullable DecodedFrame decodeNext() throws MediaException {
        if (closed) {
            throw new IllegalStateException("VideoReader.next: reader of " + folder + " is closed");
        }
        if (index == files.size()) {
            return null;
        }
        Image image = index == 0 ? first : Images.read(files.get(index), limits);
        if (image.width() != first.width() || image.height() != first.height()) {
            throw new MediaException(
                    "VideoReader.next",
                    "file",
                    files.get(index) + " of " + image.width() + "x" + image.height(),
                    "the size of the first, %dx%d".formatted(first.width(), first.height()));
        }
        DecodedFrame frame =
                new PictureFrame(index, image, index, index / info.frameRate().toDouble());
        index++;
        return frame;
    }

    @Override
    public int damagedPackets() {
        return 0;
    }

    @Override
    public PacketIndex packets() {
        return packets;
    }

    @Override
    public void close() {
        closed = true;
    }
}
