"""Settings of other programs for tests, in the shape of their files; every value is our own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from kohya_driver.exchange.importing import import_files
from kohya_driver.exchange.model import Imported
from tests.project import MAC

OLD_GUI: dict[str, Any] = {
    "LoRA_type": "LyCORIS/LoKr", "LyCORIS_preset": "full", "adaptive_noise_scale": 0,
    "additional_parameters": '--lr_scheduler_type "CosineAnnealingLR" --lr_scheduler_args "T_max=700" "eta_min=0e-0"',
    "block_alphas": "", "block_dims": "", "bucket_no_upscale": True, "bucket_reso_steps": 1, "cache_latents": True,
    "cache_latents_to_disk": True, "caption_dropout_every_n_epochs": 0.0, "caption_dropout_rate": 0.1, "caption_extension": ".txt2",
    "clip_skip": "2", "color_aug": False, "constrain": 0.0, "conv_alpha": 1, "conv_dim": 100000, "enable_bucket": True, "epoch": 12,
    "factor": 6, "flip_aug": False, "gradient_accumulation_steps": 1.0, "gradient_checkpointing": False, "keep_tokens": "1",
    "learning_rate": "1.0", "lora_network_weights": "", "lr_scheduler": "cosine", "lr_scheduler_num_cycles": "", "lr_scheduler_power": "",
    "lr_warmup": 8, "max_bucket_reso": 1536, "max_data_loader_n_workers": "0", "max_resolution": "512,640", "max_timestep": 1000,
    "max_token_length": "75", "max_train_epochs": "", "max_train_steps": "", "mem_eff_attn": False, "min_bucket_reso": 256,
    "min_snr_gamma": 5, "min_timestep": 0, "mixed_precision": "bf16", "module_dropout": 0, "multires_noise_discount": 0.2,
    "multires_noise_iterations": 6, "network_alpha": 1, "network_dim": 100000, "network_dropout": 0, "no_token_padding": False,
    "noise_offset": 0.05, "noise_offset_type": "Multires", "num_cpu_threads_per_process": 2, "optimizer": "Prodigy",
    "optimizer_args": '"d_coef=1.0" "weight_decay=0.3" "betas=0.9,0.98"', "prior_loss_weight": 1.0, "rank_dropout": 0,
    "rank_dropout_scale": False, "save_every_n_epochs": 4, "save_precision": "bf16", "scale_weight_norms": 0, "sdxl": False,
    "sdxl_no_half_vae": True, "seed": "", "shuffle_caption": True, "stop_text_encoder_training": 0, "text_encoder_lr": 1.0,
    "train_batch_size": 2, "train_on_input": True, "training_comment": "own values", "unet_lr": 1.0, "unit": 1, "use_cp": False,
    "use_scalar": False, "use_tucker": False, "v2": False, "vae_batch_size": 0, "xformers": True,
}  # fmt: skip

CONFIG = """\
[model]
pretrained_model_name_or_path = "/workspace/models/anything-v5.safetensors"
v_parameterization = false

[training]
output_dir = "./out"
output_name = "宁光"
logging_dir = "./logs"
max_train_epochs = 8
learning_rate = 1e-4
text_encoder_lr = [5e-5]
optimizer_type = "AdamW8bit"
optimizer_args = ["weight_decay=0.1", "betas=0.9,0.99"]
network_module = "networks.lora"
network_dim = 32
network_args = ["conv_dim=8", "conv_alpha=4"]
lr_scheduler = "cosine"
lr_warmup_steps = 0.05
xformers = true
mixed_precision = "fp16"
clip_skip = 2
seed = 7
dataset_config = "dataset.toml"
sample_prompts = "prompts.txt"
sample_every_n_epochs = 2
huggingface_token = "hf_secret"
no_such_option = 3
guidance_scale = 1.0
"""
DATASET = """\
[general]
enable_bucket = true
caption_extension = ".txt"
shuffle_caption = true

[[datasets]]
resolution = [512, 768]
batch_size = 2
keep_tokens = 1

[[datasets.subsets]]
image_dir = "/workspace/img/6_a"
num_repeats = 6
class_tokens = "ning girl"

[[datasets.subsets]]
image_dir = "/workspace/img/reg"
is_reg = true

[[datasets]]
resolution = 768

