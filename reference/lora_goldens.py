"""LoRA files in the formats found in the wild, and the tiny 2B transformer's outputs with them."""

import json

import torch
from diffusers import CogVideoXPipeline, CogVideoXTransformer3DModel
from diffusers.utils.state_dict_utils import convert_state_dict_to_diffusers
from peft import LoraConfig
from peft.utils import get_peft_model_state_dict
from safetensors.torch import load_file

from common import TESTDATA, generator, load, noise, save, settle, variant_dir

FOLDER = TESTDATA / "lora"
ATTENTION = ["to_q", "to_k", "to_v", "to_out.0"]
EVERYTHING = ATTENTION + ["ff.net.0.proj", "ff.net.2", "patch_embed.proj", "patch_embed.text_proj", "proj_out", "norm1.linear"]


def make_adapter(filename, seed, config, metadata=True):
    """Trains nothing: gives both factors seeded values and saves them as diffusers does."""
    model = load("2b", CogVideoXTransformer3DModel, "transformer")
    model.add_adapter(config, adapter_name="default")
    g = generator(seed)
    for name, p in sorted(model.named_parameters()):
        if "lora_" in name:
            p.copy_(torch.randn(p.shape, generator=g) * 0.25)
    layers = get_peft_model_state_dict(model)
    described = model.peft_config["default"].to_dict()
    described = {k: sorted(v) if isinstance(v, set) else v for k, v in described.items() if v is not None}
    described.pop("peft_version", None)
    FOLDER.mkdir(parents=True, exist_ok=True)
    CogVideoXPipeline.save_lora_weights(
        str(FOLDER), transformer_lora_layers=layers, weight_name=filename,
        transformer_lora_adapter_metadata=described if metadata else None)
    settle(FOLDER / filename)
    return {k: v.contiguous() for k, v in layers.items()}


def kohya(layers, alpha):
    """Flat names, lora_down and lora_up, one alpha scalar per layer."""
    out = {}
    for key, value in layers.items():
        layer, factor = key.removesuffix(".weight").rsplit(".", 1)
        flat = "lora_unet_" + layer.replace(".", "_")
        out[f"{flat}.{'lora_down' if factor == 'lora_A' else 'lora_up'}.weight"] = value
        out[f"{flat}.alpha"] = torch.tensor(float(alpha))
    return out


def inputs(config):
    return dict(
        hidden_states=noise(601, 1, 3, config.in_channels, config.sample_height, config.sample_width),
        encoder_hidden_states=noise(602, 1, config.max_text_seq_length, config.text_embed_dim),
        timestep=torch.tensor([499]),
    )


def output(prepare=None):
    pipe = CogVideoXPipeline.from_pretrained(str(variant_dir("2b")), torch_dtype=torch.float32)
    if prepare:
        prepare(pipe)
    return pipe.transformer(**inputs(pipe.transformer.config), return_dict=False)[0]


def add(pipe, filename, adapter):
    pipe.load_lora_weights(str(FOLDER), weight_name=filename, adapter_name=adapter)


if __name__ == "__main__":
    first = make_adapter("peft_alpha.safetensors", 611, LoraConfig(r=4, lora_alpha=8, target_modules=ATTENTION))
    make_adapter("peft_no_alpha.safetensors", 611, LoraConfig(r=4, lora_alpha=8, target_modules=ATTENTION), metadata=False)
    make_adapter("peft_everything.safetensors", 612, LoraConfig(r=2, lora_alpha=1, target_modules=EVERYTHING))
    make_adapter("peft_patterns.safetensors", 613, LoraConfig(
        r=3, lora_alpha=3, target_modules=ATTENTION, rank_pattern={"transformer_blocks.0.attn1.to_q": 5},
        alpha_pattern={"transformer_blocks.0.attn1.to_q": 2, "transformer_blocks.1.attn1.to_v": 6}))
    make_adapter("peft_rslora.safetensors", 614, LoraConfig(r=4, lora_alpha=8, target_modules=["to_v"], use_rslora=True))
    old = {f"transformer.{k}": v for k, v in convert_state_dict_to_diffusers(dict(first)).items()}
    save(FOLDER / "diffusers_lora_down_up.safetensors", old)  # older diffusers: lora.down, lora.up, no alpha
    save(FOLDER / "kohya.safetensors", kohya(first, 8), ss_network_dim="4", ss_network_alpha="8")
    native = {f"base_model.model.{k}": v for k, v in first.items()}
    save(FOLDER / "peft_native" / "adapter_model.safetensors", native)
    (FOLDER / "peft_native" / "adapter_config.json").write_text(json.dumps(
        dict(peft_type="LORA", r=4, lora_alpha=8, target_modules=ATTENTION, bias="none", use_rslora=False), indent=2) + "\n")
    stray = {**load_file(FOLDER / "peft_no_alpha.safetensors"),
             "transformer.transformer_blocks.7.attn1.to_q.lora_A.weight": torch.zeros(4, 32),
             "transformer.transformer_blocks.7.attn1.to_q.lora_B.weight": torch.zeros(32, 4)}
    save(FOLDER / "peft_stray_layer.safetensors", stray)

    out = {"base": output()}
    out["peft_alpha_scale_1"] = output(lambda p: add(p, "peft_alpha.safetensors", "a"))
    out["peft_no_alpha_scale_1"] = output(lambda p: add(p, "peft_no_alpha.safetensors", "a"))
    out["diffusers_lora_down_up_scale_1"] = output(lambda p: add(p, "diffusers_lora_down_up.safetensors", "a"))
    out["peft_everything_scale_1"] = output(lambda p: add(p, "peft_everything.safetensors", "a"))
    out["peft_patterns_scale_1"] = output(lambda p: add(p, "peft_patterns.safetensors", "a"))
    out["peft_rslora_scale_1"] = output(lambda p: add(p, "peft_rslora.safetensors", "a"))

    def half(p):
        add(p, "peft_alpha.safetensors", "a")
        p.set_adapters(["a"], adapter_weights=[0.5])
    out["peft_alpha_scale_0.5"] = output(half)

    def two(p):
        add(p, "peft_alpha.safetensors", "a")
        add(p, "peft_everything.safetensors", "b")
        p.set_adapters(["a", "b"], adapter_weights=[0.75, -0.5])
    out["peft_alpha_0.75_everything_-0.5"] = output(two)

    def fused(p):
        add(p, "peft_alpha.safetensors", "a")
        p.fuse_lora(lora_scale=0.7)
        p.unload_lora_weights()
    out["peft_alpha_fused_0.7"] = output(fused)

    def fused_two(p):
        two(p)
        p.fuse_lora(adapter_names=["a", "b"])
    out["peft_alpha_0.75_everything_-0.5_fused"] = output(fused_two)

    base = out["base"]
    for key, value in out.items():
        print(f"  {key}: differs from base by {(value - base).std():.4f}")
    config = load("2b", CogVideoXTransformer3DModel, "transformer").config
    save(FOLDER / "outputs.safetensors", {**{f"input/{k}": v for k, v in inputs(config).items()}, **out})
