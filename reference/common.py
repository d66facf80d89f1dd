"""Shared pieces of the golden scripts: the tiny configs, seeded parameters, safetensors output."""

import json
import os
import pathlib
import warnings

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
warnings.filterwarnings("ignore")

import diffusers
import numpy as np
import torch
import transformers
from safetensors.torch import save_file

diffusers.utils.logging.set_verbosity_error()
transformers.utils.logging.set_verbosity_error()
transformers.utils.logging.disable_progress_bar()
diffusers.utils.logging.disable_progress_bar()

# One thread: the order of a sum must not depend on the machine's core count.
torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)
torch.set_grad_enabled(False)

ROOT = pathlib.Path(__file__).resolve().parent.parent
TESTDATA = ROOT / "testdata"
COGVIDEOX = TESTDATA / "cogvideox"

SCHEDULER = dict(
    beta_end=0.012,
    beta_schedule="scaled_linear",
    beta_start=0.00085,
    clip_sample=False,
    clip_sample_range=1.0,
    num_train_timesteps=1000,
    prediction_type="v_prediction",
    rescale_betas_zero_snr=True,
    sample_max_value=1.0,
    set_alpha_to_one=True,
    snr_shift_scale=1.0,
    steps_offset=0,
    timestep_spacing="trailing",
)

TRANSFORMER = dict(
    num_attention_heads=2,
    attention_head_dim=16,  # RoPE splits it 1/4, 3/8, 3/8: 4 + 6 + 6
    in_channels=4,
    out_channels=4,
    time_embed_dim=16,
    text_embed_dim=32,
    num_layers=2,
    sample_width=6,
    sample_height=4,
    sample_frames=9,
    patch_size=2,
    max_text_seq_length=18,
)

VAE = dict(
    block_out_channels=(8, 8, 8, 8),
    latent_channels=4,
    layers_per_block=1,
    norm_num_groups=2,
    sample_height=32,
    sample_width=48,
    temporal_compression_ratio=4,
)

TEXT = dict(
    vocab_size=448,
    d_model=32,
    d_kv=8,
    d_ff=48,
    num_layers=2,
    num_heads=4,
    feed_forward_proj="gated-gelu",
    dropout_rate=0.0,
    tie_word_embeddings=False,
)

# What sets the five released checkpoints apart, at toy size, and one of our own. `storage` is the dtype on disk.
VARIANTS = {
    "2b": dict(
        pipeline="CogVideoXPipeline",
        scheduler=("CogVideoXDDIMScheduler", dict(snr_shift_scale=3.0)),
        transformer=dict(),
        vae=dict(scaling_factor=1.15258426, block_out_channels=(8, 8, 8, 16)),
        text=dict(feed_forward_proj="relu"),
        tokenizer="spiece",
        storage=torch.float32,
        seed=100,
    ),
    "5b": dict(
        pipeline="CogVideoXPipeline",
        scheduler=("CogVideoXDPMScheduler", dict()),
        transformer=dict(num_attention_heads=3, use_rotary_positional_embeddings=True),
        vae=dict(scaling_factor=0.7),
        text=dict(feed_forward_proj="relu"),
        tokenizer="spiece",
        storage=torch.bfloat16,
        seed=200,
    ),
    "5b-i2v": dict(
        pipeline="CogVideoXImageToVideoPipeline",
        scheduler=("CogVideoXDPMScheduler", dict()),
        transformer=dict(
            num_attention_heads=3,
            in_channels=8,
            use_rotary_positional_embeddings=True,
            use_learned_positional_embeddings=True,
            max_text_seq_length=20,
        ),
        vae=dict(scaling_factor=0.7),
        text=dict(),
        tokenizer="json",
        storage=torch.float32,
        seed=300,
    ),
    "1.5-5b": dict(
        pipeline="CogVideoXPipeline",
        scheduler=("CogVideoXDPMScheduler", dict()),
        transformer=dict(
            patch_size_t=2,
            patch_bias=False,  # ignored: the 3D patch projection always has its bias
            use_rotary_positional_embeddings=True,
            sample_width=8,
            sample_height=8,
            max_text_seq_length=16,
        ),
        vae=dict(scaling_factor=0.7),
        text=dict(relative_attention_num_buckets=16, relative_attention_max_distance=24),
        tokenizer="spiece",
        storage=torch.float32,
        seed=400,
    ),
    "1.5-5b-i2v": dict(
        pipeline="CogVideoXImageToVideoPipeline",
        scheduler=("CogVideoXDPMScheduler", dict()),
        transformer=dict(
            in_channels=8,
            patch_size_t=2,
            patch_bias=False,
            ofs_embed_dim=16,
            use_rotary_positional_embeddings=True,
            sample_width=8,
            sample_height=8,
            max_text_seq_length=16,
        ),
        vae=dict(scaling_factor=0.7, invert_scale_latents=True, layers_per_block=2),
        text=dict(),
        tokenizer="both",
        storage=torch.float16,
        seed=500,
    ),
    # Not a released one: what kinora-mini is, patches of one latent in space and time.
    "native": dict(
        pipeline="CogVideoXPipeline",
        scheduler=("CogVideoXDDIMScheduler", dict()),
        transformer=dict(
            patch_size=1,
            patch_size_t=1,
            use_rotary_positional_embeddings=True,
            sample_width=6,
            sample_height=6,
            max_text_seq_length=12,
        ),
        vae=dict(scaling_factor=0.9),
        text=dict(feed_forward_proj="relu"),
        tokenizer="json",
        storage=torch.bfloat16,
        seed=600,
    ),
}

