"""Inside the embedded engine: the same as parts_of_engine.py, by its functions."""

import argparse
import json
import random
import sys
from pathlib import Path

import torch
from both_engines import column_sums, described, rates, text_encoder
from library import diffusion, optimization
from library.captions import CaptionRules, vary
from library.pixels import load_picture
from library.text import Tokenizer, encode, tokenizer_folder


def caption(case):
    random.seed(case["seed"])
    return [vary(case["caption"], CaptionRules(**case["rules"]), case["epoch"]), random.random()]


def loss(case):
    args = argparse.Namespace(**case)
    schedule = diffusion.make_schedule()
    torch.manual_seed(case["seed"])
    latents, answer = torch.randn(3, 4, 8, 8), torch.randn(3, 4, 8, 8)
    asked = diffusion.ask(latents, schedule, args)
    mean = diffusion.loss_of(answer, asked, torch.tensor(case["weights"]), schedule, args)
    return [float(mean), float(asked.noisy.sum()), asked.timesteps.tolist()]


def main():
    cases = json.load(sys.stdin)
    encoder = text_encoder()
    told = {"captions": [caption(case) for case in cases["captions"]], "ids": [], "states": []}
    for length in cases["lengths"]:
        tokenizer = Tokenizer(tokenizer_folder(sys.argv[1], Path()), length)
        for text in cases["texts"]:
            ids = tokenizer.ids(text)
            told["ids"].append(ids.tolist())
            for skip in cases["skips"]:
                with torch.no_grad():
                    states = encode(ids[None], encoder, skip)
                told["states"].append(described(states))
    pictures = [
        load_picture(Path(case["path"]), tuple(case["bucket"]), tuple(case["resized"]))
        for case in cases["pictures"]
    ]
    told["pictures"] = [column_sums(each) for each in pictures]
    told["losses"] = [loss(case) for case in cases["losses"]]
    told["rates"] = [rates(argparse.Namespace(**case), optimization.make_schedule) for case in cases["rates"]]
    print(json.dumps(told))


if __name__ == "__main__":
    main()
