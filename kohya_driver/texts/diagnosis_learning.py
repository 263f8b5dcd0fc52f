"""Sentences about optimizer, scheduler, precision and other settings: what happened, why, what to do."""

CAUSES = {
    "opt.bnb_missing": (
        ("The optimizer needs bitsandbytes, which is not installed.", "该优化器需要 bitsandbytes，但没有安装。"),
        ("8-bit and paged optimizers come from it, and it works on NVIDIA cards only.", "8 位和分页优化器都来自它，而它只支持 NVIDIA 显卡。"),
        ('[optimizer] type = "AdamW" (or Adafactor, Lion, Prodigy). On a Mac, installing it does not help.', '设置 [optimizer] type = "AdamW"（或 Adafactor、Lion、Prodigy）。在 Mac 上安装它也没有用。'),
    ),
    "opt.bnb_mps_op": (
        ("The 8-bit optimizer does not work on this device.", "8 位优化器不支持这个设备。"),
        ("bitsandbytes is installed, but has nothing for the Mac's graphics part.", "虽然装了 bitsandbytes，但它不支持 Mac 的图形处理器。"),
        ('[optimizer] type = "AdamW" or "Adafactor".', '设置 [optimizer] type = "AdamW" 或 "Adafactor"。'),
    ),
    "opt.bnb_dlopen": (
        ("bitsandbytes is installed for another system.", "安装的 bitsandbytes 是给其他系统用的。"),
        ("Its library was built for Linux and cannot be loaded here.", "它的程序库是为 Linux 编译的，这里无法加载。"),
        ('Remove bitsandbytes, and use [optimizer] type = "AdamW" or "Adafactor".', '请卸载 bitsandbytes，并使用 [optimizer] type = "AdamW" 或 "Adafactor"。'),
    ),
    "attn.xformers_missing": (
        ("xformers is asked for and not installed.", "要求使用 xformers，但没有安装。"),
        ("It works on NVIDIA cards only, and there is none for Macs.", "它只支持 NVIDIA 显卡，没有 Mac 版本。"),
        ('[training] attention = "sdpa", which is as good and works everywhere; elsewhere the option sdpa instead of xformers.', '设置 [training] attention = "sdpa"，效果一样好，而且到处都能用；用其他程序时，把 xformers 换成 sdpa。'),
    ),
    "attn.xformers_noop": (
        ("xformers has nothing for this device.", "xformers 不支持这个设备。"),
        ("It was built for other cards, or for another PyTorch.", "它是为其他显卡或其他版本的 PyTorch 编译的。"),
        ('[training] attention = "sdpa".', '设置 [training] attention = "sdpa"。'),
    ),
    "opt.missing_pkg": (
        ("A package is asked for and not installed: {name}", "需要的软件包没有安装：{name}"),
        ("The optimizer, or the place where a training is recorded, comes from it.", "所选的优化器或训练记录工具来自它。"),
        (
            "`kohya-driver engine install` brings the optimizers along; or choose another in [optimizer] type, or leave out wandb.",
            "`kohya-driver engine install` 会一并安装各种优化器；或在 [optimizer] type 中换一个，或不用 wandb。",
        ),
    ),
    "opt.prodigy_lrs": (
        ("This optimizer wants one learning rate for everything.", "这个优化器要求所有学习率相同。"),
        ("Prodigy and DAdapt find the rate themselves; unet_lr, text_encoder_lr or LoRA+ made them differ.", "Prodigy 和 DAdapt 会自己寻找学习率；unet_lr、text_encoder_lr 或 LoRA+ 使它们不同了。"),
        ("[optimizer] learning_rate = 1.0, without unet_lr and text_encoder_lr; no loraplus_ arguments.", "设置 [optimizer] learning_rate = 1.0，不写 unet_lr 和 text_encoder_lr；也不要用 loraplus_ 参数。"),
    ),
    "opt.empty": (
        ("There is nothing to train.", "没有可训练的内容。"),
        ("Every learning rate is 0, or both train_unet_only and train_text_encoder_only are on, or the rank is 0.", "所有学习率都是 0，或同时开启了 train_unet_only 和 train_text_encoder_only，或维度为 0。"),
        ("Correct [optimizer] learning_rate, unet_lr and text_encoder_lr, and [network] dim and train_unet_only.", "请检查 [optimizer] learning_rate、unet_lr、text_encoder_lr，以及 [network] dim 和 train_unet_only。"),
    ),
    "opt.unknown": (
        ("There is no optimizer {value}.", "没有名为 {value} 的优化器。"),
        ("The name is misspelt.", "名称拼写错误。"),
        ("[optimizer] type: AdamW, Adafactor, Lion, Prodigy …", "[optimizer] type 可用 AdamW、Adafactor、Lion、Prodigy 等。"),
    ),
    "opt.bad_kwarg": (
        ("The optimizer does not know the argument {name}.", "优化器不认识参数 {name}。"),
        ("It is misspelt, or belongs to the optimizer that was set before.", "可能拼写错误，或属于之前使用的优化器。"),
        ("Remove it from [optimizer] args.", "请从 [optimizer] args 中去掉。"),
    ),
    "opt.lr_negative": (
        ("A learning rate of {value} is not possible.", "学习率不能是 {value}。"),
        ("It must be 0 or more.", "它不能小于 0。"),
        ("Correct [optimizer] learning_rate; 1e-4 is usual.", "请改正 [optimizer] learning_rate；常用 1e-4。"),
    ),
    "opt.literal": (
        ("An argument of the optimizer cannot be read.", "优化器的某个参数无法识别。"),
        ("Its value must be written as in Python: True and not true, text in quotes.", "值必须按 Python 的写法：写 True 而不是 true，文字要加引号。"),
        ("Correct optimizer_args; in a preset [optimizer] args takes plain TOML.", "请改正 optimizer_args；预设的 [optimizer] args 用普通 TOML 写法即可。"),
    ),
    "sched.literal": (
        ("An argument of the scheduler cannot be read.", "调度器的某个参数无法识别。"),
        ("Its value must be written as in Python: True and not true, text in quotes.", "值必须按 Python 的写法：写 True 而不是 true，文字要加引号。"),
        ("Correct lr_scheduler_args; in a preset [optimizer] lr_scheduler_args takes plain TOML.", "请改正 lr_scheduler_args；预设的 [optimizer] lr_scheduler_args 用普通 TOML 写法即可。"),
    ),
    "args.no_equals": (
        ("An argument has no `=`, in {option}.", "{option} 中有参数缺少“=”。"),
        ('Each must be `name=value`, in a list: ["weight_decay=0.01"]; a text without a list is taken apart letter by letter.', '每个参数都要写成“名称=值”并放在列表里：["weight_decay=0.01"]；不用列表时会被逐个字母拆开。'),
        ("Correct it; in a preset [optimizer] args and [network] args are tables.", "请改正；预设中的 [optimizer] args 和 [network] args 是表。"),
    ),
    "sched.warmup": (
        ("This scheduler has no warmup.", "这个调度器没有预热。"),
        ("constant keeps one rate from the beginning; Adafactor, with relative_step, chooses its own.", "constant 从头到尾学习率不变；Adafactor 在 relative_step 下会自己决定。"),
        ('[optimizer] lr_warmup_steps = 0, or lr_scheduler = "constant_with_warmup".', '设置 [optimizer] lr_warmup_steps = 0，或 lr_scheduler = "constant_with_warmup"。'),
    ),
    "sched.unknown": (
        ("There is no scheduler {value}.", "没有名为 {value} 的调度器。"),
        ("The name is misspelt.", "名称拼写错误。"),
        ("[optimizer] lr_scheduler: cosine, constant, constant_with_warmup, linear, cosine_with_restarts, polynomial …", "[optimizer] lr_scheduler 可用 cosine、constant、constant_with_warmup、linear、cosine_with_restarts、polynomial 等。"),
    ),
    "sched.adafactor_only": (
        ("The adafactor scheduler goes with the Adafactor optimizer only.", "adafactor 调度器只能与 Adafactor 优化器一起使用。"),
        ("Another optimizer is set.", "设置的是其他优化器。"),
        ('[optimizer] lr_scheduler = "cosine"; or type = "Adafactor".', '设置 [optimizer] lr_scheduler = "cosine"；或 type = "Adafactor"。'),
    ),
    "sched.adafactor_index": (
        ("The adafactor scheduler needs Adafactor's own rate, which is switched off.", "adafactor 调度器需要 Adafactor 自己的学习率，但它被关闭了。"),
        ("relative_step = false is set; the engine would set this scheduler itself if it were on.", "设置了 relative_step = false；开启时引擎会自动使用这个调度器。"),
        ('[optimizer] lr_scheduler = "constant" or "constant_with_warmup".', '设置 [optimizer] lr_scheduler = "constant" 或 "constant_with_warmup"。'),
    ),
    "sched.min_lr": (
        ("The scheduler does not know how far to go down.", "调度器不知道要降到多低。"),
        ("cosine_with_min_lr needs the lowest rate.", "cosine_with_min_lr 需要指定最低学习率。"),
        ("[optimizer] lr_scheduler_min_lr_ratio = 0.1.", "设置 [optimizer] lr_scheduler_min_lr_ratio = 0.1。"),
    ),
    "sched.poly_lr_end": (
        ("The rate is to end at {value}, which is not below its beginning, {other}.", "学习率的终点 {value} 不低于起点 {other}。"),
        ("polynomial goes down to 0.0000001; one of the rates is lower than that or 0.", "polynomial 会降到 0.0000001；而某个学习率比它还低，或为 0。"),
        ("Raise [optimizer] learning_rate, unet_lr and text_encoder_lr; or choose another lr_scheduler.", "请提高 [optimizer] learning_rate、unet_lr、text_encoder_lr；或换一个 lr_scheduler。"),
    ),
    "sched.warmup_str": (
        ("The length of the warmup or of the training is text instead of a number.", "预热长度或训练长度写成了文字而不是数字。"),
        ('In a config file "10%" or "2" in quotes is text.', '配置文件里加了引号的 "10%" 或 "2" 是文字。'),
        ("Write numbers: [optimizer] lr_warmup_steps = 0.1 for a tenth of all steps.", "请写数字：[optimizer] lr_warmup_steps = 0.1 表示全部步数的十分之一。"),
    ),
    "prec.full": (
        ("{name} needs the same kind of mixed precision.", "{name} 需要相应的混合精度。"),
        ("It trains entirely in few bits, and mixed_precision says another kind or none.", "它要求全程低位数训练，而 mixed_precision 设的是别的类型或没有设置。"),
        ("[precision] full_fp16 = false, full_bf16 = false, fp8_base = false: right for a Mac.", "设置 [precision] full_fp16 = false、full_bf16 = false、fp8_base = false，这适合 Mac。"),
    ),
    "prec.unknown": (
        ("There is no mixed precision {value}.", "没有名为 {value} 的混合精度。"),
        ("It is no, fp16 or bf16.", "只能是 no、fp16 或 bf16。"),
        ('[precision] mixed_precision = "no".', '设置 [precision] mixed_precision = "no"。'),
    ),
    "loss.unknown": (
        ("There is no such way to measure the loss.", "没有这种损失计算方式。"),
        ("loss_type or huber_schedule is misspelt; the engine notices at the first step.", "loss_type 或 huber_schedule 拼写错误；引擎到第一步才发现。"),
        ("[training] loss_type: l2, l1, huber or smooth_l1; huber_schedule: constant, exponential or snr.", "[training] loss_type 可用 l2、l1、huber、smooth_l1；huber_schedule 可用 constant、exponential、snr。"),
    ),
    "noise.rules": (
        ("Two settings of the noise do not go together: {error}", "两个噪声设置互相冲突：{error}"),
        ("One of them needs the other, or excludes it.", "其中一个需要另一个，或与另一个互斥。"),
        ("Leave one of them out; `kohya-driver options WORD` explains them.", "请去掉其中一个；`kohya-driver options WORD` 有说明。"),
    ),
    "step.index": (
        ("A number is beyond what the model has: {option}", "数值超出了模型的范围：{option}"),
        ("clip_skip goes from 1 to 12, time steps from 0 to 999.", "clip_skip 的范围是 1 到 12，时间步是 0 到 999。"),
        ("Correct [model] clip_skip, or min_timestep and max_timestep, or leave them out.", "请改正 [model] clip_skip，或 min_timestep 和 max_timestep，或不写。"),
    ),
    "cfg.seed": (
        ("The seed is too large or negative.", "随机种子太大或为负数。"),
        ("It must be between 0 and 4294967295.", "它必须在 0 到 4294967295 之间。"),
        ("[training] seed = 42.", "设置 [training] seed = 42。"),
    ),
    "train.no_steps": (
        ("It was to train 0 steps, and so nothing was learnt.", "训练步数是 0，什么也没有学到。"),
        ("max_train_steps is 0; the engine saves a LoRA all the same, which does nothing.", "max_train_steps 是 0；引擎仍会保存一个没有任何作用的 LoRA。"),
        ("[training] max_train_epochs or max_train_steps = 1 or more.", "设置 [training] max_train_epochs 或 max_train_steps 为 1 或更大。"),
    ),
    "cfg.zero_div": (
        ("Something is 0 that must be at least 1: {option}", "某个设置是 0，但至少要为 1：{option}"),
        ("The engine divides by it. To switch something off, its option is left out, not set to 0.", "引擎会用它做除数。要关闭某项功能，应当不写该选项，而不是设为 0。"),
        ("Leave the option out.", "请去掉该选项。"),
    ),
    "args.str_number": (
        ("A number was given as text, or a fraction where a whole number is wanted.", "数字写成了文字，或该写整数的地方写了小数。"),
        ("Values in a config file are not checked by the engine: it fails where it first computes with one ({error}).", "引擎不检查配置文件中的值，直到第一次用它计算时才出错（{error}）。"),
        ("Write numbers without quotes, and counts without a point. `kohya-driver plan PRESET` finds the key.", "数字不要加引号，次数不要带小数点。`kohya-driver plan PRESET` 会指出是哪个键。"),
    ),
}  # fmt: skip
