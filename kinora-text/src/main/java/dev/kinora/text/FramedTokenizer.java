package dev.kinora.text;

/** The native tokenizer, and the frame of special ids around what it gives. */
abstract sealed class FramedTokenizer implements Tokenizer permits ClipTokenizer, T5Tokenizer {
    private final NativeTokenizer tokenizer;
    private final TokenFrame frame;
    private final int vocabularySize;
    private final int modelMaxLength;

    FramedTokenizer(NativeTokenizer tokenizer, TokenFrame frame, int vocabularySize, int modelMaxLength) {
        this.tokenizer = tokenizer;
        this.frame = frame;
        this.vocabularySize = vocabularySize;
        this.modelMaxLength = modelMaxLength;
    }

    @Override
    public final Tokens encode(String text) {
        return frame.all(tokenizer.encode(text));
    }

    @Override
    public final Tokens encode(String text, int length) {
        return frame.exactly(length, tokenizer.encode(text));
    }

    @Override
    public String decode(long... ids) {
        return tokenizer.decode(ids);
    }

    @Override
    public final int vocabularySize() {
        return vocabularySize;
    }

    @Override
    public final long padId() {
        return frame.pad();
    }

    @Override
    public final int modelMaxLength() {
        return modelMaxLength;
    }

    @Override
    public final void close() {
        tokenizer.close();
    }
}
