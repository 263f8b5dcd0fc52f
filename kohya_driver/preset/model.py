"""What a preset may say: its sections, fields, types and limits.

Fields carry the engine's own words. `option(NAME)` names the engine option, `key(NAME)` the dataset-config key that a
field becomes; a field with neither is the driver's own. None means: the plan decides, and says what it chose and why.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

from kohya_driver.preset.network_types import TypeName

Resolution = (
    Annotated[int, Field(ge=64, le=4096)]
    | tuple[Annotated[int, Field(ge=64, le=4096)], Annotated[int, Field(ge=64, le=4096)]]
)
Scalar = bool | int | float | str
Argument = Scalar | list[bool] | list[int] | list[float] | list[str]
Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=1)]
Rate = Annotated[float, Field(ge=0)]
Policy = Literal["stop", "warn", "recover"]
"""What is done about a trouble: end the training in order; only tell; go back to the last train state and train on."""
MildPolicy = Literal["stop", "warn"]
"""Of troubles that training on from a train state would not cure."""


def option(name: str, default: Any = None, **limits: Any) -> Any:
    """A field that becomes an option of the training config."""
    return Field(default=default, json_schema_extra={"option": name}, **limits)


def key(name: str, default: Any = None, **limits: Any) -> Any:
    """A field that becomes a key of the dataset config."""
    return Field(default=default, json_schema_extra={"key": name}, **limits)


class Section(BaseModel):
    """A frozen table in which every unknown key is an error."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False, use_attribute_docstrings=True
    )


class Model(Section):
    """The base model, on which a LoRA is trained and which it fits afterwards."""

    base: str = option("pretrained_model_name_or_path", default="")
    """File (.safetensors) or diffusers folder of the base model. A Hub name (owner/name) is downloaded by the engine at start."""

    family: Literal["sd15", "sd2", "sdxl"] | None = None
    """What kind of model the base is. Read from the file itself; say it only where that cannot be done."""

    v_parameterization: bool = option("v_parameterization", default=False)
    """For models trained on velocity, such as the 768-pixel SD 2.x ones. Unset: as the file says. Wrong, it gives noise."""

    allow_pickle: bool = False
    """Accept .ckpt, .pt and .bin files, which can run code when they are loaded. They are scanned first; a dangerous one is refused all the same."""

    vae: Path | None = option("vae")
    """Another VAE than the one inside the base. Rarely needed."""

    clip_skip: Annotated[int, Field(ge=1, le=12)] | None = option("clip_skip")
    """Which layer of the text encoder is used, counted from the end: 2 for anime bases, unset (1) for realistic ones. SD 1.x."""

    max_token_length: Literal[150, 225] | None = option("max_token_length")
    """Longest caption in tokens; unset is 75. More costs a little time; needed for long sentences only."""


class CaptionRules(Section):
    """What may be said for all pictures and again for one subset."""

    num_repeats: Count | None = key("num_repeats")
    """How often each picture is shown in an epoch. From the folder's name (`6_ningguang`) unless given. Anime 5-10, realistic 10-30."""

    caption_extension: str | None = key("caption_extension")
    """The ending of caption files. The plan's default is .txt (the engine's own would be .caption)."""

    class_tokens: str | None = key("class_tokens")
    """The caption of pictures that have no caption file; nothing else. The trigger word is taken unless given."""

    shuffle_caption: bool | None = key("shuffle_caption")
    """Shuffle the tags of a caption at every step. Good for tags, wrong for sentences."""

    keep_tokens: Annotated[int, Field(ge=0)] | None = key("keep_tokens")
    """How many leading tags stay in front while the rest is shuffled. 1 keeps the trigger word first."""

    keep_tokens_separator: str | None = key("keep_tokens_separator")
    """Marks the end of the tags to be kept, instead of a number. Removed only while shuffling is on."""

    caption_separator: str | None = key("caption_separator")
    """What stands between tags; a comma unless given."""

    secondary_separator: str | None = key("secondary_separator")
    """Joins tags that must stay together while others are shuffled."""

    enable_wildcard: bool | None = key("enable_wildcard")
    """Allow {a|b} in captions, and several lines of which one is drawn."""

    caption_prefix: str | None = key("caption_prefix")
    """Put before every caption."""

    caption_suffix: str | None = key("caption_suffix")
    """Put behind every caption."""

    caption_dropout_rate: Share | None = key("caption_dropout_rate")
    """Share of steps that train without a caption. 0 to 0.1."""

    caption_dropout_every_n_epochs: Count | None = key("caption_dropout_every_n_epochs")
    """Train every n-th epoch without captions."""

    caption_tag_dropout_rate: Share | None = key("caption_tag_dropout_rate")
    """Share of tags left out at each step. 0 to 0.2; against learning a tag by heart."""

    token_warmup_min: Annotated[int, Field(ge=0)] | None = key("token_warmup_min")
    """How many tags a caption starts with when tags are added bit by bit."""

    token_warmup_step: Annotated[float, Field(ge=0)] | None = key("token_warmup_step")
    """After how many steps (or which share of them) all tags are in."""

    flip_aug: bool | None = key("flip_aug")
    """Show pictures mirrored too. Doubles a small set; wrong for anything that has a left and a right."""

    color_aug: bool | None = key("color_aug")
    """Vary the colours. Cannot go with cached latents."""

    random_crop: bool | None = key("random_crop")
    """Crop at random instead of in the middle. Cannot go with cached latents."""

    face_crop_aug_range: tuple[float, float] | None = key("face_crop_aug_range")
    """Crop round a face by this range of factors; needs face positions in the file names."""

    resize_interpolation: (
        Literal["lanczos", "nearest", "bilinear", "linear", "bicubic", "cubic", "area", "box"] | None
    ) = key("resize_interpolation")
    """How pictures are scaled. Unset: area when smaller, lanczos when larger."""


