"""PySceneDetect's detectors at their defaults on the videos that a cuts.json names, scored as CutScores.java scores.

    python cut_peers.py FOLDER/cuts.json [ROUNDS]

A cut counts if a detection is within one frame of it, a gradual transition if one is inside it; one detection finds one
transition. A detection inside a gradual transition is never wrong, nor one where a text card appears.
All five share one decoding; ROUNDS (1) measures it that many times.
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


def recording(kind, cuts):
    """A detector that also writes down its own cuts, so that one decoding serves all."""

    class Recording(kind):
        def process_frame(self, timecode, frame_img):
            found = super().process_frame(timecode, frame_img)
            cuts.extend(found)
            return found

        def post_process(self, timecode):
            found = super().post_process(timecode)
            cuts.extend(found)
            return found

    return Recording()


def detect(path, kinds):
    """Cuts of each detector, and how many frames there were."""
    manager = SceneManager()
    cuts = [[] for _ in kinds]
    for kind, own in zip(kinds, cuts):
        manager.add_detector(recording(kind, own))
    frames = manager.detect_scenes(open_video(str(path)))
    return [sorted({getattr(c, "frame_num", c) for c in own}) for own in cuts], frames


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
    print(f"start: {time.process_time():.2f} s of processor time")
    for number in range(1, 1 + (int(sys.argv[2]) if len(sys.argv) > 2 else 1)):
        started, cpu, frames, found = time.perf_counter(), time.process_time(), 0, {}
        for name, path in paths.items():
            found[name], n = detect(path, KINDS)
            frames += n
        wall, cpu = time.perf_counter() - started, time.process_time() - cpu
        print(f"round {number}: {frames} frames, {wall:.2f} s, {cpu:.2f} s of processor time: {frames / wall:.0f} "
              f"frames/s, {frames / cpu:.0f} per second of processor time", flush=True)
    for i, kind in enumerate(KINDS):
        print(f"{kind.__name__}: {score(videos, {n: f[i] for n, f in found.items()})}")
    union = {n: sorted(set().union(*f)) for n, f in found.items()}
    print(f"all five: {score(videos, union)}")


if __name__ == "__main__":
    main()
