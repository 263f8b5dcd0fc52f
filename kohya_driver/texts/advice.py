"""What is judged of a training, what it rests on, and what is advised for the next."""

TEXTS: dict[str, tuple[str, str]] = {
    # what is the matter: in a few words, and what it means
    "advice.kind.diverged": ("The training broke", "训练崩溃了"),
    "advice.what.diverged": (
        "The LoRA holds no sensible numbers any more. What was saved before that may still be good.",
        "LoRA 里已没有有意义的数值。崩溃之前保存的文件可能仍然可用。",
    ),
    "advice.kind.rate_high": ("The learning rate was too high", "学习率过高"),
    "advice.what.rate_high": (
        "Each step went too far, so that the LoRA changes the base more than your pictures ask for. It draws burnt or broken pictures.",
        "每一步走得太远，LoRA 对底模的改变超出了图片所需，画面容易过曝或崩坏。",
    ),
    "advice.kind.overfit": ("It learnt the pictures by heart (overfitting)", "过拟合：把图片背下来了"),
    "advice.what.overfit": (
        "On pictures that it had not seen it got worse again while it got better on those that it trained on.",
        "在训练用的图片上越来越好，但在没见过的图片上却变差了。",
    ),
    "advice.kind.hardly_moved": ("It hardly learnt anything", "几乎没有学到东西"),
    "advice.what.hardly_moved": (
        "The LoRA changes the base less than the rounding of its numbers: with and without it the pictures are the same.",
        "LoRA 对底模的改变比数值的舍入误差还小：用与不用，画出的图都一样。",
    ),
    "advice.kind.underfit": ("It ended too early (underfitting)", "欠拟合：结束得太早"),
    "advice.what.underfit": (
        "It was still learning when it ended, or had only begun to. What you trained for shows weakly or not at all.",
        "结束时仍在学习，或者才刚开始。训练的内容表现得很弱，甚至看不出来。",
    ),
    "advice.kind.too_long": ("It went on longer than needed", "训练得比需要的久"),
    "advice.what.too_long": (
        "What there was to learn was learnt early; the rest cost time, and brings overfitting nearer.",
        "能学到的早就学到了；之后只是花时间，而且更接近过拟合。",
    ),
    "advice.kind.suspected": ("It may have learnt the pictures by heart", "可能把图片背下来了"),
    "advice.what.suspected": (
        "The training loss fell very far, and there is nothing to compare it with: no pictures were kept apart.",
        "训练损失降得很低，却没有可比较的对象：没有留出验证图片。",
    ),
    "advice.kind.healthy": ("Healthy", "正常"),
    "advice.what.healthy": (
        "It learnt, and nothing speaks against its settings. Which of the files is best the pictures tell.",
        "它学到了东西，设置也没有发现问题。哪个文件最好，请看图决定。",
    ),
    "advice.kind.unclear": ("The numbers do not tell", "仅凭数值无法判断"),
    "advice.what.unclear": (
        "There is too little to judge by. Look at the samples: they count for more than any curve.",
        "可供判断的依据太少。请看预览图：它们比任何曲线都更有说服力。",
    ),
    # how sure
    "advice.confidence_clear": ("This is clear.", "这一点很明确。"),
    "advice.confidence_likely": ("This is likely.", "这很可能。"),
    "advice.confidence_hint": ("This is only a hint.", "这只是一个迹象。"),
    # evidence
    "advice.loss_nan": ("From step {step} on the loss is no number.", "从第 {step} 步起，损失不是数字。"),
    "advice.run_nan": (
        "The run ended because a loss, or its file, was no number.",
        "训练因损失或文件出现非数字而结束。",
    ),
    "advice.file_nan": (
        "The file of step {step} holds numbers that are none.",
        "第 {step} 步的文件含有非数字。",
    ),
    "advice.loss_exploded": (
        "The loss ended at {times} times what the base alone makes.",
        "损失最终是只用底模时的 {times} 倍。",
    ),
    "advice.loss_rose": (
        "The training loss ended {percent} above what the base alone makes.",
        "训练损失最终比只用底模时高 {percent}。",
    ),
    "advice.loss_fell": ("The training loss fell by {percent}.", "训练损失下降了 {percent}。"),
    "advice.loss_falling": (
        "The training loss still fell by {percent} over the second half.",
        "后半程训练损失仍下降了 {percent}。",
    ),
    "advice.loss_flat": (
        "From step {step} of {steps} on the training loss changed by no more than {percent}.",
        "从第 {step} 步（共 {steps} 步）起，训练损失只变化了 {percent}。",
    ),
    "advice.validation_rose": (
        "The validation loss was lowest at step {step} and is {percent} above that at the end.",
        "验证损失在第 {step} 步最低，结束时高出 {percent}。",
    ),
    "advice.validation_rose_at_once": (
        "The validation loss rose from the first time on, by {percent}.",
        "验证损失从第一次起就在上升，共 {percent}。",
    ),
    "advice.validation_fell": ("The validation loss fell by {percent}.", "验证损失下降了 {percent}。"),
    "advice.validation_falling": (
        "The validation loss was lowest at the end and still fell by {percent} in the last third.",
        "验证损失在结束时最低，最后三分之一仍下降了 {percent}。",
    ),
    "advice.validation_flat": (
        "From step {step} of {steps} on the validation loss changed by {percent} only.",
        "从第 {step} 步（共 {steps} 步）起，验证损失只变化了 {percent}。",
    ),
    "advice.moved_much": (
        "The change is {share} of the base's own weights; 1% to 10% is usual.",
        "改变量达到底模权重的 {share}；通常为 1% 到 10%。",
    ),
    "advice.moved_well": (
        "The change is {share} of the base's own weights, as is usual.",
        "改变量为底模权重的 {share}，属正常范围。",
    ),
    "advice.moved_little": (
        "The change is only {share} of the base's own weights.",
        "改变量只有底模权重的 {share}。",
    ),
    "advice.moved_nothing": (
        "The change is {share} of the base's own weights: less than the rounding of 16-bit numbers (0.05%).",
        "改变量只有底模权重的 {share}，小于 16 位数值的舍入误差（0.05%）。",
    ),
    "advice.rate_tiny": ("The learning rate was at most {rate}.", "学习率最高只有 {rate}。"),
    "advice.views": ("Each picture was shown {views} times.", "每张图片看了 {views} 遍。"),
    "advice.views_few": ("Each picture was shown {views} times only.", "每张图片只看了 {views} 遍。"),
    "advice.nothing_sure": (
        "Nothing that was measured up to step {steps} stands out of the noise.",
        "到第 {steps} 步为止的测量结果都没有超出噪声。",
    ),
    # remedies
    "advice.remedy.lower_rate": (
        "Lower the learning rate, from {before} to {after}.",
        "降低学习率：{before} → {after}。",
    ),
    "advice.remedy.raise_rate": (
        "Raise the learning rate, from {before} to {after}.",
        "提高学习率：{before} → {after}。",
    ),
    "advice.remedy.rate_down": ("Lower the learning rate.", "降低学习率。"),
    "advice.remedy.rate_up": ("Raise the learning rate.", "提高学习率。"),
    "advice.remedy.rate_one": (
        "Set the learning rates to 1: this optimizer finds its own.",
        "把学习率都设为 1：这个优化器会自己找。",
    ),
    "advice.remedy.hold_back": (
        "Hold the optimizer back with a smaller `d_coef`: {after} instead of {before}. Its learning rates stay.",
        "用更小的 `d_coef` 约束优化器：{before} → {after}。学习率不变。",
    ),
    "advice.remedy.let_go": (
        "Let the optimizer go further with a larger `d_coef`: {after} instead of {before}. Its learning rates stay.",
        "用更大的 `d_coef` 放开优化器：{before} → {after}。学习率不变。",
    ),
    "advice.remedy.hold_back_rate": (
        "Hold the optimizer back with learning rates of {after} instead of {before}: they are a factor to the rate that it finds.",
        "把学习率设为 {after}（原为 {before}）来约束优化器：它是优化器自己找到的学习率的倍数。",
    ),
    "advice.remedy.own_rate_less": (
        "This optimizer finds its rate by itself. Train fewer steps, or take one that follows the rate it is given, such as AdamW.",
        "这个优化器会自己找学习率。减少步数，或换用按给定学习率训练的优化器，例如 AdamW。",
    ),
    "advice.remedy.own_rate_more": (
        "This optimizer finds its rate by itself. If more steps do not help, take one that follows the rate it is given, such as AdamW.",
        "这个优化器会自己找学习率。如果增加步数也没用，换用按给定学习率训练的优化器，例如 AdamW。",
    ),
    "advice.remedy.warm_up": (
        "Let the rate rise slowly at first: a tenth of the steps.",
        "先用十分之一的步数预热学习率。",
    ),
    "advice.remedy.take_earlier": (
        "Try {file} (step {step}) first: it may be what you want already.",
        "先试试 {file}（第 {step} 步）：也许已经够用。",
    ),
    "advice.remedy.try_weight": (
        "Use this LoRA at a lower weight for now, such as 0.5.",
        "这个 LoRA 暂时用较低的权重（如 0.5）。",
    ),
    "advice.remedy.shorter": ("Train less long.", "缩短训练。"),
    "advice.remedy.longer": ("Train longer.", "延长训练。"),
    "advice.remedy.fewer_steps": (
        "Train fewer steps: {after} instead of {before}.",
        "减少步数：{before} → {after}。",
    ),
    "advice.remedy.fewer_epochs": (
        "Train fewer epochs: {after} instead of {before}.",
        "减少轮次：{before} → {after}。",
    ),
    "advice.remedy.more_steps": (
        "Train more steps: {after} instead of {before}.",
        "增加步数：{before} → {after}。",
    ),
    "advice.remedy.more_epochs": (
        "Train more epochs: {after} instead of {before}.",
        "增加轮次：{before} → {after}。",
    ),
    "advice.remedy.if_overfit": (
        "If that is not enough: a lower learning rate, a lower rank (such as half of it), regularization images, more or other pictures; or another kind of LoRA, optimizer or scheduler.",
        "如果还不够：降低学习率、降低维度（例如减半）、使用正则化图像、增加或更换图片；也可以换一种 LoRA 类型、优化器或学习率调度器。",
    ),
    "advice.remedy.if_underfit": (
        "If that is not enough: a higher learning rate, a higher rank (such as twice of it), fewer regularization images, other pictures, better captions; or another kind of LoRA, optimizer or scheduler.",
        "如果还不够：提高学习率、提高维度（例如加倍）、减少正则化图像、更换图片、改进打标；也可以换一种 LoRA 类型、优化器或学习率调度器。",
    ),
    "advice.remedy.not_needed": (
        "This LoRA need not be trained anew for it.",
        "现有的 LoRA 不必为此重新训练。",
    ),
    "advice.remedy.choose": (
        "Compare the saved files with `kohya-driver sample`, and take the one that you like best.",
        "用 `kohya-driver sample` 对比各存档点，选最喜欢的一个。",
    ),
    "advice.remedy.look": (
        "Look at the samples, and draw with other words than those of your captions: what was learnt by heart draws the same pictures again.",
        "请看预览图，并用标注以外的词出图：如果是背下来的，画出的还是那些图。",
    ),
    "advice.remedy.diagnose": (
        "If it should have trained: `kohya-driver diagnose` says from its log what happened.",
        "如果它本应开始训练：`kohya-driver diagnose` 会根据日志说明原因。",
    ),
    "advice.remedy.resume": (
        "It stopped at step {step} of {steps}: let it go on with `kohya-driver resume`.",
        "它停在第 {step} 步（共 {steps} 步）：用 `kohya-driver resume` 继续训练。",
    ),
    "advice.remedy.keep_apart": (
        "Keep {percent} of the pictures apart, so that the next training shows whether it learns them by heart.",
        "留出 {percent} 的图片用于验证，下次训练就能看出是否背图。",
    ),
    "advice.remedy.save_more": (
        "Save a file every {epochs} epochs, to choose from.",
        "每 {epochs} 轮保存一个文件，以便挑选。",
    ),
    "advice.remedy.draw_more": (
        "Draw samples every {epochs} epochs, to look at.",
        "每 {epochs} 轮画一次预览图。",
    ),
    # what was missing
    "advice.gap.running": (
        "The training still runs: this is how it stands now.",
        "训练仍在进行：这是目前的情况。",
    ),
    "advice.gap.no_steps": ("No losses were recorded.", "没有记录到损失。"),
    "advice.gap.few_steps": (
        "There were fewer than 100 steps: the training loss tells next to nothing of so few.",
        "不到 100 步：训练损失几乎说明不了什么。",
    ),
    "advice.gap.no_validation": (
        "No pictures were kept apart (or too few times): overfitting cannot be told from the curves.",
        "没有留出验证图片（或验证次数太少）：无法从曲线判断过拟合。",
    ),
    "advice.gap.odd_validation": (
        "Some validation losses are no numbers: overfitting cannot be told from the curves.",
        "部分验证损失不是数字：无法从曲线判断过拟合。",
    ),
    "advice.gap.odd_losses": (
        "Single losses are no numbers; they were passed over.",
        "个别步的损失不是数字，已跳过。",
    ),
    "advice.gap.no_plan": (
        "plan.json is missing or cannot be read: what was planned is known in part at most.",
        "plan.json 缺失或无法读取：最多只知道计划的一部分。",
    ),
    "advice.gap.no_preset": (
        "The run's preset cannot be read: what to change is said without numbers, and --apply cannot write it.",
        "无法读取这次训练的预设：建议中不给出数值，--apply 也无法写出。",
    ),
    "advice.gap.newer": (
        "A newer version of kohya-driver wrote this run: what this one does not know is left out.",
        "这次训练由更新版本的 kohya-driver 记录：本版本不认识的内容已略去。",
    ),
    "advice.gap.damaged": (
        "Some of the run's records cannot be read; they were passed over.",
        "部分训练记录无法读取，已跳过。",
    ),
    "advice.gap.no_files": (
        "None of the LoRA files is there or can be measured: how far it moved is not known.",
        "LoRA 文件都不在或无法测量：不知道改变了多少。",
    ),
    "advice.gap.no_base": (
        "The base model's weights are not at hand: how far the LoRA moved is estimated from the usual size of weights.",
        "拿不到底模的权重：改变量按权重的常见大小估算。",
    ),
}
