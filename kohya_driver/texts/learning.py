"""Sentences about steps, rates, schedulers and optimizers."""

TEXTS = {
    "learning.both_only": (
        "train_unet_only and train_text_encoder_only together leave nothing to train; the engine stops after caching.",
        "同时设置 train_unet_only 和 train_text_encoder_only 就没有可训练的部分了；引擎会在缓存之后中止。",
    ),
    "learning.both_only.hint": (
        "Keep one of them; for most LoRAs neither.",
        "请只保留一个；多数 LoRA 两个都不需要。",
    ),
    "learning.rates_zero": (
        "Every learning rate is 0: nothing is trained, and the engine stops after caching (empty parameter list).",
        "所有学习率都是 0：没有可训练的部分，引擎会在缓存之后中止（“empty parameter list”）。",
    ),
    "learning.rates_zero.hint": (
        "Set optimizer.learning_rate, 1e-4 as a rule.",
        "请设置 optimizer.learning_rate，一般为 1e-4。",
    ),
    "learning.rate_zero": (
        "{name} is 0: this part is left out of the training.",
        "{name} 为 0：这一部分不参与训练。",
    ),
    "learning.rate_zero.hint": (
        "If that is meant, network.{flag} = true says so and saves memory.",
        "如果这正是您想要的，写 network.{flag} = true 更清楚，也节省内存。",
    ),
    "learning.rate_high": (
        "A learning rate of {rate:g} is far too high for this optimizer; the LoRA turns to noise, the loss often to NaN.",
        "对这个优化器来说，学习率 {rate:g} 太高了；LoRA 会变成噪声，损失常会变成 NaN。",
    ),
    "learning.rate_high.hint": (
        "Use 1e-4 as a rule (0.0001); 1.0 is right for Prodigy only.",
        "一般用 1e-4（0.0001）；1.0 只适用于 Prodigy。",
    ),
    "learning.rate_not_one": (
        "{optimizer} finds the rate itself; {rate:g} is a factor to what it finds, and 1 is the rule.",
        "{optimizer} 会自己找到学习率；{rate:g} 是乘在上面的系数，一般为 1。",
    ),
    "learning.rate_not_one.hint": (
        "Set every rate to 1.0; d_coef in optimizer.args makes it learn more or less strongly.",
        "请把所有学习率设为 1.0；要学得更强或更弱，用 optimizer.args 中的 d_coef。",
    ),
    "learning.schedule_free_unseen": (
        "The engine does not see that {name} is a schedule-free one: it would save and draw with weights that are not the learnt ones.",
        "引擎看不出 {name} 是无调度 (schedule-free) 优化器：保存和画预览图时用的不是真正学到的权重。",
    ),
    "learning.schedule_free_unseen.hint": (
        "Use AdamWScheduleFree, RAdamScheduleFree, SGDScheduleFree or prodigyplus.ProdigyPlusScheduleFree.",
        "请使用 AdamWScheduleFree、RAdamScheduleFree、SGDScheduleFree 或 prodigyplus.ProdigyPlusScheduleFree。",
    ),
    "learning.optimizer_does_not_train": (
        "{name} cannot train a LoRA with the engine: it stops at its start or at the first step, after caching.",
        "{name} 无法在引擎中训练 LoRA：它会在缓存之后、启动时或第一步中止。",
    ),
    "learning.optimizer_does_not_train.hint": (
        "Use one of docs/optimizers.md, where each has been tried for two steps.",
        "请使用 docs/optimizers.zh-CN.md 中的优化器，每一个都试训练过两步。",
    ),
    "learning.scheduler_class": (
        "There is no scheduler `{name}` in {package}; the engine stops after caching.",
        "{package} 中没有调度器 `{name}`；引擎会在缓存之后中止。",
    ),
    "learning.scheduler_class.hint": (
        "Use one of torch.optim.lr_scheduler ({known}), or remove lr_scheduler_type and use lr_scheduler.",
        "请使用 torch.optim.lr_scheduler 中的一个（{known}），或删除 lr_scheduler_type 并使用 lr_scheduler。",
    ),
    "learning.scheduler_needs_objects": (
        "{name} needs what no preset can say: functions, other schedulers, or the loss of every step.",
        "{name} 需要预设无法表达的内容：函数、其他调度器，或每一步的损失。",
    ),
    "learning.scheduler_needs_objects.hint": (
        "Use another one, such as CosineAnnealingWarmRestarts.",
        "请换用其他的，例如 CosineAnnealingWarmRestarts。",
    ),
    "learning.scheduler_needs": (
        "{scheduler} needs `{name}`, which is not given; the engine stops after caching.",
        "{scheduler} 需要 `{name}`，但没有给出；引擎会在缓存之后中止。",
    ),
    "learning.scheduler_needs.hint": (
        "Add it: lr_scheduler_args = {{ {name} = … }}.",
        "请加上：lr_scheduler_args = {{ {name} = … }}。",
    ),
    "learning.scheduler_argument": (
        "{scheduler} takes no argument `{name}`; the engine stops after caching.",
        "{scheduler} 没有参数 `{name}`；引擎会在缓存之后中止。",
    ),
    "learning.scheduler_argument.hint": ("It takes: {known}.", "可用参数：{known}。"),
    "learning.scheduler_adafactor": (
        "The scheduler `adafactor` works with the optimizer AdaFactor only; the engine stops after caching.",
        "调度器 `adafactor` 只能与 AdaFactor 优化器一起使用；引擎会在缓存之后中止。",
    ),
    "learning.scheduler_adafactor.hint": (
        'Set optimizer.lr_scheduler to "cosine", or optimizer.type to "AdaFactor".',
        '请把 optimizer.lr_scheduler 设为 "cosine"，或把 optimizer.type 设为 "AdaFactor"。',
    ),
    "learning.polynomial_rate": (
        "The polynomial schedule ends at {end}, which is not below learning_rate; the engine stops after caching.",
        "polynomial 调度的终点 {end} 不低于 learning_rate；引擎会在缓存之后中止。",
    ),
    "learning.polynomial_rate.hint": (
        "Raise optimizer.learning_rate, or choose another lr_scheduler.",
        "请调高 optimizer.learning_rate，或换一个 lr_scheduler。",
    ),
    "learning.schedule_free": (
        "{optimizer} needs no schedule; the engine ignores {name}.",
        "{optimizer} 不需要调度器；引擎会忽略 {name}。",
    ),
    "learning.schedule_free.hint": (
        "Remove it; warmup_steps may go to optimizer.args.",
        "请删除；warmup_steps 可以写到 optimizer.args。",
    ),
    "learning.adafactor_own_rates": (
        "With relative_step {optimizer} sets its own rates; the engine ignores {name}.",
        "启用 relative_step 时 {optimizer} 自行决定学习率；引擎会忽略 {name}。",
    ),
    "learning.adafactor_own_rates.hint": (
        "Remove it, or set relative_step = false and warmup_init = false in optimizer.args.",
        "请删除它，或在 optimizer.args 中设置 relative_step = false 和 warmup_init = false。",
    ),
    "learning.warmup_too_long": (
        "The warmup of {warmup} steps takes the whole training of {steps}; the learning rate never gets to its value.",
        "预热 {warmup} 步占满了全部 {steps} 步训练；学习率始终达不到设定值。",
    ),
    "learning.warmup_too_long.hint": (
        "Set optimizer.lr_warmup_steps to a share, such as 0.1.",
        "请把 optimizer.lr_warmup_steps 设为比例，例如 0.1。",
    ),
    "learning.two_weights": (
        "min_snr_gamma and debiased_estimation_loss both weigh the loss; the engine multiplies the two.",
        "min_snr_gamma 和 debiased_estimation_loss 都会给损失加权；引擎会把两者相乘。",
    ),
    "learning.two_weights.hint": ("Keep one of them.", "请只保留其中一个。"),
    "learning.zero_terminal_snr": (
        "zero_terminal_snr is made for models trained on velocity; without v_parameterization results are unforeseeable.",
        "zero_terminal_snr 是为 v 预测模型准备的；没有 v_parameterization 时结果无法预料。",
    ),
    "learning.zero_terminal_snr.hint": (
        "Remove it, or set model.v_parameterization = true if the base is such a model.",
        "请删除；如果底模是 v 预测模型，请设置 model.v_parameterization = true。",
    ),
    "learning.needs_velocity": (
        "scale_v_pred_loss_like_noise_pred needs v_parameterization; the engine stops at the start.",
        "scale_v_pred_loss_like_noise_pred 需要 v_parameterization；引擎会在启动时中止。",
    ),
    "learning.needs_velocity.hint": (
        "Remove it, or set model.v_parameterization = true if the base is such a model.",
        "请删除；如果底模是 v 预测模型，请设置 model.v_parameterization = true。",
    ),
    "learning.not_with_velocity": (
        "v_pred_like_loss cannot go with v_parameterization; the engine stops at the start.",
        "v_pred_like_loss 不能与 v_parameterization 同时使用；引擎会在启动时中止。",
    ),
    "learning.not_with_velocity.hint": ("Remove v_pred_like_loss.", "请删除 v_pred_like_loss。"),
    "learning.needs_noise_offset": (
        "adaptive_noise_scale needs noise_offset; the engine stops at the start.",
        "adaptive_noise_scale 需要 noise_offset；引擎会在启动时中止。",
    ),
    "learning.needs_noise_offset.hint": (
        "Set training.noise_offset (0.05), or remove it.",
        "请设置 training.noise_offset（0.05），或删除该项。",
    ),
    "learning.timesteps": (
        "Timesteps from {low} to {high} leave no range; the engine trains one single timestep, or crashes.",
        "时间步从 {low} 到 {high} 不成范围；引擎只会训练单个时间步，或者崩溃。",
    ),
    "learning.timesteps.hint": (
        "min_timestep must be below max_timestep, both from 0 to {last}; remove both for the whole range.",
        "min_timestep 必须小于 max_timestep，都在 0 到 {last} 之间；都删除即为全部范围。",
    ),
    "learning.optimizer_package": (
        "`{name}` needs the package {package}, which the engine's environment has not; the engine stops after caching.",
        "`{name}` 需要 {package} 包，而引擎环境中没有；引擎会在缓存之后中止。",
    ),
    "learning.optimizer_package.hint": (
        "Use AdamW, Lion, AdaFactor, Prodigy, or one of pytorch_optimizer (pytorch_optimizer.CAME).",
        "请使用 AdamW、Lion、AdaFactor、Prodigy，或 pytorch_optimizer 中的优化器（如 pytorch_optimizer.CAME）。",
    ),
    "learning.optimizer_unknown": (
        "There is no optimizer `{name}` in {package}; the engine stops after caching.",
        "{package} 中没有优化器 `{name}`；引擎会在缓存之后中止。",
    ),
    "learning.optimizer_unknown.hint": (
        "Use AdamW, Lion, AdaFactor, Prodigy, or one of pytorch_optimizer (pytorch_optimizer.CAME).",
        "请使用 AdamW、Lion、AdaFactor、Prodigy，或 pytorch_optimizer 中的优化器（如 pytorch_optimizer.CAME）。",
    ),
    "learning.optimizer_unknown_close": (
        "There is no optimizer `{name}` in {package}; the engine stops after caching.",
        "{package} 中没有优化器 `{name}`；引擎会在缓存之后中止。",
    ),
    "learning.optimizer_unknown_close.hint": ("Did you mean `{close}`?", "您是不是想写 `{close}`？"),
    "learning.argument_unknown": (
        "{optimizer} takes no argument `{name}`; the engine stops after caching.",
        "{optimizer} 没有参数 `{name}`；引擎会在缓存之后中止。",
    ),
    "learning.argument_unknown.hint": ("It takes: {known}.", "可用参数：{known}。"),
    "learning.argument_unknown_close": (
        "{optimizer} takes no argument `{name}`; the engine stops after caching.",
        "{optimizer} 没有参数 `{name}`；引擎会在缓存之后中止。",
    ),
    "learning.argument_unknown_close.hint": ("Did you mean `{close}`?", "您是不是想写 `{close}`？"),
    "learning.argument_literal": (
        "`{name}={value}` cannot be read by the engine, which wants a Python value; it stops after caching.",
        "引擎读不懂 `{name}={value}`，它需要 Python 值；会在缓存之后中止。",
    ),
    "learning.argument_literal.hint": (
        "Write a number, true, false, or a list ([0.9, 0.99]); a word needs quotes of its own (\"'word'\").",
        "请写数字、true、false 或列表（[0.9, 0.99]）；文字需要再加一层引号（\"'文字'\"）。",
    ),
    "learning.one_rate_only": (
        "{optimizer} allows one learning rate for everything, and `{name}` gives parts their own; "
        "the engine stops at the first step.",
        "{optimizer} 只允许一个学习率，而 `{name}` 会让各部分不同；引擎会在第一步中止。",
    ),
    "learning.one_rate_only.hint": (
        "Remove it, or use AdamW.",
        "请删除该参数，或使用 AdamW。",
    ),
    "learning.old_switch": (
        "`{name}` cannot go with optimizer.type; the engine stops after caching.",
        "`{name}` 不能与 optimizer.type 同时使用；引擎会在缓存之后中止。",
    ),
    "learning.old_switch.hint": (
        'Remove it and set optimizer.type = "{kind}".',
        '请删除它，并设置 optimizer.type = "{kind}"。',
    ),
    "learning.fused_backward": (
        "fused_backward_pass does nothing for a LoRA, and the engine stops unless AdaFactor is used without accumulation.",
        "fused_backward_pass 对 LoRA 没有作用；除非使用 AdaFactor 且不做梯度累积，否则引擎会中止。",
    ),
    "learning.fused_backward.hint": ("Remove it.", "请删除。"),
}
