"""Keeps between trainings what each would compute anew with the same result. Stands alone, as entry.py does.

KOHYA_DRIVER_KEPT names the folder, one for each installed engine, because other versions of its packages compute otherwise. A file there is
written whole or not at all, its name is the hash of what went in, it is read only if its content is what was written, and it may be deleted at any
time. Results stay equal to the bit (tests/contract/test_kept.py). So whole batches are kept: one picture's last bits depend on the others in its
batch, on the number of threads and on the device.

- **Latents.** What the VAE makes of pictures is their moments, from which the engine then draws the latents with its random numbers.
  The moments are kept, under the hash of the pictures as the VAE gets them and of the VAE's weights; the drawing is not.
- **Text encoders' outputs**, where the engine caches them (SDXL, `cache_text_encoder_outputs`): under the captions' tokens and the weights.
- **The base's hash**, which goes into the LoRA's metadata, under the file's place, size and times.

The base's file is read ahead, by a thread beside the imports, which keep one core busy for seconds: it is hashed there if it has to be, and in
memory when its weights are loaded.
"""

import contextlib
import functools
import hashlib
import json
import os
import tempfile
import threading
import time

ROOM_BYTES = 1 << 30
"""So much of one training is kept; kept.py makes room for it."""


class Kept:
    """The folder. What cannot be read is not there; what cannot be written is left out."""

    def __init__(self, folder, tell):
        self.folder, self.tell = folder, tell
        self.room = ROOM_BYTES
        self.readings = {}  # file → the thread that reads it ahead
        self.pictures = 0  # that did not go through the VAE
        self.captions = 0  # that did not go through the text encoders
        self.spared = False  # the last batch did not go through the VAE

    def path(self, kind, name, suffix):
        return os.path.join(self.folder, kind, name[:2], f"{name}.{suffix}")

    def read(self, path, load):
        try:
            found = load(path)
            os.utime(path)  # what was used last is deleted last
            return found
        except Exception:  # whatever a torn file makes of its reader
            return None

    def write(self, path, save):
        if self.room <= 0:
            return
        partial = None
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            handle, partial = tempfile.mkstemp(prefix=".partial-", dir=os.path.dirname(path))
            os.close(handle)
            save(partial)
            self.room -= os.path.getsize(partial)
            os.replace(partial, path)
        except Exception:  # a full disk, in the words of whoever writes
            if partial:
                with contextlib.suppress(OSError):
                    os.unlink(partial)

    def read_tensors(self, kind, name):
        """In the order in which they were written; None if they are not there."""
        return self.read(self.path(kind, name, "safetensors"), load_tensors)

    def write_tensors(self, kind, name, tensors):
        from safetensors.torch import save_file

        held = [one.detach().cpu().clone().contiguous() for one in tensors]
        named, told = {str(number): one for number, one in enumerate(held)}, {CONTENT: content_hash(held)}
        self.write(self.path(kind, name, "safetensors"), lambda path: save_file(named, path, told))


CONTENT = "sha256"


def load_tensors(path):
    """A file that lost some of its bytes, when the power went off say, is none."""
    from safetensors import safe_open

    with safe_open(path, "pt") as file:
        found = [file.get_tensor(str(number)) for number in range(len(file.keys()))]
        if content_hash(found) != file.metadata()[CONTENT]:
            raise ValueError(path)
    return found


def content_hash(tensors):
    return hashlib.sha256(" ".join(map(tensor_name, tensors)).encode()).hexdigest()


def keep(folder, arguments, tell, when_imported):
    """Hook into the engine.

    Args:
        arguments: of the training script.
        tell: takes what the driver is to know: {"event": "latents_kept", "pictures": 12}.
        when_imported: `when_imported(name, then)` calls `then` with a module once it is there.
    """
    kept = Kept(folder, tell)
    read_ahead(kept, arguments)
    when_imported("library.strategy_base", functools.partial(keep_latents, kept))
    when_imported("library.strategy_sdxl", functools.partial(keep_texts, kept))
    when_imported("library.train_util", functools.partial(keep_hashes, kept))
    when_imported("library.train_util", functools.partial(look_at_caching, kept))


