"""The reference's side of run.py: the same operation by diffusers or transformers, in a process of its own.

Versions are those of reference/requirements.txt. Prints one line of JSON. Arguments as for RealSize.java, and
`make FOLDER WHAT` writes a checkpoint of random weights with the full configuration.
"""
import json
import os
import resource
import sys
import time


def cpu():
    r = resource.getrusage(resource.RUSAGE_SELF)
    return r.ru_utime + r.ru_stime


def peak_mb():
    for line in open("/proc/self/status"):
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 // 1_000_000
    return -1


def make(folder, what):
    import torch
    from safetensors.torch import save_file

    pool = torch.randn(1 << 24, generator=torch.Generator().manual_seed(0)) * 0.02

    def fill(model, dtype, limit):
        """Writes weights in shards below `limit` bytes; a pool of random numbers over and over is random enough."""
        shards, size, at = [{}], 0, 0
        for name, p in model.state_dict().items():
            if name == "encoder.embed_tokens.weight":
                continue  # the same tensor as shared.weight
            n = p.numel()
            t = pool.repeat((at + n) // pool.numel() + 1)[at:at + n].reshape(p.shape).to(dtype).clone()
            at = (at + n) % pool.numel()
            if "norm" in name and name.endswith("weight") and p.dim() == 1 or name.endswith("layer_norm.weight"):
                t = t + 1
            if size + t.numel() * t.element_size() > limit:
                shards.append({})
                size = 0
            shards[-1][name] = t.to(dtype)
            size += t.numel() * t.element_size()
            if len(shards) > 1 and shards[-2]:
                flush(shards, len(shards) - 2)
        flush(shards, len(shards) - 1)
        return index

    index, written = {}, []
    stem = "model" if what.startswith("text") else "diffusion_pytorch_model"

    def flush(shards, i):
        name = f"{stem}-part{i}.safetensors"
        save_file(shards[i], os.path.join(folder, name), metadata={"format": "pt"})
        written.append((name, list(shards[i])))
        shards[i] = {}

    os.makedirs(folder, exist_ok=True)
    with torch.device("meta"):
        if what.startswith("text"):
            from transformers import T5Config, T5EncoderModel

            config = T5Config(vocab_size=32128, d_model=4096, d_kv=64, d_ff=10240, num_layers=int(what.split(":")[1]), num_heads=64,
                              feed_forward_proj="gated-gelu", is_encoder_decoder=False, use_cache=False,
                              tie_word_embeddings=False)
            model = T5EncoderModel(config)
        elif what == "vae":
            from diffusers import AutoencoderKLCogVideoX

            model = AutoencoderKLCogVideoX(
                down_block_types=("CogVideoXDownBlock3D",) * 4, up_block_types=("CogVideoXUpBlock3D",) * 4,
                block_out_channels=(128, 256, 256, 512), latent_channels=16, layers_per_block=3,
                sample_height=480, sample_width=720, scaling_factor=1.15258426)
        else:
            from diffusers import CogVideoXTransformer3DModel

            # CogVideoX-2B; what.split(":")[1] is the number of blocks
            model = CogVideoXTransformer3DModel(num_attention_heads=30, attention_head_dim=64, in_channels=16,
                                                out_channels=16, time_embed_dim=512, text_embed_dim=4096,
                                                num_layers=int(what.split(":")[1]), sample_width=90, sample_height=60,
                                                sample_frames=49, patch_size=2, max_text_seq_length=226)
    fill(model, torch.float32 if what == "vae" else torch.bfloat16, 4_000_000_000)
    if what.startswith("text"):
        config.architectures = ["T5EncoderModel"]
        config.dtype = "bfloat16"
        config.save_pretrained(folder)
    else:
        model.save_config(folder)
    if len(written) == 1:
        os.rename(os.path.join(folder, written[0][0]), os.path.join(folder, f"{stem}.safetensors"))
        return
    weight_map, total = {}, 0
    for i, (name, keys) in enumerate(written):
        final = f"{stem}-{i + 1:05d}-of-{len(written):05d}.safetensors"
        os.rename(os.path.join(folder, name), os.path.join(folder, final))
        total += os.path.getsize(os.path.join(folder, final))
        weight_map.update({k: final for k in keys})
    with open(os.path.join(folder, f"{stem}.safetensors.index.json"), "w") as f:
        json.dump({"metadata": {"total_size": total}, "weight_map": weight_map}, f)


def measure(begin, passes, operation):
    """The first pass also makes kernels and reads the weights; the last is what every further step costs."""
    load, load_cpu, first = time.time() - begin, cpu(), None
    for _ in range(passes):
        start, before = time.time(), cpu()
        mean = operation().float().mean().item()
        wall, used = time.time() - start, cpu() - before
        first = used if first is None else first
    print(json.dumps({"load_s": round(load, 3), "start_cpu_s": round(load_cpu, 2), "first_cpu_s": round(first, 2),
                      "cpu_s": round(used, 2), "wall_s": round(wall, 3), "peak_mb": peak_mb(),
                      "mean": float(f"{mean:.6g}")}))


def main():
    operation, folder = sys.argv[1:3]
    if operation == "make":
        return make(folder, sys.argv[3])
    import torch

    dtype = torch.bfloat16 if sys.argv[3] == "bf16" else torch.float32
    torch.set_num_threads(int(sys.argv[4]))
    sizes = [int(s) for s in sys.argv[5:]]
    torch.set_grad_enabled(False)
    generator = torch.Generator().manual_seed(0)
    begin = time.time()
    if operation == "step":
        from diffusers import CogVideoXTransformer3DModel

        begin = time.time()
        model = CogVideoXTransformer3DModel.from_pretrained(folder, torch_dtype=dtype)
        x = torch.randn(1, sizes[0], 16, sizes[1], sizes[2], generator=generator).to(dtype)
        text = torch.randn(1, 226, 4096, generator=generator).to(dtype)
        measure(begin, 2, lambda: model(x, text, torch.tensor([500])).sample)
    elif operation in ("decode", "tiled"):
        from diffusers import AutoencoderKLCogVideoX

        begin = time.time()
        model = AutoencoderKLCogVideoX.from_pretrained(folder, torch_dtype=dtype)
        if operation == "tiled":
            model.enable_tiling()
        z = torch.randn(1, 16, *sizes, generator=generator).to(dtype)
        measure(begin, 1, lambda: model.decode(z).sample)
    else:
        from transformers import T5EncoderModel

        begin = time.time()
        model = T5EncoderModel.from_pretrained(folder, dtype=dtype)
        ids = torch.arange(sizes[0])[None]
        measure(begin, 2, lambda: model(ids).last_hidden_state)


main()
