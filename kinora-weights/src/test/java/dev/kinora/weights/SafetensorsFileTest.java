package dev.kinora.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kinora.tensor.DType;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.Tensors;
import dev.kinora.testkit.Goldens;
import dev.kinora.testkit.TensorTest;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@TensorTest
class SafetensorsFileTest {
    @TempDir
    Path dir;

    @Test
    void everyTypePythonWrites() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            SafetensorsFile file = SafetensorsFile.open(Goldens.path("weights/all_types.safetensors"), arena);
            assertThat(file.tensors()).hasSize(20);
            assertThat(file.metadata()).containsExactly(java.util.Map.entry("format", "pt"));
            assertThat(file.info("bf16").shape()).containsExactly(3L, 1L, 2L);
            assertThat(file.info("empty").shape()).containsExactly(0L, 4L);
            assertThat(file.info("scalar").shape()).isEmpty();
            for (String name : file.tensors().keySet()) {
                MemorySegment bytes = file.segment(name);
                for (int i = 0; i < bytes.byteSize(); i++) {
                    int expected = (7 * i + 13) % 256;
                    assertThat(bytes.get(ValueLayout.JAVA_BYTE, i) & 0xff)
                            .as("%s[%d]", name, i)
                            .isEqualTo(name.equals("bool") ? expected % 2 : expected);
                }
                assertThat(bytes.isReadOnly()).isTrue();
            }
            assertThatThrownBy(() -> file.info("nope")).isInstanceOf(CheckpointException.class);
        }
    }

    @Test
    void sameBytesAsPythonWrites() throws IOException {
        Path golden = Goldens.path("weights/all_types.safetensors");
        Path again = dir.resolve("again.safetensors");
        try (Arena arena = Arena.ofConfined()) {
            SafetensorsFile file = SafetensorsFile.open(golden, arena);
            SafetensorsWriter writer = new SafetensorsWriter();
            file.metadata().forEach(writer::metadata);
            file.tensors().keySet().stream().sorted().forEach(name -> writer.add(file, name));
            writer.write(again);
        }
        assertThat(again).hasSameBinaryContentAs(golden);
        assertThat(names(dir)).containsExactly("again.safetensors");
    }

    @Test
    void tensorsAreViewsOfTheFile() throws IOException {
        Path file = dir.resolve("t.safetensors");
        Tensor half = Tensors.of(new float[] {1, -2, 3, 0.5f}, 2, 2).to(DType.BF16);
        new SafetensorsWriter()
                .add("half", half)
                .add("turned", half.transpose(0, 1), DType.FP32)
                .add("count", Tensors.of(new long[] {7}, 1))
                .write(file);
        Checkpoint checkpoint = Checkpoint.open(file);
        Tensor read = checkpoint.tensor("half");
        assertThat(read.dtype()).isEqualTo(DType.BF16);
        assertThat(read.toFloats()).containsExactly(1, -2, 3, 0.5f);
        assertThat(read.segment().address())
                .isEqualTo(checkpoint.segment("half").address());
        assertThat(checkpoint.tensor("turned").toFloats()).containsExactly(1, 3, -2, 0.5f);
        assertThat(checkpoint.tensor("count").toLongs()).containsExactly(7);
        assertThat(checkpoint.bytes()).isEqualTo(8 + 16 + 8);
    }

    @Test
    void misalignedTensorsAreCopiedAndUncomputableOnesRefused() throws IOException {
        String header = "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
                + "\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[1,5]},"
                + "\"u\":{\"dtype\":\"U16\",\"shape\":[1],\"data_offsets\":[5,7]}}";
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer b = ByteBuffer.allocate(8 + json.length + 7).order(ByteOrder.LITTLE_ENDIAN);
        b.putLong(json.length).put(json).put((byte) 1).putFloat(2.5f).putShort((short) 3);
        Path file = dir.resolve("odd.safetensors");
        Files.write(file, b.array());
        Checkpoint checkpoint = Checkpoint.open(file);
        assertThat(checkpoint.tensor("x").toFloats()).containsExactly(2.5f);
        assertThatThrownBy(() -> checkpoint.tensor("u"))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("u = U16 (expected: a type that can be computed with)");
    }

    @Test
    void filesAboveTwoGigabytesWithoutHeap() throws IOException {
        // A sparse file: 5 GB long, a few blocks on disk.
        long elements = 5_000_000_000L;
        String header = "{\"big\":{\"dtype\":\"U8\",\"shape\":[" + elements + "],\"data_offsets\":[0," + elements
                + "]},\"last\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[" + elements + "," + (elements + 1)
                + "]}}";
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        Path path = dir.resolve("big.safetensors");
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            ByteBuffer start = ByteBuffer.allocate(8 + json.length).order(ByteOrder.LITTLE_ENDIAN);
            file.write(start.putLong(json.length).put(json).array());
            file.seek(8 + json.length + elements);
            file.write(42);
        }
        try (Arena arena = Arena.ofConfined()) {
            SafetensorsFile file = SafetensorsFile.open(path, arena);
            assertThat(file.segment("big").byteSize()).isEqualTo(elements);
            assertThat(file.segment("last").get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 42);
        }
        assertThat(SafetensorsFile.header(path).tensors()).hasSize(2);
    }

    @Test
    void failedWritesLeaveNothing() throws IOException {
        Path file = dir.resolve("x.safetensors");
        Files.writeString(file, "older");
        SafetensorsWriter shortBytes = new SafetensorsWriter()
                .add("a", StoredType.F32, List.of(2L), to -> to.accept(MemorySegment.ofArray(new byte[4])));
        assertThatThrownBy(() -> shortBytes.write(file)).hasMessageContaining("a = 4 bytes (expected: 8 for F32 [2])");
        SafetensorsWriter broken = new SafetensorsWriter().add("a", StoredType.F32, List.of(2L), to -> {
            throw new IOException("disk gone");
        });
        assertThatThrownBy(() -> broken.write(file)).hasMessage("disk gone");
        assertThat(file).hasContent("older");
        assertThat(names(dir)).containsExactly("x.safetensors");
        assertThatThrownBy(() -> broken.add("a", StoredType.F32, List.of(), to -> {}))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> broken.add("b", StoredType.F32, List.of(-1L), to -> {}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static List<String> names(Path dir) throws IOException {
        try (Stream<Path> list = Files.list(dir)) {
            return list.map(p -> String.valueOf(p.getFileName())).sorted().toList();
        }
    }
}
