"""PySceneDetect's detectors at their defaults on the videos that a cuts.json names, scored as CutScores.java scores.

    python cut_peers.py FOLDER/cuts.json

A cut counts if a detection is within one frame of it, a gradual transition if one is inside it; one detection finds one
transition. A detection inside a gradual transition is never wrong, nor one where a text card appears.
"""

import json
import sys
import time
import warnings
from pathlib import Path

from scenedetect import SceneManager, open_video
from scenedetect.detectors import (
    AdaptiveDetector,
    ContentDetector,
    HashDetector,
    HistogramDetector,
    ThresholdDetector,
)

warnings.simplefilter("ignore")
KINDS = [ContentDetector, AdaptiveDetector, HistogramDetector, ThresholdDetector, HashDetector]


def detect(path, kinds):
    manager = SceneManager()
    for kind in kinds:
        manager.add_detector(kind())
    frames = manager.detect_scenes(open_video(str(path)))
    return [c.frame_num for c in manager.get_cut_list()], frames


def score(videos, found):
    cuts = cut_hits = graduals = gradual_hits = wrong = 0
    for name, video in videos.items():
        left = list(found[name])
        for t in video["hard_cuts"]:
            match = next((d for d in left if abs(d - t) <= 1), None)
            cuts += 1
            if match is not None:
                cut_hits += 1
                left.remove(match)
        for g in video["gradual"]:
            match = next((d for d in left if g["start"] <= d <= g["end"]), None)
            graduals += 1
            if match is not None:
                gradual_hits += 1
                left.remove(match)
        for d in left:
            inside = any(g["start"] - 1 <= d <= g["end"] + 1 for g in video["gradual"])
            wrong += not inside and abs(d - video.get("text_card_appears", -9)) > 1
    def f1(n, hits):
        return 2 * hits / max(1, n + hits + wrong)
    return (f"cuts F1 {f1(cuts, cut_hits):.3f} ({cut_hits} of {cuts}), gradual F1 {f1(graduals, gradual_hits):.3f} "
            f"({gradual_hits} of {graduals}), wrong {wrong}, all {f1(cuts + graduals, cut_hits + gradual_hits):.3f}")


def main():
    file = Path(sys.argv[1]).resolve()
    videos = json.loads(file.read_text())["videos"]
    paths = {n: file.parent / n if (file.parent / n).exists() else file.parent.parent / n for n in videos}
    for kinds in [[k] for k in KINDS] + [KINDS]:
        started, cpu, frames, found = time.perf_counter(), time.process_time(), 0, {}
        for name, path in paths.items():
            found[name], n = detect(path, kinds)
            frames += n
        wall, cpu = time.perf_counter() - started, time.process_time() - cpu
        label = kinds[0].__name__ if len(kinds) == 1 else "all five"
        print(f"{label}: {score(videos, found)}; {frames / wall:.0f} frames/s, "
              f"{frames / cpu:.0f} frames per second of processor time", flush=True)


if __name__ == "__main__":
    main()
