package dev.kinora.models.vision;

import dev.kinora.nn.Conv2d;
import dev.kinora.nn.Names;
import dev.kinora.tensor.F;
import dev.kinora.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The convolutional part of an image classifier, in slices: after each of them its activations are looked at. Layers
 * have the numbers of torchvision's {@code features} sequence, in which every ReLU and every pooling counts.
 *
 * <p>N pictures, H W their size, C channels.
 */
final class VisionFeatures {
    private final List<List<Layer>> slices = new ArrayList<>();
    private final List<Integer> channels;
    private final int smallest;

    /** One layer: a convolution behind which a ReLU follows, or a pooling. */
    @FunctionalInterface
    private interface Layer {
        Tensor forward(Tensor x);
    }

    private VisionFeatures(List<Integer> channels, int smallest) {
        this.channels = List.copyOf(channels);
        this.smallest = smallest;
    }

    /** AlexNet (Krizhevsky, arXiv 1404.5997), to its five convolutions. */
    static VisionFeatures alexNet(Names at) {
        VisionFeatures f = new VisionFeatures(List.of(64, 192, 384, 256, 256), 31);
        f.slices.add(List.of(conv(at, 0, 3, 64, 11, 4, 2)));
        f.slices.add(List.of(x -> F.maxPool2d(x, 3, 2), conv(at, 3, 64, 192, 5, 1, 2)));
        f.slices.add(List.of(x -> F.maxPool2d(x, 3, 2), conv(at, 6, 192, 384, 3, 1, 1)));
        f.slices.add(List.of(conv(at, 8, 384, 256, 3, 1, 1)));
        f.slices.add(List.of(conv(at, 10, 256, 256, 3, 1, 1)));
        return f;
    }

    /** VGG16 (Simonyan and Zisserman, arXiv 1409.1556), to the last convolution of each of its five stages. */
    static VisionFeatures vgg16(Names at) {
        VisionFeatures f = new VisionFeatures(List.of(64, 128, 256, 512, 512), 16);
        int[] depth = {2, 2, 3, 3, 3};
        int number = 0;
        int in = 3;
        for (int s = 0; s < depth.length; s++) {
            List<Layer> slice = new ArrayList<>();
            if (s > 0) {
                slice.add(x -> F.maxPool2d(x, 2, 2));
                number++;
            }
            int out = f.channels.get(s);
            for (int i = 0; i < depth[s]; i++) {
                slice.add(conv(at, number, in, out, 3, 1, 1));
                number += 2;
                in = out;
            }
            f.slices.add(List.copyOf(slice));
        }
        return f;
    }

    private static Layer conv(Names at, int number, int in, int out, int kernel, int stride, int padding) {
        Conv2d conv = at.conv2d(Integer.toString(number), in, out, kernel, stride, padding);
        return x -> conv.forward(x).relu();
    }

    /** Channels of each slice's activations. */
    List<Integer> channels() {
        return channels;
    }

    /** Height and width below which nothing is left of a picture. */
    int smallest() {
        return smallest;
    }

    /** [N, 3, H, W] to one [N, C, h, w] a slice. */
    List<Tensor> forward(Tensor x) {
        List<Tensor> seen = new ArrayList<>();
        Tensor y = x;
        for (List<Layer> slice : slices) {
            for (Layer layer : slice) {
                y = layer.forward(y);
            }
            seen.add(y);
        }
        return seen;
    }
}
