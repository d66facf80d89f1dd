"""Golden ids for the tokenizers of kinora-text, from transformers.

Run: HF_HUB_OFFLINE=1 python reference/tokenizer_goldens.py
Needs: transformers 5.23.0, tokenizers 0.23.3, sentencepiece 0.2.3
Writes testdata/text/{t5,clip}: small vocabularies trained here on sentences of our own, folders in the shapes that
checkpoints come in, and for each shape the ids of the same texts.
"""

import io
import json
import pathlib
import random
import shutil
import tempfile

import sentencepiece
import tokenizers
import transformers
from tokenizers import models, pre_tokenizers, trainers
from transformers import CLIPTokenizer, T5Tokenizer

SEED = 20
OUT = pathlib.Path(__file__).resolve().parent.parent / "testdata" / "text"

OBJECTS = "ball cube star kite boat car fish bird tree cat dog drum leaf moon key cup".split()
COLOURS = "red green blue yellow white black orange purple".split()
MOTIONS = "bounces rolls slides falls rises spins drifts swings jumps".split()
SCENES = ["on a green meadow", "under the night sky", "across a sandy beach", "in a quiet room", "over the snow",
          "along the river"]


def sentences(rng, count):
    for _ in range(count):
        first = f"a {rng.choice(COLOURS)} {rng.choice(OBJECTS)} {rng.choice(MOTIONS)} {rng.choice(SCENES)}"
        if rng.random() < 0.3:
            first += f", while the {rng.choice(COLOURS)} {rng.choice(OBJECTS)} {rng.choice(MOTIONS)}"
        if rng.random() < 0.3:
            first = first.capitalize() + "."
        if rng.random() < 0.2:
            first += f" The camera moves {rng.randint(1, 99)} steps; it's slow, isn't it? (Yes!)"
        yield first


TEXTS = [
    "",
    " ",
    "\n\t ",
    "a red ball bounces on a green meadow",
    "  two  spaces   and a tab\there \n new line  ",
    "A RED BALL, Bounces!",
    "Don't stop: it's 3.14 & 42% off #1 @home (really?) [yes] {no} <b>bold</b>",
    "naïve café déjà vu, Ærøskøbing, ﬁne ½ ² ℃ ＡＢＣ",
    "cafe\u0301 nai\u0308ve",
    "日本語のテキスト。これは長い文です。",
    "中文测试：红色的球",
    "한국어 문장",
    "Привет, мир",
    "مرحبا بالعالم",
    "नमस्ते दुनिया",
    "🙂 a 🔴 ball 👨‍👩‍👧 and 🏳️‍🌈",
    "zero\u200bwidth\u200djoiner\ufeffmark\u00a0nbsp\u3000ideographic\u2028line\u0085next",
    "nul\u0000 bell\u0007 soft\u00adhyphen",
    "▁already▁marked ▁ ▁▁",
    "<extra_id_0> sentinel <extra_id_9>x<extra_id_3>",
    "a<extra_id_1>b </s> c<pad>d <unk> e",
    "<extra_id_100> <extra_id_> <EXTRA_ID_0>",
    "a<new>b <New> c [P]d",
    "<|startoftext|>a ball<|endoftext|> on <|ENDOFTEXT|>",
    "'s 't 're 've 'm 'll 'd ''s I'll you'd they've",
    "word " * 60,
    "x" * 300,
    "http://example.org/a_b-c?d=e&f=g#h",
]


def fuzz(rng, count):
    pool = list(" \t\n\u3000\u00a0\u200b\u200d\ufeff\u0085\u180eabcdeXYZ.,!?'’…—0123éèüß\u0308\u0301ﬁＡ字日ひ한عनि🙂👨👩🏽½²℃▁<>/") + [
        "<extra_id_2>", "</s>", "<new>", "ball", " red", " a"]
    for _ in range(count):
        yield "".join(rng.choice(pool) for _ in range(rng.randint(1, 14)))


def goldens(tokenizer, texts, lengths, file):
    with open(file, "w", encoding="utf-8") as out:
        for text in texts:
            row = {"text": text, "ids": tokenizer(text)["input_ids"]}
            for length in lengths:
                fixed = tokenizer(text, padding="max_length", max_length=length, truncation=True)
                row[f"ids_{length}"] = fixed["input_ids"]
                row[f"mask_{length}"] = "".join(map(str, fixed["attention_mask"]))
            out.write(json.dumps(row, ensure_ascii=False) + "\n")


