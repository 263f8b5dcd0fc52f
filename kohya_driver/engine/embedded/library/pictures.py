"""The training's pictures: which, in which bucket, how often, and the batches of an epoch.

As sd-scripts does it (library/train_util.py:683-1093, 1555-1826, 1895-2164), and with its random draws in its order.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import torch
from library.captions import CaptionRules, vary
from library.log import logger
from library.pixels import load_picture
from library.shared import (
    TAKEN,
    BucketSettings,
    CaptionState,
    assign,
    bucket_limits,
    read_caption,
    reg_repeats,
)
from library.text import Tokenizer
from PIL import Image
from torch.utils.data import Dataset
from tqdm import tqdm

SHOWN = 5
"""Pictures without a caption that are named."""


@dataclass(frozen=True)
class Subset:
    """One folder of pictures."""

    image_dir: str
    num_repeats: int
    is_reg: bool
    class_tokens: str | None
    caption_extension: str
    rules: CaptionRules
    paths: tuple[Path, ...]
    captions: tuple[str, ...]


@dataclass
class Picture:
    """One picture. `latents` come when they are cached."""

    path: Path
    caption: str
    subset: Subset
    repeats: int
    size: tuple[int, int]
    bucket: tuple[int, int]
    resized: tuple[int, int]
    latents: torch.Tensor | None = None


class PictureSet(Dataset):
    """One `[[datasets]]` of the config; its items are whole batches."""

    def __init__(self, table: Mapping[str, Any], args: Any, tokenizer: Tokenizer) -> None:
        self.batch_size = table.get("batch_size", args.train_batch_size)
        self.prior_loss_weight = args.prior_loss_weight
        self.tokenizer = tokenizer
        self.settings = bucket_settings(table)
        logger.info("prepare images.")
        self.subsets = tuple(read_subsets(table))
        self.num_train_images = count(self.subsets, is_reg=False)
        self.num_reg_images = count(self.subsets, is_reg=True)
        self.tag_frequency = frequency(self.subsets)
        self._tell_images()
        self.pictures = self._pictures()
        self.current_epoch = self.seed = 0
        self.make_buckets()

    def _tell_images(self) -> None:
        logger.info(f"{self.num_train_images} train images with repeats.")
        logger.info(f"{self.num_reg_images} reg images with repeats.")
        if self.num_train_images < self.num_reg_images:
            logger.warning("some of reg images are not used")
        if not self.num_reg_images:
            logger.warning("no regularization images")

    def _pictures(self) -> list[Picture]:
        """Training pictures first; of regularization pictures so many as there are training images."""
        logger.info("loading image sizes.")
        training = [
            (one, place, one.num_repeats)
            for one in self.subsets
            if not one.is_reg
            for place in range(len(one.paths))
        ]
        reg = [(one, place) for one in self.subsets if one.is_reg for place in range(len(one.paths))]
        repeats = reg_repeats(self.num_train_images, [one.num_repeats for one, _ in reg])
        used = [(*each, times) for each, times in zip(reg, repeats, strict=False)]
        return [self._picture(*each) for each in tqdm([*training, *used])]

    def _picture(self, subset: Subset, place: int, repeats: int) -> Picture:
        with Image.open(subset.paths[place]) as image:
            size = image.size
        return Picture(
            subset.paths[place], subset.captions[place], subset, repeats, size, *assign(*size, self.settings)
        )

    def make_buckets(self) -> None:
        logger.info("make buckets" if self.settings.enable else "prepare dataset")
        sizes = sorted({picture.bucket for picture in self.pictures})
        self.buckets = [
            [picture for picture in self.pictures if picture.bucket == size for _ in range(picture.repeats)]
            for size in sizes
        ]
        self.bucket_info = self._tell_buckets(sizes) if self.settings.enable else None
        self.places = [
            (bucket, number)
            for bucket, held in enumerate(self.buckets)
            for number in range(math.ceil(len(held) / self.batch_size))
        ]
        self.shuffle_buckets()

    def _tell_buckets(self, sizes: Sequence[tuple[int, int]]) -> dict[str, Any]:
        logger.info("number of images (including repeats)")
        counts = [len(bucket) for bucket in self.buckets]
        for number, (size, held) in enumerate(zip(sizes, counts, strict=True)):
            logger.info(f"bucket {number}: resolution {size}, count: {held}")
        errors = [
            abs(each.size[0] / each.size[1] - each.bucket[0] / each.bucket[1]) for each in self.pictures
        ]
        mean = sum(errors) / len(errors) if errors else 0
        logger.info(f"mean ar error (without repeats): {mean}")
        described = {
            number: {"resolution": size, "count": held}
            for number, (size, held) in enumerate(zip(sizes, counts, strict=True))
        }
        return {"buckets": described, "mean_img_ar_error": mean}

    def shuffle_buckets(self) -> None:
        random.seed(self.seed + self.current_epoch)
        random.shuffle(self.places)
        for bucket in self.buckets:
            random.shuffle(bucket)

    def set_current_epoch(self, epoch: int) -> None:
        """Mixed anew for each epoch. The collator tells this when it has the epoch's first batch, as in sd-scripts."""
        if epoch > self.current_epoch:
            logger.info(f"epoch is incremented. current_epoch: {self.current_epoch}, epoch: {epoch}")
        for number in range(self.current_epoch, epoch):
            self.current_epoch = number + 1
            self.shuffle_buckets()

    def cache_latents(self, encode: Any, at_once: int) -> None:
        """In memory, in batches of pictures of one size."""
        logger.info("caching latents with caching strategy.")
        logger.info("caching latents...")
        with tqdm(total=len(self.pictures)) as bar:
            for together in alike(self.pictures, at_once):
                latents = encode(
                    torch.stack([load_picture(each.path, each.bucket, each.resized) for each in together])
                )
                for picture, each in zip(together, latents, strict=True):
                    picture.latents = each.cpu()
                bar.update(len(together))

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, index: int) -> dict[str, Any]:
        bucket, number = self.places[index]
        first = number * self.batch_size
        held = self.buckets[bucket][first : first + self.batch_size]
        captions = [vary(each.caption, each.subset.rules, self.current_epoch) for each in held]
        cached = held[0].latents is not None
        return {
            "latents": torch.stack([each.latents for each in held]) if cached else None,
            "images": None
            if cached
            else torch.stack([load_picture(each.path, each.bucket, each.resized) for each in held]),
            "input_ids": torch.stack([self.tokenizer.ids(caption) for caption in captions]),
            "loss_weights": torch.tensor(
                [self.prior_loss_weight if each.subset.is_reg else 1.0 for each in held]
            ),
            "captions": captions,
        }


