"""Training steps of a small autoencoder and a small transformer in PyTorch and diffusers, beside TrainStep.java.

  train_peer.py make FOLDER                                            writes FOLDER/dit and FOLDER/vae, random weights
  train_peer.py dit|vae FOLDER THREADS STEPS BATCH FRAMES HEIGHT WIDTH  one process's steps, a line of JSON
  train_peer.py compare FILE                                           lines of both sides: losses, ratios

Weights, clips, noise and timesteps of each step are those of the other side: both draw them from a generator seeded with
the step. AdamW (0.9, 0.95) at 1e-3, gradients clipped to a norm of 1, an average of the weights; fp32.
"""

import json
import resource
import statistics
import sys
import time
from types import SimpleNamespace

import torch
from diffusers import (AutoencoderKLCogVideoX, CogVideoXDDIMScheduler, CogVideoXPipeline,
                       CogVideoXTransformer3DModel)

TEXT = 32


def make(folder):
    torch.manual_seed(0)
    CogVideoXTransformer3DModel(
        num_attention_heads=4, attention_head_dim=64, in_channels=16, out_channels=16, time_embed_dim=256,
        text_embed_dim=192, num_layers=4, sample_width=12, sample_height=12, sample_frames=17, patch_size=1,
        patch_size_t=1, max_text_seq_length=TEXT, use_rotary_positional_embeddings=True, patch_bias=True,
    ).save_pretrained(f"{folder}/dit")
    AutoencoderKLCogVideoX(
        down_block_types=("CogVideoXDownBlock3D",) * 4, up_block_types=("CogVideoXUpBlock3D",) * 4,
        block_out_channels=(32, 64, 96, 64), latent_channels=16, layers_per_block=1, norm_num_groups=8,
        sample_height=64, sample_width=96,
    ).save_pretrained(f"{folder}/vae")


def cpu():
    r = resource.getrusage(resource.RUSAGE_SELF)
    return r.ru_utime + r.ru_stime


def dit(folder, batch, frames, height, width):
    model = CogVideoXTransformer3DModel.from_pretrained(folder, torch_dtype=torch.float32).train()
    scheduler = CogVideoXDDIMScheduler(
        beta_schedule="scaled_linear", beta_start=0.00085, beta_end=0.012, prediction_type="v_prediction",
        rescale_betas_zero_snr=True, set_alpha_to_one=True, snr_shift_scale=1.0, timestep_spacing="trailing")
    owner = SimpleNamespace(transformer=model, vae_scale_factor_spatial=8)
    rope = CogVideoXPipeline._prepare_rotary_positional_embeddings(owner, height * 8, width * 8, frames, "cpu")

    def loss(step):
        g = torch.Generator().manual_seed(step)
        x0 = torch.randn(batch, frames, model.config.in_channels, height, width, generator=g)
        noise = torch.randn(x0.shape, generator=g)
        text = torch.randn(batch, TEXT, model.config.text_embed_dim, generator=g)
        t = torch.tensor([(37 * step + 499 * i) % 1000 for i in range(batch)])
        out = model(scheduler.add_noise(x0, noise, t), text, t, image_rotary_emb=rope, return_dict=False)[0]
        return torch.nn.functional.mse_loss(out, scheduler.get_velocity(x0, noise, t))

    return model, loss


def vae(folder, batch, frames, height, width):
    model = AutoencoderKLCogVideoX.from_pretrained(folder, torch_dtype=torch.float32).train()

    def loss(step):
        g = torch.Generator().manual_seed(step)
        video = torch.rand(batch, 3, frames, height, width, generator=g) * 2 - 1
        d = model.encode(video).latent_dist
        z = d.mean + d.std * torch.randn(d.mean.shape, generator=g)
        back = model.decode(z).sample
        kl = 0.5 * (d.mean.square() + d.logvar.exp() - 1 - d.logvar).mean()
        return (back - video).abs().mean() + 1e-4 * kl

    return model, loss


def train(what, folder, threads, steps, *size):
    torch.set_num_threads(threads)
    model, loss = dict(dit=dit, vae=vae)[what](folder, *size)
    weights = list(model.parameters())
    averages = [w.detach().clone() for w in weights]
    optimizer = torch.optim.AdamW(weights, lr=1e-3, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.0)
    losses, cpus, walls = [], [], []
    for step in range(1, steps + 1):
        c, w = cpu(), time.perf_counter()
        value = loss(step)
        value.backward()
        losses.append(value.item())
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        with torch.no_grad():
            torch._foreach_lerp_(averages, weights, 1 - min(0.999, (1 + step) / (10 + step)))
        cpus.append(cpu() - c), walls.append(time.perf_counter() - w)
    half = steps // 2
    print(json.dumps(dict(
        side="torch", parameters=sum(w.numel() for w in weights), cpu_s=statistics.median_high(cpus[half:]),
        least_cpu_s=min(cpus), wall_s=statistics.median_high(walls[half:]),
        peak_mb=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024), losses=losses)))


def compare(file):
    rows = [json.loads(line) for line in open(file) if line.startswith("{")]
    ours, theirs = ([r for r in rows if r["side"] == s] for s in ("kinora", "torch"))
    worst = max(abs(a - b) / abs(b) for a, b in zip(ours[0]["losses"][:20], theirs[0]["losses"][:20]))
    ratios = [b["cpu_s"] / a["cpu_s"] for a, b in zip(ours, theirs)]
    walls = [b["wall_s"] / a["wall_s"] for a, b in zip(ours, theirs)]
    print(json.dumps(dict(
        steps_compared=min(20, len(ours[0]["losses"])), largest_relative_loss_difference=worst,
        speed_ratios=[round(r, 3) for r in ratios], median_ratio=round(statistics.median(ratios), 3),
        wall_ratios=[round(r, 3) for r in walls], median_wall_ratio=round(statistics.median(walls), 3),
        kinora_cpu_s=[r["cpu_s"] for r in ours], torch_cpu_s=[r["cpu_s"] for r in theirs],
        kinora_peak_mb=[r["peak_mb"] for r in ours], torch_peak_mb=[r["peak_mb"] for r in theirs],
        parameters=ours[0]["parameters"], first_loss=ours[0]["losses"][0], last_loss=ours[0]["losses"][-1]), indent=1))


if __name__ == "__main__":
    command, place, *numbers = sys.argv[1:]
    if command == "make":
        make(place)
    elif command == "compare":
        compare(place)
    else:
        train(command, place, *map(int, numbers))