class Subset(CaptionRules):
    """One folder of pictures. What is not said here comes from [dataset]."""

    image_dir: Path = key("image_dir", default=...)
    """The folder that holds the pictures and their captions; folders below it are not read."""

    is_reg: bool | None = key("is_reg")
    """Regularization images: what the model should go on drawing as before."""

    alpha_mask: bool | None = key("alpha_mask")
    """Learn only where the picture is not transparent."""


class Dataset(CaptionRules):
    """The pictures."""

    trigger: str | None = None
    """The word that calls up what is learnt. It belongs first in every caption, and replaces {trigger} in prompts."""

    train_data_dir: Path | None = None
    """A folder of folders named `<repeats>_<concept>`, or one folder of pictures. Instead of [[dataset.subsets]]."""

    reg_data_dir: Path | None = None
    """The same for regularization images."""

    subsets: tuple[Subset, ...] = ()
    """The folders of pictures, one by one."""

    resolution: Resolution | None = key("resolution")
    """Training size in pixels, one number or [width, height]. From the family: 512 for SD 1.x, 768 for 2.x, 1024 for SDXL. Memory and time grow with its square."""

    enable_bucket: bool | None = key("enable_bucket")
    """Sort pictures by shape into buckets, so that none need be square. Many buckets of few pictures cost steps."""

    min_bucket_reso: Annotated[int, Field(ge=64)] | None = key("min_bucket_reso")
    """Shortest side of a bucket."""

    max_bucket_reso: Annotated[int, Field(ge=64)] | None = key("max_bucket_reso")
    """Longest side of a bucket."""

    bucket_reso_steps: Annotated[int, Field(ge=1)] | None = key("bucket_reso_steps")
    """Step between bucket sizes: a multiple of 64 for SD 1.x and 2.x, of 32 for SDXL."""

    bucket_no_upscale: bool | None = key("bucket_no_upscale")
    """Never enlarge a small picture."""

    validation_split: Annotated[float, Field(ge=0, lt=1)] | None = key("validation_split")
    """Share of the pictures kept apart to measure how well the LoRA does on what it has not seen. Unset: a tenth, from 40 pictures on, and at most 40. 0.0: none."""

    validation_seed: int | None = key("validation_seed")
    """Which pictures are kept apart. Without it the engine would train on them too, so the plan always gives one."""


