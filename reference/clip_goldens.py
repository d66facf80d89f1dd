"""CLIP goldens: tiny random checkpoints in the layout of released ones, what transformers computes with them, pictures
as CLIPImageProcessor makes them, and an aesthetic head."""

import json

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file
from transformers import CLIPConfig, CLIPModel, CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection
from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection
from transformers.image_transforms import get_resize_output_image_size
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

from common import TESTDATA, generator, noise, randomise, save, settle, test_image

OUT = TESTDATA / "clip"
VISION = dict(hidden_size=32, intermediate_size=48, projection_dim=24, num_hidden_layers=3, num_attention_heads=4,
              image_size=30, patch_size=8)  # two pixels at the right and below are in no patch
TEXT = dict(vocab_size=672,  # that of text/clip/files
             hidden_size=24, intermediate_size=40, projection_dim=16, num_hidden_layers=3,
            num_attention_heads=3, max_position_embeddings=12)
# What transformers 4 wrote into nested configs, and which says nothing.
OLD = dict(add_cross_attention=False, bad_words_ids=None, diversity_penalty=0.0, max_length=20, top_k=50, top_p=1.0,
           typical_p=1.0, use_bfloat16=False, dropout=0.0, tokenizer_class=None, initializer_factor=1.0)

IDS = torch.tensor([
    [670, 5, 17, 671, 671, 671, 671, 671, 671, 671, 671, 671],  # padded with the end token
    [670, 3, 4, 150, 9, 77, 12, 8, 20, 21, 22, 671],
    [670, 671, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
])
MASK = torch.tensor([[1] * 4 + [0] * 8, [1] * 12, [1] * 2 + [0] * 10])


def write(name, model, config, prefix=""):
    """Keys as released checkpoints have them: transformers 5 names those of a bare text model otherwise in memory."""
    folder = OUT / name
    folder.mkdir(parents=True, exist_ok=True)
    state = {}
    for key, value in model.state_dict().items():
        bare = prefix and not key.startswith((prefix, "text_projection", "visual_projection"))
        state[(prefix + key) if bare else key] = value.contiguous().clone()
    save_file(state, str(folder / "model.safetensors"), metadata={"format": "pt"})
    settle(folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    return folder


def hidden(out, result):
    for i, h in enumerate(result.hidden_states):
        out[f"hidden_states_{i}"] = h


def vision(name, seed, act, **more):
    config = CLIPVisionConfig(**{**VISION, **more}, hidden_act=act)
    model = randomise(CLIPVisionModelWithProjection(config), seed)
    keys = {**VISION, **more, "hidden_act": act, "model_type": "clip_vision_model",
            "architectures": ["CLIPVisionModelWithProjection"]}
    write(name, model, keys)
    check = CLIPVisionModelWithProjection.from_pretrained(str(OUT / name)).eval()
    x = noise(seed + 1, 2, 3, config.image_size, config.image_size)
    result = check(x, output_hidden_states=True)
    out = {"pixel_values": x, "image_embeds": result.image_embeds, "last_hidden_state": result.last_hidden_state}
    hidden(out, result)
    save(OUT / name / "golden.safetensors", out)


def text(name, seed, act, cls, eos, **more):
    config = CLIPTextConfig(**{**TEXT, **more}, hidden_act=act, eos_token_id=eos, bos_token_id=670)
    model = randomise(cls(config), seed)
    projected = cls is CLIPTextModelWithProjection
    keys = {**TEXT, **more, "hidden_act": act, "eos_token_id": eos, "model_type": "clip_text_model",
            "architectures": [cls.__name__]}
    write(name, model, keys, prefix="text_model.")
    check = cls.from_pretrained(str(OUT / name)).eval()
    out = {"input_ids": IDS, "attention_mask": MASK}
    for case, mask in (("plain", None), ("masked", MASK)):
        result = check(IDS, attention_mask=mask, output_hidden_states=True)
        out[f"{case}/last_hidden_state"] = result.last_hidden_state
        for i, h in enumerate(result.hidden_states):
            out[f"{case}/hidden_states_{i}"] = h
        if projected:
            out[f"{case}/text_embeds"] = result.text_embeds
            out[f"{case}/pooler_output"] = check.text_model(IDS, attention_mask=mask).pooler_output
        else:
            out[f"{case}/pooler_output"] = result.pooler_output
    save(OUT / name / "golden.safetensors", out)


def whole(name, seed, act, eos):
    parts = dict(text_config={**TEXT, "hidden_act": act, "eos_token_id": eos, **OLD},
                 vision_config={**VISION, "hidden_act": act, **OLD})
    config = CLIPConfig(**{k: {**v} for k, v in parts.items()}, projection_dim=20)
    model = randomise(CLIPModel(config), seed)
    model.logit_scale.copy_(torch.tensor(1.7))
    # A wrong value beside the true one, as the first exports of OpenCLIP have it.
    wrong = {**parts["text_config"], "hidden_act": "gelu" if act == "quick_gelu" else "quick_gelu", "num_attention_heads": 4}
    keys = dict(architectures=["CLIPModel"], model_type="clip", projection_dim=20, logit_scale_init_value=2.6592,
                text_config=wrong, text_config_dict={k: v for k, v in parts["text_config"].items() if k not in OLD},
                vision_config=parts["vision_config"], vision_config_dict=None, torch_dtype="float32")
    folder = write(name, model, keys)
    check = CLIPModel.from_pretrained(str(folder)).eval()
    x = noise(seed + 1, 2, 3, VISION["image_size"], VISION["image_size"])
    result = check(input_ids=IDS, pixel_values=x, attention_mask=MASK)
    image = check.get_image_features(x)
    words = check.get_text_features(IDS, attention_mask=MASK)
    save(folder / "golden.safetensors", {
        "pixel_values": x, "input_ids": IDS, "attention_mask": MASK,
        "image_embeds": image.pooler_output, "text_embeds": words.pooler_output,
        "logits_per_image": result.logits_per_image,
    })


def pictures():
    folder = OUT / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    pil = CLIPImageProcessorPil(size={"shortest_edge": 30}, crop_size={"height": 30, "width": 30})
    out = {}
    for i, (h, w) in enumerate([(90, 160), (163, 77), (30, 30), (17, 41), (31, 30)]):
        image = Image.fromarray(test_image(h, w, phase=i))
        out[f"{i}/image"] = torch.from_numpy(np.array(image))
        high, wide = get_resize_output_image_size(np.array(image), 30, default_to_square=False)
        # Columns first, as every Pillow before 13 does whatever the shape.
        sized = image.resize((wide, h), Image.BICUBIC).resize((wide, high), Image.BICUBIC)
        out[f"{i}/pixel_values"] = torch.from_numpy(np.asarray(pil(sized, return_tensors="np")["pixel_values"][0]))
    save(folder / "golden.safetensors", out)


def head():
    widths = [20, 32, 16, 8, 4, 1]
    g = generator(900)
    layers = []
    for a, b in zip(widths, widths[1:]):
        layers += [torch.nn.Linear(a, b), torch.nn.Dropout(0.2)]
    net = torch.nn.Sequential(*layers[:-1]).eval()
    for p in net.parameters():
        p.copy_(torch.randn(p.shape, generator=g) * (p.shape[-1] ** -0.5 if p.dim() > 1 else 0.3))
    x = torch.randn(5, 20, generator=g) * 3
    save(OUT / "aesthetic" / "mlp.safetensors", {f"layers.{k}": v for k, v in net.state_dict().items()}, activation="none")
    one = {"weight": torch.randn(1, 20, generator=g), "bias": torch.randn(1, generator=g)}
    save(OUT / "aesthetic" / "linear.safetensors", one, activation="none")
    unit = x / x.norm(dim=-1, keepdim=True)
    save(OUT / "aesthetic" / "golden.safetensors", {
        "embedding": x, "mlp": net(unit)[:, 0], "linear": unit @ one["weight"][0] + one["bias"]})


if __name__ == "__main__":
    vision("vision", 910, "quick_gelu")
    vision("vision_gelu", 920, "gelu", image_size=24, num_hidden_layers=2)
    text("text", 930, "quick_gelu", CLIPTextModel, 2)
    text("text_projected", 940, "gelu", CLIPTextModelWithProjection, 671)
    whole("both", 950, "quick_gelu", 2)
    whole("both_gelu", 960, "gelu", 671)
    pictures()
    head()
