package dev.kinora.text;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * The parts of a {@code spiece.model} file that a unigram tokenizer is made of.
 *
 * <p>The file is one protocol buffer message, {@code ModelProto} of sentencepiece_model.proto: pieces (1), trainer_spec
 * (2), normalizer_spec (3). Fields that do not bear on tokenizing are stepped over.
 *
 * @param pieces in the order of their ids
 * @param charsmap the normalizer's precompiled table in base64; empty for the identity
 */
record SentencePieceModel(List<Piece> pieces, String charsmap) {
    private static final long LARGEST_FILE = 64L << 20;
    private static final int UNIGRAM = 1;

    /** {@code ModelProto.SentencePiece}: text, log probability, and what the piece is for. */
    record Piece(String text, float score, int type) {
        private static final int CONTROL = 3;
        private static final int USER_DEFINED = 4;

        boolean control() {
            return type == CONTROL;
        }

        boolean userDefined() {
            return type == USER_DEFINED;
        }
    }

    static SentencePieceModel read(Path file) throws IOException {
        long size = Files.size(file);
        if (size > LARGEST_FILE) {
            throw new IOException(file + ": size = " + size + " bytes (expected: at most " + LARGEST_FILE + ")");
        }
        var pieces = new ArrayList<Piece>();
        String charsmap = "";
        int modelType = UNIGRAM;
        try {
            var model = new Message(ByteBuffer.wrap(Files.readAllBytes(file)));
            while (model.next()) {
                switch (model.field) {
                    case 1 -> pieces.add(piece(model.message()));
                    case 2 -> modelType = (int) varint(model.message(), 3, modelType);
                    case 3 -> charsmap = base64(model.message(), 2);
                    default -> model.skip();
                }
            }
        } catch (Malformed e) {
            throw new IOException(file + ": not a SentencePiece model: " + e.getMessage(), e);
        }
        if (pieces.isEmpty()) {
            throw new IOException(file + ": pieces = 0 (expected: a SentencePiece model with a vocabulary)");
        }
        if (modelType != UNIGRAM) {
            throw new IOException(file + ": model_type = " + modelType + " (expected: " + UNIGRAM + ", unigram)");
        }
        return new SentencePieceModel(List.copyOf(pieces), charsmap);
    }

    private static Piece piece(Message message) throws Malformed {
        String text = "";
        float score = 0;
        int type = 1;
        while (message.next()) {
            switch (message.field) {
                case 1 -> text = message.string();
                case 2 -> score = message.fixed32();
                case 3 -> type = (int) message.varint();
                default -> message.skip();
            }
        }
        return new Piece(text, score, type);
    }

    private static long varint(Message message, int field, long missing) throws Malformed {
        long value = missing;
        while (message.next()) {
            if (message.field == field) {
                value = message.varint();
            } else {
                message.skip();
            }
        }
        return value;
    }

    private static String base64(Message message, int field) throws Malformed {
        String value = "";
        while (message.next()) {
            if (message.field == field) {
                ByteBuffer encoded = Base64.getEncoder().encode(message.content());
                value = StandardCharsets.ISO_8859_1.decode(encoded).toString();
            } else {
                message.skip();
            }
        }
        return value;
    }

    /** A walk over the fields of one message. */
    private static final class Message {
        private static final int VARINT = 0;
        private static final int FIXED64 = 1;
        private static final int LENGTH = 2;
        private static final int FIXED32 = 5;

        private final ByteBuffer in;
        private int field;
        private int wire;

        Message(ByteBuffer in) {
            this.in = in.order(ByteOrder.LITTLE_ENDIAN);
        }

        boolean next() throws Malformed {
            if (!in.hasRemaining()) {
                return false;
            }
            long tag = raw();
            field = (int) (tag >>> 3);
            wire = (int) (tag & 7);
            return true;
        }

        long varint() throws Malformed {
            expect(VARINT);
            return raw();
        }

        float fixed32() throws Malformed {
            expect(FIXED32);
            need(Float.BYTES);
            return in.getFloat();
        }

        ByteBuffer content() throws Malformed {
            expect(LENGTH);
            long length = raw();
            need(length);
            ByteBuffer content = in.slice(in.position(), (int) length);
            in.position(in.position() + (int) length);
            return content;
        }

        Message message() throws Malformed {
            return new Message(content());
        }

        String string() throws Malformed {
            try {
                return StandardCharsets.UTF_8.newDecoder().decode(content()).toString();
            } catch (CharacterCodingException e) {
                throw new Malformed("a piece is not UTF-8");
            }
        }

        void skip() throws Malformed {
            switch (wire) {
                case VARINT -> raw();
                case FIXED64 -> advance(Long.BYTES);
                case FIXED32 -> advance(Float.BYTES);
                case LENGTH -> content();
                default -> throw new Malformed("wire type " + wire + " at byte " + in.position());
            }
        }

        private void advance(int bytes) throws Malformed {
            need(bytes);
            in.position(in.position() + bytes);
        }

        private void expect(int type) throws Malformed {
            if (wire != type) {
                throw new Malformed("field " + field + " has wire type " + wire + " (expected: " + type + ")");
            }
        }

        private void need(long bytes) throws Malformed {
            if (bytes < 0 || bytes > in.remaining()) {
                throw new Malformed("field " + field + " wants " + bytes + " bytes of " + in.remaining());
            }
        }

        private long raw() throws Malformed {
            long value = 0;
            for (int shift = 0; shift < Long.SIZE; shift += 7) {
                need(1);
                byte b = in.get();
                value |= (long) (b & 0x7F) << shift;
                if (b >= 0) {
                    return value;
                }
            }
            throw new Malformed("a varint does not end");
        }
    }

    private static final class Malformed extends Exception {
        private static final long serialVersionUID = 1;

        Malformed(String message) {
            super(message);
        }
    }
}
