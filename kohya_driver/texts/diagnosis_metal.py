"""Sentences about the Mac's graphics part and other devices, as a log tells of them: what happened, why, what to do."""

CAUSES = {
    "mps.oom": (
        (
            "The Mac's graphics memory was full: {value} in use, {other} allowed.",
            "Mac 的显存用完了：已用 {value}，上限 {other}。",
        ),
        (
            "Model, picture size, batch and network together need more than the chip may use. With many different picture "
            "shapes it fills up slowly and ends late.",
            "模型、图片尺寸、批大小和网络合起来超过了芯片允许的用量。图片形状种类很多时，显存会慢慢涨满，过很久才出错。",
        ),
        (
            "`kohya-driver train PRESET --fit` chooses the mildest saving. By hand, in this order: [training] train_batch_size = 1, "
            "gradient_checkpointing = true, cache_latents = true; for SDXL [network] train_unet_only = true; then a smaller "
            "[dataset] resolution or [network] dim. Close other programs.",
            "`kohya-driver train PRESET --fit` 会自动选择影响最小的省内存办法。手动则依次尝试：[training] train_batch_size = 1、"
            "gradient_checkpointing = true、cache_latents = true；SDXL 再设 [network] train_unet_only = true；"
            "然后减小 [dataset] resolution 或 [network] dim。同时关闭其他程序。",
        ),
    ),
    "cuda.oom": (
        ("The graphics card's memory was full.", "显卡的显存用完了。"),
        (
            "Model, picture size, batch and network together need more than the card has; other programs use some of it too.",
            "模型、图片尺寸、批大小和网络合起来超过了显存容量；其他程序也会占用显存。",
        ),
        (
            "In this order: [training] train_batch_size = 1, gradient_checkpointing = true, cache_latents = true, "
            '[precision] mixed_precision = "fp16" or "bf16", a smaller [dataset] resolution, a smaller [network] dim. '
            "Close other programs that use the card.",
            '依次尝试：[training] train_batch_size = 1、gradient_checkpointing = true、cache_latents = true，[precision] mixed_precision = "fp16" '
            '或 "bf16"，减小 [dataset] resolution，减小 [network] dim。关闭其他占用显卡的程序。',
        ),
    ),
    "cpu.oom": (
        ("The machine's memory was full.", "电脑内存用完了。"),
        (
            "The system refused more memory; the training, its helpers and other programs together used all of it.",
            "系统无法再分配内存：训练、读图进程和其他程序加起来用光了内存。",
        ),
        (
            "Close other programs; [training] max_data_loader_n_workers = 0, train_batch_size = 1, gradient_checkpointing = true; "
            "a smaller [dataset] resolution. On Windows, enlarge the paging file.",
            "关闭其他程序；设置 [training] max_data_loader_n_workers = 0、train_batch_size = 1、gradient_checkpointing = true；"
            "减小 [dataset] resolution。在 Windows 上请增大虚拟内存（页面文件）。",
        ),
    ),
    "mps.cmdbuf_oom": (
        (
            "The Mac's graphics part ran out of memory for a command, and the engine went on with wrong numbers.",
            "Mac 的图形处理器在执行命令时内存不足，而引擎带着错误的数值继续训练。",
        ),
        (
            "Metal reports this on the side, and not as an error of the program. Everything computed after it is worthless.",
            "Metal 只在一旁报告，程序并不会因此报错停下。此后算出的结果都没有意义。",
        ),
        (
            "Stop such a run. Use `kohya-driver train PRESET --fit`, or [training] train_batch_size = 1 and gradient_checkpointing = true, "
            "or a smaller [dataset] resolution. Checkpoints saved before the message are good.",
            "请停止这次训练。改用 `kohya-driver train PRESET --fit`，或设置 [training] train_batch_size = 1、gradient_checkpointing = true，"
            "或减小 [dataset] resolution。该提示出现之前保存的存档点可以使用。",
        ),
    ),
    "mps.cmdbuf_interactivity": (
        (
            "macOS broke off a graphics command, because it kept the screen from being drawn.",
            "macOS 中断了一条图形命令，因为它妨碍了屏幕显示。",
        ),
        (
            "One command took too long while the display was on. The engine goes on with wrong numbers, or ends.",
            "屏幕亮着的时候，某条命令执行太久。引擎会带着错误的数值继续，或者直接结束。",
        ),
        (
            "Let the display sleep while it trains, but not the Mac (`caffeinate -is`). Make single commands shorter: [training] "
            "train_batch_size = 1, gradient_checkpointing = true, or a smaller [dataset] resolution.",
            "训练时让显示器休眠，但不要让 Mac 休眠（`caffeinate -is`）。再把单条命令变小：[training] train_batch_size = 1、"
            "gradient_checkpointing = true，或减小 [dataset] resolution。",
        ),
    ),
    "mps.cmdbuf_error": (
        (
            "A command of the Mac's graphics part failed, and the engine went on with wrong numbers.",
            "Mac 图形处理器的一条命令执行失败，而引擎带着错误的数值继续训练。",
        ),
        (
            "Most often it is passing trouble of the graphics driver, sometimes a lack of memory. Metal reports it on the side; "
            "the program notices nothing.",
            "多半是图形驱动的临时故障，有时是内存不足。Metal 只在一旁报告，程序本身察觉不到。",
        ),
        (
            "Stop such a run and start it again; use checkpoints from before the message. If it comes back: a smaller batch or "
            "resolution, and the latest macOS.",
            "请停止这次训练并重新开始；只使用该提示出现之前的存档点。如果再次出现：减小批大小或分辨率，并更新 macOS。",
        ),
    ),
    "mps.kernel_panic": (
        ("The whole Mac stopped and restarted.", "整台 Mac 停止响应并重新启动了。"),
        (
            "The graphics driver hung for so long that macOS gave up. That happens in long trainings with the display on.",
            "图形驱动卡住太久，macOS 只好重启。长时间训练且屏幕一直亮着时会发生。",
        ),
        (
            "Start again from the last checkpoint ([saving] every_n_epochs makes them, state = true keeps what is needed to go on). "
            "Let the display sleep while it trains, and update macOS.",
            "从最后的存档点重新开始（用 [saving] every_n_epochs 定期保存，state = true 会保留继续训练所需的一切）。"
            "训练时让显示器休眠，并更新 macOS。",
        ),
    ),
    "mps.mem_growth": (
        ("macOS ended the training to get memory back.", "macOS 为了收回内存而结束了训练。"),
        (
            "On a Mac each picture shape keeps memory of its own, so that memory grows with the number of buckets.",
            "在 Mac 上，每种图片形状都会占住一份内存，所以分桶越多，内存涨得越高。",
        ),
        (
            "Fewer shapes: a larger [dataset] bucket_reso_steps (128), min_bucket_reso and max_bucket_reso closer together, or "
            "enable_bucket = false. Or less memory altogether: `kohya-driver train PRESET --fit`.",
            "减少形状种类：增大 [dataset] bucket_reso_steps（128），让 min_bucket_reso 和 max_bucket_reso 更接近，或设 "
            "enable_bucket = false。也可以整体减少用量：`kohya-driver train PRESET --fit`。",
        ),
    ),
    "mps.low_watermark": (
        (
            "The limits set for graphics memory contradict each other.",
            "为显存设置的上下限互相矛盾。",
        ),
        (
            "PYTORCH_MPS_HIGH_WATERMARK_RATIO was set lower than the low limit, which is 1.4 unless it is set too.",
            "PYTORCH_MPS_HIGH_WATERMARK_RATIO 设得低于下限；下限没有另设时为 1.4。",
        ),
        (
            "Unset both variables (in a preset: [launch] env), or set PYTORCH_MPS_LOW_WATERMARK_RATIO lower than the other.",
            "取消这两个环境变量（预设中在 [launch] env），或把 PYTORCH_MPS_LOW_WATERMARK_RATIO 设得更低。",
        ),
    ),
    "mps.high_watermark": (
        ("The limit set for graphics memory is no possible one.", "为显存设置的上限无效。"),
        ("PYTORCH_MPS_HIGH_WATERMARK_RATIO must lie between 0 and 2.", "PYTORCH_MPS_HIGH_WATERMARK_RATIO 必须在 0 到 2 之间。"),
        (
            "Unset PYTORCH_MPS_HIGH_WATERMARK_RATIO (in a preset: [launch] env).",
            "取消环境变量 PYTORCH_MPS_HIGH_WATERMARK_RATIO（预设中在 [launch] env）。",
        ),
    ),
    "mps.ndarray_limit": (
        ("One block of numbers was larger than the Mac's graphics part can take.", "某一块数据超过了 Mac 图形处理器能处理的大小。"),
        (
            "Metal takes at most 4 GB at once. That is reached by attention without sdpa, or by large pictures and batches.",
            "Metal 一次最多处理 4 GB。不用 sdpa 的注意力计算，或图片和批次太大，都会超过。",
        ),
        (
            '[training] attention = "sdpa", train_batch_size = 1, vae_batch_size = 1; or a smaller [dataset] resolution.',
            '设置 [training] attention = "sdpa"、train_batch_size = 1、vae_batch_size = 1；或减小 [dataset] resolution。',
        ),
    ),
    "mps.invalid_buffer": (
        ("One piece of graphics memory of {value} was asked for, more than Metal gives.", "一次申请了 {value} 显存，超过了 Metal 允许的大小。"),
        (
            "The picture size, the batch, or attention without sdpa needs it in one piece.",
            "图片尺寸、批大小，或不用 sdpa 的注意力计算需要一整块这么大的显存。",
        ),
        (
            '[training] attention = "sdpa", train_batch_size = 1, vae_batch_size = 1, gradient_checkpointing = true; or a smaller '
            "[dataset] resolution.",
            '设置 [training] attention = "sdpa"、train_batch_size = 1、vae_batch_size = 1、gradient_checkpointing = true；'
            "或减小 [dataset] resolution。",
        ),
    ),
    "mps.llvm_infer": (
        ("The Mac's graphics part was given numbers of two kinds in one operation.", "Mac 图形处理器的一次运算里混用了两种数值类型。"),
        ("16-bit and 32-bit numbers were mixed, which ends the program there and then.", "16 位和 32 位数值混在一起，程序会当场结束。"),
        (
            '[precision] mixed_precision = "no", full_fp16 = false, full_bf16 = false. If it stays: a newer macOS.',
            '设置 [precision] mixed_precision = "no"、full_fp16 = false、full_bf16 = false。如果仍然出现，请更新 macOS。',
        ),
    ),
    "mps.assertion": (
        ("The Mac's graphics driver broke the program off: {error}", "Mac 的图形驱动中止了程序：{error}"),
        (
            "It found something that must not be. Some of these are passing trouble, others come back at the same place.",
            "它发现了不该出现的情况。有些只是临时故障，有些会在同一处再次出现。",
        ),
        (
            "Try once more. If it comes back: update macOS, and [training] train_batch_size = 1, a smaller [dataset] resolution, "
            '[precision] mixed_precision = "no".',
            "先重试一次。如果再次出现：更新 macOS，并设置 [training] train_batch_size = 1、更小的 [dataset] resolution，"
            '以及 [precision] mixed_precision = "no"。',
        ),
    ),
    "mps.placeholder": (
        ("Something that was to be computed on the graphics part lay in the main memory.", "本应在图形处理器上计算的数据还留在主内存里。"),
        (
            "A network module or a changed script does not move its data to the Mac's graphics part.",
            "某个网络模块或改过的脚本没有把数据移到 Mac 的图形处理器上。",
        ),
        (
            'Use [network] module = "networks.lora" and the unchanged engine (`kohya-driver engine verify`).',
            '使用 [network] module = "networks.lora" 和未经改动的引擎（`kohya-driver engine verify`）。',
        ),
    ),
    "mps.device_mismatch": (
        ("Two parts of one computation lay on different devices.", "同一次计算的两部分数据在不同的设备上。"),
        (
            "An option that moves parts of the model between memories, or a network module that does not know this device.",
            "可能是某个在不同内存之间搬动模型的选项，或某个不支持该设备的网络模块。",
        ),
        (
            "Leave out lowram and cpu_offload_checkpointing; use [network] module = \"networks.lora\".",
            "去掉 lowram 和 cpu_offload_checkpointing；使用 [network] module = \"networks.lora\"。",
        ),
    ),
    "mps.type_mismatch": (
        ("Pictures and model were in different number formats.", "图片数据和模型的数值格式不一致。"),
        (
            "Part of the model was made 16-bit and the rest was not: full_fp16, full_bf16, or a 16-bit VAE without mixed precision.",
            "模型的一部分变成了 16 位，其余部分没有：常见原因是 full_fp16、full_bf16，或没有混合精度却用了 16 位的 VAE。",
        ),
        (
            '[precision] mixed_precision = "no", full_fp16 = false, full_bf16 = false, no_half_vae = true.',
            '设置 [precision] mixed_precision = "no"、full_fp16 = false、full_bf16 = false、no_half_vae = true。',
        ),
    ),
    "mps.float64": (
        ("Something asked for 64-bit numbers, which the Mac's graphics part does not have.", "某处需要 64 位数值，而 Mac 的图形处理器不支持。"),
        (
            "Flux models need them in this engine; with SD and SDXL it is mixed precision with an old PyTorch, or a special scheduler.",
            "在这个引擎里，Flux 模型需要 64 位数值；对 SD 和 SDXL，则是旧版 PyTorch 的混合精度或特殊的调度器造成的。",
        ),
        (
            'Flux cannot be trained on a Mac with this engine. For SD and SDXL: [precision] mixed_precision = "no".',
            '用这个引擎无法在 Mac 上训练 Flux。训练 SD 和 SDXL 时请设置 [precision] mixed_precision = "no"。',
        ),
    ),
    "mps.fp8": (
        ("The model holds 8-bit numbers ({value}), which the Mac's graphics part does not have.", "模型里有 8 位数值（{value}），而 Mac 的图形处理器不支持。"),
        ("Either fp8_base is set, or the base model itself was saved in 8 bit.", "原因是设置了 fp8_base，或者底模本身以 8 位保存。"),
        ("[precision] fp8_base = false, and a base model in fp16 or fp32.", "设置 [precision] fp8_base = false，并使用 fp16 或 fp32 的底模。"),
    ),
    "mps.unsupported_op": (
        ("The Mac's graphics part lacks an operation: {name}.", "Mac 的图形处理器缺少一个运算：{name}。"),
        (
            "PyTorch can do it on the processor instead, but was not told to before it started.",
            "PyTorch 可以改用处理器完成，但启动前没有开启这个开关。",
        ),
        (
            "Start it with kohya-driver, which sets PYTORCH_ENABLE_MPS_FALLBACK=1; elsewhere, export that before starting.",
            "用 kohya-driver 启动训练，它会设置 PYTORCH_ENABLE_MPS_FALLBACK=1；用其他程序时，请在启动前设置这个环境变量。",
        ),
    ),
    "mps.fallback_slow": (
        ("An operation ({name}) was done by the processor instead of the graphics part.", "有一个运算（{name}）由处理器代替图形处理器完成。"),
        ("The result is right, but it can be much slower.", "结果是正确的，但可能慢很多。"),
        ("Nothing needs to be done. A newer engine or macOS may have the operation.", "不需要处理。更新的引擎或 macOS 可能会支持这个运算。"),
    ),
    "mps.bf16_macos13": (
        ("This macOS cannot compute with bf16 numbers.", "这个版本的 macOS 不能用 bf16 计算。"),
        ("bf16 on the Mac's graphics part begins with macOS 14.", "Mac 图形处理器从 macOS 14 开始才支持 bf16。"),
        (
            'Update to macOS 14 or later; or [precision] mixed_precision = "no" and a base model that is saved in fp16 or fp32.',
            '请升级到 macOS 14 或更高版本；或设置 [precision] mixed_precision = "no"，并使用以 fp16 或 fp32 保存的底模。',
        ),
    ),
    "mps.autocast_unsupported": (
        ("This PyTorch cannot use mixed precision on a Mac.", "这个版本的 PyTorch 不能在 Mac 上使用混合精度。"),
        ("It is older than 2.5.", "它的版本低于 2.5。"),
        (
            '[precision] mixed_precision = "no"; or the engine\'s own packages: `kohya-driver engine install`.',
            '设置 [precision] mixed_precision = "no"；或使用引擎自带的软件包：`kohya-driver engine install`。',
        ),
    ),
    "mps.autocast_dtype": (
        ("Mixed precision was switched off silently.", "混合精度被悄悄关闭了。"),
        ("The number format asked for is not one that the Mac's graphics part supports; it trained in 32 bit.", "要求的数值格式不被 Mac 图形处理器支持；实际以 32 位训练。"),
        ('Nothing is broken. [precision] mixed_precision = "no" says the same openly.', '没有出错。设置 [precision] mixed_precision = "no" 就是明确地这样做。'),
    ),
    "mps.amp_versions": (
        ("{name} on a Mac needs PyTorch {value} or newer.", "在 Mac 上使用 {name} 需要 PyTorch {value} 或更高版本。"),
        ("The installed PyTorch is older.", "已安装的 PyTorch 版本较旧。"),
        (
            '[precision] mixed_precision = "no"; or the engine\'s own packages: `kohya-driver engine install`.',
            '设置 [precision] mixed_precision = "no"；或使用引擎自带的软件包：`kohya-driver engine install`。',
        ),
    ),
    "mps.autocast_attr": (
        ("This PyTorch is too old for what was asked of it on a Mac.", "这个版本的 PyTorch 太旧，无法在 Mac 上完成所要求的操作。"),
        ("Gradient checkpointing on a Mac needs PyTorch 2.5 or newer (missing: {name}).", "在 Mac 上使用梯度检查点需要 PyTorch 2.5 或更高版本（缺少：{name}）。"),
        (
            "Use the engine's own packages: `kohya-driver engine install`; or [training] gradient_checkpointing = false.",
            "使用引擎自带的软件包：`kohya-driver engine install`；或设置 [training] gradient_checkpointing = false。",
        ),
    ),
    "mps.os_unsupported": (
        ("PyTorch cannot use this Mac's graphics part.", "PyTorch 无法使用这台 Mac 的图形处理器。"),
        (
            "macOS is too old, or PyTorch was built for another kind of chip (Intel, or without Metal).",
            "macOS 版本太旧，或 PyTorch 是为其他芯片（Intel 或不含 Metal）编译的。",
        ),
        (
            "macOS 14 or newer and a Python for Apple silicon; `kohya-driver doctor` says which of them is wrong.",
            "需要 macOS 14 或更高版本，以及适用于 Apple 芯片的 Python；`kohya-driver doctor` 会指出是哪一项有问题。",
        ),
    ),
    "mps.cuda_assert": (
        ("The engine tried to use an NVIDIA card, and there is none.", "引擎试图使用 NVIDIA 显卡，但这台电脑没有。"),
        (
            "An option that only works with one was on. In this engine, measuring with validation pictures is one on a Mac.",
            "启用了只支持 NVIDIA 显卡的选项。在这个引擎里，Mac 上的验证集评估就是其中之一。",
        ),
        (
            "[dataset] validation_split = 0, and no validate_every_n_steps or validate_every_n_epochs; "
            '[training] attention = "sdpa".',
            '设置 [dataset] validation_split = 0，不要设 validate_every_n_steps 或 validate_every_n_epochs；[training] attention = "sdpa"。',
        ),
    ),
    "mps.fp16_accelerate": (
        ("Training in fp16 was refused on this device.", "这个设备不能用 fp16 训练。"),
        (
            "The launcher (accelerate) allows fp16 on graphics cards only; older ones do not count the Mac's.",
            "启动器（accelerate）只允许显卡使用 fp16；旧版本不把 Mac 的图形处理器算在内。",
        ),
        (
            '[precision] mixed_precision = "no", and save_precision = "fp16" to keep the file small.',
            '设置 [precision] mixed_precision = "no"，并用 save_precision = "fp16" 让文件保持小巧。',
        ),
    ),
    "mps.bf16_accelerate": (
        ("Training in bf16 was refused on this device.", "这个设备不能用 bf16 训练。"),
        (
            "The message names an old PyTorch, but that is not it: the device, or this version of accelerate on a Mac, has no bf16.",
            "提示里说 PyTorch 太旧，其实不是：是该设备不支持 bf16，或这个版本的 accelerate 不支持在 Mac 上用 bf16。",
        ),
        (
            '[precision] mixed_precision = "no"; or the engine\'s own packages on macOS 14 or newer: `kohya-driver engine install`.',
            '设置 [precision] mixed_precision = "no"；或在 macOS 14 及更高版本上使用引擎自带的软件包：`kohya-driver engine install`。',
        ),
    ),
    "mps.half_cpu_conv": (
        ("A model in 16 bit ran on the processor, which cannot do that.", "16 位的模型在处理器上运行，而处理器不支持。"),
        (
            "The graphics part was not used at all (a launcher setting, or the wrong PyTorch), while 16-bit numbers were asked for.",
            "图形处理器完全没有用上（启动器设置不对，或 PyTorch 装错了），却又要求使用 16 位数值。",
        ),
        (
            '[precision] mixed_precision = "no", full_fp16 = false. Find out why the graphics part is not used: `kohya-driver doctor`.',
            '设置 [precision] mixed_precision = "no"、full_fp16 = false。再用 `kohya-driver doctor` 查明图形处理器为什么没有用上。',
        ),
    ),
    "mps.half_cpu_other": (
        ("An operation ({name}) does not exist for {value} numbers on this device.", "这个设备上没有适用于 {value} 数值的运算（{name}）。"),
        (
            "16-bit numbers were used where only 32-bit ones work: mostly on the processor.",
            "在只支持 32 位数值的地方用了 16 位数值，多半是在处理器上运行。",
        ),
        (
            '[precision] mixed_precision = "no", full_fp16 = false, full_bf16 = false; `kohya-driver doctor` says what device is used.',
            '设置 [precision] mixed_precision = "no"、full_fp16 = false、full_bf16 = false；`kohya-driver doctor` 会说明用的是哪个设备。',
        ),
    ),
    "mps.meta_tensor": (
        ("Part of the model was never loaded.", "模型的一部分没有加载。"),
        ("The base model lacks parts that the engine expects, or is of another kind.", "底模缺少引擎需要的部分，或属于另一种模型。"),
        (
            "Download the base model again, and check its kind: `kohya-driver plan PRESET` reads it from the file.",
            "重新下载底模，并确认它的类型：`kohya-driver plan PRESET` 会从文件中读取。",
        ),
    ),
    "cuda.kernel_image": (
        ("PyTorch has nothing for this graphics card.", "这个 PyTorch 不支持这块显卡。"),
        ("The card is newer or older than the cards that this PyTorch was built for.", "这块显卡比该 PyTorch 支持的型号更新或更旧。"),
        (
            "Install a PyTorch that names the card's generation, or use the engine's own packages: `kohya-driver engine install`.",
            "安装支持这一代显卡的 PyTorch，或使用引擎自带的软件包：`kohya-driver engine install`。",
        ),
    ),
    "cuda.error": (
        ("The graphics card reported an error: {value}", "显卡报告了一个错误：{value}"),
        (
            "The driver hung or lost the card, or a number was out of range; the message itself is often far from the cause.",
            "可能是驱动卡死、显卡掉线，或数值越界；报错的位置往往离真正的原因很远。",
        ),
        (
            "Try once more. If it comes back: a newer driver, no overclocking, [precision] full_fp16 = false.",
            "先重试一次。如果再次出现：更新驱动，取消超频，并设置 [precision] full_fp16 = false。",
        ),
    ),
    "device.cpu_only": (
        ("It trains on the processor, without a graphics part.", "正在用处理器训练，没有使用图形处理器。"),
        (
            "Right on a machine that has none. On a Mac it means that the launcher or the installed Python keeps it from being used.",
            "没有显卡的机器本来就是这样。在 Mac 上，这说明启动器的设置或所装的 Python 使图形处理器没有用上。",
        ),
        (
            'On a Mac: [launch] device = "auto", and `kohya-driver doctor`. A training on the processor is many times slower.',
            '在 Mac 上：设置 [launch] device = "auto"，并运行 `kohya-driver doctor`。用处理器训练会慢很多倍。',
        ),
    ),
    "train.nan_loss": (
        (
            "The numbers were lost: the loss is not a number any more (NaN).",
            "训练数值已经崩坏：损失不再是有效的数（NaN）。",
        ),
        (
            "Too high a learning rate, 16-bit numbers that overflow, a bad picture cache, or a fault of the graphics part. "
            "The engine goes on and saves a LoRA that draws black pictures.",
            "可能是学习率太高、16 位数值溢出、图片缓存有问题，或图形处理器出错。引擎会继续训练，并保存一个只会画黑图的 LoRA。",
        ),
        (
            "Stop, and use an earlier checkpoint. Then lower [optimizer] learning_rate (and unet_lr, text_encoder_lr), "
            'with max_grad_norm = 1; [precision] mixed_precision = "no", no_half_vae = true; delete picture caches (*.npz); '
            "[training] min_snr_gamma = 5.",
            "停止训练，改用更早的存档点。然后降低 [optimizer] learning_rate（以及 unet_lr、text_encoder_lr），并设 max_grad_norm = 1；"
            '[precision] mixed_precision = "no"、no_half_vae = true；删除图片缓存（*.npz）；[training] min_snr_gamma = 5。',
        ),
    ),
}  # fmt: skip