[[datasets.subsets]]
image_dir = "/workspace/img/b"
flip_aug = true
"""
PROMPTS = "ning, smiling --n blurry --w 512 --h 768 --d 3 --s 20 --l 7\nning, night --n blurry --w 512 --h 768 --d 3 --s 20 --l 7\n"

SHELL = r"""#!/bin/bash
# a run of mine
export HF_HOME=/workspace/hf
BASE="/workspace/models/底模 one.safetensors"
NAME=ning
source venv/bin/activate
cd sd-scripts && accelerate launch --num_cpu_threads_per_process 1 --mixed_precision fp16 train_network.py \
    --pretrained_model_name_or_path="$BASE" \
    --train_data_dir "/workspace/my pictures" \
    --output_dir /workspace/out --output_name "${NAME}" \
    --network_module networks.lora --network_dim 16 --network_alpha 8 --resolution 512,512 \
    --optimizer_type AdamW --optimizer_args weight_decay=0.1 "betas=0.9,0.99" \
    --lr_scheduler constant_with_warmup --lr_warmup_steps 10% --learning_rate 1e-4 --max_train_steps 800 \
    --enable_bucket --cache_latents --sdpa --shuffle_cap --keep_tokens 1 --what_is_this 1 2 --caption_extension ".txt"
"""
BATCH = """@echo off\r
rem training\r
set BASE=C:\\models\\anything v5.safetensors\r
call venv\\Scripts\\activate.bat\r
accelerate launch --num_cpu_threads_per_process=4 "sdxl_train_network.py" ^\r
  --pretrained_model_name_or_path="%BASE%" ^\r
  --train_data_dir="D:\\my pictures\\ning" --network_module=networks.lora ^\r
  --network_train_unet_only --network_dim=8 --learning_rate=2e-4 --max_train_epochs=4 --resolution=1024\r
"""

EASY = """\
[[subsets]]
num_repeats = 3
caption_extension = ".txt"
shuffle_caption = true
name = "subset 1"
image_dir = "D:/train/ning"
keep_tokens = 0

[train_mode]
train_mode = "lora"

[general_args.args]
pretrained_model_name_or_path = "D:/models/base.safetensors"
mixed_precision = "bf16"
seed = 23
max_train_epochs = 6
sdxl = true
sdpa = true

[general_args.dataset_args]
resolution = 1024
batch_size = 4

[network_args.args]
network_dim = 16
network_alpha = 8.0
min_timestep = 0
max_timestep = 1000

[network_args.args.network_args]
conv_dim = 8
conv_alpha = 4.0
algo = "locon"
preset = ""

[optimizer_args.args]
optimizer_type = "Came"
lr_scheduler = "cosine"
learning_rate = 0.0001
warmup_ratio = 0.1
max_grad_norm = 1.0

[optimizer_args.args.optimizer_args]
weight_decay = "0.04"

[saving_args.args]
output_dir = "D:/out"
output_name = "ning"
save_precision = "fp16"
save_every_n_epochs = 1
save_toml = true

[bucket_args.dataset_args]
enable_bucket = true
min_bucket_reso = 512
max_bucket_reso = 2048
bucket_reso_steps = 64
"""

ONETRAINER: dict[str, Any] = {
    "training_method": "LORA", "model_type": "STABLE_DIFFUSION_XL_10_BASE", "base_model_name": "stabilityai/sdxl",
    "output_model_destination": "models/ning.safetensors", "output_dtype": "FLOAT_16", "resolution": "1024", "epochs": 9,
    "batch_size": 2, "learning_rate": 0.0003, "learning_rate_scheduler": "COSINE", "learning_rate_warmup_steps": 50,
    "lora_rank": 24, "lora_alpha": 12.0, "layer_filter_preset": "attn-mlp", "train_dtype": "BFLOAT_16", "unet": {"train": True},
    "text_encoder": {"train": False}, "text_encoder_2": {"train": False}, "loss_weight_fn": "MIN_SNR_GAMMA", "loss_weight_strength": 5.0,
    "optimizer": {"optimizer": "PRODIGY", "weight_decay": 0.01, "beta1": 0.9, "beta2": 0.99, "d_coef": 1.0, "fused": True},
    "ema": "GPU", "backup_after": 10, "save_every": 2, "save_every_unit": "EPOCH", "sample_after": 1, "sample_after_unit": "EPOCH",
    "concepts": [
        {"name": "ning", "path": "/data/ning", "balancing": 4.0, "text": {"enable_tag_shuffling": True, "keep_tags_count": 2},
         "image": {"enable_random_flip": True, "enable_crop_jitter": True}},
        {"name": "old", "path": "/data/old", "enabled": False},
    ],
    "samples": [{"prompt": "ning, smiling", "width": 1024, "height": 1024, "seed": 5, "diffusion_steps": 20, "cfg_scale": 7.0}],
    "secrets": {"huggingface_token": "hf_secret"},
}  # fmt: skip

AITOOLKIT = """\
job: extension
config:
  name: "ning_v1"
  process:
    - type: 'sd_trainer'
      training_folder: "output"
      device: cuda:0
      trigger_word: "ning"
      network: {type: "lora", linear: 16, linear_alpha: 8}
      save: &save {dtype: float16, save_every: 250, max_step_saves_to_keep: 4, push_to_hub: false}
      datasets:
        - folder_path: "/path/to/images"
          caption_ext: "txt"
          caption_dropout_rate: 0.05
          shuffle_tokens: false
          cache_latents_to_disk: true
          resolution: [512, 768]
      train:
        batch_size: 1
        steps: 2000
        train_unet: true
        train_text_encoder: false
        gradient_checkpointing: true
        noise_scheduler: "ddpm"
        optimizer: "adamw8bit"
        lr: 1e-4
        ema_config: {use_ema: true, ema_decay: 0.99}
        dtype: bf16
      model: {name_or_path: "owner/sdxl-base", is_xl: true}
      sample:
        sampler: "ddpm"
        sample_every: 250
        width: 1024
        height: 1024
        prompts: ["[trigger], smiling", "[trigger] at night"]
        neg: "blurry"
        seed: 42
        walk_seed: true
        guidance_scale: 6
        sample_steps: 20