def bucket_settings(table: Mapping[str, Any]) -> BucketSettings:
    size = table["resolution"]
    settings = BucketSettings(
        resolution=(size, size) if isinstance(size, int) else (size[0], size[1]),
        enable=bool(table.get("enable_bucket")),
        minimum=table.get("min_bucket_reso", 256),
        maximum=table.get("max_bucket_reso", 1024),
        step=table.get("bucket_reso_steps", 64),
        no_upscale=bool(table.get("bucket_no_upscale")),
    )
    smallest, largest = bucket_limits(settings)
    if settings.enable and not (smallest <= min(settings.resolution) and max(settings.resolution) <= largest):
        raise ValueError("min_bucket_reso must be no more, max_bucket_reso no less than the resolution")
    if settings.enable and settings.step % 64:
        raise ValueError(f"bucket_reso_steps is {settings.step}. it must be divisible by 64.")
    return settings


def read_subsets(table: Mapping[str, Any]) -> Iterator[Subset]:
    """Those that have pictures and repeats, the first of each folder. What a subset leaves open, the dataset says."""
    seen: set[str] = set()
    for own in table.get("subsets", []):
        keys = {**{name: value for name, value in table.items() if name != "subsets"}, **own}
        folder, repeats = keys["image_dir"], keys.get("num_repeats", 1)
        if repeats < 1 or folder in seen:
            why = "num_repeats is less than 1" if repeats < 1 else "duplicated"
            logger.warning(f"ignore subset with image_dir='{folder}': {why}")
            continue
        seen.add(folder)
        if subset := read_subset(keys, folder, repeats):
            yield subset


def read_subset(keys: Mapping[str, Any], folder: str, repeats: int) -> Subset | None:
    paths = pictures_in(folder)
    logger.info(f"found directory {folder} contains {len(paths)} image files")
    if not paths:
        logger.warning(f"ignore subset with image_dir='{folder}': no images found")
        return None
    extension = keys.get("caption_extension", ".caption")
    extension = extension if extension.startswith(".") else f".{extension}"
    rules = CaptionRules(**{one.name: keys[one.name] for one in fields(CaptionRules) if one.name in keys})
    class_tokens = keys.get("class_tokens")
    captions = read_captions(paths, extension, class_tokens)
    return Subset(folder, repeats, bool(keys.get("is_reg")), class_tokens, extension, rules, paths, captions)


def pictures_in(folder: str) -> tuple[Path, ...]:
    """Not below it, no hidden files, sorted by path."""
    if not Path(folder).is_dir():
        logger.warning(f"not directory: {folder}")
        return ()
    return tuple(
        sorted(
            path
            for path in Path(folder).iterdir()
            if path.name.endswith(TAKEN) and not path.name.startswith(".")
        )
    )


def read_captions(paths: Sequence[Path], extension: str, instead: str | None) -> tuple[str, ...]:
    captions, missing = [], []
    for path in tqdm(paths, desc="read caption"):
        caption = read_caption(path, extension)
        if caption.state in (CaptionState.EMPTY, CaptionState.NOT_UTF8):
            raise ValueError(f"caption file is empty or not UTF-8: {caption.path}")
        if caption.state is CaptionState.MISSING:
            missing.append(path)
        captions.append((instead or "") if caption.state is CaptionState.MISSING else caption.text)
    if missing:
        logger.warning(
            f"No caption file found for {len(missing)} images. The class tokens are used, if there are any."
        )
    for path in missing[:SHOWN]:
        logger.warning(str(path))
    return tuple(captions)


def frequency(subsets: Sequence[Subset]) -> dict[str, Counter[str]]:
    """How often each tag is there, by the folder's name, for the file's metadata. Folders of one name count together."""
    found: dict[str, Counter[str]] = {}
    for one in subsets:
        tags = (tag.strip().lower() for caption in one.captions for tag in caption.split(","))
        found.setdefault(Path(one.image_dir).name, Counter()).update(filter(None, tags))
    return found


def count(subsets: Sequence[Subset], *, is_reg: bool) -> int:
    return sum(one.num_repeats * len(one.paths) for one in subsets if one.is_reg == is_reg)


def alike(pictures: Sequence[Picture], at_once: int) -> Iterator[list[Picture]]:
    """Pictures of one bucket together, the small ones first."""
    together: list[Picture] = []
    for picture in sorted(pictures, key=lambda each: each.bucket[0] * each.bucket[1]):
        if together and (together[0].bucket != picture.bucket or len(together) >= at_once):
            yield together
            together = []
        together.append(picture)
    if together:
        yield together
