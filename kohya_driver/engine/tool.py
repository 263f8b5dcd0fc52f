"""Runs one of the engine's tools for LoRA files, with a singular value decomposition that is as short as its answer, and whole.

    python tool.py SCRIPT ARGUMENTS…

Runs in the engine's interpreter, with the checkout as current folder. This file stands alone, as entry.py does, and nothing of
the engine is changed on disk. The tools call torch.linalg.svd as it is by default, for square matrices of all directions, and
then use the first few: for a layer of 10240 x 1280 that is one of 10240 x 10240, half a minute and 400 MB. The reduced form
has the same first columns.

Merging and extracting then cut off the largest hundredth of what they have found (CLAMP_QUANTILE): two LoRAs merged to as many
ranks as they have together come out a tenth off. The limit is put where nothing is cut. Both are held by
tests/contract/test_loras.py.
"""

import functools
import runpy
import sys
from pathlib import Path


def main():
    script, *arguments = sys.argv[1:]
    import torch

    torch.linalg.svd = functools.partial(torch.linalg.svd, full_matrices=False)
    torch.quantile = lambda values, share: values.abs().max()
    # As if the script had been started itself: it imports its neighbours.
    sys.path[0] = str(Path(script).resolve().parent)
    sys.argv = [script, *arguments]
    runpy.run_path(script, run_name="__main__")


if __name__ == "__main__":
    main()
