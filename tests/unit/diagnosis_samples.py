"""What every failure looks like in a log: for each kind the texts that the libraries really print."""

from __future__ import annotations

WAY_IN = ("train_network.py", 1874, "<module>", "trainer.train(args)")
OPTIMIZER = (
    "library/train_util.py",
    5098,
    "get_optimizer",
    "optimizer = optimizer_class(trainable_params, lr=lr)",
)
SCHEDULER = ("library/train_util.py", 5291, "get_scheduler_fix", "value = ast.literal_eval(value)")
TRAIN = ("train_network.py", 667, "train", 'key, value = net_arg.split("=", 1)')
SAVE = ("train_network.py", 1297, "save_model", "os.makedirs(args.output_dir, exist_ok=True)")
SAMPLE = (
    "library/train_util.py",
    6395,
    "sample_images_common",
    "if not os.path.isfile(args.sample_prompts):",
)
LORA = ("networks/lora.py", 438, "create_network", "conv_dim = int(conv_dim)")
TOKENIZER = (
    "library/strategy_base.py",
    65,
    "_load_tokenizer",
    "tokenizer = model_class.from_pretrained(model_id, subfolder=subfolder)",
)
CACHED = (
    "library/strategy_base.py",
    62,
    "_load_tokenizer",
    "tokenizer = model_class.from_pretrained(local_tokenizer_path)  # same for v1 and v2",
)
BUCKET = ("library/train_util.py", 287, "select_bucket", "aspect_ratio = image_width / image_height")
RESUME = (
    "library/train_util.py",
    4778,
    "resume_from_local_or_hf_if_specified",
    "accelerator.load_state(args.resume)",
)

Frame = tuple[str, int, str, str]


def raised(error: str, *frames: Frame) -> str:
    """As Python prints it."""
    told = (
        f'  File "/engine/{path}", line {line}, in {name}\n    {code}\n'
        for path, line, name, code in (WAY_IN, *frames)
    )
    return "Traceback (most recent call last):\n" + "".join(told) + error + "\n"


def logged(level: str, text: str, source: str = "train_util.py:1") -> str:
    """As `rich` prints it where the terminal is wide."""
    return f"2026-11-22 21:29:20 {level:<8} {text:<120} {source}\n"


def died(signal: str, number: int) -> str:
    return launcher(
        f"subprocess.CalledProcessError: Command '['python', 'train_network.py']' died with <Signals.{signal}: {number}>."
    )


def launcher(error: str) -> str:
    """The launcher's own traceback, which comes last and says nothing."""
    return (
        "Traceback (most recent call last):\n"
        '  File "/env/lib/python3.11/site-packages/accelerate/commands/launch.py", line 999, in simple_launcher\n'
        "    raise subprocess.CalledProcessError(returncode=process.returncode, cmd=cmd)\n" + error + "\n"
    )


BAR = "steps:   8%|▊         | 1/12 [00:03<00:40,  3.7s/it, avr_loss=1.14]\r"
NAN = "steps:  17%|█▋        | 2/12 [00:06<00:35,  3.5s/it, avr_loss=nan]\r"
STATE = "Error(s) in loading state_dict for "
OFFLINE = "(Caused by NameResolutionError(\"Failed to resolve 'huggingface.co' ([Errno 8] nodename nor servname provided)\"))"
UNREADABLE = logged(
    "WARNING",
    "failed to get image size: /pictures/a.png, error: cannot identify image file '/pictures/a.png'",
)
NONE_PATH = "TypeError: expected str, bytes or os.PathLike object, not NoneType"
UNPACK = "ValueError: not enough values to unpack (expected 2, got 1)"
MALFORMED = "ValueError: malformed node or string on line 1: <ast.Name object at 0x10f>"
ZERO = "ZeroDivisionError: integer modulo by zero"
LOADED = "RuntimeError: " + STATE

