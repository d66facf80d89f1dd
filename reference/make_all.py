"""Runs every script in its order; each in its own process, so that none leans on another's state."""

import pathlib
import subprocess
import sys

SCRIPTS = ["cogvideox_checkpoints", "cogvideox_goldens", "t5_goldens", "pipeline_goldens", "scheduler_goldens",
           "lora_goldens", "rng_goldens", "media_goldens",
           "gradient_goldens", "tokenizer_goldens", "eval_goldens",
           "clip_goldens"]

if __name__ == "__main__":
    for script in SCRIPTS:
        print(f"== {script}", flush=True)
        subprocess.run([sys.executable, f"{script}.py"], cwd=pathlib.Path(__file__).parent, check=True)
