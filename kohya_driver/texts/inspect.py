"""Sentences about a model file that is looked at."""

TEXTS: dict[str, tuple[str, str]] = {
    # what it is
    "inspect.kind.lora": ("LoRA", "LoRA"),
    "inspect.kind.locon": ("LoCon: a LoRA that changes convolutions too", "LoCon：同时改变卷积层的 LoRA"),
    "inspect.kind.dora": ("DoRA: a LoRA with magnitudes of its own", "DoRA：带独立幅值的 LoRA"),
    "inspect.kind.dylora": (
        "DyLoRA: a LoRA that can be cut to lower ranks",
        "DyLoRA：可截取为更低维度的 LoRA",
    ),
    "inspect.kind.lora-fa": (
        "LoRA-FA: a LoRA of which only the upper half was trained",
        "LoRA-FA：只训练了上半部分的 LoRA",
    ),
    "inspect.kind.loha": ("LoHa", "LoHa"),
    "inspect.kind.lokr": ("LoKr", "LoKr"),
    "inspect.kind.oft": ("OFT: turns what is there", "OFT：旋转原有权重"),
    "inspect.kind.boft": ("BOFT: turns what is there", "BOFT：旋转原有权重"),
    "inspect.kind.glora": ("GLoRA", "GLoRA"),
    "inspect.kind.ia3": ("(IA)³: stretches what is there", "(IA)³：缩放原有权重"),
    "inspect.kind.full": ("whole differences of layers", "整层差值"),
    "inspect.kind.norm": ("normalisation layers", "归一化层"),
    "inspect.kind.checkpoint": ("base model (checkpoint)", "底模（checkpoint）"),
    "inspect.kind.vae": ("VAE", "VAE"),
    "inspect.kind.embedding": ("embedding (textual inversion)", "embedding（文本反转）"),
    "inspect.kind.controlnet": ("ControlNet", "ControlNet"),
    "inspect.kind.text-encoder": ("text encoder", "文本编码器"),
    "inspect.kind.unknown": ("nothing that is known here", "无法识别"),
    "inspect.decomposed": ("with magnitudes of its own (DoRA)", "带独立幅值（DoRA）"),
    # rows
    "inspect.row.kind": ("Kind", "类型"),
    "inspect.row.family": ("Family", "系列"),
    "inspect.row.size": ("Size", "大小"),
    "inspect.row.numbers": ("Numbers", "数值"),
    "inspect.row.rank": ("Rank", "维度 (Rank)"),
    "inspect.row.alpha": ("Alpha", "Alpha"),
    "inspect.row.layers": ("Layers", "层数"),
    "inspect.row.tensors": ("Tensors", "张量"),
    "inspect.row.names": ("Names as of", "命名方式"),
    "inspect.row.trigger": ("Trigger", "触发词"),
    "inspect.row.use": ("To try", "试用"),
    "inspect.row.predicts": ("Predicts", "预测目标"),
    "inspect.row.lacks": ("Lacks", "缺少"),
    "inspect.row.quantised": ("Made smaller", "量化"),
    "inspect.row.inpainting": ("Inpainting", "局部重绘"),
    "inspect.family_unknown": ("cannot be told", "无法判断"),
    "inspect.scale": ("acts at {scale} (alpha / rank)", "实际强度 {scale}（alpha / rank）"),
    "inspect.predicts.v": ("velocity (v)", "速度 (v)"),
    "inspect.predicts.epsilon": ("noise (epsilon)", "噪声 (epsilon)"),
    "inspect.inpainting": ("yes: it takes {channels} channels", "是：输入 {channels} 个通道"),
    "inspect.trigger_guess": (
        "the first tag that is in nearly every caption",
        "几乎每条标注里都有的第一个标签",
    ),
    "inspect.trigger_none": (
        "the file does not tell; ask where it came from",
        "文件里没有写；请查看它的来源页面",
    ),
    "inspect.use": (
        "{prompt}  then weights between 0.6 and 1.0",
        "{prompt}  然后在 0.6 到 1.0 之间调整权重",
    ),
    # groups of metadata
    "inspect.group.about": ("About", "说明"),
    "inspect.group.base": ("Base model", "底模"),
    "inspect.group.network": ("Network", "网络"),
    "inspect.group.training": ("Training", "训练"),
    "inspect.group.pictures": ("Pictures", "图片"),
    "inspect.group.other": ("Other", "其他"),
    "inspect.no_metadata": (
        "It says nothing about its training: the metadata are empty.",
        "文件没有任何训练信息（metadata 为空）。",
    ),
    # tags
    "inspect.tags": ("Tags ({shown} of {count})", "标签（{count} 个中的 {shown} 个）"),
    "inspect.tags_of": (
        "Tags ({shown} of {count}), pictures: {pictures}",
        "标签（{count} 个中的 {shown} 个），图片：{pictures} 张",
    ),
    # norms
    "inspect.norms": ("How much it changes each block", "对各模块的改变幅度"),
    "inspect.norms_how": (
        "‖change‖ is the Frobenius norm of what is added to the weights at weight 1.",
        "‖change‖ 为权重 1 时所加变化的 Frobenius 范数。",
    ),
    "inspect.norms_share": (
        "The share is of the same layers' norm in {base}.",
        "百分比以 {base} 中相同层的范数为基准。",
    ),
    "inspect.norms_turn": (
        "The share is that of weights which favour no direction; with --base FILE it is exact.",
        "百分比按权重无方向偏好估算；加上 --base 文件 可得精确值。",
    ),
    "inspect.norm_total": ("all", "合计"),
    "inspect.norm_layers": ("layers", "层"),
    "inspect.norm_change": ("‖change‖", "‖change‖"),
    "inspect.norm_share": ("share", "占比"),
    # findings
    "inspect.pickle": (
        "This is an old pickle file, which can run any program when it is loaded. It was looked through, not loaded.",
        "这是旧式 pickle 文件，加载时可以运行任意程序。这里只做了扫描，没有加载。",
    ),
    "inspect.pickle.hint": (
        "Get the same file as .safetensors if there is one. Only names were read: ranks, norms and metadata stay unknown.",
        "如有 .safetensors 版本请改用它。这里只读取了名称，维度、范数和 metadata 未知。",
    ),
    "inspect.other_tensors": (
        "{count} of its tensors belong to no LoRA of a known kind, such as {example}.",
        "有 {count} 个张量不属于已知类型的 LoRA，例如 {example}。",
    ),
    "inspect.other_tensors.hint": (
        "Programs may pass over them. They can be an embedding that was packed with it, or a newer kind.",
        "部分程序会忽略它们；可能是一起打包的 embedding，或较新的类型。",
    ),
    "inspect.alpha_high": (
        "Alpha {alpha} is above the rank {rank}: it acts stronger than its numbers, at weight 1.",
        "Alpha {alpha} 高于维度 {rank}：权重为 1 时，作用会被放大。",
    ),
    "inspect.alpha_high.hint": ("Begin with a lower weight, such as 0.5.", "请从较低的权重开始，例如 0.5。"),
    "inspect.not_finite": (
        "It holds numbers that are none (NaN or infinity): it draws black or broken pictures.",
        "其中含有 NaN 或无穷大：画出的图会是全黑或损坏的。",
    ),
    "inspect.not_finite.hint": (
        "Take an earlier checkpoint of the same training, and lower the learning rate for the next.",
        "请改用同一次训练较早的存档点；下次训练请降低学习率。",
    ),
    "inspect.untrained": (
        "It changes nothing: what is zero before a training is zero still.",
        "它不产生任何改变：训练前为零的部分仍然为零。",
    ),
    "inspect.untrained.hint": (
        "The training did not learn: look at its log (`kohya-driver diagnose`), or get the file again.",
        "训练没有学到东西：请查看日志（`kohya-driver diagnose`），或重新获取文件。",
    ),
    "inspect.other_base": (
        "No layer of the LoRA was found in this base: it is of another family, or in names that are not known here.",
        "在这个底模里找不到 LoRA 对应的层：可能系列不同，或命名方式无法识别。",
    ),
    "inspect.other_base.hint": (
        "Give the base model on which it was trained; a LoRA fits only the family that it was trained on.",
        "请给出训练时所用的底模；LoRA 只适用于训练它的系列。",
    ),
    "inspect.unmeasured": (
        "{count} layers could not be measured: of a kind or number type for which that is not known.",
        "有 {count} 层无法测量：其类型或数值格式不受支持。",
    ),
    "inspect.no_norms": (
        "This is no LoRA (but: {kind}), so there is no change to measure.",
        "这不是 LoRA（而是：{kind}），没有可测量的变化。",
    ),
    "inspect.no_norms.hint": ("Leave out --norms and --base.", "请去掉 --norms 和 --base。"),
}