class Network(Section):
    """The LoRA itself."""

    type: TypeName | None = None
    """What kind of network, by one word: it stands for module, and for a rank and arguments that fit. docs/networks.md says what each is for."""

    module: str = option("network_module", default="networks.lora")
    """The engine's module, for what type has no word for: networks.lora (the standard one), networks.dylora, networks.oft, lycoris.kohya …"""

    # LoKr takes a number above every width, usually 100000, for "the whole matrix".
    dim: Annotated[int, Field(ge=1, le=1_000_000)] | None = option("network_dim", default=16)
    """The rank: how much it can learn. 8-32 for simple things, anime 16, realistic 64 and more. Costs memory and file size."""

    alpha: Annotated[float, Field(gt=0)] | None = option("network_alpha", default=8.0)
    """Strength is alpha / dim: near the rank it acts strongly, near 0 weakly. Half the rank as a rule."""

    dropout: Share | None = option("network_dropout")
    """Share of the network switched off at each step, against overfitting. 0 to 0.3."""

    args: Mapping[str, Argument] = option("network_args", default={})
    """Further arguments of the module, such as conv_dim, conv_alpha, algo."""

    train_unet_only: bool = option("network_train_unet_only", default=False)
    """Leave the text encoder alone. Less memory; right for SDXL."""

    train_text_encoder_only: bool = option("network_train_text_encoder_only", default=False)
    """Train the text encoder alone. Hardly ever wanted."""

    weights: Path | None = option("network_weights")
    """Start from this LoRA instead of from nothing."""

    dim_from_weights: bool = option("dim_from_weights", default=False)
    """Take the rank from that LoRA."""

    scale_weight_norms: Annotated[float, Field(gt=0)] | None = option("scale_weight_norms")
    """Hold the weights below this norm, against overfitting. 1 is a good start."""


class Optimizer(Section):
    """How it learns."""

    type: str = option("optimizer_type", default="AdamW")
    """AdamW works everywhere; the 8-bit ones need an NVIDIA card. Prodigy and DAdapt… find the rate themselves: every learning rate is 1 for them. docs/optimizers.md has all that train."""

    args: Mapping[str, Argument] = option("optimizer_args", default={})
    """Further arguments, such as weight_decay = 0.01 or betas = [0.9, 0.99]."""

    learning_rate: Rate = option("learning_rate", default=1e-4)
    """Step size. Too high overfits or breaks, too low learns nothing; with a higher rate fewer steps do."""

    unet_lr: Rate | None = option("unet_lr")
    """Rate of the U-Net alone."""

    text_encoder_lr: Rate | None = option("text_encoder_lr")
    """Rate of the text encoder alone; usually half the U-Net's or less."""

    lr_scheduler: str = option("lr_scheduler", default="cosine")
    """How the rate goes down: cosine, constant_with_warmup, linear, cosine_with_restarts … Schedule-free optimizers need none."""

    lr_scheduler_type: str | None = option("lr_scheduler_type")
    """A scheduler by its class instead, such as CosineAnnealingWarmRestarts (torch.optim.lr_scheduler) or a full name; its arguments stand in lr_scheduler_args."""

    lr_warmup_steps: Annotated[int, Field(ge=0)] | Share = option("lr_warmup_steps", default=0.1)
    """How long the rate rises from 0: a share of all steps (0.1) or a number of steps (100)."""

    lr_scheduler_num_cycles: Count | None = option("lr_scheduler_num_cycles")
    """Cycles of cosine_with_restarts: 3-5. With 1, which holds unless given, it has no effect."""

    lr_scheduler_power: Annotated[float, Field(gt=0)] | None = option("lr_scheduler_power")
    """Power of the polynomial schedule."""

    lr_scheduler_min_lr_ratio: Share | None = option("lr_scheduler_min_lr_ratio")
    """Lowest rate of cosine_with_min_lr, as a share."""

    lr_scheduler_args: Mapping[str, Argument] = option("lr_scheduler_args", default={})
    """Further arguments of the scheduler."""

    max_grad_norm: Annotated[float, Field(ge=0)] | None = option("max_grad_norm")
    """Gradients are cut at this norm; 1 unless given, 0 switches it off."""


