package dev.kinora.toybox;

/** One toy under way: its state, and the law that moves it. Stage units, y down, seconds. */
final class Mover {
    /** Gravity of every scene, units a second squared: toys fall slowly enough for 8 frames a second to show it. */
    static final double GRAVITY = 3.2;

    /** Below this speed, units a second, a contact ends in rest. */
    private static final double REST = 0.12;

    /** A hopper gathers strength for this long between two hops, seconds. */
    private static final double CROUCH = 0.1;

    private final Toy toy;
    private final double floor;
    private final double duration;
    private final double stageWidth;
    private final double stageHeight;
    private final double home;
    private double restitution;
    private double friction;
    private double crouching = CROUCH;
    private double theta;
    private double thetaSpeed;

    double x;
    double y;
    double vx;
    double vy;
    double angle;
    double spin;
    double radius;

    Mover(Toy toy, ToyboxSpec spec) {
        this.toy = toy;
        this.floor = spec.ground();
        this.duration = Math.max(spec.seconds(), 0.5);
        this.stageWidth = spec.stageWidth();
        this.stageHeight = spec.stageHeight();
        this.home = toy.x() * stageWidth;
        this.radius = toy.size();
        place();
    }

    private void place() {
        x = home;
        y = floor - radius;
        double run = 0.66 * stageWidth * toy.vigour();
        switch (toy.motion()) {
            case BOUNCES -> {
                y = Math.max(floor - radius - 0.45 * toy.vigour() * stageHeight, radius * 0.9);
                vx = 0.05 * toy.turn();
                restitution = 0.74 + 0.1 * toy.vigour();
            }
            case FALLS -> {
                y = radius * 0.8;
                restitution = 0.2;
            }
            case ROLLS_RIGHT, ROLLS_LEFT -> {
                int way = toy.motion() == ToyMotion.ROLLS_RIGHT ? 1 : -1;
                x = stageWidth / 2 - way * run / 2;
                vx = way * run / duration;
                spin = vx / radius;
            }
            case SLIDES_RIGHT, SLIDES_LEFT -> {
                int way = toy.motion() == ToyMotion.SLIDES_RIGHT ? 1 : -1;
                double stop = 0.85 * duration;
                x = stageWidth / 2 - way * run / 2;
                vx = way * 2 * run / stop;
                friction = Math.abs(vx) / stop / GRAVITY;
            }
            case SWINGS -> theta = 0.62 * toy.vigour() * toy.turn();
            case STAYS -> friction = 0.2;
            default -> {}
        }
        if (!toy.motion().isDynamic()) {
            script(0);
        }
    }

    /** Where the string of a swinging toy is tied. */
    static double pivotY() {
        return -0.02;
    }

    private double stringLength() {
        return (floor - pivotY()) * 0.54;
    }

    double pivotX() {
        return home;
    }

    double mass() {
        return radius * radius;
    }

    /** Kinetic (with rotation of a disc) plus potential energy over mass, zero at rest on the ground. */
    double energy() {
        return 0.5 * (vx * vx + vy * vy) + GRAVITY * (floor - radius - y);
    }

    /** Moves on by dt; t is the time reached. */
    void advance(double dt, double t) {
        if (toy.motion() == ToyMotion.SWINGS) {
            swing(dt);
        } else if (toy.motion().isDynamic()) {
            fall(dt);
        } else {
            script(t);
        }
    }

    /** Exact parabola between contacts; a contact inside the step is solved for, never stepped over. */
    private void fall(double dt) {
        double bed = floor - radius;
        if (y >= bed && vy == 0) {
            slide(dt);
            if (toy.motion() == ToyMotion.JUMPS) {
                crouching -= dt;
                if (crouching <= 0) {
                    crouching = CROUCH;
                    vy = -Math.sqrt(2 * GRAVITY * 0.3 * stageHeight * toy.vigour());
                }
            }
            return;
        }
        x += vx * dt;
        double next = y + vy * dt + 0.5 * GRAVITY * dt * dt;
        if (next <= bed) {
            y = next;
            vy += GRAVITY * dt;
            return;
        }
        double hit = (-vy + Math.sqrt(vy * vy + 2 * GRAVITY * Math.max(0, bed - y))) / GRAVITY;
        double up = restitution * (vy + GRAVITY * hit);
        if (up < REST) {
            y = bed;
            vy = 0;
            vx = 0;
            return;
        }
        double rest = dt - hit;
        y = Math.min(bed, bed - up * rest + 0.5 * GRAVITY * rest * rest);
        vy = -up + GRAVITY * rest;
    }

    private void slide(double dt) {
        double slower = friction * GRAVITY * dt;
        double before = vx;
        vx = Math.abs(vx) <= slower ? 0 : vx - Math.signum(vx) * slower;
        double dx = 0.5 * (before + vx) * dt;
        x += dx;
        boolean rolls = toy.motion() == ToyMotion.ROLLS_LEFT || toy.motion() == ToyMotion.ROLLS_RIGHT;
        spin = rolls ? vx / radius : 0;
        angle += rolls ? dx / radius : 0;
    }

