"""Writes testdata/eval: a small clip, a damaged copy, and what scikit-image says of the pair.

    python eval_goldens.py
"""

import json
import pathlib

import numpy as np
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

TESTDATA = pathlib.Path(__file__).resolve().parent.parent / "testdata"
SEED = 20261126


def main():
    rng = np.random.default_rng(SEED)
    frames, height, width = 4, 24, 32
    y, x = np.mgrid[0:height, 0:width]
    clip = np.stack([
        np.stack([128 + 90 * np.sin(x / (3 + c) + f) * np.cos(y / (4 - c) - f / 2) for c in range(3)], axis=-1)
        for f in range(frames)
    ])
    reference = np.clip(np.round(clip), 0, 255).astype(np.uint8)
    damaged = np.clip(np.round(clip * 0.9 + rng.normal(6, 12, clip.shape)), 0, 255).astype(np.uint8)
    ssim = [
        structural_similarity(a, b, data_range=255, channel_axis=-1, gaussian_weights=True, sigma=1.5,
                              use_sample_covariance=False)
        for a, b in zip(reference, damaged)
    ]
    a, b = reference.astype(np.float64), damaged.astype(np.float64)
    folder = TESTDATA / "eval"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "fidelity.json").write_text(json.dumps({
        "shape": list(reference.shape),
        "reference": reference.tobytes().hex(),
        "damaged": damaged.tobytes().hex(),
        "psnr": peak_signal_noise_ratio(reference, damaged, data_range=255),
        "ssim": float(np.mean(ssim)),
        "temporal_psnr": peak_signal_noise_ratio(np.diff(a, axis=0), np.diff(b, axis=0), data_range=255),
        "flicker": float(np.mean(np.abs(np.diff(b, axis=0) - np.diff(a, axis=0)))),
        "change": float(np.mean(np.abs(np.diff(b, axis=0)))),
    }) + "\n")


if __name__ == "__main__":
    main()