class Training(Section):
    """How long, how much at once, and what is kept in memory."""

    max_train_epochs: Count | None = option("max_train_epochs")
    """How often the whole set is gone through. Too few underfit, too many overfit."""

    max_train_steps: Count | None = option("max_train_steps")
    """Stop after this many steps. Give this or max_train_epochs."""

    train_batch_size: Annotated[int, Field(ge=1, le=64)] = option("train_batch_size", default=1)
    """Pictures at once. More is fewer steps and more memory; below 10 GB keep 1."""

    gradient_accumulation_steps: Annotated[int, Field(ge=1, le=256)] = option(
        "gradient_accumulation_steps", default=1
    )
    """Batches collected into one step: a larger batch without its memory."""

    gradient_checkpointing: bool | None = option("gradient_checkpointing")
    """Compute some things twice instead of keeping them: much less memory, a little slower."""

    seed: Annotated[int, Field(ge=0, lt=2**32)] = option("seed", default=42)
    """The same seed and settings give the same training."""

    noise_offset: Annotated[float, Field(ge=0, le=1)] | None = option("noise_offset")
    """Lets it learn darker and brighter pictures. 0.03 to 0.1."""

    min_snr_gamma: Annotated[float, Field(gt=0)] | None = option("min_snr_gamma")
    """Evens out the steps' weights and steadies learning. 5 is usual."""

    multires_noise_iterations: Annotated[int, Field(ge=1)] | None = option("multires_noise_iterations")
    """Noise of several sizes, instead of noise_offset. 6 to 10."""

    multires_noise_discount: Share | None = option("multires_noise_discount")
    """How fast that noise fades. 0.1 to 0.8."""

    ip_noise_gamma: Annotated[float, Field(gt=0, le=1)] | None = option("ip_noise_gamma")
    """A little noise on the input, against overfitting. 0.05 to 0.1."""

    prior_loss_weight: Annotated[float, Field(ge=0)] | None = option("prior_loss_weight")
    """Weight of the regularization images; 1 unless given."""

    loss_type: Literal["l1", "l2", "huber", "smooth_l1"] | None = option("loss_type")
    """What is measured; l2 unless given. huber forgives bad pictures."""

    cache_latents: bool = option("cache_latents", default=True)
    """Encode each picture once. Faster, less memory."""

    cache_latents_to_disk: bool = option("cache_latents_to_disk", default=False)
    """Keep them as files beside the pictures, for the next time. The engine reuses such files unchecked."""

    cache_text_encoder_outputs: bool = option("cache_text_encoder_outputs", default=False)
    """SDXL: encode each caption once and free the text encoders. Needs network.train_unet_only and fixed captions."""

    vae_batch_size: Count | None = option("vae_batch_size")
    """Pictures encoded at once while caching. The engine takes one and cleans up memory after each; more take more memory."""

    attention: Literal["sdpa", "xformers", "mem_eff_attn", "plain"] = "sdpa"
    """sdpa works on every device. xformers is NVIDIA's; mem_eff_attn saves memory and is slow."""

    max_data_loader_n_workers: Annotated[int, Field(ge=0, le=64)] | None = option("max_data_loader_n_workers")
    """Helpers that read pictures. On a Mac each epoch would wait some 17 s for them, so 0 there."""

    persistent_data_loader_workers: bool = option("persistent_data_loader_workers", default=False)
    """Keep them between epochs."""

    lowram: bool | None = option("lowram")
    """Load models straight to where they are used. Saves a copy."""

    highvram: bool | None = option("highvram")
    """Do not clear memory after each batch of pictures while caching."""


class Precision(Section):
    """Numbers: computing and saving."""

    mixed_precision: Literal["no", "fp16", "bf16"] | None = option("mixed_precision")
    """What is computed in. `no` (32 bit) is right for a Mac; fp16 fails there, bf16 saves memory on macOS 14 and later."""

    save_precision: Literal["fp16", "bf16", "float"] | None = option("save_precision", default="fp16")
    """What the LoRA is written in. fp16 loads everywhere and is half the size of float."""

    full_fp16: bool = option("full_fp16", default=False)
    """Train in 16 bit throughout. NVIDIA only."""

    full_bf16: bool = option("full_bf16", default=False)
    """Train in bf16 throughout."""

    fp8_base: bool = option("fp8_base", default=False)
    """Keep the base in 8 bit. Not on a Mac."""

    no_half_vae: bool = option("no_half_vae", default=False)
    """Keep the VAE in 32 bit; SDXL's breaks in 16."""


