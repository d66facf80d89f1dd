"""Pictures as Pillow and diffusers see them: resized, cropped, decoded, turned to tensors and back."""

import numpy as np
import PIL.Image
import torch
from diffusers.image_processor import VaeImageProcessor
from diffusers.utils import load_image
from diffusers.video_processor import VideoProcessor

from common import TESTDATA

FOLDER = TESTDATA / "media"
FILTERS = ["nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"]
# width x height: down, up, mixed, by odd ratios, one axis kept, to a single pixel
SIZES = [(16, 12), (9, 41), (97, 60), (37, 7), (5, 29), (1, 1), (74, 58)]


def source(width, height, seed):
    """Gradient, hard edges and noise: every filter shows, and clipping at both ends."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    image = np.stack([x * 255 / (width - 1), y * 255 / (height - 1), 255 - x * 255 / (width - 1)], axis=-1)
    image[height // 3 : height // 2, width // 4 : width // 2] = (255, 0, 0)
    image[height // 2 :, width // 2 :] = rng.integers(0, 2, (height - height // 2, width - width // 2, 1)) * 255
    image[: height // 4, width // 2 :] = rng.integers(0, 256, (height // 4, width - width // 2, 3))
    return PIL.Image.fromarray(image.round().astype(np.uint8))


def save(image, name):
    image.save(FOLDER / name, optimize=True)


def resized():
    image = source(37, 29, 1)
    save(image, "source.png")
    for name in FILTERS:
        for width, height in SIZES:
            size = (width, height)
            save(image.resize(size, getattr(PIL.Image.Resampling, name.upper())), f"{name}_{width}x{height}.png")
    processor = VaeImageProcessor(vae_scale_factor=1)
    for width, height in ((24, 24), (40, 10), (8, 31)):
        save(processor.resize(image, height, width, resize_mode="crop"), f"crop_{width}x{height}.png")


def decoded():
    """Files of many kinds, each with the pixels that diffusers' load_image takes from it."""
    image = source(24, 16, 2)
    alpha = PIL.Image.fromarray(np.tile(np.linspace(0, 255, 24).round().astype(np.uint8), (16, 1)))
    kinds = {
        "palette.png": image.quantize(16),
        "grey.png": image.convert("L"),
        "bilevel.png": image.convert("1"),
        "grey_alpha.png": PIL.Image.merge("LA", (image.convert("L"), alpha)),
        "alpha.png": PIL.Image.merge("RGBA", (*image.split(), alpha)),
        "true.bmp": image,
        "lossless.webp": image,
        "grey.jpg": image.convert("L"),
        "chroma444.jpg": image,
        "chroma420.jpg": image,
        "progressive.jpg": image,
    }
    options = {
        "chroma444.jpg": dict(subsampling=0, quality=90),
        "chroma420.jpg": dict(subsampling=2, quality=90),
        "progressive.jpg": dict(progressive=True, quality=80),
        "lossless.webp": dict(lossless=True),
    }
    for turn in range(1, 9):
        exif = PIL.Image.Exif()
        exif[274] = turn
        kinds[f"exif{turn}.jpg"] = image
        options[f"exif{turn}.jpg"] = dict(exif=exif, subsampling=0, quality=90)
    kinds["exif6.png"] = image
    options["exif6.png"] = dict(exif=options["exif6.jpg"]["exif"])
    for name, kind in kinds.items():
        kind.save(FOLDER / "files" / name, **options.get(name, {}))
        load_image(str(FOLDER / "files" / name)).save(FOLDER / "files" / f"{name}.expected.png", optimize=True)


def tensors():
    """VideoProcessor both ways; raw little-endian fp32 [1, 3, T, H, W] beside PNGs."""
    processor = VideoProcessor(vae_scale_factor=8)
    frames = [source(37, 29, s) for s in (3, 4, 5)]
    for i, frame in enumerate(frames):
        save(frame, f"video_{i}.png")
    video = processor.preprocess_video(frames, height=16, width=24)
    (FOLDER / "preprocessed_1x3x3x16x24.f32").write_bytes(video.numpy().astype("<f4").tobytes())
    generated = torch.randn(1, 3, 3, 16, 24, generator=torch.Generator().manual_seed(6)) * 0.7
    # values that lie on a rounding edge after * 127.5 + 127.5
    generated[0, 0, 0, 0, :] = (torch.arange(24) * 2 + 0.5) / 127.5 - 1
    (FOLDER / "generated_1x3x3x16x24.f32").write_bytes(generated.numpy().astype("<f4").tobytes())
    for i, frame in enumerate(processor.postprocess_video(generated, output_type="pil")[0]):
        save(frame, f"postprocessed_{i}.png")


if __name__ == "__main__":
    (FOLDER / "files").mkdir(parents=True, exist_ok=True)
    resized()
    decoded()
    tensors()
