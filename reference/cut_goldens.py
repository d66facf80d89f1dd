"""Two drawn clips and what PySceneDetect makes of them: cuts and per-frame scores of every detector.

Needs scenedetect==0.7.2 and opencv-python-headless==4.13.0.92, whose FFmpeg decodes; see requirements-cuts.txt.
"""

import json
import warnings
from pathlib import Path

import cv2
import numpy as np
from scenedetect import SceneManager, StatsManager, open_video
from scenedetect.detectors import (
    AdaptiveDetector,
    ContentDetector,
    HashDetector,
    HistogramDetector,
    ThresholdDetector,
)

OUT = Path(__file__).resolve().parent.parent / "testdata" / "cuts"
warnings.simplefilter("ignore")


def shot(seed, width, height, frames):
    """A smooth coloured field with discs that move over it."""
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 256, (5, 8, 3), dtype=np.uint8)
    field = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    discs = [(rng.uniform(0, width), rng.uniform(0, height), rng.uniform(-3, 3), rng.uniform(-3, 3),
              int(rng.uniform(8, 30)), tuple(int(v) for v in rng.integers(0, 256, 3))) for _ in range(6)]
    for t in range(frames):
        image = field.copy()
        for x, y, dx, dy, radius, colour in discs:
            cv2.circle(image, (int(x + dx * t), int(y + dy * t)), radius, colour, -1)
        yield image


def mixed(a, b, alpha):
    return cv2.addWeighted(a, 1 - alpha, b, alpha, 0)


def clip(width, height):
    """Cuts, a fade through black, a dissolve, a flash, a grey still: at least one of each kind of frame."""
    a, b, c, d = (list(shot(s, width, height, 24)) for s in (1, 2, 3, 4))
    black = np.zeros_like(a[0])
    grey = np.full_like(a[0], 119)
    frames = a[:18] + b[:18]
    frames += [mixed(b[17], black, i / 6) for i in range(7)] + [black] * 3
    frames += [mixed(black, c[0], i / 6) for i in range(7)] + c[1:10]
    frames += [mixed(c[10 + i], d[i], i / 8) for i in range(9)] + d[9:20]
    frames += [np.full_like(black, 255)] + d[20:24] + [grey] * 6
    return frames


def write(path, frames):
    height, width = frames[0].shape[:2]
    out = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"mp4v"), 25, (width, height))
    for f in frames:
        out.write(f)
    out.release()


DETECTORS = {
    "content": (ContentDetector, {}),
    "content_t12": (ContentDetector, {"threshold": 12.0, "min_scene_len": 3}),
    "content_edges": (ContentDetector, {"weights": ContentDetector.Components(1.0, 0.5, 1.0, 0.2)}),
    "content_luma": (ContentDetector, {"luma_only": True}),
    "adaptive": (AdaptiveDetector, {}),
    "adaptive_w3": (AdaptiveDetector, {"adaptive_threshold": 2.0, "window_width": 3, "min_content_val": 5.0, "min_scene_len": 5}),
    "histogram": (HistogramDetector, {}),
    "histogram_256": (HistogramDetector, {"threshold": 0.05, "bins": 256, "min_scene_len": 4}),
    "threshold": (ThresholdDetector, {}),
    "threshold_bias": (ThresholdDetector, {"threshold": 40, "fade_bias": -0.5, "min_scene_len": 5}),
    "threshold_ceiling": (ThresholdDetector, {"threshold": 200, "method": ThresholdDetector.Method.CEILING, "min_scene_len": 2}),
    "hash": (HashDetector, {}),
    "hash_16": (HashDetector, {"threshold": 0.2, "size": 16, "lowpass": 2, "min_scene_len": 4}),
}


def run(path, kind, options):
    stats = StatsManager()
    manager = SceneManager(stats_manager=stats)
    detector = kind(**options)
    manager.add_detector(detector)
    n = manager.detect_scenes(open_video(str(path)))
    key = "content_val" if kind is ContentDetector else detector.get_metrics()[-1]
    scores = []
    for i in range(n):
        value = stats.get_metrics(i, [key])[0]
        scores.append(None if value is None else float(value))
    return {"cuts": [c.frame_num for c in manager.get_cut_list()], "scores": scores}


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    for width, height, stride in ((320, 180, 1), (512, 288, 4)):
        path = OUT / f"clip_{width}x{height}.mp4"
        write(path, clip(width, height)[::stride])
        golden = {name: run(path, kind, options) for name, (kind, options) in DETECTORS.items()}
        text = json.dumps(golden, separators=(",", ":")).replace('},"', '},\n"')
        (OUT / f"clip_{width}x{height}.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