def write(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def added(content, special=True, **flags):
    token = {"content": content, "lstrip": False, "normalized": False, "rstrip": False, "single_word": False,
             "special": special}
    return token | flags


def t5(rng, texts):
    out = OUT / "t5"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=sentences(rng, 2000), model_writer=model, vocab_size=200, hard_vocab_limit=False, model_type="unigram",
        pad_id=0, eos_id=1, unk_id=2, bos_id=-1, character_coverage=1.0, num_threads=1, minloglevel=2)
    (out / "spiece.model").write_bytes(model.getvalue())
    size = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue()).get_piece_size()

    # as transformers 4 saved the slow tokenizer of the released checkpoints
    sentinels = [f"<extra_id_{i}>" for i in range(10)]
    decoder = {0: added("<pad>"), 1: added("</s>"), 2: added("<unk>")}
    decoder |= {size + 9 - i: added(s, lstrip=True, rstrip=True) for i, s in enumerate(sentinels)}
    released = {
        "added_tokens_decoder": decoder, "additional_special_tokens": sentinels,
        "clean_up_tokenization_spaces": True, "eos_token": "</s>", "extra_ids": 10, "legacy": True,
        "model_max_length": 226, "pad_token": "<pad>", "sp_model_kwargs": {}, "tokenizer_class": "T5Tokenizer",
        "unk_token": "<unk>"}
    write(out / "released" / "tokenizer_config.json", released)
    write(out / "released" / "added_tokens.json", {s: size + 9 - i for i, s in enumerate(sentinels)})
    write(out / "released" / "special_tokens_map.json",
          {"additional_special_tokens": sentinels, "eos_token": added("</s>"), "pad_token": added("<pad>")})
    # older folders: no decoder, so the small files count; tokens out of the vocabulary; left sides
    write(out / "older" / "tokenizer_config.json", {
        "extra_ids": 10, "additional_special_tokens": ["<a>", "<extra_id_0>"], "padding_side": "left",
        "truncation_side": "left", "model_max_length": 1000000000000000019884624838656,
        "pad_token": {"__type": "AddedToken", "content": "[P]", "lstrip": True, "normalized": True, "rstrip": False,
                      "single_word": False}})
    write(out / "older" / "added_tokens.json", {"<new>": size + 10, "<extra_id_5>": size + 11})
    # flags that change where a token is found
    write(out / "flags" / "tokenizer_config.json", {
        "added_tokens_decoder": {
            size + 100: added("ball", special=False, single_word=True),
            size + 101: added("<new>", special=False, lstrip=True, rstrip=True, normalized=True)},
        "extra_special_tokens": ["[P]"], "model_max_length": 77, "eos_token": "</s>", "unk_token": "<unk>"})
    write(out / "split" / "tokenizer_config.json", {"split_special_tokens": True})
    for shape in ("bare", "released", "older", "flags", "split"):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(out / "spiece.model", folder)
            if (out / shape).exists():
                shutil.copytree(out / shape, folder, dirs_exist_ok=True)
            tokenizer = T5Tokenizer.from_pretrained(folder)
            goldens(tokenizer, texts, [1, 12] if shape in ("released", "older") else [], out / f"{shape}.jsonl")
            if shape == "released":
                tokenizer.save_pretrained(out / "saved")
                goldens(T5Tokenizer.from_pretrained(out / "saved"), texts, [], out / "saved.jsonl")


def clip(rng, texts):
    out = OUT / "clip"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    bpe = tokenizers.Tokenizer(models.BPE(end_of_word_suffix="</w>"))
    bpe.pre_tokenizer = CLIPTokenizer(vocab={"<|startoftext|>": 0, "<|endoftext|>": 1}).backend_tokenizer.pre_tokenizer
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(vocab_size=900, end_of_word_suffix="</w>", initial_alphabet=alphabet)
    bpe.train_from_iterator((s.lower() for s in sentences(rng, 2000)), trainer)
    trained = json.loads(bpe.to_str())["model"]
    # CLIP's order: bytes, bytes that end a word, merges, the two special tokens
    merges = [tuple(m) for m in trained["merges"]]
    pieces = alphabet + [b + "</w>" for b in alphabet]
    pieces += [p for p in ("".join(m) for m in merges) if p not in set(pieces)]
    vocab = {p: i for i, p in enumerate(dict.fromkeys(pieces + ["<|startoftext|>", "<|endoftext|>"]))}
    write(out / "files" / "vocab.json", vocab)
    (out / "files" / "merges.txt").write_text(
        "#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges), encoding="utf-8")
    config = {
        "add_prefix_space": False, "bos_token": {"__type": "AddedToken", "content": "<|startoftext|>",
        "lstrip": False, "normalized": True, "rstrip": False, "single_word": False}, "do_lower_case": True,
        "eos_token": {"__type": "AddedToken", "content": "<|endoftext|>", "lstrip": False, "normalized": True,
        "rstrip": False, "single_word": False}, "errors": "replace", "model_max_length": 77,
        "pad_token": "<|endoftext|>", "tokenizer_class": "CLIPTokenizer", "unk_token": {"__type": "AddedToken",
        "content": "<|endoftext|>", "lstrip": False, "normalized": True, "rstrip": False, "single_word": False}}
    write(out / "files" / "tokenizer_config.json", config)
    write(out / "files" / "special_tokens_map.json", {
        "bos_token": {k: v for k, v in added("<|startoftext|>", normalized=True).items() if k != "special"},
        "eos_token": {k: v for k, v in added("<|endoftext|>", normalized=True).items() if k != "special"},
        "pad_token": "!", "unk_token": "<|endoftext|>"})
    tokenizer = CLIPTokenizer.from_pretrained(out / "files")
    goldens(tokenizer, texts, [2, 16], out / "files.jsonl")
    tokenizer.save_pretrained(out / "saved")
    goldens(CLIPTokenizer.from_pretrained(out / "saved"), texts, [], out / "saved.jsonl")


def main():
    versions = (transformers.__version__, tokenizers.__version__, sentencepiece.__version__)
    assert versions == ("5.23.0", "0.23.3", "0.2.3"), versions
    rng = random.Random(SEED)
    texts = TEXTS + list(sentences(rng, 20)) + list(fuzz(rng, 150))
    t5(rng, texts)
    clip(rng, texts)


if __name__ == "__main__":
    main()
