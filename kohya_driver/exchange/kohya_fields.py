"""kohya_ss's fields by what they are for; those that are named like the engine's options need no line here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

EMPTY = ("", None, False, 0)
SCREEN = frozenset(
    {
        "save_as_bool",
        "model_list",
        "training_preset",
        "show_timesteps",
        "show_timesteps_resolution",
        "lowvram",
    }
)
"""What only the GUI's own screen knows, or no engine any more."""
MACHINE = frozenset(
    {
        "num_cpu_threads_per_process", "num_processes", "num_machines", "multi_gpu", "gpu_ids", "main_process_port",
        "dynamo_backend", "dynamo_mode", "dynamo_use_fullgraph", "dynamo_use_dynamic", "extra_accelerate_launch_args",
    }
)  # fmt: skip
OTHERS = {
    "flux1_checkbox": "FLUX.1", "sd3_checkbox": "SD 3", "hunyuan_image_checkbox": "HunyuanImage",
    "anima_checkbox": "Anima", "lumina_checkbox": "Lumina",
}  # fmt: skip
"""Switches of families that cannot be trained here."""
OTHERS_FIELDS = frozenset(
    {
        "t5xxl_lr", "train_lora_ggpo", "ggpo_sigma", "ggpo_beta", "model_type", "ae", "clip_l", "clip_g", "t5xxl", "discrete_flow_shift",
        "model_prediction_type", "timestep_sampling", "split_mode", "train_blocks", "t5xxl_max_token_length", "enable_all_linear",
        "guidance_scale", "mem_eff_save", "apply_t5_attn_mask", "split_qkv", "train_t5xxl", "cpu_offload_checkpointing", "blocks_to_swap",
        "single_blocks_to_swap", "double_blocks_to_swap", "img_attn_dim", "img_mlp_dim", "img_mod_dim", "single_dim", "txt_attn_dim",
        "txt_mlp_dim", "txt_mod_dim", "single_mod_dim", "in_dims", "train_double_block_indices", "train_single_block_indices",
        "clip_g_dropout_rate", "logit_mean", "logit_std", "mode_scale", "pos_emb_random_crop_rate", "save_clip", "save_t5xxl",
        "t5xxl_device", "t5xxl_dtype", "weighting_scheme", "fp8_base_unet", *OTHERS,
    }
)  # fmt: skip
OTHERS_PREFIXES = ("flux1_", "sd3_", "hunyuan_", "anima_", "lumina_")
OFFSET = ("noise_offset", "adaptive_noise_scale", "noise_offset_random_strength")
MULTIRES = ("multires_noise_iterations", "multires_noise_discount")
RENAMED = {
    "optimizer": "optimizer_type",
    "max_resolution": "resolution",
    "lora_network_weights": "network_weights",
}
WORKERS = "max_data_loader_n_workers"
"""The one number whose 0 is written all the same."""
ARGUMENTS = ("optimizer_args", "lr_scheduler_args")
ASSUMED: Mapping[str, Any] = {
    "optimizer.learning_rate": 1e-4, "optimizer.lr_scheduler": "cosine", "optimizer.lr_warmup_steps": 0.1, "network.dim": 8,
    "network.alpha": 1.0, "dataset.resolution": 512, "dataset.enable_bucket": True, "dataset.min_bucket_reso": 256,
    "dataset.max_bucket_reso": 2048, "dataset.bucket_no_upscale": True, "dataset.caption_extension": ".txt",
    "precision.mixed_precision": "fp16", "training.max_train_epochs": 1, "sampling.sampler": "euler_a",
}  # fmt: skip
"""What the GUI shows in fields that a file does not have."""


def is_gui_file(table: Mapping[str, Any]) -> bool:
    return "LoRA_type" in table or {"max_resolution", "pretrained_model_name_or_path"} <= table.keys()
