"""Loads a CogVideoX checkpoint that Kinora saved in diffusers and compares diffusers' latents with recorded ones.

    check_roundtrip.py CHECKPOINT --against FILE [request] [--record results/NAME.txt]

FILE holds a tensor `latents`: one that `kinora generate --save-latents` wrote, with the request given by the options
below, or a golden pipeline run, whose header holds the request (then no option is needed). Exits with 1 where the
relative error is above the tolerance, or where diffusers leaves a key of the checkpoint unread or fills one in.
"""

import argparse
import hashlib
import json
import pathlib
import platform
import sys

import numpy as np
import torch
from PIL import Image
from safetensors import safe_open

from common import ROOT
import diffusers
import transformers
from diffusers import AutoencoderKLCogVideoX, CogVideoXTransformer3DModel
from transformers import T5EncoderModel

from pipeline_goldens import PIPELINES, SCHEDULERS


def arguments():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("checkpoint", type=pathlib.Path)
    a.add_argument("--against", type=pathlib.Path, required=True, nargs="+", help="safetensors with a tensor `latents`")
    a.add_argument("--prompt")
    a.add_argument("--negative", default="")
    a.add_argument("--seed", type=int, default=0)
    a.add_argument("--steps", type=int, default=50)
    a.add_argument("--guidance", type=float, default=6.0)
    a.add_argument("--dynamic-guidance", choices=["off", "compat"], default="off")
    a.add_argument("--size", help="WIDTHxHEIGHT")
    a.add_argument("--frames", type=int)
    a.add_argument("--scheduler", choices=list(SCHEDULERS))
    a.add_argument("--image", type=pathlib.Path)
    a.add_argument("--video", type=pathlib.Path, nargs="+", help="the frames as image files, in order")
    a.add_argument("--strength", type=float, default=0.8)
    a.add_argument("--lora", type=pathlib.Path, help="a LoRA file, loaded as diffusers loads it; every layer must be used")
    a.add_argument("--dtype", choices=["float32", "bfloat16", "float16"], default="float32")
    a.add_argument("--tolerance", type=float, default=1e-4)
    a.add_argument("--record", type=pathlib.Path, help="appends the result to this text file")
    return a.parse_args()


def read(path):
    with safe_open(str(path), "pt") as f:
        wanted = {k: f.get_tensor(k) for k in f.keys() if k in ("latents", "frames", "image", "video")}
        return wanted, f.metadata() or {}


def request(args, tensors, said):
    """The request of a golden run from its header, else from the options."""
    if "task" in said:
        r = {k: said[k] for k in ("task", "scheduler", "dynamic_guidance", "prompt", "negative", "dtype")}
        r |= {k: json.loads(said[k]) for k in ("height", "width", "frames", "steps", "guidance", "seed")}
        r["strength"] = json.loads(said.get("strength", "0.8"))
        r["image"] = Image.fromarray(tensors["image"].numpy()) if "image" in tensors else None
        r["video"] = [Image.fromarray(f) for f in tensors["video"].numpy()] if "video" in tensors else None
        return r
    if args.prompt is None:
        sys.exit("check_roundtrip: --prompt = missing (expected: given, as the latents' header has no request)")
    width, height = map(int, args.size.split("x")) if args.size else (None, None)
    image = Image.open(args.image).convert("RGB") if args.image else None
    video = [Image.open(f).convert("RGB") for f in args.video] if args.video else None
    return dict(task="i2v" if image else "v2v" if video else "t2v", scheduler=args.scheduler, prompt=args.prompt,
                dynamic_guidance=args.dynamic_guidance, negative=args.negative, dtype=args.dtype, height=height,
                width=width, frames=args.frames, steps=args.steps, guidance=args.guidance, seed=args.seed,
                strength=args.strength, image=image, video=video)


def strict(checkpoint):
    """Every key read, none missing, in each network."""
    for name, cls in (("transformer", CogVideoXTransformer3DModel), ("vae", AutoencoderKLCogVideoX),
                      ("text_encoder", T5EncoderModel)):
        _, info = cls.from_pretrained(str(checkpoint / name), output_loading_info=True)
        wrong = {k: sorted(map(str, v)) for k, v in info.items() if v}
        if wrong:
            sys.exit(f"check_roundtrip: {name} = {wrong} (expected: no key missing, unexpected or mismatched)")


