"""Streams of torch.Generator("cpu"): every kind of draw the samplers and trainers make."""

import torch

from common import TESTDATA, save

FOLDER = TESTDATA / "rng"
SEEDS = [0, 1, 42, 2**31, 2**53 + 1, 2**63 - 1]
# 16 is where the normal distribution switches from pairs to blocks; the last block of 16 is drawn again
SIZES = [1, 2, 7, 15, 16, 17, 31, 32, 33, 100]


def fresh(seed):
    return torch.Generator("cpu").manual_seed(seed)


def draws():
    out = {}
    for seed in SEEDS:
        for size in SIZES:
            out[f"randn/float32/seed{seed}/{size}"] = torch.randn(size, generator=fresh(seed))
    for name, dtype in (("float64", torch.float64), ("bfloat16", torch.bfloat16), ("float16", torch.float16)):
        for size in (1, 7, 15, 16, 17, 33):
            out[f"randn/{name}/seed42/{size}"] = torch.randn(size, generator=fresh(42), dtype=dtype)
    for shape in ((1, 3, 4, 4, 6), (2, 5), (4, 4), (1, 13, 2, 3)):
        key = "x".join(map(str, shape))
        out[f"randn/float32/seed7/shape{key}"] = torch.randn(shape, generator=fresh(7))
    for seed in (0, 42, 2**63 - 1):
        for size in (1, 15, 16, 17):
            out[f"rand/float32/seed{seed}/{size}"] = torch.rand(size, generator=fresh(seed))
        out[f"rand/float64/seed{seed}/17"] = torch.rand(17, generator=fresh(seed), dtype=torch.float64)
        out[f"rand/bfloat16/seed{seed}/17"] = torch.rand(17, generator=fresh(seed), dtype=torch.bfloat16)
        out[f"randint/0_1000/seed{seed}/17"] = torch.randint(0, 1000, (17,), generator=fresh(seed))
        out[f"randint/-5_5/seed{seed}/9"] = torch.randint(-5, 5, (9,), generator=fresh(seed))
        out[f"randint/0_2^40/seed{seed}/9"] = torch.randint(0, 2**40, (9,), generator=fresh(seed))
        for size in (1, 10, 100):
            out[f"randperm/seed{seed}/{size}"] = torch.randperm(size, generator=fresh(seed))
    save(FOLDER / "draws.safetensors", out)


def sequences():
    """Draws one after another from one generator, keys in order: 00_…, 01_…"""
    out = {}
    steps = [
        ("randn_3", lambda g: torch.randn(3, generator=g)),
        ("randn_16", lambda g: torch.randn(16, generator=g)),
        ("randn_5", lambda g: torch.randn(5, generator=g)),
        ("rand_4", lambda g: torch.rand(4, generator=g)),
        ("randn_float64_3", lambda g: torch.randn(3, generator=g, dtype=torch.float64)),
        ("randn_1", lambda g: torch.randn(1, generator=g)),
        ("randn_1", lambda g: torch.randn(1, generator=g)),
        ("randint_0_1000_6", lambda g: torch.randint(0, 1000, (6,), generator=g)),
        ("randn_bfloat16_17", lambda g: torch.randn(17, generator=g, dtype=torch.bfloat16)),
        ("randn_float16_3", lambda g: torch.randn(3, generator=g, dtype=torch.float16)),
        ("randperm_12", lambda g: torch.randperm(12, generator=g)),
        ("randn_40", lambda g: torch.randn(40, generator=g)),
        ("rand_float64_3", lambda g: torch.rand(3, generator=g, dtype=torch.float64)),
    ]
    for seed in (0, 42, 2**63 - 1):
        g = fresh(seed)
        for i, (name, draw) in enumerate(steps):
            out[f"seed{seed}/{i:02d}_{name}"] = draw(g)
    save(FOLDER / "sequences.safetensors", out)


if __name__ == "__main__":
    draws()
    sequences()
