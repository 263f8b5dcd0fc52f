"""Sentences about plans: what would go wrong, and what to write instead."""

TEXTS = {
    "plan.pictures_missing": ("The preset names no pictures.", "预设没有指定图片。"),
    "plan.pictures_missing.hint": (
        'Add `train_data_dir = "image"` under [dataset], a [[dataset.subsets]] with image_dir, or give --images DIR.',
        '请在 [dataset] 下写 `train_data_dir = "image"`，或添加带 image_dir 的 [[dataset.subsets]]，或使用 --images 文件夹。',
    ),
    "plan.only_regularization": (
        "There are regularization images only, nothing to learn.",
        "只有正则化图像，没有要学习的图片。",
    ),
    "plan.only_regularization.hint": (
        "Add a folder of pictures without is_reg.",
        "请添加一个不带 is_reg 的图片文件夹。",
    ),
    "plan.device_missing": ("This machine has no {device}.", "这台机器没有 {device}。"),
    "plan.device_missing.hint": ('Set launch.device to "auto".', '请把 launch.device 设为 "auto"。'),
    "plan.option_owned": (
        "`{name}` is set by kohya-driver itself; the run could not be followed otherwise.",
        "`{name}` 由 kohya-driver 自己设置，否则无法跟踪训练。",
    ),
    "plan.option_owned.hint": ("Remove it from [engine_options].", "请从 [engine_options] 中删除。"),
    "plan.option_modelled": (
        "`{name}` has a place of its own in the preset.",
        "`{name}` 在预设中有自己的位置。",
    ),
    "plan.option_modelled.hint": ("Write it as {place}.", "请写作 {place}。"),
    "plan.option_other_script": (
        "{script} has no option `{name}`; the engine would ignore it silently.",
        "{script} 没有 `{name}` 选项；引擎会一声不响地忽略它。",
    ),
    "plan.option_other_script.hint": (
        "It exists in {others} only. Remove it, or use another base model.",
        "它只存在于 {others}。请删除，或换用其他底模。",
    ),
    "plan.option_unknown": (
        "The engine has no option `{name}`; it would ignore it silently.",
        "引擎没有 `{name}` 选项；它会一声不响地忽略。",
    ),
    "plan.option_unknown.hint": ("Remove it.", "请删除。"),
    "plan.option_unknown_close": (
        "The engine has no option `{name}`; it would ignore it silently.",
        "引擎没有 `{name}` 选项；它会一声不响地忽略。",
    ),
    "plan.option_unknown_close.hint": ("Did you mean `{close}`?", "您是不是想写 `{close}`？"),
    "plan.option_type": (
        "`{name}` has the wrong type ({value!r}); the engine does not check it and would fail later, or do the opposite.",
        "`{name}` 的类型不对（{value!r}）；引擎不做检查，之后会出错，甚至适得其反。",
    ),
    "plan.option_type.hint": ("It wants: {wanted}.", "应为：{wanted}。"),
    "plan.option_choice": (
        "{value!r} is not a choice for `{name}`; the engine does not check it.",
        "{value!r} 不是 `{name}` 的可选值；引擎不做检查。",
    ),
    "plan.option_choice.hint": ("Choices: {choices}.", "可选值：{choices}。"),
    "plan.option_nargs": ("`{name}` wants a list.", "`{name}` 应为列表。"),
    "plan.option_nargs.hint": ('Write it like this: ["a=1", "b=2"].', '请写成这样：["a=1", "b=2"]。'),
    "plan.scheduler_unknown": (
        "The engine cannot use the learning-rate scheduler `{name}`.",
        "引擎无法使用学习率调度器 `{name}`。",
    ),
    "plan.scheduler_unknown.hint": ("Use one of: {known}.", "请使用其中之一：{known}。"),
    "plan.scheduler_cycles": (
        "cosine_with_restarts with one cycle is the same as cosine.",
        "cosine_with_restarts 只有一个周期时与 cosine 相同。",
    ),
    "plan.scheduler_cycles.hint": (
        "Set lr_scheduler_num_cycles to 3-5.",
        "请把 lr_scheduler_num_cycles 设为 3–5。",
    ),
    "plan.cache_and_augment": (
        "{name} cannot go with cached latents; the engine stops.",
        "{name} 不能与缓存潜空间同时使用；引擎会中止。",
    ),
    "plan.cache_and_augment.hint": (
        "Remove {name}, or set training.cache_latents = false (slower).",
        "请删除 {name}，或设置 training.cache_latents = false（较慢）。",
    ),
    "plan.text_cache_needs_unet_only": (
        "Cached text-encoder outputs leave nothing of the text encoder to train; the engine stops.",
        "缓存文本编码器输出后就不能再训练文本编码器；引擎会中止。",
    ),
    "plan.text_cache_needs_unet_only.hint": (
        "Set network.train_unet_only = true.",
        "请设置 network.train_unet_only = true。",
    ),
    "plan.text_cache_needs_fixed_captions": (
        "{name} changes captions, which cached text-encoder outputs cannot follow; the engine stops.",
        "{name} 会改变标签，与缓存文本编码器输出冲突；引擎会中止。",
    ),
    "plan.text_cache_needs_fixed_captions.hint": (
        "Remove {name}, or cache_text_encoder_outputs.",
        "请删除 {name} 或 cache_text_encoder_outputs。",
    ),
    "plan.samples_without_prompts": (
        "Samples are asked for, but there are no prompts; the engine stops at the first one.",
        "要求画预览图，却没有提示词；引擎会在画第一张时中止。",
    ),
    "plan.samples_without_prompts.hint": (
        'Add `prompts = ["…"]` under [sampling].',
        '请在 [sampling] 下添加 `prompts = ["…"]`。',
    ),
    "plan.samples_by_epoch_only": (
        "With every_n_epochs the engine ignores every_n_steps.",
        "设置了 every_n_epochs 时，引擎会忽略 every_n_steps。",
    ),
    "plan.samples_by_epoch_only.hint": ("Keep one of them.", "请只保留其中一个。"),
    "plan.trigger_missing": (
        "A prompt says {{trigger}}, but the preset has no trigger word.",
        "提示词中用到了 {{trigger}}，但预设没有触发词。",
    ),
    "plan.prompt_empty": (
        "A prompt has no words; the engine would draw its options as if they were words.",
        "有一条提示词没有内容；引擎会把它的选项当作提示词来画。",
    ),
    "plan.prompt_empty.hint": ("Write what to draw, or remove it.", "请写上要画的内容，或删除这一条。"),
    "plan.prompt_option": (
        "`{option}` in a prompt is none of the options that can stand there, or its value is missing or wrong; the engine would pass over it.",
        "提示词中的 `{option}` 不是可用的选项，或者缺少值、值不对；引擎会直接忽略它。",
    ),
    "plan.prompt_option.hint": (
        "Known are: --n what not to draw, --w and --h the size, --d the seed, --s steps, --l guidance scale, --ss the sampler. A dash that is meant as a word stands between blanks: `a -- b`.",
        "可用的有：--n 不想画的内容、--w 和 --h 尺寸、--d 随机种子、--s 步数、--l 引导强度、--ss 采样器。如果只是破折号，请在两边加空格：`a -- b`。",
    ),
    "plan.trigger_missing.hint": (
        "Set dataset.trigger, or give --trigger WORD.",
        "请设置 dataset.trigger，或使用 --trigger 触发词。",
    ),
    "plan.would_overwrite": (
        "{folder} already holds {file}; this run would overwrite it.",
        "{folder} 中已有 {file}；本次训练会覆盖它。",
    ),
    "plan.would_overwrite.hint": (
        "Choose another saving.output_name, or remove saving.output_dir: each run then has a folder of its own.",
        "请换一个 saving.output_name，或删除 saving.output_dir：这样每次训练都有自己的文件夹。",
    ),
    "plan.bad_output_name": ("`{name}` cannot be a file's name.", "`{name}` 不能用作文件名。"),
    "plan.bad_output_name.hint": (
        "Use a name without slashes; the folder goes to saving.output_dir.",
        "请使用不含斜杠的名称；文件夹请写到 saving.output_dir。",
    ),
    "plan.workers_on_mac": (
        "{count} workers are started anew for each epoch, which takes some 17 seconds on a Mac.",
        "每个轮次都要重新启动 {count} 个工作进程，在 Mac 上约需 17 秒。",
    ),
    "plan.workers_on_mac.hint": (
        "Remove training.max_data_loader_n_workers, or set persistent_data_loader_workers = true.",
        "请删除 training.max_data_loader_n_workers，或设置 persistent_data_loader_workers = true。",
    ),
    "plan.strict": (
        "{before!r} cannot be used here (it would become {after!r}): {reason}",
        "{before!r} 在此处不能使用（会改为 {after!r}）：{reason}",
    ),
    "plan.strict.hint": (
        "Change it in the preset, or leave out --strict.",
        "请修改预设，或去掉 --strict。",
    ),
    "plan.engine_missing": (
        "The engine is not installed yet; `train` installs it at its first start.",
        "引擎尚未安装；`train` 首次启动时会自动安装。",
    ),
    "plan.engine_missing.hint": (
        "`kohya-driver engine install` does it now; with `--engine embedded` for the embedded engine.",
        "也可以现在运行 `kohya-driver engine install`；内置引擎请加上 `--engine embedded`。",
    ),
    "plan.needs_sd_scripts": (
        "`{name}` = {value} needs sd-scripts: the embedded engine cannot do it, and ignores nothing in silence.",
        "`{name}` = {value} 需要 sd-scripts：内置引擎做不到，也不会一声不响地忽略。",
    ),
    "plan.needs_sd_scripts.hint": (
        "Leave it out, or train with sd-scripts: `--engine sd-scripts`.",
        "请删除这一项，或改用 sd-scripts 训练：`--engine sd-scripts`。",
    ),
    "plan.needs_sd_scripts_value": (
        "`{name}` = {value} needs sd-scripts: the embedded engine knows only {allowed}.",
        "`{name}` = {value} 需要 sd-scripts：内置引擎只支持 {allowed}。",
    ),
    "plan.needs_sd_scripts_value.hint": (
        "Choose one of these, or train with sd-scripts: `--engine sd-scripts`.",
        "请改用其中之一，或改用 sd-scripts 训练：`--engine sd-scripts`。",
    ),
    "plan.needs_sd_scripts_family": (
        "A base of the family {family} needs sd-scripts: the embedded engine trains {known} only.",
        "{family} 系列的底模需要 sd-scripts：内置引擎只能训练 {known}。",
    ),
    "plan.needs_sd_scripts_family.hint": (
        "Take a base of SD 1.x, or train with sd-scripts: `--engine sd-scripts`.",
        "请换用 SD 1.x 底模，或改用 sd-scripts 训练：`--engine sd-scripts`。",
    ),
    "plan.needs_embedded": (
        "This base is smaller than any real one (its U-Net begins with {width} channels, not 320); sd-scripts cannot load it.",
        "这个底模比任何真实底模都小（U-Net 起始通道数为 {width}，而不是 320），sd-scripts 无法加载。",
    ),
    "plan.needs_embedded.hint": (
        "It is for trying out, with the embedded engine: `--engine embedded`. For a LoRA of use, take a real base.",
        "它只供试用，请用内置引擎：`--engine embedded`。想得到有用的 LoRA，请换用真实的底模。",
    ),
    "plan.silence_error": (
        "{name} is an error; it cannot be silenced.",
        "{name} 是错误，不能忽略。",
    ),
    "plan.silence_error.hint": (
        "Mend what it names, and take it out of checks.silence.",
        "请修正它指出的问题，并从 checks.silence 中删除。",
    ),
    "plan.silence_unknown": (
        "checks.silence names `{name}`, which no check says.",
        "checks.silence 中写了 `{name}`，但没有这样的检查。",
    ),
    "plan.silence_unknown.hint": (
        "Copy the code from what `kohya-driver plan` prints.",
        "请从 `kohya-driver plan` 的输出中复制代码。",
    ),
    "plan.silence_unknown_close": (
        "checks.silence names `{name}`, which no check says.",
        "checks.silence 中写了 `{name}`，但没有这样的检查。",
    ),
    "plan.silence_unknown_close.hint": ("Did you mean `{close}`?", "您是不是想写 `{close}`？"),
    "plan.silence_without_reason": (
        "checks.silence gives no reason for `{name}`.",
        "checks.silence 没有写明忽略 `{name}` 的原因。",
    ),
    "plan.silence_without_reason.hint": (
        'Say in a few words why it may be ignored: {{ "{name}" = "…" }}.',
        '请用几个字说明为什么可以忽略：{{ "{name}" = "……" }}。',
    ),
}
