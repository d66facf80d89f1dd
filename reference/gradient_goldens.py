"""Gradients of the tiny 2B transformer and autoencoder, as training computes them."""

import torch
from diffusers import AutoencoderKLCogVideoX, CogVideoXTransformer3DModel

from common import VARIANTS, golden_dir, load, noise, save


def gradients(model, loss):
    loss.backward()
    return {f"gradient/{k}": p.grad for k, p in model.named_parameters()}


def transformer_gradients(name, seed):
    model = load(name, CogVideoXTransformer3DModel, "transformer").train()
    c = model.config
    frames = (c.sample_frames - 1) // c.temporal_compression_ratio + 1
    x = noise(seed, 2, frames, c.in_channels, c.sample_height, c.sample_width)
    text = noise(seed + 1, 2, c.max_text_seq_length, c.text_embed_dim)
    target = noise(seed + 2, 2, frames, c.out_channels, c.sample_height, c.sample_width)
    timestep = torch.tensor([999, 19])
    loss = torch.nn.functional.mse_loss(model(x, text, timestep, return_dict=False)[0], target)
    out = dict(hidden_states=x, encoder_hidden_states=text, timestep=timestep, target=target, loss=loss)
    save(golden_dir(name) / "transformer_gradients.safetensors", out | gradients(model, loss))


def vae_gradients(name, seed):
    """17 frames: two batches, so gradients also flow through the conv cache."""
    vae = load(name, AutoencoderKLCogVideoX, "vae").train()
    x = noise(seed, 1, 3, 17, 8, 16)
    posterior = vae.encode(x).latent_dist
    z = posterior.sample(torch.Generator("cpu").manual_seed(seed + 1))
    kl = 0.5 * (posterior.mean**2 + posterior.var - 1 - posterior.logvar).sum(dim=[1, 2, 3, 4])
    loss = torch.nn.functional.mse_loss(vae.decode(z).sample, x) + 1e-3 * kl.mean()
    out = dict(video=x, kl=kl, loss=loss)
    save(golden_dir(name) / "vae_gradients.safetensors", out | gradients(vae, loss), seed=seed + 1)


if __name__ == "__main__":
    with torch.enable_grad():
        transformer_gradients("2b", VARIANTS["2b"]["seed"] + 200)
        vae_gradients("2b", VARIANTS["2b"]["seed"] + 220)
