"""Inside the engine: which batches of the VAE and of the text encoders entry_kept.py knows again, and whether they are to the bit what was computed.

usage: python kept_batches.py ENTRY_FOLDER KEPT_FOLDER

The last line of output is JSON: {"known": {case: whether it was known}, "equal": whether what was known was what was computed}.
"""

import json
import sys
from pathlib import Path

import torch
from diffusers import AutoencoderKL

sys.path.insert(0, sys.argv[1])
import entry_kept

torch.manual_seed(0)
vae = AutoencoderKL(
    block_out_channels=(8, 16), down_block_types=("DownEncoderBlock2D",) * 2, up_block_types=("UpDecoderBlock2D",) * 2, norm_num_groups=8,
).eval()  # fmt: skip
pictures = torch.rand(4, 3, 32, 32)
folder = Path(sys.argv[2])
known, equal = {}, []


class Encoding:
    """Stands for the engine's strategy: what it makes of tokens depends on all of them."""

    def encode_tokens(self, tokenizing, models, tokens):
        return [tokens[0].float() * models[0].weight.sum(), tokens[1].sum(dim=1) / 3]


def encode(case, given=pictures):
    kept = entry_kept.Kept(str(folder), print)
    plain = AutoencoderKL.encode
    with torch.no_grad():
        found = entry_kept.encode_with_kept(kept, plain)(vae, given).latent_dist.parameters
        equal.append(torch.equal(found, plain(vae, given).latent_dist.parameters))
    known[case] = kept.pictures == len(given)


def encode_tokens(case, model, tokens):
    kept = entry_kept.Kept(str(folder), print)
    found = entry_kept.KnowingEncoder(kept, Encoding()).encode_tokens(None, [model], tokens)
    expected = Encoding().encode_tokens(None, [model], tokens)
    equal.append(all(map(torch.equal, found, expected)))
    known[case] = kept.captions == len(tokens[0])


def files():
    return sorted(folder.rglob("*.safetensors"))


encode("first")
encode("again")
encode("one of them alone", pictures[:1])
encode("in another order", pictures.flip(0))
encode("pictures that differ by a bit", pictures + 1e-7)
threads = torch.get_num_threads()
torch.set_num_threads(threads + 1)
encode("on more threads")
torch.set_num_threads(threads)
with torch.no_grad():
    next(vae.parameters()).flatten()[0] += 1
del vae._kohya_driver_hash
encode("other weights")
for path in files():
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
encode("a bit has changed on the disk")
entry_kept.ROOM_BYTES = 0
for path in files():
    path.unlink()
encode("no room")
encode("no room again")
entry_kept.ROOM_BYTES = 1 << 20

model, other = torch.nn.Linear(3, 3), torch.nn.Linear(3, 3)
model.device = other.device = torch.device("cpu")
tokens = [torch.arange(12).reshape(2, 6), torch.arange(12, 24).reshape(2, 6)]
encode_tokens("captions first", model, tokens)
encode_tokens("captions again", model, tokens)
encode_tokens("one caption alone", model, [one[:1] for one in tokens])
encode_tokens("another caption", model, [tokens[0], tokens[1] + 1])
encode_tokens("another text encoder", other, tokens)

print(json.dumps({"known": known, "equal": all(equal)}))