def adapt(pipe, file):
    """Loads a LoRA and counts its layers in the transformer."""
    pipe.load_lora_weights(str(file.parent), weight_name=file.name)
    with safe_open(str(file), "pt") as f:
        stored = sum(k.endswith("lora_A.weight") for k in f.keys())
    used = sum(hasattr(m, "lora_A") and len(m.lora_A) > 0 for m in pipe.transformer.modules())
    if used != stored:
        sys.exit(f"check_roundtrip: layers = {used} of the transformer adapted (expected: the {stored} of {file})")


def run(checkpoint, r, lora=None):
    pipe = PIPELINES[r["task"]].from_pretrained(str(checkpoint), torch_dtype=getattr(torch, r["dtype"]))
    if lora:
        adapt(pipe, lora)
    pipe.set_progress_bar_config(disable=True)
    if r["scheduler"]:
        pipe.scheduler = SCHEDULERS[r["scheduler"]].from_config(pipe.scheduler.config)
    steps = {}
    def keep(p, i, t, tensors):
        steps["latents"] = tensors["latents"]
        return {}
    common = dict(prompt=r["prompt"], negative_prompt=r["negative"] or None, height=r["height"], width=r["width"],
                  num_inference_steps=r["steps"], guidance_scale=r["guidance"], callback_on_step_end=keep,
                  use_dynamic_cfg=r["dynamic_guidance"] == "compat", output_type="pil",
                  generator=torch.Generator("cpu").manual_seed(r["seed"]),
                  max_sequence_length=pipe.transformer.config.max_text_seq_length)
    if r["task"] == "t2v":
        video = pipe(num_frames=r["frames"], **common).frames[0]
    elif r["task"] == "i2v":
        video = pipe(image=r["image"], num_frames=r["frames"], **common).frames[0]
    else:
        video = pipe(video=r["video"], strength=r["strength"], **common).frames[0]
    return steps["latents"], np.stack([np.asarray(f) for f in video])


def digest(folder):
    """One hash over every file of the checkpoint, its name and its bytes."""
    h = hashlib.sha256()
    for f in sorted(p for p in folder.rglob("*") if p.is_file() and "golden" not in p.parts):
        h.update(str(f.relative_to(folder)).encode() + b"\0" + f.read_bytes())
    return h.hexdigest()[:16]


def compare(args, file):
    tensors, said = read(file)
    r = request(args, tensors, said)
    latents, frames = run(args.checkpoint, r, args.lora)
    theirs, ours = latents.float(), tensors["latents"].float()
    theirs = theirs[:, theirs.shape[1] - ours.shape[1]:]  # 1.5: without the frame added in front, if ours is
    error = ((ours - theirs).norm() / theirs.norm()).item() if ours.shape == theirs.shape else float("inf")
    with_lora = f" with {args.lora.name}" if args.lora else ""
    line = f"{args.checkpoint.name} {file.stem}{with_lora}: {r['task']} {r['steps']} steps, latents {list(ours.shape)}, " \
           f"relative error {error:.2e}"
    if "frames" in tensors:
        difference = np.abs(tensors["frames"].numpy().astype(int) - frames.astype(int))
        line += f", frames {list(frames.shape)} differ by at most {difference.max()} in {100 * (difference > 0).mean():.3f} % of values"
    good = error <= args.tolerance
    print(("ok   " if good else "FAIL ") + line)
    return good, line


def main():
    args = arguments()
    strict(args.checkpoint)
    results = [compare(args, file) for file in args.against]
    if args.record:
        args.record.parent.mkdir(parents=True, exist_ok=True)
        with args.record.open("a", encoding="utf-8") as out:
            out.write(f"diffusers {diffusers.__version__}, transformers {transformers.__version__}, torch "
                      f"{torch.__version__}, {platform.machine()}; checkpoint sha256 {digest(args.checkpoint)}; "
                      f"tolerance {args.tolerance:g}\n")
            out.writelines(f"  {'ok  ' if good else 'FAIL'} {line}\n" for good, line in results)
    sys.exit(0 if all(good for good, _ in results) else 1)


if __name__ == "__main__":
    main()
