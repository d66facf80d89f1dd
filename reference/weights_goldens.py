"""Golden checkpoints for kinora-weights: every element type torch can save, and a sharded component.

    python reference/weights_goldens.py testdata/weights

Written with torch 2.10.0, safetensors 0.8.0, diffusers 0.42.1.
"""

import json
import pathlib
import sys

import torch
from diffusers import AutoencoderKL
from safetensors.torch import save_file

out = pathlib.Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)


def pattern(nbytes: int, dtype: torch.dtype, *shape: int) -> torch.Tensor:
    """Byte i of the tensor is (7 i + 13) mod 256, or its parity for booleans."""
    raw = (torch.arange(nbytes) * 7 + 13) % 256
    if dtype == torch.bool:
        raw = raw % 2
    return raw.to(torch.uint8).view(dtype).reshape(shape)


tensors = {
    "bool": pattern(3, torch.bool, 3),
    "u8": pattern(5, torch.uint8, 5),
    "i8": pattern(6, torch.int8, 2, 3),
    "f8_e5m2": pattern(4, torch.float8_e5m2, 4),
    "f8_e4m3": pattern(4, torch.float8_e4m3fn, 2, 2),
    "f8_e8m0": pattern(3, torch.float8_e8m0fnu, 3),
    "i16": pattern(6, torch.int16, 3),
    "u16": pattern(6, torch.uint16, 3),
    "f16": pattern(8, torch.float16, 2, 2),
    "bf16": pattern(12, torch.bfloat16, 3, 1, 2),
    "i32": pattern(8, torch.int32, 2),
    "u32": pattern(8, torch.uint32, 2),
    "f32": pattern(24, torch.float32, 2, 3),
    "c64": pattern(16, torch.complex64, 2),
    "f64": pattern(16, torch.float64, 2),
    "i64": pattern(8, torch.int64),
    "u64": pattern(16, torch.uint64, 2),
    "empty": torch.zeros(0, 4),
    "scalar": pattern(4, torch.float32),
    "block.0.größe \"q\"": pattern(4, torch.float32, 1),
}
save_file(tensors, out / "all_types.safetensors", metadata={"format": "pt"})

torch.manual_seed(0)
vae = AutoencoderKL(block_out_channels=(8,), norm_num_groups=4, layers_per_block=1, latent_channels=2, sample_size=8)
vae.save_pretrained(out / "sharded_vae", max_shard_size="12KB")
sums = {k: v.double().sum().item() for k, v in vae.state_dict().items()}
(out / "sharded_vae_sums.json").write_text(json.dumps(sums, indent=1) + "\n")
