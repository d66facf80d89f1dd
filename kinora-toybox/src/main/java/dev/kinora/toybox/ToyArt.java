package dev.kinora.toybox;

/** The drawing of every toy. */
final class ToyArt {
    private ToyArt() {}

    static void draw(ToyObject object, Pen pen) {
        switch (object) {
            case BALL -> PlaythingArt.ball(pen);
            case CUBE -> PlaythingArt.cube(pen);
            case STAR -> PlaythingArt.star(pen);
            case HEART -> PlaythingArt.heart(pen);
            case BALLOON -> PlaythingArt.balloon(pen);
            case CAR -> VehicleArt.car(pen);
            case BOAT -> VehicleArt.boat(pen);
            case ROCKET -> VehicleArt.rocket(pen);
            case PLANE -> VehicleArt.plane(pen);
            case TRAIN -> VehicleArt.train(pen);
            case DUCK -> AnimalArt.duck(pen);
            case FISH -> AnimalArt.fish(pen);
            case BUTTERFLY -> AnimalArt.butterfly(pen);
            case CAT -> AnimalArt.cat(pen);
            case RABBIT -> AnimalArt.rabbit(pen);
            case MUSHROOM -> GardenArt.mushroom(pen);
            case HOUSE -> GardenArt.house(pen);
            case TREE -> GardenArt.tree(pen);
            case FLOWER -> GardenArt.flower(pen);
            case ROBOT -> PlaythingArt.robot(pen);
        }
    }
}
