"""LAION's aesthetic heads from the pickles they are published as to safetensors, which Kinora reads.

    python aesthetic_head.py sac+logos+ava1-l14-linearMSE.pth head.safetensors
    python aesthetic_head.py sa_0_4_vit_l_14_linear.pth head.safetensors

Sources: christophschuhmann/improved-aesthetic-predictor (Apache-2.0), LAION-AI/aesthetic-predictor (MIT). A pickle can
run code when it is read; weights_only keeps torch from that. A file with "relu" in its name is of the variant with ReLU
between its layers, which is no linear map; the metadata say so, and Kinora refuses it.
"""

import pathlib
import sys

import torch
from safetensors.torch import save_file


def main(source, target):
    state = torch.load(source, map_location="cpu", weights_only=True)
    activation = "relu" if "relu" in pathlib.Path(source).name.lower() else "none"
    tensors = {k: v.float().contiguous() for k, v in state.items()}
    save_file(tensors, target, metadata={"activation": activation})
    print(f"{target}: {', '.join(f'{k} {list(v.shape)}' for k, v in tensors.items())}")
    # What a unit vector of equal values scores, for a look at the other side.
    x = torch.ones(1, next(v for k, v in tensors.items() if k.endswith("weight")).shape[1])
    x = x / x.norm()
    keys = sorted((k for k in tensors if k.endswith("weight")), key=lambda k: int((k.split(".")[1:2] + ["0"])[0]) if "." in k else 0)
    for k in keys:
        x = x @ tensors[k].T + tensors[k.replace("weight", "bias")]
        x = x.relu() if activation == "relu" and k != keys[-1] else x
    print(f"equal values: {x.item():.6f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
