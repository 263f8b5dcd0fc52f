"""Why the plan changes or chooses a value: `override.<id>`, one sentence each."""

_SHELL = (
    "Taken out: it would change how the engine starts or prints, and the driver could not read its output.",
    "已移除：它会改变引擎的启动或输出方式，使驱动程序无法读取输出。",
)

TEXTS = {
    "override.optimizer.no_8bit": (
        "8-bit and paged optimizers need bitsandbytes on an NVIDIA card; the full one learns the same.",
        "8 位和分页优化器需要 NVIDIA 显卡上的 bitsandbytes；普通版本的学习效果相同。",
    ),
    "override.precision.no_fp16": (
        "fp16 is unstable on Apple chips and missing on processors; 32 bit is safe.",
        "fp16 在 Apple 芯片上不稳定，在 CPU 上不可用；用 32 位是安全的。",
    ),
    "override.precision.no_bf16": (
        "bf16 on MPS needs macOS 14 or newer.",
        "在 MPS 上使用 bf16 需要 macOS 14 或更高版本。",
    ),
    "override.precision.default": (
        "The safe choice for this device: no mixed precision on a Mac or a processor, fp16 on an NVIDIA card.",
        "按设备选择稳妥的精度：Mac 和 CPU 不使用混合精度，NVIDIA 显卡使用 fp16。",
    ),
    "override.precision.full_fp16": (
        "Training wholly in fp16 needs an NVIDIA card.",
        "完全用 fp16 训练需要 NVIDIA 显卡。",
    ),
    "override.precision.full_bf16": (
        "full_bf16 needs mixed_precision bf16; the engine would stop after loading the model.",
        "full_bf16 需要 mixed_precision 为 bf16；否则引擎会在加载模型之后中止。",
    ),
    "override.precision.fp8": (
        "8-bit floating point exists on NVIDIA cards only.",
        "8 位浮点只有 NVIDIA 显卡支持。",
    ),
    "override.precision.half_vae": (
        "SDXL's VAE gives black pictures in fp16.",
        "SDXL 的 VAE 用 fp16 会得到全黑的图片。",
    ),
    "override.attention.sdpa": (
        "PyTorch's own attention works on every device.",
        "PyTorch 自带的 sdpa 在任何设备上都可用。",
    ),
    "override.attention.no_xformers": (
        "xformers exists for NVIDIA cards only.",
        "xformers 只支持 NVIDIA 显卡。",
    ),
    "override.validation.not_on_mps": (
        "The pinned engine crashes on MPS when it validates.",
        "当前锁定版本的引擎在 MPS 上做验证时会崩溃。",
    ),
    "override.validation.seed": (
        "Without a seed the engine would also train on the pictures it validates with.",
        "不指定种子时，引擎会把验证用的图片也拿来训练。",
    ),
    "override.optimizer.rate_one": (
        "This optimizer finds the rate itself and wants every learning rate at 1.",
        "这个优化器会自己寻找学习率，所有学习率都应设为 1。",
    ),
    "override.scheduler.constant_warmup": (
        "The constant schedule has no warmup; the engine refuses both together.",
        "constant 调度器没有预热；引擎不接受两者同时出现。",
    ),
    "override.workers.none": (
        "Workers are started anew for each epoch, which takes some 17 seconds on a Mac; none are needed here.",
        "每个轮次都要重新启动工作进程，在 Mac 上约需 17 秒；这里用不着它们。",
    ),
    "override.workers.not_persistent": (
        "There are no workers to keep; the engine would stop with an error.",
        "没有需要保留的工作进程；否则引擎会报错中止。",
    ),
    "override.training.length": (
        "The preset gives neither max_train_epochs nor max_train_steps.",
        "预设没有给出 max_train_epochs，也没有给出 max_train_steps。",
    ),
    "override.training.shorter": (
        "Both epochs and steps are given; the shorter holds. The engine would take the epochs whatever they come to.",
        "同时给出了轮次和步数；以较短者为准。引擎则会无视步数、只看轮次。",
    ),
    "override.dataset.resolution": (
        "The size that this family of models was made for.",
        "该系列模型的标准训练尺寸。",
    ),
    "override.dataset.buckets": (
        "Pictures need no common shape this way.",
        "这样图片就不必是统一的形状。",
    ),
    "override.dataset.min_bucket": (
        "It must not be larger than the training size, or the engine stops.",
        "它不能大于训练尺寸，否则引擎会中止。",
    ),
    "override.dataset.max_bucket": (
        "Twice the training size leaves room for long pictures.",
        "训练尺寸的两倍，给长图留出空间。",
    ),
    "override.dataset.caption_extension": (
        "Caption files end in .txt; the engine's own default is .caption.",
        "打标文件以 .txt 结尾；引擎自己的默认值是 .caption。",
    ),
    "override.dataset.class_tokens": (
        "Pictures without a caption file get the trigger word as their caption.",
        "没有打标文件的图片用触发词作为标签。",
    ),
    "override.dataset.keep_trigger": (
        "Keeps the trigger word first while the other tags are shuffled.",
        "打乱其他标签时，让触发词始终排在第一位。",
    ),
    "override.memory.vae_batch": (
        "Encoding several pictures at once is two to three times as fast; SDXL's are large, one at a time there.",
        "一次编码多张图片可快两到三倍；SDXL 的图片较大，一次一张。",
    ),
    "override.memory.checkpointing": (
        "Saves much memory for a little time: this family is large, or this machine has 16 GB or less.",
        "用少量时间换取大量内存：该系列模型较大，或这台机器的内存不超过 16 GB。",
    ),
    "override.sampling.every_epoch": (
        "There are prompts but no word on when; once an epoch.",
        "有提示词但没说何时画预览图；每个轮次画一次。",
    ),
    "override.launch.threads": (
        "One thread for each fast core of the processor.",
        "处理器的每个性能核心一个线程。",
    ),
    "override.environment.pytorch_enable_mps_fallback": (
        "What MPS cannot compute runs on the processor instead of stopping the training.",
        "MPS 不支持的运算改由 CPU 完成，而不是中止训练。",
    ),
    "override.environment.watermark": (
        "Set without its low counterpart it stops torch at the start (invalid low watermark ratio).",
        "只设它而不设对应的低水位，torch 一启动就会报错（invalid low watermark ratio）。",
    ),
    "override.environment.pythonutf8": (
        "Chinese paths and captions are read right whatever the system's language.",
        "无论系统语言是什么，都能正确读取中文路径和标签。",
    ),
    "override.environment.pythonunbuffered": (
        "Every line is seen when it is printed.",
        "每一行输出都能立即看到。",
    ),
    "override.environment.columns": (
        "The engine does not break its lines, so they can be read.",
        "让引擎不折行，便于读取。",
    ),
    "override.environment.tokenizers_parallelism": (
        "Silences a warning; nothing is lost.",
        "消除一条警告，没有影响。",
    ),
    "override.environment.hf_hub_offline": (
        "Everything needed is on this machine; nothing waits for the network.",
        "所需的一切都在本机上；不必等待网络。",
    ),
    **{
        f"override.environment.{name}": _SHELL
        for name in (
            "lines",
            "force_color",
            "pythonhome",
            "pythonstartup",
            "virtual_env",
            "tqdm_disable",
            "tqdm_mininterval",
            "accelerate_mixed_precision",
            "accelerate_use_cpu",
            "accelerate_dynamo_backend",
            "accelerate_gradient_accumulation_steps",
        )
    },
}
