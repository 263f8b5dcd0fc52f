"""Why the plan changes or chooses a value: `override.<id>`, one sentence each."""

_SHELL = (
    "Taken out: it would change how the engine starts or prints, and the driver could not read its output.",
    "已移除：它会改变引擎的启动或输出方式，使驱动程序无法读取输出。",
)

TEXTS = {
    "override.base.v2": (
        "The base is an SD 2.x model; its text encoder is another.",
        "底模是 SD 2.x 模型，它的文本编码器不同。",
    ),
    "override.base.v_prediction": (
        "The base model's file says that it was trained on velocity.",
        "底模文件表明它以 velocity 方式训练。",
    ),
    "override.base.v_by_name": (
        "The base model's name says that it was trained on velocity; its file says nothing.",
        "底模的名称表明它以 velocity 方式训练；文件本身没有说明。",
    ),
    "override.base.zero_terminal_snr": (
        "The base model's file says that it was trained down to pure noise.",
        "底模文件表明它训练时一直到纯噪声（ZTSNR）。",
    ),
    "override.base.real_file": (
        "The base is given by a link, which the engine would follow wrongly; it gets the file itself, or a second name of it that takes no space.",
        "底模是一个链接，引擎跟随链接时会出错；改为给它文件本身，或该文件的另一个不占空间的名称。",
    ),
    "override.arguments.off_is_on": (
        "Taken out: for the engine this argument is on as soon as it is there, whatever it says.",
        "已移除：只要写了这个参数，引擎就当作启用，不管它的值是什么。",
    ),
    "override.scheduler.schedule_free": (
        "This optimizer needs no schedule; the engine gives it none, whatever is written here.",
        "这个优化器不需要调度；无论这里写什么，引擎都不会给它调度器。",
    ),
    "override.optimizer.own_warmup": (
        "This optimizer warms up by itself and wants the number of steps; the engine makes no warmup for it.",
        "这个优化器自己预热，需要步数；引擎不会为它做预热。",
    ),
    "override.optimizer.no_8bit": (
        "8-bit and paged optimizers need bitsandbytes on an NVIDIA card; the full one learns the same.",
        "8 位和分页优化器需要 NVIDIA 显卡上的 bitsandbytes；普通版本的学习效果相同。",
    ),
    "override.optimizer.bitsandbytes_missing": (
        "The engine's environment lacks bitsandbytes, which this optimizer needs; the full one learns the same.",
        "引擎环境中没有该优化器所需的 bitsandbytes；普通版本的学习效果相同。",
    ),
    "override.precision.no_fp16": (
        "fp16 is unstable on Apple chips and missing on processors; 32 bit is safe.",
        "fp16 在 Apple 芯片上不稳定，在 CPU 上不可用；用 32 位是安全的。",
    ),
    "override.precision.no_bf16": (
        "bf16 on MPS needs macOS 14 or newer.",
        "在 MPS 上使用 bf16 需要 macOS 14 或更高版本。",
    ),
    "override.precision.no_bf16_clip_skip": (
        "On a processor bf16 and clip_skip do not go together: the engine stops at the first step (mixed dtype).",
        "在 CPU 上 bf16 不能与 clip_skip 同时使用：引擎会在第一步中止（`mixed dtype`）。",
    ),
    "override.precision.native_bf16": (
        "This processor computes in bf16 itself: a step takes two thirds of the time, with the same losses but for rounding. The VAE stays in 32 bit.",
        "这块处理器能直接计算 bf16：每步只需约三分之二的时间，损失只有舍入差别。VAE 保持 32 位。",
    ),
    "override.precision.default": (
        "The safe choice for this device: no mixed precision on a Mac or on most processors, fp16 on an NVIDIA card.",
        "按设备选择稳妥的精度：Mac 和大多数 CPU 不使用混合精度，NVIDIA 显卡使用 fp16。",
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
    "override.attention.xformers_missing": (
        "The engine's environment lacks xformers; sdpa does the same.",
        "引擎环境中没有 xformers；sdpa 的效果相同。",
    ),
    "override.attention.not_plain": (
        "Plain attention keeps the whole matrix in memory, the usual way to run out of it on a Mac.",
        "plain 注意力会把整个矩阵留在内存中，在 Mac 上常因此耗尽内存。",
    ),
    "override.device.one_process": (
        "It is for several NVIDIA cards; here it would do nothing, or stop the engine.",
        "它用于多张 NVIDIA 显卡；在这里毫无作用，或使引擎中止。",
    ),
    "override.device.no_compile": (
        "Compiling is for NVIDIA cards; the engine is followed as it is.",
        "编译加速只适用于 NVIDIA 显卡；这里按原样运行。",
    ),
    "override.memory.fit_vae_batch": (
        "To fit into memory: pictures encoded one at a time take less memory.",
        "为放进内存：逐张编码图片占用的内存更少。",
    ),
    "override.memory.fit_checkpointing": (
        "To fit into memory: computing some things twice instead of keeping them saves much memory.",
        "为放进内存：部分内容重算一遍而不保存，可节省大量内存。",
    ),
    "override.memory.fit_batch": (
        "To fit into memory: one picture at a time, collected into steps of as many pictures as before.",
        "为放进内存：每次一张图片，累积成与之前图片数相同的一步。",
    ),
    "override.memory.fit_cache_latents": (
        "To fit into memory: pictures encoded once beforehand are not encoded at every step.",
        "为放进内存：图片事先编码一次，训练时不必每步编码。",
    ),
    "override.memory.fit_unet_only": (
        "To fit into memory: SDXL's text encoders are large; left alone they need no memory for learning.",
        "为放进内存：SDXL 的文本编码器很大；不训练它们可节省内存。",
    ),
    "override.memory.fit_bf16": (
        "To fit into memory: the base model's weights take half the memory in 16 bits.",
        "为放进内存：底模权重用 16 位时只占一半内存。",
    ),
    "override.memory.fit_resolution": (
        "To fit into memory: nothing milder was enough; memory grows with the pixels.",
        "为放进内存：更温和的改动都不够；内存随像素数增长。",
    ),
    "override.recovery.lower_rate": (
        "The loss became no number (NaN): half the learning rate keeps it in bounds.",
        "损失成了无效数值（NaN）：学习率减半以免再次失控。",
    ),
    "override.memory.no_highvram": (
        "It keeps memory from being freed while caching, which this machine needs for itself.",
        "它会阻止在缓存时释放内存，而这台机器需要这些内存。",
    ),
    "override.saving.never": (
        "0 does not mean never: the engine would divide by it and stop. Left out it means the same.",
        "0 并不表示“从不”：引擎会用它做除数而中止。省略即可。",
    ),
    "override.saving.half": (
        "16 bits load everywhere; without this the file has 32 and is twice as large.",
        "16 位文件处处可用；不指定则为 32 位，文件大一倍。",
    ),
    "override.validation.on": (
        "There are enough pictures to keep some apart: their loss tells learning from learning by heart. To train on all of them: [dataset] validation_split = 0.0.",
        "图片足够多，可以留出一些不参与训练：用它们的损失区分“学会”和“死记”。若要全部用于训练，请设 [dataset] validation_split = 0.0。",
    ),
    "override.validation.seed": (
        "Without a seed the engine would also train on the pictures it validates with.",
        "不指定种子时，引擎会把验证用的图片也拿来训练。",
    ),
    "override.optimizer.rate_one": (
        "This optimizer finds the rate itself and wants every learning rate at 1.",
        "这个优化器会自己寻找学习率，所有学习率都应设为 1。",
    ),
    "override.arguments.optimizer_args": (
        "The engine reads these as Python: True, False, None, and no comma at the end.",
        "引擎按 Python 语法读取这些值：True、False、None，且末尾不能有逗号。",
    ),
    "override.arguments.lr_scheduler_args": (
        "The engine reads these as Python: True, False, None, and no comma at the end.",
        "引擎按 Python 语法读取这些值：True、False、None，且末尾不能有逗号。",
    ),
    "override.optimizer.dadapt": (
        "The engine's environment has no package dadaptation; pytorch_optimizer has the same method.",
        "引擎环境中没有 dadaptation 包；pytorch_optimizer 里有同样的方法。",
    ),
    "override.optimizer.dadapt_words": (
        "pytorch_optimizer calls these arguments otherwise; what it does not have is left out.",
        "pytorch_optimizer 对这些参数的叫法不同；它没有的参数会去掉。",
    ),
    "override.optimizer.adafactor": (
        "Left to itself Adafactor ignores the given learning rates and the scheduler; this way it follows them.",
        "不加参数时 Adafactor 会忽略给定的学习率和调度器；这样它才会遵循。",
    ),
    "override.scheduler.adafactor": (
        "Adafactor's own scheduler works only while Adafactor sets its own rates; the engine would crash.",
        "adafactor 调度器只在 Adafactor 自行决定学习率时可用；否则引擎会崩溃。",
    ),
    "override.scheduler.min_lr": (
        "cosine_with_min_lr needs its lowest rate; a tenth is usual.",
        "cosine_with_min_lr 需要最低学习率；通常为十分之一。",
    ),
    "override.scheduler.own_warmup": (
        "This scheduler has no warmup of the engine's; the engine refuses both together.",
        "这个调度器不能与引擎的预热同时使用；引擎会拒绝。",
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
        "Memory is cleaned up after every four pictures instead of after each; SDXL's are large, one at a time there.",
        "每四张图片清理一次内存，而不是每张一次；SDXL 的图片较大，一次一张。",
    ),
    "override.memory.checkpointing": (
        "Saves much memory for a third more time: without it this training would take more of this machine's memory than is good.",
        "用约三分之一的时间换取大量内存：否则这次训练会占用这台机器过多的内存。",
    ),
    "override.sampling.every_epoch": (
        "There are prompts but no word on when; once an epoch.",
        "有提示词但没说何时画预览图；每个轮次画一次。",
    ),
    "override.launch.direct": (
        "One process trains: it is started without a launcher, which would load torch a second time and wait.",
        "只有一个训练进程：不经启动程序直接启动；启动程序会再加载一次 torch，然后一直等待。",
    ),
    "override.launch.one_thread": (
        "For so small a base one processor thread is enough, and it need not wait for others.",
        "这么小的底模，一个处理器线程就够了，也不用互相等待。",
    ),
    "override.launch.threads": (
        "One thread for each fast core of the processor, shared out among the processes.",
        "处理器的每个性能核心一个线程，由各进程平分。",
    ),
    "override.launch.accelerate": (
        "Several processes train: accelerate's launcher starts them and ends the rest when one fails.",
        "有多个训练进程：由 accelerate 的启动程序启动，一个失败时结束其余的。",
    ),
    "override.launch.warmup": (
        "Of several processes each moves the learning rate on, so that the engine counts these steps once for each.",
        "有多个进程时，每个进程都会推进一次学习率，所以引擎按进程数重复计数这些步。",
    ),
    "override.launch.no_recovery": (
        "One of several machines cannot go on by itself: the training is started anew on all of them.",
        "多台机器中的一台无法自行继续：需要在所有机器上重新开始训练。",
    ),
    "override.launch.interface": (
        "The network by which this machine reaches the first one; the engine would take the one that the machine's name leads to.",
        "本机连到第一台机器所用的网络接口；否则引擎会使用机器名所对应的接口。",
    ),
    "override.launch.use_cpu": (
        "Several processes on a processor are told so by this variable.",
        "多个进程在 CPU 上训练时，用这个变量告诉它们。",
    ),
    "override.environment.pytorch_enable_mps_fallback": (
        "What MPS cannot compute runs on the processor instead of stopping the training.",
        "MPS 不支持的运算改由 CPU 完成，而不是中止训练。",
    ),
    "override.environment.watermark": (
        "torch would stop at the start: it must lie between 0 and 2, the low one not above the high one.",
        "torch 一启动就会报错：该值须在 0 到 2 之间，且低水位不能高于高水位。",
    ),
    "override.environment.low_watermark": (
        "Goes with the high one: without it torch stops at the start (invalid low watermark ratio).",
        "与高水位配套：否则 torch 一启动就会报错（“invalid low watermark ratio”）。",
    ),
    "override.caching.on": (
        "What is kept on disk is cached; the engine switches it on too, with a mere line in its log.",
        "要存到磁盘就必须先缓存；引擎也会自行开启，只在日志里写一行。",
    ),
    "override.buckets.finest": (
        "Finer than the engine has buckets: its finest step is taken. It would refuse this one.",
        "比引擎最细的分桶步长还小：改用引擎允许的最细步长，否则引擎会拒绝。",
    ),
    "override.buckets.whole_steps": (
        "Buckets begin and end at whole steps (bucket_reso_steps); the engine rounds the same way.",
        "分桶的上下限必须是步长 (bucket_reso_steps) 的整数倍；引擎也会这样取整。",
    ),
    "override.sampling.at_first": (
        "The prompts are drawn once before the first step: what the base alone makes of them, to compare with.",
        "第一步之前先画一次：这是底模自己画出的样子，用来对比。",
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
            "pythondontwritebytecode",
            "virtual_env",
            "tqdm_disable",
            "tqdm_mininterval",
            "accelerate_mixed_precision",
            "accelerate_use_cpu",
            "accelerate_dynamo_backend",
            "accelerate_gradient_accumulation_steps",
            "rank",
            "local_rank",
            "world_size",
            "local_world_size",
            "master_addr",
            "master_port",
        )
    },
}