meta: {name: "[name]", version: '1.0'}
"""

LORA_METADATA: dict[str, str] = {
    "ss_sd_model_name": "anything-v5.safetensors", "ss_base_model_version": "sd_v1", "ss_v2": "False", "ss_network_module": "networks.lora",
    "ss_network_dim": "16", "ss_network_alpha": "8.0", "ss_network_args": '{"conv_dim": "8"}', "ss_learning_rate": "0.0001",
    "ss_unet_lr": "None", "ss_text_encoder_lr": "[5e-05]", "ss_lr_scheduler": "cosine", "ss_lr_warmup_steps": "20",
    "ss_optimizer": "torch.optim.adamw.AdamW(weight_decay=0.1,betas=(0.9, 0.99))", "ss_max_train_steps": "180", "ss_num_epochs": "10",
    "ss_seed": "42", "ss_mixed_precision": "no", "ss_clip_skip": "2", "ss_noise_offset": "None", "ss_gradient_checkpointing": "True",
    "ss_session_id": "77", "ss_output_name": "ning", "ss_cache_latents": "True", "ss_tag_frequency": "{}", "ss_min_snr_gamma": "5.0",
    "ss_datasets": json.dumps([{
        "is_dreambooth": True, "batch_size_per_device": 2, "num_train_images": 18, "resolution": [512, 512], "enable_bucket": True,
        "min_bucket_reso": 256, "max_bucket_reso": 1024, "tag_frequency": {"6_ning": {"ning": 3}}, "bucket_info": {"buckets": {}},
        "subsets": [{"img_count": 3, "num_repeats": 6, "shuffle_caption": True, "keep_tokens": 1, "image_dir": "6_ning", "is_reg": False}],
    }]),
    "modelspec.trigger_phrase": "ning", "modelspec.title": "ning", "sshs_model_hash": "00",
}  # fmt: skip


def write(folder: Path, name: str, text: str | bytes | Mapping[str, Any]) -> Path:
    """A file with this text, or this table as JSON."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(text, bytes):
        path.write_bytes(text)
    else:
        path.write_text(text if isinstance(text, str) else json.dumps(text), encoding="utf-8", newline="")
    return path


def imported(*paths: Path, **more: Any) -> Imported:
    return import_files(paths, MAC, paths[0].parent, **more)


def leaf_keys(value: Any, prefix: str = "") -> Iterator[str]:
    """`a.b[0].c` of every value that is no table and no list of tables."""
    if isinstance(value, Mapping) and value:
        for name, inner in value.items():
            yield from leaf_keys(inner, f"{prefix}.{name}" if prefix else str(name))
    elif isinstance(value, list) and any(isinstance(one, Mapping) for one in value):
        for number, inner in enumerate(value):
            yield from leaf_keys(inner, f"{prefix}[{number}]")
    else:
        yield prefix


