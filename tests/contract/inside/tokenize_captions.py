"""Inside the engine: the ids of captions by its own tokenize strategies, and by CLIP's own tokenizer.

usage: python tokenize_captions.py TOKENIZERS CLIP_FOLDER < captions.json
"""

import importlib.util
import json
import sys
from pathlib import Path

from library.strategy_sd import SdTokenizeStrategy
from library.strategy_sdxl import SdxlTokenizeStrategy


def clip_tokenizer(folder):
    spec = importlib.util.spec_from_file_location("simple_tokenizer", folder / "simple_tokenizer.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.SimpleTokenizer(str(folder / "bpe_simple_vocab_16e6.txt.gz"))


def main():
    tokenizers, clip_folder = sys.argv[1:]
    captions = json.load(sys.stdin)
    strategies = {
        "v1": SdTokenizeStrategy(False, None, tokenizers),
        "v2": SdTokenizeStrategy(True, None, tokenizers),
        "sdxl": SdxlTokenizeStrategy(None, tokenizers),
    }
    ids = {}
    for name, strategy in strategies.items():
        for number, column in enumerate(
            zip(*(strategy.tokenize(caption) for caption in captions), strict=True)
        ):
            ids[f"{name}.{number}"] = [tokens.flatten().tolist() for tokens in column]
    clip = clip_tokenizer(Path(clip_folder))
    print(json.dumps({"ids": ids, "clip": [clip.encode(caption) for caption in captions]}))


if __name__ == "__main__":
    main()
