"""Runs one of the engine's tools for LoRA files, with a singular value decomposition that is as short as its answer, and whole.

    python tool.py SCRIPT ARGUMENTS…

Runs in the engine's interpreter, with the checkout as current folder. This file stands alone, as entry.py does, and nothing of
the engine is changed on disk. The tools call torch.linalg.svd as it is by default, for square matrices of all directions, and
then use the first few: for a layer of 10240 x 1280 that is one of 10240 x 10240, half a minute and 400 MB. The reduced form
has the same first columns. And where a matrix is a LoRA's change, of few directions only, those are found first (Halko et al.,
arXiv 0909.4061) and nothing else is computed; that they are all is checked.

Merging and extracting then cut off the largest hundredth of what they have found (CLAMP_QUANTILE): two LoRAs merged to as many
ranks as they have together come out a tenth off. The limit is put where nothing is cut. Both are held by
tests/contract/test_loras.py.
"""

import runpy
import sys
from pathlib import Path

DIRECTIONS = 160
"""How many are looked for: LoRAs of rank 128, or several smaller ones together."""
REST = 1e-5
"""Of the matrix, that may be left when all directions were found: 32 bits leave a tenth of it."""


def short_svd(plain):
    """torch.linalg.svd in the reduced form, quick where there are few directions; what is not there is zero."""
    import torch

    def svd(matrix, *more, **words):
        sides = min(matrix.shape[-2:])
        if matrix.dim() != 2 or sides <= 2 * DIRECTIONS or more or words:
            return plain(matrix, *more, **{"full_matrices": False, **words})
        chance = torch.Generator().manual_seed(0)
        probes = torch.randn(matrix.shape[1], DIRECTIONS, generator=chance).to(matrix)
        found, _ = torch.linalg.qr(matrix @ probes)
        inner = found.T @ matrix
        if torch.linalg.norm(matrix - found @ inner) > REST * torch.linalg.norm(matrix):
            return plain(matrix, full_matrices=False)
        left, sizes, right = plain(inner, full_matrices=False)
        fill = sides - DIRECTIONS
        pad = torch.nn.functional.pad
        return pad(found @ left, (0, fill)), pad(sizes, (0, fill)), pad(right, (0, 0, 0, fill))

    return svd


def main():
    script, *arguments = sys.argv[1:]
    import torch

    torch.linalg.svd = short_svd(torch.linalg.svd)
    torch.quantile = lambda values, share: values.abs().max()
    # As if the script had been started itself: it imports its neighbours.
    sys.path[0] = str(Path(script).resolve().parent)
    sys.argv = [script, *arguments]
    runpy.run_path(script, run_name="__main__")


if __name__ == "__main__":
    main()
