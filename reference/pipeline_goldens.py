"""Whole runs of the diffusers pipelines on the tiny checkpoints, with everything between prompt and frames."""

import numpy as np
import torch
from diffusers import (
    CogVideoXDDIMScheduler,
    CogVideoXDPMScheduler,
    CogVideoXImageToVideoPipeline,
    CogVideoXPipeline,
    CogVideoXVideoToVideoPipeline,
)
from PIL import Image

from common import NEGATIVE, PROMPTS, golden_dir, save, test_image, test_video, variant_dir

PIPELINES = dict(t2v=CogVideoXPipeline, i2v=CogVideoXImageToVideoPipeline, v2v=CogVideoXVideoToVideoPipeline)
SCHEDULERS = dict(ddim=CogVideoXDDIMScheduler, dpm=CogVideoXDPMScheduler)


def run(name, case, task, scheduler, height=32, width=48, frames=9, steps=5, guidance=6.0, dynamic=False, seed=42,
        prompt=PROMPTS[0], negative="", strength=0.8, dtype=torch.float32):
    folder = str(variant_dir(name))
    pipe = PIPELINES[task].from_pretrained(folder, torch_dtype=dtype)
    pipe.scheduler = SCHEDULERS[scheduler].from_config(pipe.scheduler.config)
    pipe.set_progress_bar_config(disable=True)
    length = pipe.transformer.config.max_text_seq_length
    out = {}

    prepare = pipe.prepare_latents
    def prepare_latents(*args, **kwargs):
        result = prepare(*args, **kwargs)
        initial = result[0] if isinstance(result, tuple) else result
        out["latents_initial"] = initial
        if isinstance(result, tuple):
            out["image_latents"] = result[1]
        return result
    pipe.prepare_latents = prepare_latents

    calls = []
    def after_transformer(module, args, kwargs, output):
        if not calls:
            out["transformer_input_0"] = kwargs["hidden_states"]
            if kwargs.get("ofs") is not None:
                out["ofs"] = kwargs["ofs"]
            if kwargs["image_rotary_emb"] is not None:
                out["rope_cos"], out["rope_sin"] = kwargs["image_rotary_emb"]
        out[f"noise_pred_{len(calls)}"] = output[0]
        calls.append(1)
    pipe.transformer.register_forward_hook(after_transformer, with_kwargs=True)

    guidances = []
    def on_step_end(p, i, t, tensors):
        out[f"latents_{i}"] = tensors["latents"]
        guidances.append(float(p.guidance_scale))
        return {}

    decoded = []
    pipe.vae.decoder.register_forward_hook(lambda m, a, o: decoded.append(o[0]))

    common = dict(prompt=prompt, negative_prompt=negative or None, height=height, width=width, num_inference_steps=steps,
                  guidance_scale=guidance, use_dynamic_cfg=dynamic, generator=torch.Generator("cpu").manual_seed(seed),
                  max_sequence_length=length, callback_on_step_end=on_step_end, output_type="pil")
    if task == "t2v":
        video = pipe(num_frames=frames, **common).frames[0]
    elif task == "i2v":
        image = test_image(height, width)
        out["image"] = torch.from_numpy(image)
        video = pipe(image=Image.fromarray(image), num_frames=frames, **common).frames[0]
    else:
        clip = test_video(frames, height, width)
        out["video"] = torch.from_numpy(clip)
        video = pipe(video=[Image.fromarray(f) for f in clip], strength=strength, **common).frames[0]

    tokens = dict(padding="max_length", max_length=length, truncation=True, return_tensors="pt")
    out["input_ids"] = pipe.tokenizer([prompt], **tokens).input_ids
    out["prompt_embeds"] = pipe.text_encoder(out["input_ids"])[0]
    if guidance > 1:
        out["negative_input_ids"] = pipe.tokenizer([negative], **tokens).input_ids
        out["negative_prompt_embeds"] = pipe.text_encoder(out["negative_input_ids"])[0]
    out["timesteps"] = pipe.scheduler.timesteps[-len(calls):]
    out["guidance_scales"] = torch.tensor(guidances, dtype=torch.float64)
    out["latents"] = out[f"latents_{len(calls) - 1}"]
    out["frames"] = torch.from_numpy(np.stack([np.asarray(f) for f in video]))  # uint8 [F, H, W, 3]
    if (name, case) in (("2b", "t2v_default"), ("1.5-5b-i2v", "i2v_guidance1")):
        out["decoded"] = torch.cat(decoded, dim=2)  # [1, 3, F, H, W] in about [-1, 1], before rounding
    save(golden_dir(name) / f"pipeline_{case}.safetensors", out, task=task, scheduler=scheduler, height=height,
         width=width, frames=frames, steps=steps, guidance=guidance, dynamic_guidance="compat" if dynamic else "off",
         seed=seed, prompt=prompt, negative=negative, max_sequence_length=length,
         dtype=str(dtype).removeprefix("torch."), **(dict(strength=strength) if task == "v2v" else {}))
    values = out["latents"].float()
    print(f"  {name} {case}: latents std {values.std():.3f}, frames std {out['frames'].float().std():.1f}")
    assert torch.isfinite(values).all()


