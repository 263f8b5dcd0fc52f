"""Pictures, captions, buckets, caches, and the helpers that read them."""

from kohya_driver.diagnosis.model import MEMORY
from kohya_driver.diagnosis.signature import error, explained, line, note, silent

_ZERO = r"ZeroDivisionError"

SIGNATURES = (
    # captions
    error("ds.caption_empty", r"caption file is empty ?/ [^:\n]{0,120}: (?P<path>[^\n]{1,400})"),
    explained("ds.caption_encoding", "illegal char in file (not UTF-8)", r"illegal char in file \(not UTF-8\) ?/ [^:\n]{0,120}: (?P<path>[^\n]{1,400})"),
    line("ds.caption_encoding", "illegal char in file (not UTF-8)", pattern=r"illegal char in file \(not UTF-8\) ?/ [^:\n]{0,120}: (?P<path>[^\n]{1,400})"),
    error("cap.separator", r"ValueError: empty separator"),
    error("ds.meta_missing", r"no metadata ?/ [^:\n]{0,120}: (?P<path>[^\n]{1,400})"),
    # pictures
    explained("img.size_unreadable", "failed to get image size:", r"failed to get image size: (?P<path>[^\n]{1,400}?), error:", error=_ZERO),
    error("img.zero_div_select", _ZERO, frame=r"in select_bucket"),
    error("img.truncated", r"image file is truncated|Truncated File Read|broken data stream"),
    error("img.unidentified", r"UnidentifiedImageError: cannot identify image file (?P<path>[^\n]{1,400})"),
    error("img.unidentified", r"cannot identify image file|Unrecognized (?:image )?data stream"),
    error("img.too_large_nobucket", r"image too large, but cropping and bucketing are disabled"),
    error("img.too_small_nobucket", r"image size is small"),
    error("mask.conditioning", r"(?:missing|extra) conditioning data for (?P<value>\d{1,9}) images|size of conditioning image is not match"),
    error("ds.resize_interp", r"Resize interpolation \"(?P<value>\w{0,60})\" is not a valid interpolation"),
    # buckets
    error("bucket.steps", r"bucket_reso_steps is (?P<value>\d{1,9})\. it must be divisible by (?P<other>\d{1,9})"),
    error("bucket.minmax", r"(?P<name>m(?:in|ax)_bucket_reso) must be equal or (?:less|greater) than resolution"),
    # caches
    error("cache.color_crop", r"when caching latents, either color_aug or random_crop cannot be used"),
    error("cache.stack_size", r"stack expects each tensor to be equal size, but got (?P<value>\[[\d, ]{1,60}\]) at entry 0 and (?P<other>\[[\d, ]{1,60}\])"),
    explained("cache.npz_corrupt", ".npz", r"Error loading file: (?P<path>\S[^\n]{0,400}\.npz)"),
    error("cache.npz_corrupt", r"zipfile\.BadZipFile"),
    error("cache.nan_latents", r"NaN detected in (?:latents|text encoder outputs): (?P<path>[^\n]{1,400})"),
    note("cache.nan_latents", "NaN found in latents, replacing with zeros"),
    error("te.cache_conflict", r"when caching Text Encoder output, either caption_dropout_rate, shuffle_caption"),
    error("te.cache_train", r"network for Text Encoder cannot be trained with caching Text Encoder outputs"),
    error("cache.vae_batch_zero", r"max_workers must be greater than 0"),
    # helpers that read
    error("dl.worker_died", r"DataLoader worker \(pid(?:\(s\))? [\d, ]{1,100}\) (?:exited unexpectedly|is killed by signal)", recovery=MEMORY),
    error("dl.too_many_files", r"Too many open files|received 0 items of ancdata"),
    error("dl.pickle", r"Can't pickle local object|[Cc]an(?:not|'t) pickle '?[^'\n]{1,100}'? object|[Cc]an't get local object"),
    error("dl.share_mps", r"_share_filename_: only available on CPU"),
    error("dl.persistent", r"persistent_workers option needs num_workers > 0"),
    explained("img.load_error_path", "Error loading file:", r"Error loading file: (?P<path>[^\n]{1,400})"),
    # no pictures at all, and which of the ways it was
    silent("data.none_found", "No data found. Please verify arguments"),
    note("data.not_a_folder", "not directory:", pattern=r"not directory: (?P<path>[^\n]{1,400})"),
    note("data.no_repeats_in_name", "ignore directory without repeats", pattern=r"ignore directory without repeats ?/ [^:\n]{0,120}: (?P<path>[^\n]{1,400})"),
    note("data.zero_repeats", "num_repeats is less than 1", pattern=r"='(?P<path>[^\n]{1,400}?)': num_repeats is less than 1"),
    note("data.empty_folder", "no images found", pattern=r"image_dir='(?P<path>[^\n]{1,400}?)': no images found"),
    note("caption.none_used", "No caption file found for", pattern=r"No caption file found for (?P<value>\d{1,9}) images"),
)  # fmt: skip
