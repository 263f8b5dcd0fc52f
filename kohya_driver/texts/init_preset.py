"""The comments in the preset that `init` writes: the guide's advice, and where the engine does otherwise, the engine's word."""

TEXTS = {
    "init_preset.head": (
        "{name}, made by `kohya-driver init`. It is yours: what you change here is never overwritten.\n"
        "Look first:  kohya-driver plan preset.toml\n"
        "Then train:  kohya-driver train preset.toml\n"
        "Every key is explained in docs/presets.md.",
        "{name}，由 `kohya-driver init` 生成。它归您所有：您在这里的修改永远不会被覆盖。\n"
        "先看计划：kohya-driver plan preset.toml\n"
        "再训练：  kohya-driver train preset.toml\n"
        "每个键的说明见 docs/presets.zh-CN.md。",
    ),
    "init_preset.extends": (
        "What is not said here is as in this preset: kohya-driver presets show {shipped}",
        "这里没有写的，以这个预设为准：kohya-driver presets show {shipped}",
    ),
    "init_preset.base_anime": (
        "Anime bases: anime-full (NovelAI) or newer ones, such as Anything V3/V5 or AnyLoRA. They understand Danbooru tags.\n"
        "Neutral merges, such as ReV Animated, go with both styles.",
        "二次元底模：anime-full（NovelAI），或更新的 Anything V3/V5、AnyLoRA 等。它们懂 Danbooru 标签。\n"
        "ReV Animated 等中性融合模型两种风格都适用。",
    ),
    "init_preset.base_realistic": (
        "Realistic bases: SD 1.5 itself, ChilloutMix, Realistic Vision, MajicMix Realistic. They understand sentences and tags.\n"
        "Neutral merges, such as ReV Animated, go with both styles.",
        "三次元（真人）底模：SD 1.5 本身、ChilloutMix、Realistic Vision、MajicMix Realistic。它们懂句子，也懂标签。\n"
        "ReV Animated 等中性融合模型两种风格都适用。",
    ),
    "init_preset.base_fits": (
        "A LoRA fits only the family it was trained on. This one is {family}, trained here at {resolution}.\n"
        "SD 1.4/1.5: 512, widest use; SD 2.x: 768; SDXL: 1024, best quality, most memory.",
        "LoRA 只适用于训练时所用的模型系列。这个底模是 {family}，这里以 {resolution} 训练。\n"
        "SD 1.4/1.5：512，用途最广；SD 2.x：768；SDXL：1024，质量最好，内存需求最高。",
    ),
    "init_preset.trigger": (
        "The trigger word: first in every caption, and in your prompts later.",
        "触发词：写在每个标签文件的最前面，之后也写进提示词里。",
    ),
    "init_preset.repeats_anime": (
        "How often each picture is shown in an epoch is the number in the folder's name: 6_name. Anime 5 to 10.\n"
        "Give the folder above the concept folders, not a concept folder itself.",
        "每轮中每张图片的重复次数就是文件夹名里的数字：6_name。二次元 5 到 10。\n"
        "这里填概念文件夹的上一级文件夹，而不是概念文件夹本身。",
    ),
    "init_preset.repeats_realistic": (
        "How often each picture is shown in an epoch is the number in the folder's name: 15_name. Realistic 10 to 30.\n"
        "Give the folder above the concept folders, not a concept folder itself.",
        "每轮中每张图片的重复次数就是文件夹名里的数字：15_name。三次元 10 到 30。\n"
        "这里填概念文件夹的上一级文件夹，而不是概念文件夹本身。",
    ),
    "init_preset.reg": (
        "Regularization images: what the base should go on drawing as before. Against overfitting.",
        "正则化图像：让底模仍能像以前一样画的内容，可减轻过拟合。",
    ),
    "init_preset.resolution": (
        "Memory and time grow with its square.",
        "内存和时间随它的平方增长。",
    ),
    "init_preset.buckets": (
        "Buckets: pictures need not be square. Many buckets of few pictures cost steps: keep the sizes alike.",
        "分桶：图片不必是正方形。桶多而每桶图片少会浪费步数：尺寸尽量相近。",
    ),
    "init_preset.captions_anime": (
        "Captions are tags, which have no order: they are shuffled, and keep_tokens holds the trigger in front.\n"
        "Tag what should stay changeable (clothes, pose, background); leave out what belongs to the character.",
        "标签没有先后，因此训练时打乱；keep_tokens 让触发词保持在最前。\n"
        "希望以后能改变的（服装、姿势、背景）要打标签；属于角色本身的特征不打标签。",
    ),
    "init_preset.captions_realistic": (
        "Captions may be sentences, so nothing is shuffled. If yours are only tags, set shuffle_caption = true and take the # away\n"
        "before keep_tokens, which then holds the trigger in front.",
        "标签文件里可以是句子，因此不打乱。如果您的全是标签，请设 shuffle_caption = true，\n"
        "并去掉 keep_tokens 前的 #，让触发词保持在最前。",
    ),
    "init_preset.rank_anime": (
        "Rank: 8, 16 or 32 for simple things, 64 or 128 for complex ones; anime 16. Costs memory and file size.",
        "维度（Rank）：简单的 8、16、32，复杂的 64、128；二次元 16。越大越占内存，文件越大。",
    ),
    "init_preset.rank_realistic": (
        "Rank: 8, 16 or 32 for simple things, 64 or 128 for complex ones; realistic 64 and up (SDXL: half of it does).\n"
        "Costs memory and file size. For realistic subjects think of doubling rank and alpha.",
        "维度（Rank）：简单的 8、16、32，复杂的 64、128；三次元 64 以上（SDXL 减半即可）。越大越占内存，文件越大。\n"
        "三次元对象可以考虑把 Rank 和 Alpha 加倍。",
    ),
    "init_preset.alpha": (
        "Alpha: half the rank as a rule. The LoRA acts with alpha / rank: near the rank strongly, near 0 weakly.",
        "Alpha：一般取 Rank 的一半。LoRA 的强度是 alpha / rank：接近 Rank 时强，接近 0 时弱。",
    ),
    "init_preset.types": (
        'Other kinds of LoRA: module = "lycoris.kohya" with args = {{ algo = "locon" }}, or "loha", "lokr", "ia3"; "networks.dylora"; "networks.oft".\n'
        "IA3 is small and quick and does for ordinary use; the standard one is read by every program.",
        '其他 LoRA 类型：module = "lycoris.kohya" 加 args = {{ algo = "locon" }}，或 "loha"、"lokr"、"ia3"；"networks.dylora"；"networks.oft"。\n'
        "IA3 小而快，日常使用足够；标准 LoRA 各种程序都能读取。",
    ),
    "init_preset.optimizer": (
        "AdamW works everywhere; AdamW8bit needs an NVIDIA card. With Prodigy set every learning rate to 1.",
        "AdamW 到处可用；AdamW8bit 需要 NVIDIA 显卡。使用 Prodigy 时，所有学习率都设为 1。",
    ),
    "init_preset.rate": (
        "Higher for complex subjects, lower for simple ones. Too high overfits, too low underfits; a higher rate needs fewer steps,\n"
        "and may pass the best point.",
        "复杂的对象高一些，简单的低一些。太高会过拟合，太低会欠拟合；学习率高需要的步数少，但可能错过最佳点。",
    ),
    "init_preset.scheduler": (
        'lr_scheduler = "cosine_with_restarts" helps out of local optima, with lr_scheduler_num_cycles = 3 to 5 (more for complex\n'
        "subjects); without cycles it has no effect.",
        'lr_scheduler = "cosine_with_restarts" 有助于跳出局部最优，需要 lr_scheduler_num_cycles = 3 到 5（对象越复杂越多）；\n'
        "不设周期数就没有效果。",
    ),
    "init_preset.warmup": (
        "The first tenth: the rate rises from 0.",
        "前十分之一：学习率从 0 升起。",
    ),
    "init_preset.epochs": (
        "Too few epochs underfit, too many overfit. max_train_steps, if given instead, caps the whole training.",
        "轮次太少会欠拟合，太多会过拟合。也可以改用 max_train_steps 限制总步数。",
    ),
    "init_preset.batch": (
        "Pictures at once: fewer steps, more memory. Below 10 GB keep 1.",
        "一次训练几张：步数更少，内存更多。低于 10 GB 保持 1。",
    ),
    "init_preset.caching": (
        "Latents are cached: faster. cache_latents_to_disk = true pays when the same pictures are trained again.\n"
        "Attention is sdpa, which works everywhere; xformers is NVIDIA's, and mem_eff_attn saves memory but is slow.",
        "默认缓存潜空间（latents），更快。同一批图片要再次训练时，cache_latents_to_disk = true 才划算。\n"
        "交叉注意力用 sdpa，到处可用；xformers 只能用于 NVIDIA，mem_eff_attn 省内存但慢。",
    ),
    "init_preset.precision": (
        "Computing: the plan chooses (on a Mac `no`; fp16 fails there). Saving is another matter: fp16 is half the size and loads\n"
        "everywhere.",
        "计算精度由计划选择（Mac 上是 `no`；fp16 会失败）。保存是另一回事：fp16 体积减半，到处都能加载。",
    ),
    "init_preset.sampling": (
        "Previews while it trains. Each costs as much time as some 8 steps; take them out to save it.",
        "训练过程中的预览图。每张约等于 8 步的时间；不需要可以删掉。",
    ),
    "init_preset.saving": (
        "A LoRA of every second epoch, to choose from. They go into the run's own folder, runs/NAME-001/models.",
        "每两轮保存一个 LoRA，供挑选。它们在训练自己的文件夹里：runs/名称-001/models。",
    ),
    "init_preset.judging": (
        "Overfitting (everything looks like the pictures): lower learning rate, fewer steps, lower rank, regularization images.\n"
        "Underfitting (nothing looks like them): the reverse. Or another type, optimizer, scheduler, other pictures.",
        "过拟合（画什么都像原图）：降低学习率、减少步数、降低 Rank、加正则化图像。\n"
        "欠拟合（画什么都不像）：反过来。也可以换 LoRA 类型、优化器、调度器，或换图片。",
    ),
}
