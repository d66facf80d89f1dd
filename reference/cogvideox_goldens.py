"""Transformer, position and VAE goldens of the tiny CogVideoX checkpoints."""

import torch
from diffusers import AutoencoderKLCogVideoX, CogVideoXTransformer3DModel
from diffusers.models.autoencoders.autoencoder_kl_cogvideox import (
    CogVideoXCausalConv3d,
    CogVideoXResnetBlock3D,
    CogVideoXSpatialNorm3D,
)
from diffusers.models.downsampling import CogVideoXDownsample3D
from diffusers.models.embeddings import get_3d_rotary_pos_embed, get_3d_sincos_pos_embed
from diffusers.models.upsampling import CogVideoXUpsample3D
from diffusers.pipelines.cogvideo.pipeline_cogvideox import get_resize_crop_region_for_grid

from common import COGVIDEOX, RELEASED, VARIANTS, golden_dir, load, noise, randomise, save, test_video


def rope(config, frames, height, width):
    """RoPE tables [tokens, head_dim] for latents of the given size, as the pipelines make them."""
    p, p_t = config.patch_size, config.patch_size_t
    grid = (height // p, width // p)
    if p_t is None:
        crops = get_resize_crop_region_for_grid(grid, config.sample_width // p, config.sample_height // p)
        return get_3d_rotary_pos_embed(config.attention_head_dim, crops, grid, frames)
    return get_3d_rotary_pos_embed(
        config.attention_head_dim, None, grid, (frames + p_t - 1) // p_t, grid_type="slice",
        max_size=(config.sample_height // p, config.sample_width // p))


def transformer_case(model, case, frames, height, width, batch, seed, dtype=torch.float32, timesteps=(999, 519)):
    config, out = model.config, {}

    def keep(name, pick=lambda o: o):
        def hook(module, args, output):
            out[f"{case}/{name}"] = pick(output)
        return hook

    hooks = [
        model.time_proj.register_forward_hook(keep("time_proj")),
        model.time_embedding.register_forward_hook(keep("time_embedding")),
        model.patch_embed.register_forward_hook(keep("patch_embed")),
        model.norm_final.register_forward_hook(keep("norm_final")),
        model.norm_out.register_forward_hook(keep("norm_out")),
        model.proj_out.register_forward_hook(keep("proj_out")),
    ]
    if model.ofs_embedding is not None:
        hooks.append(model.ofs_embedding.register_forward_hook(keep("ofs_embedding")))
    for i, block in enumerate(model.transformer_blocks):
        hooks.append(block.register_forward_hook(keep(f"block_{i}/hidden_states", lambda o: o[0])))
        hooks.append(block.register_forward_hook(keep(f"block_{i}/encoder_hidden_states", lambda o: o[1])))
    first = model.transformer_blocks[0]
    hooks.append(first.attn1.register_forward_hook(keep("block_0/attn1/hidden_states", lambda o: o[0])))
    hooks.append(first.attn1.register_forward_hook(keep("block_0/attn1/encoder_hidden_states", lambda o: o[1])))
    hooks.append(first.norm1.register_forward_hook(keep("block_0/norm1/hidden_states", lambda o: o[0])))
    hooks.append(first.norm1.register_forward_hook(keep("block_0/norm1/gate", lambda o: o[2])))
    hooks.append(first.norm1.register_forward_hook(keep("block_0/norm1/encoder_hidden_states", lambda o: o[1])))
    hooks.append(first.norm1.register_forward_hook(keep("block_0/norm1/enc_gate", lambda o: o[3])))
    hooks.append(first.ff.register_forward_hook(keep("block_0/ff")))

    hidden = noise(seed, batch, frames, config.in_channels, height, width, dtype=dtype)
    text = noise(seed + 1, batch, config.max_text_seq_length, config.text_embed_dim, dtype=dtype)
    timestep = torch.tensor(timesteps[:batch])
    ofs = None if config.ofs_embed_dim is None else hidden.new_full((1,), fill_value=2.0)
    tables = rope(config, frames, height, width) if config.use_rotary_positional_embeddings else None
    output = model(hidden, text, timestep, ofs=ofs, image_rotary_emb=tables, return_dict=False)[0]
    for hook in hooks:
        hook.remove()
    out[f"{case}/hidden_states"], out[f"{case}/encoder_hidden_states"] = hidden, text
    out[f"{case}/timestep"], out[f"{case}/output"] = timestep, output
    if ofs is not None:
        out[f"{case}/ofs"] = ofs
    if tables is not None:
        out[f"{case}/rope_cos"], out[f"{case}/rope_sin"] = tables
    print(f"  {case}: std {output.float().std():.3f}")
    return out


def transformer_goldens(name):
    model, seed = load(name, CogVideoXTransformer3DModel, "transformer"), VARIANTS[name]["seed"] + 10
    c = model.config
    h, w = c.sample_height, c.sample_width
    frames = (c.sample_frames - 1) // c.temporal_compression_ratio + 1
    frames += frames % (c.patch_size_t or 1)
    out = transformer_case(model, "sample", frames, h, w, 2, seed)
    out |= transformer_case(model, "fewer_frames", 2 if c.patch_size_t is not None else 1, h, w, 1, seed + 20, timesteps=(19,))
    if not c.use_learned_positional_embeddings:  # those are bound to the sample's height and width
        out |= transformer_case(model, "other_size", 4, 6, 4, 1, seed + 40, timesteps=(739,))
    half = load(name, CogVideoXTransformer3DModel, "transformer", torch.bfloat16)
    bf16 = transformer_case(half, "bf16", frames, h, w, 1, seed + 60, torch.bfloat16)
    keep = ("hidden_states", "encoder_hidden_states", "timestep", "ofs", "rope_cos", "rope_sin", "output")
    out |= {k: v for k, v in bf16.items() if k.split("/", 1)[1] in keep}
    save(golden_dir(name) / "transformer.safetensors", out)


def position_goldens():
    """Position tables at sizes the tiny models do not reach. Keys name the call."""
    out = {}
    for dim, w, h, t, s, ts in [(32, 3, 2, 3, 1.875, 1.0), (48, 4, 4, 2, 1.875, 1.0), (64, 5, 3, 4, 1.0, 2.0)]:
        key = f"sincos/dim{dim}_t{t}_h{h}_w{w}_spatial{s}_temporal{ts}"
        out[key] = get_3d_sincos_pos_embed(dim, (w, h), t, s, ts, output_type="pt")  # [t, h*w, dim]
    for base_w, base_h, h, w, t in [(45, 30, 15, 22, 1), (45, 30, 24, 11, 2), (45, 30, 10, 20, 2), (3, 2, 5, 5, 3)]:
        crops = get_resize_crop_region_for_grid((h, w), base_w, base_h)
        cos, sin = get_3d_rotary_pos_embed(16, crops, (h, w), t)
        key = f"rope_linspace/base_h{base_h}_w{base_w}_t{t}_h{h}_w{w}"
        out[key + "/cos"], out[key + "/sin"] = cos, sin  # [t*h*w, 16]
        out[key + "/crops"] = torch.tensor([crops[0][0], crops[0][1], crops[1][0], crops[1][1]])
    for h, w, t in [(4, 6, 3), (7, 5, 2)]:
        cos, sin = get_3d_rotary_pos_embed(64, None, (h, w), t, grid_type="slice", max_size=(8, 8))
        out[f"rope_slice/t{t}_h{h}_w{w}/cos"], out[f"rope_slice/t{t}_h{h}_w{w}/sin"] = cos, sin  # [t*h*w, 64]
    save(COGVIDEOX / "golden" / "positions.safetensors", out)


def vae_goldens(name, full):
    vae, seed, out = load(name, AutoencoderKLCogVideoX, "vae"), VARIANTS[name]["seed"] + 100, {}

    def encode(case, frames, height, width, batch=1):
        video = torch.from_numpy(test_video(frames, height, width)).float().permute(3, 0, 1, 2)[None] / 127.5 - 1
        x = video + noise(seed + frames, batch, 3, frames, height, width, scale=0.1)
        latent = vae.encode(x).latent_dist
        out[f"{case}/input"], out[f"{case}/moments"] = x, latent.parameters
        out[f"{case}/sample_seed_7"] = latent.sample(torch.Generator("cpu").manual_seed(7))
        out[f"{case}/mode"] = latent.mode()

    def decode(case, frames, height, width, batch=1):
        z = noise(seed + 50 + frames, batch, vae.config.latent_channels, frames, height, width)
        out[f"{case}/input"], out[f"{case}/output"] = z, vae.decode(z).sample

    for frames in (1, 8, 9, 16, 17) if full else (1, 17):
        encode(f"encode_{frames}", frames, 16, 24)
    for frames in (1, 2, 3, 4, 5) if full else (3, 5):
        decode(f"decode_{frames}", frames, 2, 3)
    if full:
        encode("encode_batch", 1, 16, 16, batch=2)
        decode("decode_batch", 1, 2, 2, batch=2)
        # tiles of 16x24 pixels over 32x40: two rows, three columns, the last ones smaller than a tile
        vae.enable_tiling(tile_sample_min_height=16, tile_sample_min_width=24,
                          tile_overlap_factor_height=0.5, tile_overlap_factor_width=1 / 3)
        encode("tiled_encode_9", 9, 32, 40)
        decode("tiled_decode_3", 3, 4, 5)
        vae.disable_tiling()
    half = load(name, AutoencoderKLCogVideoX, "vae", torch.bfloat16)
    z = noise(seed + 90, 1, vae.config.latent_channels, 3, 2, 3, dtype=torch.bfloat16)
    out["decode_bf16/input"], out["decode_bf16/output"] = z, half.decode(z).sample
    tiling = dict(tile_sample_min_height=16, tile_sample_min_width=24,
                  tile_overlap_factor_height=0.5, tile_overlap_factor_width=1 / 3)
    save(golden_dir(name) / "vae.safetensors", out, tiling=tiling)
    print(f"  moments std {out['encode_17/moments'].std():.3f}, decoded std {out['decode_3/output'].std():.3f}")


def vae_block_goldens():
    """Single VAE blocks with their own weights, under <block>/weights/<parameter>."""
    out = {}

    def weights(block, module, seed):
        randomise(module, seed)
        for key, value in module.state_dict().items():
            out[f"{block}/weights/{key}"] = value
        return module

    def cache(prefix, value):
        """Flattens diffusers' nested conv cache to <prefix>/<path>."""
        if isinstance(value, dict):
            for key, inner in value.items():
                cache(f"{prefix}/{key}", inner)
        elif value is not None:
            out[prefix] = value

    conv = weights("causal_conv", CogVideoXCausalConv3d(3, 4, 3), 900)
    x1, x2 = noise(901, 1, 3, 4, 5, 6), noise(902, 1, 3, 2, 5, 6)
    y1, c1 = conv(x1)
    y2, c2 = conv(x2, conv_cache=c1)
    out |= {"causal_conv/input_0": x1, "causal_conv/output_0": y1, "causal_conv/cache_0": c1,
            "causal_conv/input_1": x2, "causal_conv/output_1": y2, "causal_conv/cache_1": c2}
    one = noise(903, 1, 3, 1, 5, 6)
    y, c = conv(one)
    out |= {"causal_conv/single/input": one, "causal_conv/single/output": y, "causal_conv/single/cache": c}

    point = weights("causal_conv_1x1x1", CogVideoXCausalConv3d(3, 4, 1), 905)
    y, c = point(x1)  # time kernel 1: the cache is the whole input
    out |= {"causal_conv_1x1x1/input": x1, "causal_conv_1x1x1/output": y}

    norm = weights("spatial_norm", CogVideoXSpatialNorm3D(8, 4, groups=2), 910)
    for case, frames in (("even", 2), ("odd", 3), ("one", 1)):
        f, zq = noise(911 + frames, 1, 8, 2 * frames - frames % 2, 4, 6), noise(921 + frames, 1, 4, frames, 2, 3)
        y, _ = norm(f, zq)
        out |= {f"spatial_norm/{case}/f": f, f"spatial_norm/{case}/zq": zq, f"spatial_norm/{case}/output": y}

    res = weights("resnet_encoder", CogVideoXResnetBlock3D(8, 12, temb_channels=0, groups=2), 930)
    x1, x2 = noise(931, 1, 8, 3, 4, 6), noise(932, 1, 8, 2, 4, 6)
    y1, c1 = res(x1)
    y2, c2 = res(x2, conv_cache=c1)
    out |= {"resnet_encoder/input_0": x1, "resnet_encoder/output_0": y1,
            "resnet_encoder/input_1": x2, "resnet_encoder/output_1": y2}
    cache("resnet_encoder/cache_0", c1)

    res = weights("resnet_decoder", CogVideoXResnetBlock3D(8, 8, temb_channels=0, groups=2, spatial_norm_dim=4), 940)
    x1, x2, z1, z2 = noise(941, 1, 8, 3, 4, 6), noise(942, 1, 8, 2, 4, 6), noise(943, 1, 4, 3, 2, 3), noise(944, 1, 4, 2, 2, 3)
    y1, c1 = res(x1, zq=z1)
    y2, c2 = res(x2, zq=z2, conv_cache=c1)
    out |= {"resnet_decoder/input_0": x1, "resnet_decoder/zq_0": z1, "resnet_decoder/output_0": y1,
            "resnet_decoder/input_1": x2, "resnet_decoder/zq_1": z2, "resnet_decoder/output_1": y2}
    cache("resnet_decoder/cache_0", c1)

    for time in (True, False):
        key = f"downsample_time_{str(time).lower()}"
        down = weights(key, CogVideoXDownsample3D(4, 4, compress_time=time), 950 + time)
        for frames in (1, 4, 5):
            x = noise(951 + frames, 1, 4, frames, 4, 6)
            out |= {f"{key}/frames_{frames}/input": x, f"{key}/frames_{frames}/output": down(x)}
        key = f"upsample_time_{str(time).lower()}"
        up = weights(key, CogVideoXUpsample3D(4, 4, compress_time=time), 970 + time)
        for frames in (1, 2, 3):
            x = noise(971 + frames, 1, 4, frames, 2, 3)
            out |= {f"{key}/frames_{frames}/input": x, f"{key}/frames_{frames}/output": up(x)}
    save(COGVIDEOX / "golden" / "vae_blocks.safetensors", out)


if __name__ == "__main__":
    position_goldens()
    vae_block_goldens()
    for variant in VARIANTS:
        transformer_goldens(variant)
    for variant in RELEASED:
        vae_goldens(variant, full=variant == "2b")