# --- latents


def keep_latents(kept, strategy_base):
    owner = getattr(strategy_base, "LatentsCachingStrategy", None)
    if owner is None:
        return
    cache = owner._default_cache_batch_latents

    def cache_with_kept(self, *arguments, **options):
        from diffusers import AutoencoderKL

        encode = AutoencoderKL.encode
        AutoencoderKL.encode = encode_with_kept(kept, encode)
        try:
            return cache(self, *arguments, **options)
        finally:
            AutoencoderKL.encode = encode

    owner._default_cache_batch_latents = cache_with_kept


def encode_with_kept(kept, encode):
    """A batch goes through the VAE, unless it is known."""

    def call(vae, pictures, return_dict=True):
        from diffusers.models.autoencoders.vae import DiagonalGaussianDistribution
        from diffusers.models.modeling_outputs import AutoencoderKLOutput

        if not return_dict:
            return encode(vae, pictures, return_dict=False)
        name = tensor_name(pictures, f"{weights_hash(vae)} {computing_on(pictures.device)}")
        known = kept.read_tensors("latents", name)
        kept.spared = known is not None
        if known:
            kept.pictures += len(pictures)
            moments = known[0].to(pictures.device)
            return AutoencoderKLOutput(latent_dist=DiagonalGaussianDistribution(moments))
        told = encode(vae, pictures)
        kept.write_tensors("latents", name, [told.latent_dist.parameters])
        return told

    return call


def look_at_caching(kept, train_util):
    """It says what was known; and after a batch that was, no memory is cleaned up, for 0.15 s each (strategy_sd.py:171)."""
    group, clean = (
        getattr(train_util, "DatasetGroup", None),
        getattr(train_util, "clean_memory_on_device", None),
    )
    if clean is None or not hasattr(group, "new_cache_latents"):
        return

    def clean_if_used(device):
        if not kept.spared:
            clean(device)
        kept.spared = False

    train_util.clean_memory_on_device = clean_if_used
    tell_after(kept, group, "new_cache_latents", "latents_kept", "pictures")
    if hasattr(group, "new_cache_text_encoder_outputs"):
        tell_after(kept, group, "new_cache_text_encoder_outputs", "texts_kept", "captions")


def tell_after(kept, owner, method, event, counted):
    """Tell how many of what is counted were known, once this method of the engine's is through."""
    cache = getattr(owner, method)

    def cache_and_tell(self, *arguments, **options):
        setattr(kept, counted, 0)
        result = cache(self, *arguments, **options)
        known = getattr(kept, counted)
        if known:
            kept.tell({"event": event, "time": time.time(), counted: known})
        return result

    setattr(owner, method, cache_and_tell)


def computing_on(device):
    """What the last bits of a result depend on besides what goes in: where, in what precision, on how many threads."""
    import torch

    kind = device.type
    place = torch.cuda.get_device_name(device) if kind == "cuda" else kind
    autocast = torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else None
    return f"{place} {autocast} {torch.get_num_threads()}"


def tensor_name(tensor, salt=""):
    """A tensor's content, with what else the answer depends on."""
    import torch

    held = tensor.detach().cpu().contiguous()
    found = hashlib.sha256(f"{salt} {held.dtype} {tuple(held.shape)}".encode())
    found.update(held.flatten().view(torch.uint8).numpy())
    return found.hexdigest()


LARGE_STRIDE = 61
"""Of models so large that hashing takes seconds every such number counts: there is no training after which only others differ."""
SMALL_NUMBERS = 1 << 16
"""A weight with fewer is hashed whole."""


def weights_hash(model, stride=1):
    """Of the model's weights, made once for each model."""
    found = getattr(model, "_kohya_driver_hash", None)
    if found is None:
        whole = hashlib.sha256()
        for name, weight in sorted(model.state_dict().items()):
            counted = weight.flatten()[::stride] if weight.numel() >= SMALL_NUMBERS else weight
            whole.update(f"{name} {tuple(weight.shape)} {tensor_name(counted)}".encode())
        found = model._kohya_driver_hash = whole.hexdigest()
    return found


