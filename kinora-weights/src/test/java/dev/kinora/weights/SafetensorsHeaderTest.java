package dev.kinora.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SafetensorsHeaderTest {
    /** A file of this header and so many bytes of data; single quotes stand for double ones. */
    private static byte[] file(String header, int dataBytes) {
        byte[] json = header.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + json.length + dataBytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json)
                .array();
    }

    private static SafetensorsHeader parse(byte[] file) {
        return SafetensorsHeader.parse("x.safetensors", MemorySegment.ofArray(file));
    }

    private static void refused(String header, int dataBytes, String message) {
        refused(file(header, dataBytes), message);
    }

    private static void refused(byte[] file, String message) {
        assertThatThrownBy(() -> parse(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("x.safetensors: ")
                .hasMessageContaining("(expected: ")
                .hasMessageContaining(message)
                .satisfies(e -> assertThat(e.toString().length()).isLessThan(600));
    }

    private static String tensor(String dtype, String shape, long begin, long end) {
        return "{'dtype':'" + dtype + "','shape':" + shape + ",'data_offsets':[" + begin + "," + end + "]}";
    }

    @Test
    void valid() {
        SafetensorsHeader h = parse(file(
                "{'b':" + tensor("F32", "[2]", 6, 14) + ",'__metadata__':{'k':'v'},'a':" + tensor("BF16", "[3,1]", 0, 6)
                        + ",'e':" + tensor("I64", "[0,9007199254740992]", 6, 6) + ",'s':" + tensor("U8", "[]", 14, 15)
                        + "}   ",
                15));
        assertThat(h.tensors().keySet()).containsExactly("a", "e", "b", "s");
        assertThat(h.tensors().get("a")).isEqualTo(new TensorInfo("a", StoredType.BF16, List.of(3L, 1L), 0, 6));
        assertThat(h.metadata()).containsExactly(java.util.Map.entry("k", "v"));
        assertThat(parse(file("{}", 0)).tensors()).isEmpty();
        assertThat(parse(file("{'x':" + tensor("F4", "[2,3]", 0, 3) + "}", 3)).tensors())
                .hasSize(1);
    }

    @Test
    void lengths() {
        refused(new byte[0], "size = 0 bytes");
        refused(new byte[7], "size = 7 bytes");
        refused(new byte[8], "header length = 0");
        byte[] all = file("{}", 0);
        Arrays.fill(all, 0, 8, (byte) 0xff);
        refused(all, "header length = 18446744073709551615");
        ByteBuffer bytes = ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN);
        refused(bytes.putLong(0, 100_000_001).array(), "header length = 100000001");
        refused(bytes.putLong(0, 100_000_000).array(), "at most the 2 bytes that follow");
        refused(bytes.putLong(0, 3).array(), "at most the 2 bytes that follow");
        refused(Arrays.copyOf(file("{'x':" + tensor("F32", "[1]", 0, 4) + "}", 4), 40), "header length");
    }

    @Test
    void json() {
        refused(" {}", 0, "header's first byte = 0x20");
        refused("[]", 0, "header's first byte = 0x5b");
        refused("{} {}", 0, "nothing after its JSON");
        refused("{}x", 0, "header = ");
        refused("{'x':", 0, "header = ");
        refused("{'x':" + "[".repeat(200_000) + "}", 0, "x = [ (expected: an object)");
        refused("{'x':{'shape':[" + "[".repeat(200_000), 0, "x.shape = [");
        refused("{'x':{'a':{'b':{'c':{'d':1}}}}}", 0, "x.a = present");
        byte[] malformed = file("{'__metadata__':{'k':'??'}}", 0);
        malformed[malformed.length - 5] = (byte) 0xc3;
        refused(malformed, "malformed bytes (expected: UTF-8)");
        refused("{'__metadata__':{'k':'\\ud800'}}", 0, "lone surrogates");
        refused("{'\\udc00':1}", 0, "lone surrogates");
        refused("{'" + "n".repeat(1_000_000) + "':1}", 0, "header = ");
    }

    @Test
    void keys() {
        String x = "'x':" + tensor("U8", "[1]", 0, 1);
        refused("{" + x + "," + x + "}", 1, "x = present twice");
        refused("{'__metadata__':{},'__metadata__':{}}", 0, "__metadata__ = present twice");
        refused("{'__metadata__':{'a':'1','a':'1'}}", 0, "__metadata__.a = present twice");
        refused("{'__metadata__':{'a':1}}", 0, "__metadata__.a = 1 (expected: a text)");
        refused("{'__metadata__':[]}", 0, "__metadata__ = [ (expected: an object)");
        refused("{'x':{'dtype':'U8','dtype':'U8'}}", 0, "x.dtype = present twice");
        refused("{'x':{'dtype':'U8','shape':[]}}", 0, "x.data_offsets = missing");
        refused("{'x':{}}", 0, "x.dtype = missing");
        refused("{'x':null}", 0, "x = null (expected: an object)");
        refused("{'x':{'dtype':'U8','shape':[],'offsets':[0,1]}}", 1, "x.offsets = present");
    }

    @Test
    void bombs() {
        StringBuilder many = new StringBuilder("{'__metadata__':{'k':'v'}");
        for (int i = 0; i <= 200_000; i++) {
            many.append(",'").append(i).append("':").append(tensor("U8", "[0]", 0, 0));
        }
        refused(many + "}", 0, "tensors = more than 200000");
        StringBuilder metadata = new StringBuilder("{'__metadata__':{'k':'v'");
        for (int i = 0; i <= 200_000; i++) {
            metadata.append(",'").append(i).append("':''");
        }
        refused(metadata + "}}", 0, "__metadata__ = more than 200000");
        refused("{'__metadata__':{'k':'" + "v".repeat(30_000_000) + "'}}", 0, "header = ");
    }

    @Test
    void numbers() {
        refused("{'x':" + tensor("U8", "[-1]", 0, 1) + "}", 1, "x.shape = -1");
        refused("{'x':" + tensor("U8", "[-0]", 0, 0) + "}", 0, "x.shape = -0");
        refused("{'x':" + tensor("U8", "[1.0]", 0, 1) + "}", 1, "x.shape = 1.0");
        refused("{'x':" + tensor("U8", "['1']", 0, 1) + "}", 1, "x.shape = 1");
        refused("{'x':" + tensor("U8", "[9007199254740993,0]", 0, 0) + "}", 0, "2^53");
        refused("{'x':" + tensor("U8", "[" + "9".repeat(500) + "]", 0, 0) + "}", 0, "2^53");
        refused("{'x':" + tensor("U8", "[" + "9".repeat(5000) + "]", 0, 0) + "}", 0, "header = ");
        refused("{'x':" + tensor("U8", "[" + "1,".repeat(64) + "1]", 0, 1) + "}", 1, "at most 64");
        refused("{'x':" + tensor("F99", "[1]", 0, 1) + "}", 1, "x.dtype = F99 (expected: one of [BOOL, ");
        refused("{'x':{'dtype':'U8','shape':[1],'data_offsets':[0]}}", 1, "two numbers");
        refused("{'x':{'dtype':'U8','shape':[1],'data_offsets':[0,1,1]}}", 1, "at most 2");
    }

    @Test
    void ranges() {
        refused("{'x':" + tensor("U8", "[2]", 0, 2) + "}", 1, "x.data_offsets = [0, 2]");
        refused("{'x':" + tensor("U8", "[1]", 1, 0) + "}", 1, "begin ≤ end");
        refused("{'x':" + tensor("F32", "[1]", 0, 3) + "}", 3, "4 bytes for F32 [1]");
        refused("{'x':" + tensor("F4", "[3]", 0, 1) + "}", 1, "whole bytes of F4");
        String big = "[4294967296,4294967296,4294967296]";
        refused("{'x':" + tensor("U8", big, 0, 0) + "}", 0, "a size below 2^63 bits");
        refused("{'x':" + tensor("U8", "[2]", 1, 3) + "}", 3, "a begin of 0: no overlap and no hole");
        String a = "'a':" + tensor("U8", "[2]", 0, 2);
        refused("{" + a + ",'b':" + tensor("U8", "[2]", 1, 3) + "}", 3, "b.data_offsets = [1, 3]");
        refused("{" + a + ",'b':" + tensor("U8", "[1]", 3, 4) + "}", 4, "a begin of 2");
        refused("{" + a + "}", 3, "data = 3 bytes (expected: the 2 its tensors need)");
        refused("{}", 1, "data = 1 bytes");
    }
}
