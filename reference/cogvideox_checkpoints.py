"""Writes the five tiny CogVideoX checkpoints in the diffusers layout, testdata/cogvideox/<variant>/."""

import io
import json
import pathlib
import shutil
import tempfile

import sentencepiece
from sentencepiece import sentencepiece_model_pb2
import torch
from diffusers import (
    AutoencoderKLCogVideoX,
    CogVideoXDDIMScheduler,
    CogVideoXDPMScheduler,
    CogVideoXTransformer3DModel,
)
from transformers import T5Config, T5EncoderModel, T5Tokenizer

from common import SCHEDULER, TEXT, TRANSFORMER, VAE, VARIANTS, randomise, variant_dir

SUBJECTS = ["a red ball", "two blue boats", "the small dog", "an old train", "a green bird", "her yellow kite",
            "one white horse", "a purple robot", "three orange fish", "the tall tower", "a wooden chair", "a cat"]
ACTIONS = ["bounces on", "drifts slowly over", "rolls past", "climbs above", "falls into", "flies across",
           "spins near", "waits beside", "jumps between", "slides under", "rises behind", "sits on"]
PLACES = ["a green meadow", "the quiet lake", "a snowy hill", "the dark forest", "a busy street", "the desert sand",
          "a bright room", "the night sky", "a wide river", "an empty stage", "the morning sun", "a stone bridge"]
STYLES = ["", ", wide shot", ", slow camera pan", ", close-up", ", 4k, 24 fps", ", cartoon style!", " while it rains?",
          "; the light is soft and warm.", ", dark, blurry", " (zoom in)", ", high quality video", " and birds fly south"]
PROSE = """
Every video begins as noise, and every step takes a little of it away until a picture can be seen.
Waves break against the harbour wall; gulls circle, then settle on masts and ropes.
Under heavy clouds the farmer drives his cattle home before thunder shakes the valley.
Children chase soap bubbles through the garden, laughing whenever one of them bursts.
A juggler throws seven knives, catches six, and bows to the frightened crowd.
Between the pages of an atlas she found pressed flowers, letters, photographs, maps.
Steam hisses from copper pipes as engineers open valves and watch the pressure gauge.
Dust swirls where wagons turned; hoofprints lead west toward mountains capped with ice.
The camera tilts upward, revealing an astronaut who plants vegetables inside a glass dome.
Quick brush strokes, vivid colours, shallow depth of field, cinematic lighting, film grain.
Zebras, jaguars, wolves, foxes, owls, whales, octopuses and vultures appear one after another.
Dancers move in perfect rhythm: left foot, right foot, half turn, pause, leap, land, smile.
Kitchen windows fog while dumplings boil; grandmother folds dough with patient fingers.
Underwater, coral branches sway; a diver signals with both hands and follows the current.
Ein kühner Drache fliegt über Türme; le café près du château ouvre à huit heures.
0123456789 numbers: 1920x1080, 30 fps, 49 frames, 6 seconds (about 8 per second).
"""


def small_rules(path):
    """A normalisation of a few characters: the full table of nmt_nfkc takes 240 kB of every tokenizer."""
    rules = {c: " " for c in "\t\n\r\u00a0\u200b\u3000\ufeff"}
    rules |= {chr(0xFEE0 + c): chr(c) for c in range(0x21, 0x7F)}  # full width
    rules |= {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "e\u0301": "é", "A\u030a": "Å"}
    code = lambda text: " ".join(f"{ord(c):X}" for c in text)
    path.write_text("".join(f"{code(a)}\t{code(b)}\n" for a, b in sorted(rules.items())), encoding="ascii")


def spiece_model(**normalisation):
    """A SentencePiece unigram model with T5's special ids: pad 0, end 1, unknown 2."""
    lines = []
    for i, subject in enumerate(SUBJECTS):
        for j, action in enumerate(ACTIONS):
            for k, place in enumerate(PLACES):
                lines.append(f"{subject} {action} {place}{STYLES[(i + 5 * j + 7 * k) % len(STYLES)]}".strip())
    lines += [line for line in PROSE.strip().splitlines() for _ in range(6)]
    lines += ["The quick brown fox jumps over the lazy dog 0123456789", "kühner Drache fliegt über Türme café"] * 8
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines), model_writer=model, model_type="unigram", vocab_size=320,
        pad_id=0, eos_id=1, unk_id=2, bos_id=-1, pad_piece="<pad>", eos_piece="</s>", unk_piece="<unk>",
        character_coverage=1.0, num_threads=1, minloglevel=2, shuffle_input_sentence=False,
        max_sentencepiece_length=10, **normalisation,
    )
    return model.getvalue()


