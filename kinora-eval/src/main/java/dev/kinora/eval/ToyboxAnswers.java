package dev.kinora.eval;

import dev.kinora.eval.ToyboxReaderModel.Cast;
import dev.kinora.toybox.ToyColor;
import dev.kinora.toybox.ToyMotion;
import dev.kinora.toybox.ToyObject;
import dev.kinora.toybox.ToyScene;
import java.util.List;

/**
 * What was read from a clip, each answer with how sure the reader is of it.
 *
 * @param scene where it takes place
 * @param cast how many toys there are, and whether one runs into the other
 * @param toys one or two, from left to right by where they begin
 */
public record ToyboxAnswers(Answer<ToyScene> scene, Answer<Cast> cast, List<Toy> toys) {
    /** Copies the list. */
    public ToyboxAnswers {
        toys = List.copyOf(toys);
    }

    /**
     * The likeliest value.
     *
     * @param probability of it, 0 to 1, as the network has it: of a clip from another world it means nothing
     */
    public record Answer<T>(T value, double probability) {}

    /** One toy. */
    public record Toy(Answer<ToyObject> object, Answer<ToyColor> color, Answer<ToyMotion> motion) {}
}
