package dev.kinora.toybox;

/**
 * One toy of a clip: what it is, what it does, and the free numbers of its motion.
 *
 * @param size half its height in units of the view's short side
 * @param x where on the stage it belongs, 0 (left edge) to 1 (right edge)
 * @param vigour how far or fast it moves, 0.85 to 1.15
 * @param turn +1 or -1: the sense in which it spins, swings, circles or wobbles first
 */
public record Toy(ToyObject object, ToyColor color, ToyMotion motion, double size, double x, double vigour, int turn) {}
