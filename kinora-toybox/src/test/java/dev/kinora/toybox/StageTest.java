package dev.kinora.toybox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

final class StageTest {
    @Test
    void aBounceNeverGainsEnergyAndNeverGoesThroughTheGround() {
        for (double vigour = 0.85; vigour <= 1.15; vigour += 0.03) {
            Toy toy = new Toy(ToyObject.BALL, ToyColor.RED, ToyMotion.BOUNCES, 0.2, 0.5, vigour, 1);
            Mover ball = new Mover(toy, spec(List.of(toy), false));
            double before = ball.energy();
            int contacts = 0;
            boolean falling = false;
            for (int i = 1; i < 6000; i++) {
                ball.advance(1 / 97.0, i / 97.0);
                assertThat(ball.energy()).isLessThanOrEqualTo(before + 1e-12);
                assertThat(ball.y).isLessThanOrEqualTo(spec(List.of(toy), false).ground() - 0.2 + 1e-12);
                contacts += falling && ball.vy < 0 ? 1 : 0;
                falling = ball.vy > 0;
                before = ball.energy();
            }
            assertThat(contacts).isGreaterThan(4);
            assertThat(ball.vy).isZero();
            assertThat(ball.energy()).isEqualTo(0, within(1e-12));
        }
    }

    @Test
    void thePathDoesNotDependOnTheFrameRate() {
        for (ToyMotion motion : ToyMotion.values()) {
            ToyboxSpec slow = ToyboxTest.spec(ToyObject.BALL, ToyColor.RED, motion, ToyScene.ROOM, 17);
            ToyboxSpec fast = new ToyboxSpec(1, slow.scene(), slow.toys(), false, slow.camera(), 96, 64, 65, 32);
            ToyState.Body a = Stage.run(slow).getLast().bodies().getFirst();
            ToyState.Body b = Stage.run(fast).getLast().bodies().getFirst();
            assertThat(a.x()).as("%s", motion).isEqualTo(b.x(), within(1e-6));
            assertThat(a.y()).as("%s", motion).isEqualTo(b.y(), within(1e-6));
        }
    }

    @Test
    void aCollisionKeepsMomentumAndLosesEnergy() {
        Toy runner = new Toy(ToyObject.BALL, ToyColor.RED, ToyMotion.ROLLS_RIGHT, 0.18, 0.5, 1, 1);
        Toy target = new Toy(ToyObject.CUBE, ToyColor.BLUE, ToyMotion.STAYS, 0.16, 0.6, 1, 1);
        List<Mover> movers = Stage.movers(spec(List.of(runner, target), true));
        Mover a = movers.get(0);
        Mover b = movers.get(1);
        double speed = a.vx;
        for (int i = 1; i < 2000 && b.vx == 0; i++) {
            a.advance(1 / 480.0, i / 480.0);
            b.advance(1 / 480.0, i / 480.0);
            Mover.collide(a, b);
        }
        assertThat(b.vx).isPositive();
        assertThat(a.mass() * a.vx + b.mass() * b.vx).isEqualTo(a.mass() * speed, within(1e-9));
        assertThat(a.mass() * a.vx * a.vx + b.mass() * b.vx * b.vx).isLessThan(a.mass() * speed * speed);
        assertThat(b.vx - a.vx).isEqualTo(0.7 * speed, within(1e-9));
    }

    @Test
    void aPendulumKeepsItsEnergy() {
        Toy toy = new Toy(ToyObject.HEART, ToyColor.PINK, ToyMotion.SWINGS, 0.2, 0.5, 1, 1);
        Mover heart = new Mover(toy, spec(List.of(toy), false));
        double before = heart.energy();
        for (int i = 1; i < 4800; i++) {
            heart.advance(1 / 480.0, i / 480.0);
            assertThat(heart.energy()).isEqualTo(before, within(1e-8));
        }
    }

    @Test
    void rollingIsWithoutSlippingAndSlidingStops() {
        ToyState.Body roll = last(ToyMotion.ROLLS_RIGHT, 17);
        assertThat(roll.spin() * roll.radius()).isEqualTo(roll.vx(), within(1e-9));
        assertThat(roll.x()).isGreaterThan(1.0);
        assertThat(last(ToyMotion.SLIDES_LEFT, 17).vx()).isEqualTo(0, within(1e-9));
        assertThat(last(ToyMotion.SLIDES_LEFT, 17).angle()).isZero();
    }

    private static ToyState.Body last(ToyMotion motion, int frames) {
        return Stage.run(ToyboxTest.spec(ToyObject.BALL, ToyColor.RED, motion, ToyScene.ROOM, frames))
                .getLast()
                .bodies()
                .getFirst();
    }

    private static ToyboxSpec spec(List<Toy> toys, boolean collide) {
        return new ToyboxSpec(1, ToyScene.ROOM, toys, collide, ToyCamera.STILL, 96, 64, 17, 8);
    }
}