RELEASED = [name for name in VARIANTS if name != "native"]

# Short ones, one that is cut at the text length, and one with characters outside the vocabulary.
PROMPTS = [
    "a red ball bounces on a green meadow",
    "",
    "two blue boats drift slowly over a quiet lake while the morning sun climbs above the hills and birds fly south",
    "  Ein  kühner Drache fliegt über 42 Türme! ",
    "猫 on a ﬁne café chair\nnew line",
]
NEGATIVE = "dark, blurry"


def variant_dir(name):
    return COGVIDEOX / name


def golden_dir(name):
    path = variant_dir(name) / "golden"
    path.mkdir(parents=True, exist_ok=True)
    return path


def generator(seed):
    return torch.Generator("cpu").manual_seed(seed)


def noise(seed, *shape, scale=1.0, dtype=torch.float32):
    return (torch.randn(shape, generator=generator(seed)) * scale).to(dtype)


def randomise(module, seed):
    """Gives every parameter a visible value, so that a weight that is never read shows in the outputs."""
    g = generator(seed)
    for name, p in sorted(module.named_parameters()):
        values = torch.randn(p.shape, generator=g)
        if p.dim() > 1:
            fan_in = p[0].numel()
            table = "embed" in name.split(".")[-2] or "shared" in name or "relative_attention_bias" in name
            p.copy_(values * (0.7 if table else fan_in**-0.5))
        elif name.endswith("bias"):
            p.copy_(values * 0.1)
        else:
            p.copy_(1 + values * 0.2)
    for name, b in sorted(module.named_buffers()):
        if name.endswith("pos_embedding"):
            b.copy_(torch.randn(b.shape, generator=g) * 0.3)
    return module.eval()


def settle(path):
    """Sorts the header's metadata, whose order safetensors leaves to chance. The header keeps its length."""
    data = pathlib.Path(path).read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8:8 + length])
    if "__metadata__" in header:
        header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    assert len(text) <= length, path
    pathlib.Path(path).write_bytes(data[:8] + text.ljust(length) + data[8 + length:])


def save(path, tensors, **metadata):
    """Writes contiguous CPU copies; metadata values become JSON text in the header."""
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    flat = {k: v.detach().to("cpu").contiguous().clone() for k, v in tensors.items() if v is not None}
    meta = {k: v if isinstance(v, str) else json.dumps(v, ensure_ascii=False) for k, v in metadata.items()}
    save_file(flat, str(path), metadata=meta or None)
    settle(path)
    print(f"{path.relative_to(ROOT)}: {len(flat)} tensors, {path.stat().st_size} bytes")


def load(name, cls, subfolder, dtype=torch.float32):
    """Loads one component of a tiny checkpoint the way a user of diffusers or transformers would."""
    key = "dtype" if subfolder == "text_encoder" else "torch_dtype"
    return cls.from_pretrained(str(variant_dir(name) / subfolder), **{key: dtype}).eval()


def test_image(height, width, phase=0):
    """A smooth picture with edges, uint8 [H, W, 3]."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    r = 127.5 + 127.5 * np.sin(x / 5.0 + phase)
    g = 255.0 * ((x + y + 3 * phase) % 16 < 8)
    b = 255.0 * y / max(height - 1, 1)
    return np.stack([r, g, b], axis=-1).round().astype(np.uint8)


def test_video(frames, height, width):
    """uint8 [F, H, W, 3]"""
    return np.stack([test_image(height, width, phase=f) for f in range(frames)])