class Sampling(Section):
    """Pictures drawn while it trains."""

    prompts: tuple[str, ...] = ()
    """What to draw; {trigger} becomes the trigger word. A prompt may end in the engine's own options: --n what not to draw, --w --h size, --d seed, --s steps, --l scale, --ss sampler. None: no samples."""

    negative: str = ""
    """What not to draw."""

    every_n_epochs: Count | None = option("sample_every_n_epochs")
    """Draw after every n-th epoch."""

    every_n_steps: Count | None = option("sample_every_n_steps")
    """Draw after every n-th step. Give this or every_n_epochs."""

    at_first: bool | None = option("sample_at_first")
    """Draw before the first step too, to see what the base alone makes of the prompts."""

    sampler: Literal[
        "ddim", "pndm", "lms", "euler", "euler_a", "heun", "dpm_2", "dpm_2_a",
        "dpmsolver", "dpmsolver++", "dpmsingle", "k_lms", "k_euler", "k_euler_a", "k_dpm_2", "k_dpm_2_a",
    ] = option("sample_sampler", default="euler_a")  # fmt: skip
    """How they are drawn."""

    width: Annotated[int, Field(ge=64, le=4096)] | None = None
    """Width in pixels; the training size unless given."""

    height: Annotated[int, Field(ge=64, le=4096)] | None = None
    """Height in pixels; the training size unless given."""

    steps: Annotated[int, Field(ge=1, le=150)] = 24
    """Drawing steps of one sample. Each costs about a third of a training step."""

    scale: Annotated[float, Field(ge=1, le=30)] = 7.0
    """Guidance scale."""

    seed: Annotated[int, Field(ge=0)] = 42
    """The same seed every time, so that samples can be compared."""


class Saving(Section):
    """What is written, and where."""

    output_dir: Path | None = None
    """Where LoRA files go. Unset: `models` in the run's own folder, so that no run overwrites another's."""

    output_name: str | None = option("output_name")
    """Name of the LoRA file, without ending. Unset: the trigger word, or the preset's name."""

    every_n_epochs: Count | None = option("save_every_n_epochs")
    """Keep a LoRA of every n-th epoch, to choose from."""

    every_n_steps: Count | None = option("save_every_n_steps")
    """Keep a LoRA of every n-th step."""

    last_n_epochs: Count | None = option("save_last_n_epochs")
    """Keep only those of the last n epochs."""

    last_n_steps: Count | None = option("save_last_n_steps")
    """Keep only those of the last n steps."""

    state: bool = option("save_state", default=False)
    """Save the whole train state with each, so that the run can be resumed from there."""

    state_on_train_end: bool = option("save_state_on_train_end", default=False)
    """Save the train state at the end."""

    comment: str | None = option("training_comment")
    """A note kept inside the LoRA file."""


class Safety(Section):
    """What happens by itself when something goes wrong while nobody is looking."""

    autosave_minutes: Annotated[float, Field(ge=0)] = 10.0
    """The most work, in minutes, that a crash can cost: a train state is written so often. Each costs a moment and disk space. 0: never."""

    keep_states: Count = 2
    """How many of these train states are kept, the latest ones. The older is there for when the newest was cut off."""

    recover: Annotated[int, Field(ge=0)] = 2
    """How often a training that crashed is resumed by itself from its last train state. 0: never."""

    nan: Policy = "recover"
    """A loss that is no number (NaN) or infinite: what is learnt from then on is worthless. recover: go on from the last train state; stop: end it; warn: only tell."""

    stall: Policy = "recover"
    """Nothing moves for far longer than this training ever took. recover: end the engine and go on from the last train state; stop: end it; warn: only tell."""

    metal_error: Policy = "recover"
    """The Mac's graphics part reports an error that the engine passes over, so that its numbers may be wrong. recover: go on from the last train state; stop: end it; warn: only tell."""

    memory: Policy = "warn"
    """Memory runs out and swapping grows. warn: only tell; recover: start the engine afresh from the last train state; stop: save and end it."""

    disk: MildPolicy = "stop"
    """The disk will not hold what is written next. stop: save and end it before the disk is full; warn: only tell."""

    slow: MildPolicy = "warn"
    """Steps take far longer than at first: the machine is hot, or busy with something else. warn: only tell; stop: save and end it."""

    battery: MildPolicy = "warn"
    """The power is cut. warn: tell it, and again when the battery is nearly empty; stop: save and end it when it is nearly empty."""

    keep_awake: bool = True
    """Keep the machine from falling asleep while it trains. The screen may still go dark. A closed lid sleeps all the same."""

    notify: bool = True
    """Show a notification of the system at the end and when something goes wrong."""

    webhook: Annotated[str, Field(pattern=r"^(https?://[^\s/]+\S*)?$")] = ""
    """An address to which the same is sent, as JSON (see docs/webhook.md). It is written into the run's folder too: mind that before you pass the folder on."""


