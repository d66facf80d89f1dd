package dev.kinora.text;

/**
 * Turns text into the ids a text encoder reads, as the Hugging Face tokenizer of the same folder does.
 *
 * <p>Safe for use by several threads. Holds native memory until closed.
 */
public interface Tokenizer extends AutoCloseable {

    /**
     * All ids of {@code text}, special tokens included, neither truncated nor padded.
     *
     * @throws IllegalArgumentException where {@code text} is not well-formed UTF-16
     */
    Tokens encode(String text);

    /**
     * Exactly {@code length} ids: truncated so that the special tokens stay, or padded and masked.
     *
     * @throws IllegalArgumentException where {@code length} has no room for the special tokens, or {@code text} is
     *     not well-formed UTF-16
     */
    Tokens encode(String text, int length);

    /** The text that {@code ids} stand for, special tokens left out. */
    String decode(long... ids);

    /** Ids run from 0 to this, exclusive. */
    int vocabularySize();

    /** The id that fills a text up to its length. */
    long padId();

    /** The longest text the checkpoint says it takes, in tokens; {@link Integer#MAX_VALUE} where it says nothing. */
    int modelMaxLength();

    /** Frees the native memory. Further use throws {@link IllegalStateException}. */
    @Override
    void close();
}
