package dev.kinora.text;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;

/** Writes a {@code spiece.model} with the vocabulary and the normalizer of a {@code tokenizer.json}. */
final class SpieceWriter {
    private SpieceWriter() {}

    static void fromTokenizerJson(Path json, int pieces, Path out) throws IOException {
        TokenizerFile file = TokenizerFile.read(json);
        var model = new ByteArrayOutputStream();
        for (int i = 0; i < pieces; i++) {
            var piece = new ByteArrayOutputStream();
            field(piece, 1, file.pieces().get(i).getBytes(StandardCharsets.UTF_8));
            piece.write((2 << 3) | 5);
            piece.write(ByteBuffer.allocate(4)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putFloat(file.scores().get(i).floatValue())
                    .array());
            piece.write(3 << 3);
            piece.write(i < 2 ? 3 : i == 2 ? 2 : 1);
            field(model, 1, piece.toByteArray());
        }
        field(model, 2, new byte[] {3 << 3, 1});
        String charsmap = file.normalizer()
                .get("normalizers")
                .get(0)
                .get("precompiled_charsmap")
                .asText();
        var normalizer = new ByteArrayOutputStream();
        field(normalizer, 1, "nmt_nfkc".getBytes(StandardCharsets.UTF_8));
        field(normalizer, 2, Base64.getDecoder().decode(charsmap));
        field(model, 3, normalizer.toByteArray());
        Files.write(out, model.toByteArray());
    }

    private static void field(ByteArrayOutputStream out, int number, byte[] content) {
        out.write((number << 3) | 2);
        int length = content.length;
        while (length > 0x7F) {
            out.write((length & 0x7F) | 0x80);
            length >>>= 7;
        }
        out.write(length);
        out.writeBytes(content);
    }
}