class Launch(Section):
    """How the engine is started."""

    engine: Literal["sd-scripts", "embedded"] = "sd-scripts"
    """What trains. sd-scripts can do everything; it is fetched from GitHub once. embedded comes with this program and needs PyPI only: a small LoRA for SD 1.x, to try things out and to check a machine."""

    device: Literal["auto", "mps", "cuda", "cpu"] = "auto"
    """What to train on. auto: the graphics part of the chip where there is one."""

    launcher: Literal["accelerate", "direct"] | None = None
    """What starts the trainer. direct: Python itself; accelerate: `accelerate launch`, a second process that loads torch and waits. Unset: direct where one process trains."""

    keep_caches: bool = True
    """Keep what every training of the same pictures and base computes anew (latents, the base's hash): the next one begins sooner, with the same result. At most 2 GB, in the data folder's kept/. The embedded engine keeps the hash alone."""

    num_processes: Annotated[int, Field(ge=1, le=1024)] = 1
    """Processes that train together, on all machines: one for each NVIDIA card. Each takes a batch of its own, so that an epoch has fewer steps of more pictures."""

    num_machines: Annotated[int, Field(ge=1, le=64)] = 1
    """Machines that train together, over a fast network (see docs/machines.md). The same preset and pictures lie on each, and the training is started on each."""

    machine_rank: Annotated[int, Field(ge=0)] = 0
    """Which of these machines this one is: 0 is the first, which writes the LoRA."""

    main_process_ip: str = ""
    """Address of the first machine, as all of them reach it."""

    main_process_port: Annotated[int, Field(ge=1024, le=65535)] | None = None
    """Port of the first machine on which the others meet it. Unset: 29500 for several machines, any free one for one."""

    num_cpu_threads_per_process: Count | None = None
    """Processor threads. Unset: one for each performance core, shared out among the processes."""

    env: Mapping[str, str] = Field(default_factory=dict)
    """Environment variables for the engine, besides those that the plan sets."""


class Checks(Section):
    """What need not be said again."""

    silence: Mapping[str, str] = Field(default_factory=dict)
    """Code of a warning to why it may be ignored here: { "base.clip_skip_sdxl" = "…" }. An error cannot be silenced."""


class Preset(Section):
    """One training, as a person writes it."""

    extends: str | None = None
    """A shipped preset, or a file, whose settings hold unless they are given here."""

    model: Model = Model()
    dataset: Dataset = Dataset()
    network: Network = Network()
    optimizer: Optimizer = Optimizer()
    training: Training = Training()
    precision: Precision = Precision()
    sampling: Sampling = Sampling()
    saving: Saving = Saving()
    safety: Safety = Safety()
    launch: Launch = Launch()
    checks: Checks = Checks()
    engine_options: Mapping[str, Argument] = Field(default_factory=dict)
    """Any other option of the engine, by its own name, checked against the engine's catalogue."""

    _source: str = PrivateAttr(default="")
    _folder: Path = PrivateAttr(default_factory=Path.cwd)
    _places: Mapping[str, str] = PrivateAttr(default={})

    @property
    def source(self) -> str:
        """The preset's text as the person wrote it; empty if it was built in Python."""
        return self._source

    @property
    def folder(self) -> Path:
        """The project's folder: where the preset lies, or the current one for a preset given by name."""
        return self._folder

    @property
    def name(self) -> str:
        """What its LoRA is called."""
        return self.saving.output_name or self.dataset.trigger or "lora"

    def where(self, dotted: str) -> str:
        """Where a key was set: `preset.toml:12 [network] dim`; just the key if it was not."""
        place = self._places.get(dotted)
        return f"{place} {label(dotted)}" if place else label(dotted)

    def is_set(self, dotted: str) -> bool:
        """Whether somebody set this key, in a file or on the command line."""
        section, _, name = dotted.rpartition(".")
        holder: Any = self
        for part in section.split(".") if section else []:
            holder = getattr(holder, part)
        return name in (holder if isinstance(holder, Mapping) else holder.model_fields_set)


def label(dotted: str) -> str:
    """`network.dim` as it looks in a file: `[network] dim`."""
    section, _, name = dotted.rpartition(".")
    return f"[{section}] {name}" if section else name


def fields(section: type[Section], mark: Literal["option", "key"]) -> dict[str, str]:
    """Field name to engine name, for the fields of a section that become options or dataset keys."""
    found = {}
    for name, info in section.model_fields.items():
        extra = info.json_schema_extra
        if isinstance(extra, dict) and mark in extra:
            found[name] = str(extra[mark])
    return found
