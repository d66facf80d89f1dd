"""What transnetv2-pytorch 1.0.5 makes of one drawn window with weights that a formula gives.

Needs torch and transnetv2-pytorch==1.0.5 (`pip install --no-deps`); the formulas stand again in TransNetV2Test.
"""

import json
from pathlib import Path

import numpy as np
import torch
from transnetv2_pytorch.transnetv2_pytorch import TransNetV2

OUT = Path(__file__).resolve().parent.parent / "testdata" / "transnet"


def weight(key, shape):
    n = int(np.prod(shape))
    wave = np.sin(0.37 * np.arange(n, dtype=np.float64) + sum(map(ord, key)) % 97)
    if len(shape) > 1:
        wave = wave * 1.5 / np.sqrt(n / shape[0])
    elif key.endswith(("running_var", "bn.weight")):
        wave = 1 + 0.3 * wave
    else:
        wave = 0.1 * wave
    return torch.from_numpy(wave.astype(np.float32).reshape(shape))


def frames():
    t, y, x, c = np.meshgrid(np.arange(100), np.arange(27), np.arange(48), np.arange(3), indexing="ij")
    wave = np.sin(0.05 * t * (c + 1) + 0.11 * y + 0.07 * x * (1 + 2 * (t >= 60)) + 2 * (t >= 30))
    return np.floor(127 + 120 * wave).astype(np.uint8)


def main():
    torch.set_num_threads(1)
    model = TransNetV2(device="cpu").eval() if "device" in TransNetV2.__init__.__code__.co_varnames else TransNetV2().eval()
    state = {k: weight(k, v.shape) if v.is_floating_point() else v for k, v in model.state_dict().items()}
    model.load_state_dict(state)
    with torch.no_grad():
        single, every = model(torch.from_numpy(frames())[None])
    out = {
        "single": torch.sigmoid(single)[0, :, 0].tolist(),
        "all": torch.sigmoid(every["many_hot"])[0, :, 0].tolist(),
    }
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "window.json").write_text(json.dumps(out) + "\n")


if __name__ == "__main__":
    main()