WORDS = st.text("abcxyz 宁光_-'$`%#={}", min_size=1, max_size=12).map(str.strip).filter(bool)
NUMBERS = st.sampled_from([0.001, 0.05, 0.1, 0.25, 0.5, 0.9])
ARGUMENTS = st.dictionaries(
    st.sampled_from(["weight_decay", "eps", "d_coef", "decouple", "betas"]),
    st.one_of(NUMBERS, st.booleans(), st.just([0.9, 0.99]), st.sampled_from(["1e-5", "none"])),
    max_size=3,
)
CHOICES: Mapping[str, st.SearchStrategy[Any]] = {
    "model.v_parameterization": st.booleans(), "model.clip_skip": st.integers(2, 12), "model.max_token_length": st.sampled_from([150, 225]),
    "dataset.shuffle_caption": st.booleans(), "dataset.keep_tokens": st.integers(0, 5), "dataset.keep_tokens_separator": WORDS,
    "dataset.caption_separator": st.sampled_from([",", ";"]), "dataset.enable_wildcard": st.booleans(), "dataset.caption_prefix": WORDS,
    "dataset.caption_suffix": WORDS, "dataset.caption_dropout_rate": NUMBERS, "dataset.caption_dropout_every_n_epochs": st.integers(1, 9),
    "dataset.caption_tag_dropout_rate": NUMBERS, "dataset.token_warmup_min": st.integers(0, 5), "dataset.flip_aug": st.booleans(),
    "dataset.caption_extension": st.sampled_from([".txt", ".caption"]), "dataset.resolution": st.sampled_from([512, 768, [512, 640]]),
    "dataset.enable_bucket": st.booleans(), "dataset.min_bucket_reso": st.sampled_from([128, 256]), "dataset.bucket_no_upscale": st.booleans(),
    "dataset.max_bucket_reso": st.sampled_from([1024, 2048]), "dataset.bucket_reso_steps": st.sampled_from([64, 128]),
    "dataset.resize_interpolation": st.sampled_from(["area", "lanczos"]), "dataset.class_tokens": WORDS,
    "network.dim": st.integers(1, 128), "network.alpha": st.sampled_from([0.5, 1.0, 16.0, 31.0]), "network.dropout": NUMBERS,
    "network.train_unet_only": st.booleans(), "network.scale_weight_norms": st.sampled_from([1.0, 2.5]),
    "network.args": st.sampled_from([{}, {"conv_dim": 4, "conv_alpha": 2}, {"rank_dropout": 0.1}, {"loraplus_lr_ratio": 4}]),
    "optimizer.type": st.sampled_from(["AdamW", "AdamW8bit", "Lion", "Prodigy", "pytorch_optimizer.CAME"]), "optimizer.args": ARGUMENTS,
    "optimizer.learning_rate": st.sampled_from([1e-5, 1e-4, 0.00037, 1.0]), "optimizer.unet_lr": NUMBERS, "optimizer.text_encoder_lr": NUMBERS,
    "optimizer.lr_scheduler": st.sampled_from(["cosine", "constant", "linear", "cosine_with_restarts"]),
    "optimizer.lr_warmup_steps": st.sampled_from([0, 7, 100, 0.055, 0.1, 1.0]), "optimizer.lr_scheduler_num_cycles": st.integers(1, 5),
    "optimizer.max_grad_norm": st.sampled_from([0.0, 0.5, 1.0]),
    "training.train_batch_size": st.integers(1, 8), "training.gradient_accumulation_steps": st.integers(1, 4), "training.seed": st.integers(0, 9),
    "training.noise_offset": NUMBERS, "training.min_snr_gamma": st.sampled_from([1.0, 5.0]), "training.multires_noise_iterations": st.integers(1, 9),
    "training.multires_noise_discount": NUMBERS, "training.ip_noise_gamma": NUMBERS, "training.prior_loss_weight": st.sampled_from([0.0, 0.5, 1.0]),
    "training.loss_type": st.sampled_from(["l1", "l2", "huber"]), "training.vae_batch_size": st.integers(1, 4),
    "training.attention": st.sampled_from(["sdpa", "xformers", "mem_eff_attn"]), "training.max_data_loader_n_workers": st.integers(0, 4),
    "precision.mixed_precision": st.sampled_from(["no", "fp16", "bf16"]), "precision.save_precision": st.sampled_from(["fp16", "bf16", "float"]),
    "precision.full_bf16": st.booleans(), "precision.fp8_base": st.booleans(), "precision.no_half_vae": st.booleans(),
    "sampling.prompts": st.lists(WORDS.filter(lambda word: bool(word.strip("# -'"))), max_size=3), "sampling.negative": WORDS,
    "sampling.every_n_epochs": st.integers(1, 4), "sampling.steps": st.integers(1, 50), "sampling.scale": st.sampled_from([1.0, 7.5]),
    "saving.every_n_epochs": st.integers(1, 5), "saving.last_n_epochs": st.integers(1, 5), "saving.comment": WORDS,
    "saving.output_dir": st.just("/somewhere/out"), "saving.state": st.booleans(), "saving.output_name": st.sampled_from(["ning", "宁 光"]),
    "engine_options.masked_loss": st.booleans(), "engine_options.min_timestep": st.integers(1, 400),
    "engine_options.metadata_author": WORDS, "engine_options.debiased_estimation_loss": st.booleans(),
}  # fmt: skip
PRESETS = st.fixed_dictionaries({}, optional=dict(CHOICES))
"""Dotted keys of random presets, as far as other programs can say them."""