# --- what the text encoders make of a caption


def keep_texts(kept, strategy_sdxl):
    owner = getattr(strategy_sdxl, "SdxlTextEncoderOutputsCachingStrategy", None)
    if owner is None:
        return
    cache = owner.cache_batch_outputs

    def cache_with_kept(self, tokenizing, models, encoding, infos):
        return cache(self, tokenizing, models, KnowingEncoder(kept, encoding), infos)

    owner.cache_batch_outputs = cache_with_kept


class KnowingEncoder:
    """In place of the engine's strategy. A batch goes through the text encoders, unless it is known."""

    def __init__(self, kept, encoding):
        self.kept, self.encoding = kept, encoding

    def __getattr__(self, name):
        return getattr(self.encoding, name)

    def encode_tokens(self, tokenizing, models, tokens):
        device = models[0].device
        inputs = [weights_hash(model, LARGE_STRIDE) for model in models] + [
            tensor_name(one) for one in tokens
        ]
        name = hashlib.sha256(" ".join([*inputs, computing_on(device)]).encode()).hexdigest()
        known = self.kept.read_tensors("texts", name)
        if known:
            self.kept.captions += len(tokens[0])
            return [one.to(device) for one in known]
        told = self.encoding.encode_tokens(tokenizing, models, tokens)
        self.kept.write_tensors("texts", name, told)
        return told


# --- the base's hash


def keep_hashes(kept, train_util):
    calculate = getattr(train_util, "calculate_sha256", None)
    if calculate is None:
        return

    def calculate_or_know(filename):
        reading = kept.readings.get(os.path.realpath(filename))
        if reading is not None:
            reading.join()
        path = hash_path(kept, filename)
        known = kept.read(path, read_hash) if path else None
        if known:
            return known
        found = calculate(filename)
        if path:
            kept.write(path, functools.partial(write_hash, found))
        return found

    train_util.calculate_sha256 = calculate_or_know


def read_ahead(kept, arguments):
    """Start to read the base that these arguments of the training script name, if they name a file."""
    base = base_of(arguments)
    if base and os.path.isfile(base):
        reading = threading.Thread(target=read_whole, args=(kept, base), daemon=True)
        kept.readings[os.path.realpath(base)] = reading
        reading.start()


def base_of(arguments):
    import toml  # of the engine's environment

    try:
        config = arguments[arguments.index("--config_file") + 1]
        with open(config, encoding="utf-8") as file:
            return toml.load(file).get("pretrained_model_name_or_path")
    except (IndexError, OSError, ValueError):
        return None


def read_whole(kept, base):
    path = hash_path(kept, base)
    known = path and kept.read(path, read_hash)
    digest, block = hashlib.sha256(), bytearray(BLOCK_BYTES)
    try:
        with open(base, "rb", buffering=0) as file:
            while count := file.readinto(block):
                if not known:
                    digest.update(memoryview(block)[:count])
    except OSError:  # who loads it will say so
        return
    if path and not known and path == hash_path(kept, base):  # else it was written meanwhile
        kept.write(path, functools.partial(write_hash, digest.hexdigest()))


BLOCK_BYTES = 8 << 20


def hash_path(kept, filename):
    """Where the hash of this very file is kept; None if there is no such file."""
    try:
        found = os.stat(filename)
    except OSError:
        return None
    told = (
        f"{os.path.realpath(filename)} {found.st_ino} {found.st_size} {found.st_mtime_ns} {found.st_ctime_ns}"
    )
    return kept.path("hashes", hashlib.sha256(told.encode()).hexdigest(), "json")


def read_hash(path):
    with open(path, encoding="utf-8") as file:
        found = json.load(file)["sha256"]
    return found if len(found) == 64 else None


def write_hash(found, path):
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"sha256": found}, file)