def write_json(path, value):
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")


def write_tokenizer(folder, kind, spiece):
    """The files a released checkpoint has: spiece.model alone, tokenizer.json alone, or both."""
    folder.mkdir(parents=True)
    sentinels = [f"<extra_id_{i}>" for i in range(100)]
    (folder / "spiece.model").write_bytes(spiece)
    write_json(folder / "tokenizer_config.json", dict(
        additional_special_tokens=sentinels, clean_up_tokenization_spaces=True, eos_token="</s>", extra_ids=100,
        model_max_length=226, pad_token="<pad>", tokenizer_class="T5Tokenizer", unk_token="<unk>"))
    write_json(folder / "special_tokens_map.json", dict(
        additional_special_tokens=sentinels, eos_token="</s>", pad_token="<pad>", unk_token="<unk>"))
    if kind != "spiece":
        T5Tokenizer.from_pretrained(str(folder))._tokenizer.save(str(folder / "tokenizer.json"))
    if kind == "json":
        (folder / "spiece.model").unlink()


def write_variant(name, spec, spiece):
    folder = variant_dir(name)
    for part in ("scheduler", "transformer", "vae", "text_encoder", "tokenizer"):
        shutil.rmtree(folder / part, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    seed, storage = spec["seed"], spec["storage"]

    scheduler_class, shift = spec["scheduler"]
    classes = dict(CogVideoXDDIMScheduler=CogVideoXDDIMScheduler, CogVideoXDPMScheduler=CogVideoXDPMScheduler)
    classes[scheduler_class](**{**SCHEDULER, **shift}).save_pretrained(folder / "scheduler")

    transformer = randomise(CogVideoXTransformer3DModel(**{**TRANSFORMER, **spec["transformer"]}), seed + 1)
    shard = dict(max_shard_size="80KB") if name == "1.5-5b" else {}
    transformer.to(storage).save_pretrained(folder / "transformer", **shard)

    vae = randomise(AutoencoderKLCogVideoX(**{**VAE, **spec["vae"]}), seed + 2)
    vae.save_pretrained(folder / "vae")  # released ones keep the VAE in fp32 or beside the others in bf16

    text_encoder = randomise(T5EncoderModel(T5Config(**{**TEXT, **spec["text"]})), seed + 3)
    shard = dict(max_shard_size="40KB") if name == "5b" else {}
    text_encoder.to(storage).save_pretrained(folder / "text_encoder", **shard)

    if name == "2b":  # the same folder also carries an fp16 variant of each component
        transformer.half().save_pretrained(folder / "transformer", variant="fp16")
        vae.half().save_pretrained(folder / "vae", variant="fp16")
        text_encoder.half().save_pretrained(folder / "text_encoder", variant="fp16")

    write_tokenizer(folder / "tokenizer", spec["tokenizer"], spiece)
    write_json(folder / "model_index.json", {
        "_class_name": spec["pipeline"],
        "_diffusers_version": "0.42.1",
        "scheduler": ["diffusers", scheduler_class],
        "text_encoder": ["transformers", "T5EncoderModel"],
        "tokenizer": ["transformers", "T5Tokenizer"],
        "transformer": ["diffusers", "CogVideoXTransformer3DModel"],
        "vae": ["diffusers", "AutoencoderKLCogVideoX"],
    })
    size = sum(f.stat().st_size for f in folder.rglob("*") if f.is_file() and "golden" not in f.parts)
    print(f"{name}: {size} bytes")


if __name__ == "__main__":
    released = spiece_model(normalization_rule_name="nmt_nfkc")
    with tempfile.TemporaryDirectory() as folder:
        rules = pathlib.Path(folder) / "rules.tsv"
        small_rules(rules)
        small = spiece_model(normalization_rule_tsv=str(rules))
    # The model records the path of its rules, which would differ from run to run.
    model = sentencepiece_model_pb2.ModelProto.FromString(small)
    model.normalizer_spec.ClearField("normalization_rule_tsv")
    small = model.SerializeToString(deterministic=True)
    for variant, description in VARIANTS.items():
        write_variant(variant, description, released if variant == "2b" else small)