if __name__ == "__main__":
    run("2b", "t2v_default", "t2v", "ddim", negative=NEGATIVE)
    run("2b", "t2v_dpm", "t2v", "dpm", seed=7)
    run("2b", "t2v_guidance1", "t2v", "ddim", guidance=1.0)
    run("2b", "t2v_dynamic", "t2v", "ddim", dynamic=True, prompt=PROMPTS[2])
    run("2b", "t2v_size_steps7", "t2v", "ddim", height=48, width=32, frames=5, steps=7, prompt=PROMPTS[3])
    run("2b", "v2v_ddim", "v2v", "ddim")
    run("2b", "v2v_dpm", "v2v", "dpm", strength=0.6, guidance=1.0)
    run("2b", "v2v_dynamic", "v2v", "ddim", dynamic=True)  # counts the steps that are left after strength

    run("5b", "t2v_default", "t2v", "dpm", seed=0)
    run("5b", "t2v_ddim", "t2v", "ddim", seed=2**63 - 1)
    run("5b", "t2v_guidance1", "t2v", "dpm", guidance=1.0)
    run("5b", "t2v_dynamic", "t2v", "dpm", dynamic=True, negative=NEGATIVE)
    run("5b", "t2v_size_steps7", "t2v", "dpm", height=64, width=32, frames=5, steps=7)
    run("5b", "t2v_bf16", "t2v", "dpm", dtype=torch.bfloat16)
    run("5b", "v2v_dpm", "v2v", "dpm")

    run("5b-i2v", "i2v_default", "i2v", "dpm")
    run("5b-i2v", "i2v_guidance1", "i2v", "dpm", guidance=1.0, seed=3)
    run("5b-i2v", "i2v_ddim_dynamic", "i2v", "ddim", dynamic=True)

    # 9 frames are 3 latent frames: one is added in front and dropped before decoding
    run("1.5-5b", "t2v_default", "t2v", "dpm")
    run("1.5-5b", "t2v_ddim_even", "t2v", "ddim", frames=8, height=48, width=32)  # 2 latent frames decode to 8
    run("1.5-5b", "t2v_guidance1", "t2v", "dpm", guidance=1.0, frames=1)
    run("1.5-5b", "v2v_dpm", "v2v", "dpm", frames=8)

    # as many latent frames as there are: none is added; sizes of either aspect below the largest
    run("native", "t2v_landscape", "t2v", "ddim", height=32, width=48, frames=9)
    run("native", "t2v_portrait", "t2v", "ddim", height=48, width=24, frames=5, guidance=4.0, prompt=PROMPTS[3])
    run("native", "t2v_picture", "t2v", "dpm", height=16, width=16, frames=1)

    run("1.5-5b-i2v", "i2v_default", "i2v", "dpm")
    run("1.5-5b-i2v", "i2v_guidance1", "i2v", "dpm", guidance=1.0, frames=5)
    run("1.5-5b-i2v", "i2v_ddim_dynamic", "i2v", "ddim", dynamic=True, negative=NEGATIVE)
