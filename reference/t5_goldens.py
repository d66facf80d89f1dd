"""T5 encoder goldens (fp32, bf16, fp16) and token ids of the tiny checkpoints."""

import json

import torch
from transformers import T5EncoderModel, T5Tokenizer

from common import NEGATIVE, PROMPTS, RELEASED, VARIANTS, golden_dir, load, save, variant_dir

# Beside the prompts: unicode forms, sentinels, empty and white space, control characters, long words.
TEXTS = PROMPTS + [
    NEGATIVE,
    "x",
    "   ",
    "\t tabs\tand\r\nlines \u00a0 no-break",
    "<extra_id_0> fills <extra_id_99> the gap",
    "</s> <pad> <unk>",
    "ﬀ ½ Ⅷ ①  ｆｕｌｌｗｉｄｔｈ",
    "e\u0301 versus é; A\u030a versus Å",
    "zero\u200bwidth \ufeffmark",
    "🙂🎬 emoji",
    "日本語のテキスト",
    "العربية עברית",
    "pneumonoultramicroscopicsilicovolcanoconiosis",
    "a" * 60,
    "punctuation... !!! ??? -- ''\"\" () [] {} <> / \\ | @ # $ % ^ & * + = ~ `",
    "0 1 22 333 4444 55555",
    "▁already marked ▁▁ twice",
]


def token_goldens(name):
    tokenizer = T5Tokenizer.from_pretrained(str(variant_dir(name) / "tokenizer"))
    length = VARIANTS[name]["transformer"].get("max_text_seq_length", 18)
    path = golden_dir(name) / "tokens.jsonl"
    with path.open("w", encoding="utf-8") as out:
        for text in TEXTS:
            padded = tokenizer(text, padding="max_length", max_length=length, truncation=True).input_ids
            row = dict(text=text, ids=tokenizer(text).input_ids, max_length=length, padded=padded)
            out.write(json.dumps(row, ensure_ascii=True) + "\n")
    return tokenizer, length


def encoder_goldens(name, tokenizer, length):
    ids = tokenizer(PROMPTS, padding="max_length", max_length=length, truncation=True, return_tensors="pt").input_ids
    out = {"input_ids": ids}
    model = load(name, T5EncoderModel, "text_encoder")
    result = model(ids, output_hidden_states=True)
    out["last_hidden_state"] = result.last_hidden_state
    for i, hidden in enumerate(result.hidden_states[:-1]):  # 0: embeddings, i: after block i-1
        out[f"hidden_states_{i}"] = hidden
    # [1, heads, length, length]: the same for every layer, computed by the first
    out["position_bias"] = model.encoder.block[0].layer[0].SelfAttention.compute_bias(length, length)
    masked = (ids != tokenizer.pad_token_id).long()
    out["attention_mask"], out["last_hidden_state_masked"] = masked, model(ids, attention_mask=masked)[0]
    for key, dtype in (("bf16", torch.bfloat16), ("fp16", torch.float16)):
        half = load(name, T5EncoderModel, "text_encoder", dtype)
        kept = sorted({str(p.dtype) for p in half.parameters()})
        out[f"last_hidden_state_{key}"] = half(ids)[0]
        print(f"  {name} {key}: parameters {kept}, output {out[f'last_hidden_state_{key}'].dtype}")
    save(golden_dir(name) / "text_encoder.safetensors", out)


if __name__ == "__main__":
    for variant in RELEASED:
        encoder_goldens(variant, *token_goldens(variant))
