"""Sentences about memory and time: what a training needs, what it rests on, what would make it fit."""

TEXTS = {
    "memory.does_not_fit": (
        "At its peak this training needs about {peak} of memory; this machine has {total}. It would swap, "
        "many times slower, or end without a word.",
        "这次训练在峰值时约需 {peak} 内存，而这台机器只有 {total}。它会使用交换空间而慢很多倍，或者无声地中断。",
    ),
    "memory.does_not_fit.hint": (
        "With `--fit` it needs {fitted}: {changes}.",
        "加上 `--fit` 后只需 {fitted}：{changes}。",
    ),
    "memory.nothing_fits": (
        "At its peak this training needs about {peak} of memory; this machine has {total}, and no change of "
        "settings makes it fit.",
        "这次训练在峰值时约需 {peak} 内存，而这台机器只有 {total}，任何设置都无法使它放得下。",
    ),
    "memory.nothing_fits.hint": (
        "Take a smaller kind of base model (SD 1.5), or a machine with more memory.",
        "请使用更小的底模（SD 1.5），或内存更大的机器。",
    ),
    "memory.busy": (
        "At its peak this training needs about {peak} of memory; only {available} of {total} are free now.",
        "这次训练在峰值时约需 {peak} 内存；目前 {total} 中只有 {available} 可用。",
    ),
    "memory.busy.hint": (
        "Close other programs; or, with `--fit`, it needs {fitted}: {changes}.",
        "请关闭其他程序；或者加上 `--fit`，只需 {fitted}：{changes}。",
    ),
    "memory.nothing_fits_now": (
        "At its peak this training needs about {peak} of memory; only {available} of {total} are free now, "
        "and no change of settings makes it fit into that.",
        "这次训练在峰值时约需 {peak} 内存；目前 {total} 中只有 {available} 可用，任何设置都无法使它放得下。",
    ),
    "memory.nothing_fits_now.hint": ("Close other programs.", "请关闭其他程序。"),
    "memory.cost_vae_batch": (
        "What that costs: pictures are encoded one at a time before the training, which takes some minutes longer for "
        "hundreds of them. The result is the same.",
        "代价：训练前逐张编码图片，几百张图片会多花几分钟。结果相同。",
    ),
    "memory.cost_vae_batch.hint": (
        "In the preset: `training.vae_batch_size = 1`.",
        "预设中写：`training.vae_batch_size = 1`。",
    ),
    "memory.cost_checkpointing": (
        "What gradient checkpointing costs: each step takes about a third longer. The result is the same.",
        "梯度检查点的代价：每一步约慢三分之一。结果相同。",
    ),
    "memory.cost_checkpointing.hint": (
        "In the preset: `training.gradient_checkpointing = true`.",
        "预设中写：`training.gradient_checkpointing = true`。",
    ),
    "memory.cost_batch": (
        "What batch 1 with accumulation costs: as many pictures to a step as before, but one after the other, which "
        "takes a little longer. The result is almost the same.",
        "批大小为 1 并累积梯度的代价：每一步的图片数不变，但逐张计算，稍慢一些。结果几乎相同。",
    ),
    "memory.cost_batch.hint": (
        "In the preset: `training.train_batch_size = 1`.",
        "预设中写：`training.train_batch_size = 1`。",
    ),
    "memory.cost_cache_latents": (
        "What cached latents cost: nothing in quality; each picture is encoded once, before the training.",
        "缓存 latents 的代价：不影响质量；每张图片只在训练前编码一次。",
    ),
    "memory.cost_cache_latents.hint": (
        "In the preset: `training.cache_latents = true`.",
        "预设中写：`training.cache_latents = true`。",
    ),
    "memory.cost_unet_only": (
        "What training the U-Net alone costs: the text encoders do not learn the trigger word. For SDXL this is common.",
        "只训练 U-Net 的代价：文本编码器不会学习触发词。对 SDXL 来说这很常见。",
    ),
    "memory.cost_unet_only.hint": (
        "In the preset: `network.train_unet_only = true`.",
        "预设中写：`network.train_unet_only = true`。",
    ),
    "memory.cost_bf16": (
        "What bf16 costs: the base model is computed with three digits instead of seven. Most LoRAs come out alike.",
        "bf16 的代价：底模以三位有效数字计算，而不是七位。大多数 LoRA 的结果相近。",
    ),
    "memory.cost_bf16.hint": (
        'In the preset: `precision.mixed_precision = "bf16"`.',
        '预设中写：`precision.mixed_precision = "bf16"`。',
    ),
    "memory.cost_resolution": (
        "What a lower resolution costs: fine details, such as faces in full-body pictures, are not learned.",
        "降低分辨率的代价：学不到细节，例如全身照中的脸。",
    ),
    "memory.cost_resolution.hint": (
        "In the preset: `dataset.resolution`.",
        "预设中写：`dataset.resolution`。",
    ),
    "memory.basis_cpu": (
        "a model fitted to real trainings on a processor; within 15 % there",
        "由处理器上的真实训练拟合的模型；误差在 15% 以内",
    ),
    "memory.basis_mps": (
        "a model fitted to real trainings on a processor; nobody has measured it on MPS yet",
        "由处理器上的真实训练拟合的模型；尚未在 MPS 上实测",
    ),
    "memory.time_run": ("the same work, trained on this machine before", "这台机器上以前做过的相同训练"),
    "memory.time_bench": ("a bench of the same work on this machine", "这台机器上相同工作的基准测试"),
    "memory.time_scaled": (
        "another training on this machine, scaled to this size",
        "这台机器上的另一次训练，按规模换算",
    ),
    "memory.time_unknown": (
        "not known yet: `kohya-driver bench` measures this machine",
        "尚不清楚：可运行 `kohya-driver bench` 测量这台机器",
    ),
    "memory.phase_value": (
        "{peak} at its peak ({phases}); {basis}",
        "峰值 {peak}（{phases}）；{basis}",
    ),
    "memory.bench_step": ("One step takes {seconds} s.", "每一步需要 {seconds} 秒。"),
    "memory.bench_start": ("Starting and loading take {seconds} s.", "启动和加载需要 {seconds} 秒。"),
    "memory.bench_picture": ("Caching a picture takes {seconds} s.", "缓存每张图片需要 {seconds} 秒。"),
    "memory.bench_kept": (
        "Kept in {file}; plans say from now on how long a training will take.",
        "已保存到 {file}；今后的计划会说明训练需要多长时间。",
    ),
    "memory.not_measured": (
        "The bench ran, but the engine wrote down no times of its steps.",
        "基准测试已运行，但引擎没有记录每一步的时间。",
    ),
    "memory.not_measured.hint": (
        "Run `kohya-driver engine verify`, then try again.",
        "请运行 `kohya-driver engine verify`，然后重试。",
    ),
    "memory.phase.loading": ("loading", "加载"),
    "memory.phase.caching": ("caching", "缓存"),
    "memory.phase.training": ("training", "训练"),
    "memory.phase.sampling": ("sampling", "预览"),
    "memory.phase.saving": ("saving", "保存"),
    "memory.unknown": ("not known for this family or device", "该系列或设备尚无数据"),
    "memory.time_value": ("{low} to {high}; {basis}", "{low} 到 {high}；{basis}"),
}