    /** Pendulum of the full law (not the small-angle one), one classical Runge-Kutta step. */
    private void swing(double dt) {
        double k = -GRAVITY / stringLength();
        double a1 = k * Math.sin(theta);
        double w2 = thetaSpeed + a1 * dt / 2;
        double a2 = k * Math.sin(theta + thetaSpeed * dt / 2);
        double w3 = thetaSpeed + a2 * dt / 2;
        double a3 = k * Math.sin(theta + w2 * dt / 2);
        double w4 = thetaSpeed + a3 * dt;
        double a4 = k * Math.sin(theta + w3 * dt);
        theta += dt * (thetaSpeed + 2 * w2 + 2 * w3 + w4) / 6;
        thetaSpeed += dt * (a1 + 2 * a2 + 2 * a3 + a4) / 6;
        script(0);
    }

    /** The motions that are given functions of time, with their derivatives. */
    private void script(double t) {
        double middle = floor * 0.53;
        switch (toy.motion()) {
            case FLIES_UP -> {
                double rise = floor - radius - 0.1;
                double a = 2 * rise * toy.vigour() / (duration * duration);
                y = floor - radius - 0.5 * a * t * t;
                vy = -a * t;
            }
            case SPINS -> {
                y = Math.min(middle, floor - 1.5 * radius);
                spin = toy.turn() * 2 * Math.PI * 0.7 * toy.vigour();
                angle = spin * t;
            }
            case SWINGS -> {
                double l = stringLength();
                x = pivotX() + l * Math.sin(theta);
                y = pivotY() + l * Math.cos(theta);
                vx = l * Math.cos(theta) * thetaSpeed;
                vy = -l * Math.sin(theta) * thetaSpeed;
                angle = -theta;
                spin = -thetaSpeed;
            }
            case CIRCLES -> {
                double r = 0.19 * toy.vigour();
                double w = toy.turn() * Math.PI;
                x = home + r * Math.sin(w * t);
                y = middle - 0.02 - r * Math.cos(w * t);
                vx = r * w * Math.cos(w * t);
                vy = r * w * Math.sin(w * t);
            }
            case ZIGZAGS -> {
                double run = 0.66 * stageWidth * toy.vigour();
                double period = duration / 2;
                double phase = t / period - Math.floor(t / period);
                double swing = 0.17;
                vx = toy.turn() * run / duration;
                x = stageWidth / 2 - toy.turn() * run / 2 + vx * t;
                y = middle + swing * (phase < 0.5 ? 4 * phase - 1 : 3 - 4 * phase);
                vy = (phase < 0.5 ? 4 : -4) * swing / period;
            }
            case GROWS, SHRINKS -> {
                double s = Math.min(1, t / duration);
                radius = toy.size() * (toy.motion() == ToyMotion.GROWS ? 0.4 + 0.85 * s : 1.25 - 0.85 * s);
                y = floor - radius;
                vy = (toy.motion() == ToyMotion.GROWS ? -1 : 1) * toy.size() * 0.85 / duration;
            }
            case WOBBLES -> {
                double w = 2 * Math.PI * 1.1;
                angle = toy.turn() * 0.34 * toy.vigour() * Math.sin(w * t);
                spin = toy.turn() * 0.34 * toy.vigour() * w * Math.cos(w * t);
                x = home + radius * Math.sin(angle);
                y = floor - radius * Math.cos(angle);
                vx = radius * Math.cos(angle) * spin;
                vy = radius * Math.sin(angle) * spin;
            }
            default -> throw new IllegalStateException("no script for " + toy.motion());
        }
    }

    /** Two discs that touch and approach exchange momentum; 0.7 of the approach speed is given back. */
    static void collide(Mover a, Mover b) {
        double dx = b.x - a.x;
        double dy = b.y - a.y;
        double distance = Math.hypot(dx, dy);
        if (distance == 0 || distance > 0.92 * (a.radius + b.radius)) {
            return;
        }
        boolean bothStand = a.vy == 0 && b.vy == 0;
        double nx = bothStand ? Math.signum(dx) : dx / distance;
        double ny = bothStand ? 0 : dy / distance;
        double approach = (a.vx - b.vx) * nx + (a.vy - b.vy) * ny;
        if (approach <= 0) {
            return;
        }
        double impulse = 1.7 * approach / (1 / a.mass() + 1 / b.mass());
        a.vx -= impulse / a.mass() * nx;
        a.vy -= impulse / a.mass() * ny;
        b.vx += impulse / b.mass() * nx;
        b.vy += impulse / b.mass() * ny;
    }

    ToyState.Body body() {
        return new ToyState.Body(x, y, vx, vy, angle, spin, radius);
    }
}