SAMPLES: tuple[tuple[str, str], ...] = (
    # metal
    ("mps.oom", raised("RuntimeError: MPS backend out of memory (MPS allocated: 17.51 GB, other allocations: 448.00 KB, max allowed: 18.13 GB). Tried to allocate 1024.00 MB on private pool. Use PYTORCH_MPS_HIGH_WATERMARK_RATIO=0.0 to disable upper limit for memory allocations (may cause system failure).")),
    ("cuda.oom", raised("torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 MiB (GPU 0; 8.00 GiB total capacity; 7.21 GiB already allocated)")),
    ("cpu.oom", raised("RuntimeError: [enforce fail at alloc_cpu.cpp:114] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate 268435456 bytes.")),
    ("mps.cmdbuf_oom", BAR + "\nError: command buffer exited with error status.\n\tThe Metal Performance Shaders operations encoded on it may not have completed.\n\tError: \n\t(null)\n\tInsufficient Memory (00000008:kIOGPUCommandBufferCallbackErrorOutOfMemory)\n"),
    ("mps.cmdbuf_interactivity", BAR + "\nError: command buffer exited with error status.\n\tImpacting Interactivity (0000000e:kIOGPUCommandBufferCallbackErrorImpactingInteractivity)\n"),
    ("mps.cmdbuf_error", BAR + "\nError: command buffer exited with error status.\n\tThe Metal Performance Shaders operations encoded on it may not have completed.\n\tInternal Error (0000000e:Internal Error)\n"),
    ("mps.low_watermark", raised("RuntimeError: invalid low watermark ratio 1.4")),
    ("mps.high_watermark", raised("RuntimeError: invalid high watermark ratio 3")),
    ("mps.ndarray_limit", "/AppleInternal/MPSCore/MPSNDArray.mm:705: failed assertion `[MPSNDArray initWithDevice:descriptor:] Error: total bytes of NDArray > 2**32'\n" + died("SIGABRT", 6)),
    ("mps.ndarray_limit", raised("RuntimeError: MPSNDArray: product of dimension sizes > 2**31")),
    ("mps.invalid_buffer", raised("RuntimeError: Invalid buffer size: 30.57 GB")),
    ("mps.llvm_infer", "loc(\"mps_add\"): error: input types 'tensor<2x1280xf32>' and 'tensor<1280xf16>' are not broadcast compatible\nLLVM ERROR: Failed to infer result type(s).\n" + died("SIGABRT", 6)),
    ("mps.llvm_infer", raised("RuntimeError: input types 'tensor<1x4xf32>' and 'tensor<1x4xf16>' are not broadcast compatible")),
    ("mps.assertion", "-[IOGPUMetalCommandBuffer validate]:214: failed assertion `commit an already committed command buffer'\n" + died("SIGABRT", 6)),
    ("mps.placeholder", raised("RuntimeError: Placeholder storage has not been allocated on MPS device!")),
    ("mps.device_mismatch", raised("RuntimeError: Expected all tensors to be on the same device, but found at least two devices, mps:0 and cpu!")),
    ("mps.type_mismatch", raised("RuntimeError: Input type (float) and bias type (c10::Half) should be the same")),
    ("mps.type_mismatch", raised("RuntimeError: Input type (MPSFloatType) and weight type (MPSHalfType) should be the same")),
    ("mps.type_mismatch", raised("RuntimeError: expected m1 and m2 to have the same dtype, but got: c10::Half != float")),
    ("mps.type_mismatch", raised("RuntimeError: mat1 and mat2 must have the same dtype, but got Half and Float")),
    ("mps.type_mismatch", raised("RuntimeError: expected scalar type Half but found Float")),
    ("mps.float64", raised("TypeError: Cannot convert a MPS Tensor to float64 dtype as the MPS framework doesn't support float64. Please use float32 instead.")),
    ("mps.fp8", raised("TypeError: Trying to convert Float8_e4m3fn to the MPS backend but it does not have support for that dtype.")),
    ("mps.bf16_macos13", raised("RuntimeError: MPS BFloat16 is only supported on MacOS 14 or newer")),
    ("mps.unsupported_op", raised("NotImplementedError: The operator 'aten::_linalg_svd.U' is not currently implemented for the MPS device. If you want this op to be added …")),
    ("mps.unsupported_op", raised("NotImplementedError: Could not run 'aten::empty.memory_format' with arguments from the 'MPS' backend.")),
    ("mps.fallback_slow", "UserWarning: The operator 'aten::index.Tensor' is not currently supported on the MPS backend and will fall back to run on the CPU. This may have performance implications.\n"),
    ("mps.autocast_unsupported", raised("RuntimeError: User specified an unsupported autocast device_type 'mps'")),
    ("mps.autocast_dtype", "UserWarning: In MPS autocast, but the target dtype is not supported. Disabling autocast.\n"),
    ("mps.amp_versions", raised("ValueError: fp16 mixed precision with MPS device requires a Pytorch >= 2.5.0")),
    ("mps.amp_versions", raised("ValueError: Grad Scaler with MPS device requires a Pytorch >= 2.8.0")),
    ("mps.autocast_attr", raised("AttributeError: module 'torch.mps' has no attribute 'current_device'")),
    ("mps.os_unsupported", raised("RuntimeError: The MPS backend is supported on MacOS 12.3+.Current OS version can be queried using `sw_vers`")),
    ("mps.cuda_assert", raised("AssertionError: Torch not compiled with CUDA enabled")),
    ("mps.fp16_accelerate", raised("ValueError: fp16 mixed precision requires a GPU (not 'mps').")),
    ("mps.fp16_accelerate", raised("ValueError: fp16 mixed precision requires a device in ('xpu', 'cuda', 'npu', 'mps') (not 'cpu').")),
    ("mps.bf16_accelerate", raised("ValueError: bf16 mixed precision requires PyTorch >= 1.10 and a supported device.")),
    ("mps.half_cpu_conv", raised("RuntimeError: \"slow_conv2d_cpu\" not implemented for 'Half'")),
    ("mps.half_cpu_other", raised("RuntimeError: \"LayerNormKernelImpl\" not implemented for 'Half'")),
    ("mps.meta_tensor", raised("NotImplementedError: Cannot copy out of meta tensor; no data!")),
    ("cuda.kernel_image", raised("RuntimeError: CUDA error: no kernel image is available for execution on the device")),
    ("cuda.error", raised("RuntimeError: CUDA error: an illegal memory access was encountered")),
    ("mps.kernel_panic", 'panic(cpu 2 caller 0xfffffe0028): watchdog timeout: no checkins from watchdogd in 92 seconds (1041 total checkins since monitoring last enabled)\n'),
    ("mps.mem_growth", "kernel: memorystatus: killing largest compressed process python3.11 [4711] 41235 MB\n"),
    ("mps.mem_growth", "kernel: memorystatus: killing process python [4711]\n"),
    ("device.cpu_only", "accelerator device: cpu\n"),
    ("train.nan_loss", BAR + NAN + NAN),
    ("train.nan_loss", NAN + "\n" + logged("INFO", "model saved.")),
    # how it ended
    ("proc.sigkill", BAR + died("SIGKILL", 9)),
    ("proc.sigkill", BAR + "\nrun.sh: line 3: 12345 Killed                  accelerate launch train_network.py\n"),
    ("proc.sigkill", BAR + "\nzsh: killed     python train_network.py\n"),
    ("proc.sigabrt", BAR + died("SIGABRT", 6)),
    ("proc.sigsegv", BAR + died("SIGSEGV", 11)),
    ("proc.sigsegv", BAR + died("SIGBUS", 10)),
    ("proc.sigsegv", "Fatal Python error: Segmentation fault\n"),
    ("proc.sigsegv", BAR + launcher("subprocess.CalledProcessError: Command '['python.exe', 'train_network.py']' returned non-zero exit status 3221225477.")),
    ("proc.sigterm_int", BAR + died("SIGTERM", 15)),
    ("proc.sigterm_int", BAR + died("SIGHUP", 1)),
    ("proc.sigterm_int", BAR + raised("KeyboardInterrupt") + launcher("KeyboardInterrupt")),
    ("proc.leaked_semaphore", BAR + "\nresource_tracker: There appear to be 1 leaked semaphore objects to clean up at shutdown\n  warnings.warn('resource_tracker: There appear to be %d '\n"),
    ("acc.exit_status", launcher("subprocess.CalledProcessError: Command '['python', 'train_network.py']' returned non-zero exit status 1.")),
    # the launcher and the command line
    ("acc.config_missing", launcher("ValueError: The passed configuration file `/x/default_config.yaml` does not exist. Please pass an existing file to `accelerate launch`, or use the default one")),
    ("acc.config_mps_type", launcher("ValueError: 'MPS' is not a valid DistributedType")),
    ("acc.config_unknown_keys", launcher("ValueError: The config file at /x/default_config.yaml had unknown keys (['enable_cpu_affinity']), please try upgrading your `accelerate` version or fix (and potentially remove) these keys from your config file.")),
    ("acc.defaults_note", "The following values were not passed to `accelerate launch` and had defaults used instead:\n\t`--num_processes` was set to a value of `1`\n"),
    ("acc.port", launcher("ConnectionError: Tried to launch distributed communication on port `29500`, but another process is utilizing it. Please specify a different port")),
    ("cli.unknown_option", "usage: train_network.py [-h]\ntrain_network.py: error: unrecognized arguments: --cache_text_encoder_outputs\n"),
    ("cli.invalid_choice", "train_network.py: error: argument --save_model_as: invalid choice: 'foo' (choose from None, 'ckpt', 'pt', 'safetensors')\n"),
    ("cli.config_not_found", logged("INFO", "Loading settings from /x/no.toml...") + logged("INFO", "/x/no.toml not found.")),
    ("cli.output_config_exists", logged("ERROR", "Config file already exists. Aborting... / 出力先の設定ファイルが既に存在します: /x.toml")),
    ("toml.syntax", raised("toml.decoder.TomlDecodeError: Only all lowercase booleans allowed (line 27 column 1 char 612)")),
    ("ds.schema", raised("voluptuous.error.MultipleInvalid: extra keys not allowed @ data['datasets'][0]['no_such_key']")),
    ("ds.schema", raised("voluptuous.error.TypeInvalid: expected int")),
    ("ds.args_schema", logged("ERROR", "Invalid cmdline parsed arguments. This should be a bug. / コマンドラインのパース結果が正しくないようです。") + raised("voluptuous.error.MultipleInvalid: expected float @ data['validation_split']")),
    ("ds.args_schema", logged("ERROR", "Invalid cmdline parsed arguments. This should be a bug. / コマンドラインのパース結果が正しくないようです。")),
    ("ds.file_missing", raised("ValueError: file not found / ファイルが見つかりません: /x/dataset.toml", ("library/config_util.py", 678, "load_user_config", "raise ValueError("))),
    ("ds.bad_ext", raised("ValueError: not supported config file format / 対応していない設定ファイルの形式です: /x/dataset.yaml")),
    ("ds.empty_datasets", raised("AssertionError: datasets should not be an empty iterable")),
    ("ds.mixed_styles", raised("ValueError: DreamBooth subset and fine tuning subset cannot be mixed in the same dataset")),
    ("ds.resolution_int", raised("AttributeError: 'int' object has no attribute 'split'")),
    ("ds.resolution_bad", raised("ValueError: invalid literal for int() with base 10: '512x768'", ("library/train_util.py", 5410, "prepare_dataset_args", "args.resolution = tuple([int(r) for r in args.resolution.split(\",\")])"))),
    ("ds.resolution_bad", raised("AssertionError: resolution must be 'size' or 'width,height' / resolutionは'サイズ'または'幅','高さ'で指定してください: (1, 2, 3)")),
    ("ds.resolution_missing", raised("AssertionError: resolution is required / resolution（解像度）指定は必須です")),
    # models and the hub
    ("hf.ssl", raised("requests.exceptions.SSLError: HTTPSConnectionPool(host='huggingface.co', port=443): Max retries exceeded with url: /x (Caused by SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed')))")),
    ("hf.tokenizer_cache_partial", raised(NONE_PATH, CACHED, ("transformers/models/clip/tokenization_clip.py", 306, "__init__", "with open(vocab_file) as vocab_handle:"))),
    ("hf.tokenizer_offline", raised(NONE_PATH, TOKENIZER)),
    ("hf.tokenizer_offline", raised("OSError: Can't load tokenizer for 'openai/clip-vit-large-patch14'. If you were trying to load it from 'https://huggingface.co/models', make sure …")),
    ("hf.unreachable", raised(f"requests.exceptions.ConnectionError: (MaxRetryError(\"HTTPSConnectionPool(host='huggingface.co', port=443): Max retries exceeded with url: /x {OFFLINE}\"))")),
    ("hf.unreachable", raised("OSError: We couldn't connect to 'https://huggingface.co' to load this file, couldn't find it in the cached files")),
    ("save.hf_upload", logged("ERROR", "failed to upload to HuggingFace / HuggingFaceへのアップロードに失敗しました : 401")),
    ("model.hf_id_failed", raised("OSError: Cannot load model runwayml/stable-diffusion-v1-5: model is not cached locally and an error occurred while trying to fetch metadata from the Hub.")),
    ("model.hf_id_failed", logged("ERROR", "model is not found as a file or in Hugging Face, perhaps file name is wrong? / 指定したモデル名のファイルが見つかりません: a/b") + raised("OSError: a/b does not appear to have a file named model_index.json.", ("library/train_util.py", 5538, "_load_target_model", "pipe = StableDiffusionPipeline.from_pretrained(name_or_path)"))),
    ("model.sdxl_in_sd_script", raised(LOADED + 'UNet2DConditionModel:\n\tMissing key(s) in state_dict: "down_blocks.0.attentions.0.norm.weight", "down_blocks.0.attentions.0.norm.bias". \n\tsize mismatch for conv_in.weight')),
    ("model.sd_in_sdxl_script", raised(LOADED + 'SdxlUNet2DConditionModel:\n\tMissing key(s) in state_dict: "label_emb.0.0.weight"')),
    ("model.v2_mismatch", raised(LOADED + "UNet2DConditionModel:\n\tsize mismatch for down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight: copying a param with shape torch.Size([320, 768]) from checkpoint, the shape in current model is torch.Size([320, 1024]).")),
    ("model.inpainting", raised(LOADED + "UNet2DConditionModel:\n\tsize mismatch for conv_in.weight: copying a param with shape torch.Size([320, 9, 3, 3]) from checkpoint, the shape in current model is torch.Size([320, 4, 3, 3]).")),
    ("model.path_invalid", raised('ValueError: The provided pretrained_model_name_or_path "/x/no.safetensors" is neither a valid local path nor a valid repo id. Please check the parameter.')),
    ("model.path_none", raised("TypeError: lstat: path should be string, bytes or os.PathLike, not NoneType")),
    ("model.sdxl_v2", raised("AssertionError: v2 cannot be enabled in SDXL training / SDXL学習ではv2を有効にすることはできません")),
    ("st.truncated", raised("safetensors_rust.SafetensorError: Error while deserializing header: MetadataIncompleteBuffer")),
    ("st.truncated", raised("safetensors_rust.SafetensorError: Error while deserializing header: incomplete metadata, file not fully covered")),
    ("st.not_safetensors", raised("safetensors_rust.SafetensorError: Error while deserializing header: HeaderTooLarge")),
    ("st.empty", raised("safetensors_rust.SafetensorError: Error while deserializing header: HeaderTooSmall")),
    ("ckpt.pickle_bad", raised("_pickle.UnpicklingError: invalid load key, '<'.")),
    ("ckpt.weights_only", raised("_pickle.UnpicklingError: Weights only load failed. This file can still be loaded, to do so you have two options …")),
    ("ckpt.zip_trunc", raised("RuntimeError: PytorchStreamReader failed reading zip archive: failed finding central directory")),
    ("ckpt.eof", raised("EOFError: Ran out of input")),
    ("vae.load", logged("ERROR", "exception occurs in loading vae: /x/vae is not a local folder") + raised("OSError: /x/vae is not a local folder and is not a valid model identifier")),
    ("vae.load", logged("ERROR", "exception occurs in loading vae: /x/vae is not a local folder") + raised("ValueError: something else")),
    # pictures
    ("data.none_found", logged("ERROR", "No data found. Please verify arguments (train_data_dir must be the parent of folders with images) / 画像がありません。")),
    ("data.not_a_folder", logged("WARNING", "not directory: /pictures/1_ning")),
    ("data.no_repeats_in_name", logged("WARNING", "ignore directory without repeats / 繰り返し回数のないディレクトリを無視します: ning")),
    ("data.zero_repeats", logged("WARNING", "ignore subset with image_dir='/pictures/0_ning': num_repeats is less than 1 / num_repeatsが1を下回っているためサブセットを無視します: 0")),
    ("data.empty_folder", logged("WARNING", "ignore subset with image_dir='/pictures/1_ning': no images found / 画像が見つからないためサブセットを無視します")),
    ("caption.none_used", logged("WARNING", "No caption file found for 12 images. Training will continue without captions for these images.")),
    ("ds.caption_empty", raised("AssertionError: caption file is empty / キャプションファイルが空です: /pictures/a.txt")),
    ("ds.caption_encoding", logged("ERROR", "illegal char in file (not UTF-8) / ファイルにUTF-8以外の文字があります: /pictures/a.txt") + raised("UnicodeDecodeError: 'utf-8' codec can't decode byte 0xb1 in position 0: invalid start byte")),
    ("ds.caption_encoding", logged("ERROR", "illegal char in file (not UTF-8) / ファイルにUTF-8以外の文字があります: /pictures/a.txt")),
    ("ds.meta_missing", raised("ValueError: no metadata / メタデータファイルがありません: /x/meta.json")),
    ("ds.resize_interp", raised('ValueError: Resize interpolation "lanczoz" is not a valid interpolation')),
    ("cap.separator", raised("ValueError: empty separator")),
    ("img.size_unreadable", UNREADABLE + raised("ZeroDivisionError: division by zero", BUCKET)),
    ("img.zero_div_select", raised("ZeroDivisionError: division by zero", BUCKET)),
    ("img.truncated", logged("ERROR", "Error loading file: /pictures/a.png") + raised("OSError: image file is truncated (30 bytes not processed)")),
    ("img.unidentified", raised("PIL.UnidentifiedImageError: cannot identify image file '/pictures/a.png'")),
    ("img.unidentified", raised("OSError: Unrecognized data stream contents when reading image file")),
    ("img.load_error_path", logged("ERROR", "Error loading file: /pictures/a.png") + raised("ValueError: bad something")),
    ("img.too_large_nobucket", raised("AssertionError: image too large, but cropping and bucketing are disabled / 画像サイズが大きいのでface_crop_aug_rangeかrandom_crop、またはbucketを有効にしてください: /pictures/a.png")),
    ("img.too_small_nobucket", raised("AssertionError: image size is small / 画像サイズが小さいようです: /pictures/a.png")),
    ("mask.conditioning", raised("AssertionError: missing conditioning data for 3 images: ['/pictures/a.png']")),
    ("bucket.steps", raised("AssertionError: bucket_reso_steps is 32. it must be divisible by 64.")),
    ("bucket.minmax", raised("AssertionError: min_bucket_reso must be equal or less than resolution / min_bucket_resoは最小解像度より大きくできません")),
    ("cache.color_crop", raised("AssertionError: when caching latents, either color_aug or random_crop cannot be used / latentをキャッシュするときは使えません")),
    ("cache.stack_size", raised("RuntimeError: stack expects each tensor to be equal size, but got [4, 8, 8] at entry 0 and [4, 12, 8] at entry 1")),
    ("cache.npz_corrupt", logged("ERROR", "Error loading file: /pictures/a_0064x0064_sd.npz") + raised("zipfile.BadZipFile: File is not a zip file")),
    ("cache.npz_corrupt", raised("zipfile.BadZipFile: File is not a zip file")),
    ("cache.nan_latents", raised("RuntimeError: NaN detected in latents: /pictures/a.png")),
    ("cache.nan_latents", BAR + "NaN found in latents, replacing with zeros\n"),
    ("cache.vae_batch_zero", raised("ValueError: max_workers must be greater than 0")),
    ("te.cache_conflict", raised("AssertionError: when caching Text Encoder output, either caption_dropout_rate, shuffle_caption, token_warmup_step or caption_tag_dropout_rate cannot be used")),
    ("te.cache_train", raised("AssertionError: network for Text Encoder cannot be trained with caching Text Encoder outputs")),
    ("dl.worker_died", raised("RuntimeError: DataLoader worker (pid(s) 4711, 4712) exited unexpectedly")),
    ("dl.worker_died", raised("RuntimeError: DataLoader worker (pid 4711) is killed by signal: Killed: 9.")),
    ("dl.too_many_files", raised("OSError: [Errno 24] Too many open files: '/pictures/a.png'")),
    ("dl.pickle", raised("AttributeError: Can't pickle local object 'main.<locals>.collate'")),
    ("dl.pickle", raised("TypeError: cannot pickle 'generator' object")),
    ("dl.share_mps", raised("RuntimeError: _share_filename_: only available on CPU")),
    ("dl.persistent", raised("ValueError: persistent_workers option needs num_workers > 0")),
    # networks
    ("lycoris.missing", raised("ModuleNotFoundError: No module named 'lycoris'")),
    ("lycoris.duplicate_name", raised("AssertionError: duplicated lora name: lora_unet_conv_in")),
    ("lycoris.preset", "Error: cannot read preset file:  none\n" + raised("FileNotFoundError: [Errno 2] No such file or directory: 'none'")),
    ("lycoris.preset", raised("ValueError: cannot read preset file")),
    ("lycoris.algo", raised("KeyError: 'locom'", ("env/lib/python3.11/site-packages/lycoris/kohya.py", 150, "create_network", "network_module_dict[algo]"))),
    ("net.module_missing", raised("ModuleNotFoundError: No module named 'networks.loraa'")),
    ("net.module_none", raised("AttributeError: 'NoneType' object has no attribute 'startswith'", ("train_network.py", 644, "train", "network_module = importlib.import_module(args.network_module)"))),
    ("net.block_dims", raised("AssertionError: block_dims must have 25 elements but 3 elements are given")),
    ("net.lr_weight", raised("TypeError: not enough arguments for format string", ("networks/lora.py", 629, "get_list", "logger.error(\"Unknown lr_weight argument %s is used.\")"))),
    ("net.weights_missing", raised('FileNotFoundError: No such file or directory: "/x/no.safetensors"')),
    ("net.weights_missing", raised("FileNotFoundError: [Errno 2] No such file or directory: '/x/no.pt'", ("networks/lora.py", 1075, "load_weights", "weights_sd = torch.load(file)"))),
    ("net.weights_rank", raised(LOADED + "LoRANetwork:\n\tsize mismatch for lora_te_text_model", ("networks/lora.py", 1079, "load_weights", "info = self.load_state_dict(weights_sd, False)"))),
    ("net.dim_from_weights", raised(NONE_PATH, ("networks/lora.py", 810, "create_network_from_weights", 'if os.path.splitext(file)[1] == ".safetensors":'))),
    ("net.dylora", raised("AssertionError: rank must be a multiple of unit")),
    ("net.oft", raised("AssertionError: apply_unet must be True")),
    ("net.dropout", raised("ValueError: dropout probability has to be between 0 and 1, but got 1.5")),
    ("net.dim_negative", raised("RuntimeError: Trying to create tensor with negative dimension -1: [-1, 768]", ("networks/lora.py", 66, "__init__", "self.lora_down = torch.nn.Linear(in_dim, self.lora_dim, bias=False)"))),
    ("net.kwarg_number", raised("ValueError: invalid literal for int() with base 10: 'four'", LORA)),
    # learning
    ("opt.bnb_missing", raised("ImportError: No bitsandbytes / bitsandbytesがインストールされていないようです", OPTIMIZER)),
    ("opt.bnb_mps_op", raised("NotImplementedError: Could not run 'bitsandbytes::optimizer_update_8bit_blockwise' with arguments from the 'MPS' backend.")),
    ("opt.bnb_dlopen", raised("OSError: dlopen(/env/bitsandbytes/libbitsandbytes_cpu.so, 0x0006): tried: '/env/libbitsandbytes_cpu.so' (not a mach-o file)")),
    ("attn.xformers_missing", raised("ImportError: No xformers / xformersがインストールされていないようです")),
    ("attn.xformers_noop", raised("NotImplementedError: No operator found for `memory_efficient_attention_forward` with inputs:\n     query : shape=(1, 2, 1, 40) (torch.float32)")),
    ("opt.missing_pkg", raised("ImportError: No dadaptation / dadaptation がインストールされていないようです", OPTIMIZER)),
    ("opt.missing_pkg", raised("ModuleNotFoundError: No module named 'prodigyopt'")),
    ("opt.prodigy_lrs", raised("RuntimeError: Setting different lr values in different parameter groups is only supported for values of 0")),
    ("opt.empty", raised("ValueError: optimizer got an empty parameter list", OPTIMIZER)),
    ("opt.unknown", raised("AttributeError: module 'torch.optim' has no attribute 'AdamWW'", OPTIMIZER)),
    ("opt.bad_kwarg", raised("TypeError: AdamW.__init__() got an unexpected keyword argument 'qqqqqq'", OPTIMIZER)),
    ("opt.lr_negative", raised("ValueError: Invalid learning rate: -0.0001", OPTIMIZER)),
    ("opt.literal", raised(MALFORMED, OPTIMIZER)),
    ("sched.literal", raised(MALFORMED, SCHEDULER)),
    ("args.no_equals", raised(UNPACK, OPTIMIZER)),
    ("args.no_equals", raised(UNPACK, SCHEDULER)),
    ("args.no_equals", raised(UNPACK, TRAIN)),
    ("args.no_equals", raised(UNPACK)),
    ("sched.warmup", raised("ValueError: SchedulerType.CONSTANT does not require `num_warmup_steps`. Set None or 0.")),
    ("sched.unknown", raised("ValueError: cosin is not a valid SchedulerType, please select one of ['linear', 'cosine']")),
    ("sched.adafactor_only", raised("AssertionError: adafactor scheduler must be used with Adafactor optimizer / adafactor schedulerはAdafactorオプティマイザと同時に使ってください")),
    ("sched.adafactor_index", raised("IndexError: list index out of range", ("library/train_util.py", 5317, "get_scheduler_fix", 'initial_lr = float(name.split(":")[1])'))),
    ("sched.min_lr", raised("ValueError: One of min_lr or min_lr_rate should be set through the `lr_scheduler_kwargs`")),
    ("sched.poly_lr_end", raised("ValueError: lr_end (1e-07) must be smaller than initial lr (0.0)")),
    ("sched.warmup_str", raised("TypeError: unsupported operand type(s) for -: 'int' and 'str'")),
    ("prec.full", raised("AssertionError: full_fp16 requires mixed precision='fp16' / full_fp16を使う場合はmixed_precision='fp16'を指定してください。")),
    ("prec.unknown", raised("ValueError: Unknown mixed_precision mode: float16. Choose between ['no', 'fp8', 'fp16', 'bf16']")),
    ("loss.unknown", raised("NotImplementedError: Unsupported Loss Type: hubr")),
    ("noise.rules", raised("ValueError: adaptive_noise_scale requires noise_offset / adaptive_noise_scaleを使用するにはnoise_offsetが必要です")),
    ("step.index", raised("IndexError: tuple index out of range", ("library/strategy_sd.py", 77, "encode_tokens", 'encoder_hidden_states = enc_out["hidden_states"][-self.clip_skip]'))),
    ("step.index", raised("IndexError: index 1000 is out of bounds for dimension 0 with size 1000")),
    ("cfg.seed", raised("ValueError: Seed must be between 0 and 2**32 - 1")),
    ("train.no_steps", "  total optimization steps / 学習ステップ数: 0\n" + logged("INFO", "model saved.")),
    # saving and the rest
    ("save.disk_full", raised("OSError: [Errno 28] No space left on device", SAVE)),
    ("save.disk_full", raised("safetensors_rust.SafetensorError: Error while serializing: IoError(Os { code: 28, kind: StorageFull, message: \"No space left on device\" })")),
    ("save.disk_full", "tee: training.log: No space left on device\n"),
    ("os.tcc", raised("PermissionError: [Errno 1] Operation not permitted: '/Users/ming/Desktop/a.png'")),
    ("os.icloud", raised("OSError: [Errno 11] Resource deadlock avoided: '/Users/ming/Documents/a.png'")),
    ("sample.no_prompts", raised("TypeError: stat: path should be string, bytes, os.PathLike or integer, not NoneType", SAMPLE)),
    ("sample.bad_ext", raised("UnboundLocalError: cannot access local variable 'prompts' where it is not associated with a value", SAMPLE)),
    ("sample.toml_shape", raised("KeyError: 'subset'", SAMPLE)),
    ("sample.missing_file", logged("ERROR", "No prompt file / プロンプトファイルがありません: /x/prompts.txt")),
    ("save.output_dir_none", raised(NONE_PATH, SAVE)),
    ("save.output_name_slash", raised('safetensors_rust.SafetensorError: Error while serializing: IoError(Os { code: 2, kind: NotFound, message: "No such file or directory" })', SAVE)),
    ("save.dir_unwritable", raised("PermissionError: [Errno 13] Permission denied: '/Volumes/x'", SAVE)),
    ("resume.finished", raised("AssertionError: max_train_steps should be greater than initial step / max_train_stepsは初期ステップより大きい必要があります: 10 vs 10")),
    ("resume.missing", raised("ValueError: Tried to find /x/no-state but folder does not exist", RESUME)),
    ("resume.mismatch", raised(LOADED + "LoRANetwork:\n\tMissing key(s) in state_dict", RESUME)),
    ("resume.files", raised("FileNotFoundError: [Errno 2] No such file or directory: '/x/a-state/model.safetensors'", RESUME, ("accelerate/checkpointing.py", 1, "load_state", "load()"))),
    ("resume.files", raised("FileNotFoundError: [Errno 2] No such file or directory: '/x/a-state/optimizer.bin'")),
    ("resume.param_groups", raised("ValueError: loaded state dict contains a parameter group that doesn't match the size of optimizer's group", RESUME)),
    ("log.tensorboard_dir", raised("ValueError: logging_dir is required when log_with is tensorboard / Tensorboardを使う場合、logging_dirを指定してください")),
    ("log.wandb_key", raised("wandb.errors.errors.UsageError: api_key not configured (no-tty). call wandb.login(key=[your_api_key])")),
    ("log.level", raised("AttributeError: module 'logging' has no attribute 'INFOO'")),
    ("cfg.zero_div", raised(ZERO, ("train_network.py", 1497, "train", "if args.save_every_n_steps is not None and global_step % args.save_every_n_steps == 0:"))),
    ("cfg.zero_div", raised(ZERO, ("train_network.py", 1694, "train", "saving = (epoch + 1) % args.save_every_n_epochs == 0"))),
    ("cfg.zero_div", raised(ZERO, ("library/train_util.py", 6380, "sample_images_common", "if global_step % args.sample_every_n_steps != 0"))),
    ("cfg.zero_div", raised(ZERO, ("train_network.py", 1536, "train", "global_step % args.validate_every_n_steps == 0"))),
    ("cfg.zero_div", raised("ZeroDivisionError: division by zero", ("train_network.py", 978, "train", "math.ceil(len(train_dataloader) / args.gradient_accumulation_steps)"))),
    ("cfg.zero_div", raised("ZeroDivisionError: division by zero", ("library/train_util.py", 1079, "make_buckets", "batch_count = int(math.ceil(len(bucket) / self.batch_size))"))),
    ("cfg.zero_div", raised(ZERO)),
    ("args.str_number", raised("TypeError: '<=' not supported between instances of 'float' and 'str'")),
    ("args.str_number", raised("TypeError: empty(): argument 'size' (position 1) must be tuple of ints, but found element of type str at pos 0")),
    # the environment
    ("env.arch", raised("ImportError: dlopen(/env/torch/_C.so, 0x0002): tried: '/env/torch/_C.so' (mach-o file, but is an incompatible architecture (have 'x86_64', need 'arm64e' or 'arm64'))")),
    ("env.arch", "dyld: '/env/x.dylib' (mach-o file, but is an incompatible architecture (have 'x86_64', need 'arm64'))\n"),
    ("env.torchvision", raised("RuntimeError: operator torchvision::nms does not exist")),
    ("env.numpy2", raised("ImportError: numpy.core.multiarray failed to import")),
    ("env.numpy2", "A module that was compiled using NumPy 1.x cannot be run in\nNumPy 2.0.0 as it may crash.\n"),
    ("env.hf_cached_download", raised("ImportError: cannot import name 'cached_download' from 'huggingface_hub' (/env/huggingface_hub/__init__.py)")),
    ("env.protobuf", raised("TypeError: Descriptors cannot be created directly.\nIf this call came from a _pb2.py file, your generated code is out of date")),
    ("env.omp", "OMP: Error #15: Initializing libomp.dylib, but found libiomp5.dylib already initialized.\n" + died("SIGABRT", 6)),
    ("env.deepspeed", logged("ERROR", "deepspeed is not installed. please install deepspeed in your environment")),
    ("env.deepspeed", raised("ImportError: deepspeed is not installed")),
    ("env.tagger_onnx", raised("ModuleNotFoundError: No module named 'tensorflow'")),
    ("env.tagger_onnx", "ERROR: No matching distribution found for onnxruntime-gpu\n"),
    ("env.module_missing", raised("ModuleNotFoundError: No module named 'voluptuous'")),
    ("env.gui_thread", "*** Terminating app due to uncaught exception 'NSInternalInconsistencyException', reason: 'NSWindow should only be instantiated on the Main Thread!'\n"),
    ("noise.deepspeed_syntax", '/engine/library/deepspeed_utils.py:131: SyntaxWarning: "is not" with a literal. Did you mean "!="?\n'),
    # several processes
    ("proc.one_of_several", raised("RuntimeError: [/__w/pytorch/pytorch/third_party/gloo/gloo/transport/tcp/pair.cc:553] Connection closed by peer [127.0.0.1]:24239. This is typically caused by a remote worker crashing. Check the logs of the remote worker before reporting an error. GLHF! 🏖️")),
    ("proc.one_of_several", raised("torch.distributed.DistBackendError: NCCL error in: ProcessGroupNCCL.cpp:1970, remote process exited or there was a network error, NCCL version 2.26.2\nncclRemoteError: A call failed possibly due to a network error or a remote process exiting prematurely.")),
    ("acc.not_alike", "kohya-driver: the machines do not train the same: pictures: 7, 8; steps: 8, 10\n" + launcher("torch.distributed.elastic.multiprocessing.errors.ChildFailedError: ")),
    ("acc.no_meeting", raised("torch.distributed.DistNetworkError: The client socket has timed out after 60000ms while trying to connect to (10.0.0.1, 29500).")),
    # neither
    ("log.unknown", raised("RuntimeError: something that nobody has seen before")),
    ("log.unknown", logged("ERROR", "something that nobody has seen before")),
    ("log.unfinished", BAR),
    ("log.unfinished", logged("INFO", "prepare images.")),
)  # fmt: skip
"""Kind and log."""
