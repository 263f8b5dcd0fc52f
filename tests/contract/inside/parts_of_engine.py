"""Inside sd-scripts: what its own functions make of the cases of test_embedded_parity.py.

usage: python parts_of_engine.py TOKENIZERS < cases.json
"""

import argparse
import json
import random
import sys

import torch
from both_engines import column_sums, described, rates, text_encoder
from diffusers import DDPMScheduler
from library import custom_train_functions, train_util
from library.strategy_sd import SdTextEncodingStrategy, SdTokenizeStrategy


class Subset:
    """The rules of a caption, as process_caption asks for them."""

    def __init__(self, rules):
        self.token_warmup_step, self.token_warmup_min, self.enable_wildcard = 0, 1, False
        vars(self).update(rules)


def caption(case):
    dataset = train_util.BaseDataset(None, 1.0, False)
    dataset.current_epoch = case["epoch"]
    random.seed(case["seed"])
    return [dataset.process_caption(Subset(case["rules"]), case["caption"]), random.random()]


def picture(case):
    pixels = train_util.load_image(case["path"])
    bucket, resized = tuple(case["bucket"]), tuple(case["resized"])
    cut, _, _ = train_util.trim_and_resize_if_required(False, pixels, bucket, resized)
    return train_util.IMAGE_TRANSFORMS(cut)


def loss(case):
    args = argparse.Namespace(noise_offset=case["noise_offset"])
    for name in (
        "noise_offset_random_strength",
        "adaptive_noise_scale",
        "multires_noise_iterations",
        "min_timestep",
    ):
        setattr(args, name, None)
    args.max_timestep = args.ip_noise_gamma = None
    schedule = DDPMScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        num_train_timesteps=1000,
        clip_sample=False,
    )
    custom_train_functions.prepare_scheduler_for_custom_training(schedule, torch.device("cpu"))
    torch.manual_seed(case["seed"])
    latents, answer = torch.randn(3, 4, 8, 8), torch.randn(3, 4, 8, 8)
    noise, noisy, times = train_util.get_noise_noisy_latents_and_timesteps(args, schedule, latents)
    each = train_util.conditional_loss(answer, noise, "l2", "none").mean(dim=[1, 2, 3]) * torch.tensor(
        case["weights"]
    )
    if case["min_snr_gamma"]:
        each = custom_train_functions.apply_snr_weight(each, times, schedule, case["min_snr_gamma"])
    return [float(each.mean()), float(noisy.sum()), times.tolist()]


def main():
    cases = json.load(sys.stdin)
    encoder = text_encoder()
    told = {"captions": [caption(case) for case in cases["captions"]], "ids": [], "states": []}
    for length in cases["lengths"]:
        strategy = SdTokenizeStrategy(False, length, sys.argv[1])
        for text in cases["texts"]:
            ids = strategy.tokenize(text)
            told["ids"].append(ids[0][0].tolist())
            for skip in cases["skips"]:
                with torch.no_grad():
                    (states,) = SdTextEncodingStrategy(skip).encode_tokens(strategy, [encoder], ids)
                told["states"].append(described(states))
    told["pictures"] = [column_sums(picture(case)) for case in cases["pictures"]]
    told["losses"] = [loss(case) for case in cases["losses"]]
    told["rates"] = [
        rates(argparse.Namespace(**case), train_util.get_scheduler_fix) for case in cases["rates"]
    ]
    print(json.dumps(told))


if __name__ == "__main__":
    main()
