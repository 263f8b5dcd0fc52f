"""Words for a model file that is looked at."""

TEXTS: dict[str, tuple[str, str]] = {
    # what it is
    "inspect_screen.kind.lora": ("LoRA", "LoRA"),
    "inspect_screen.kind.locon": (
        "LoCon: a LoRA that changes convolutions too",
        "LoCon：同时改变卷积层的 LoRA",
    ),
    "inspect_screen.kind.dora": ("DoRA: a LoRA with magnitudes of its own", "DoRA：带独立幅值的 LoRA"),
    "inspect_screen.kind.dylora": (
        "DyLoRA: a LoRA that can be cut to lower ranks",
        "DyLoRA：可截取为更低维度的 LoRA",
    ),
    "inspect_screen.kind.lora-fa": (
        "LoRA-FA: a LoRA of which only the upper half was trained",
        "LoRA-FA：只训练了上半部分的 LoRA",
    ),
    "inspect_screen.kind.loha": ("LoHa", "LoHa"),
    "inspect_screen.kind.lokr": ("LoKr", "LoKr"),
    "inspect_screen.kind.oft": ("OFT: turns what is there", "OFT：旋转原有权重"),
    "inspect_screen.kind.boft": ("BOFT: turns what is there", "BOFT：旋转原有权重"),
    "inspect_screen.kind.glora": ("GLoRA", "GLoRA"),
    "inspect_screen.kind.ia3": ("(IA)³: stretches what is there", "(IA)³：缩放原有权重"),
    "inspect_screen.kind.full": ("whole differences of layers", "整层差值"),
    "inspect_screen.kind.norm": ("normalisation layers", "归一化层"),
    "inspect_screen.kind.checkpoint": ("base model (checkpoint)", "底模（checkpoint）"),
    "inspect_screen.kind.vae": ("VAE", "VAE"),
    "inspect_screen.kind.embedding": ("embedding (textual inversion)", "embedding（文本反转）"),
    "inspect_screen.kind.controlnet": ("ControlNet", "ControlNet"),
    "inspect_screen.kind.text-encoder": ("text encoder", "文本编码器"),
    "inspect_screen.kind.unknown": ("nothing that is known here", "无法识别"),
    "inspect_screen.decomposed": ("with magnitudes of its own (DoRA)", "带独立幅值（DoRA）"),
    # rows
    "inspect_screen.row.kind": ("Kind", "类型"),
    "inspect_screen.row.family": ("Family", "系列"),
    "inspect_screen.row.size": ("Size", "大小"),
    "inspect_screen.row.numbers": ("Numbers", "数值"),
    "inspect_screen.row.rank": ("Rank", "维度 (Rank)"),
    "inspect_screen.row.alpha": ("Alpha", "Alpha"),
    "inspect_screen.row.layers": ("Layers", "层数"),
    "inspect_screen.row.tensors": ("Tensors", "张量"),
    "inspect_screen.row.names": ("Names as of", "命名方式"),
    "inspect_screen.row.trigger": ("Trigger", "触发词"),
    "inspect_screen.row.use": ("To try", "试用"),
    "inspect_screen.row.predicts": ("Predicts", "预测目标"),
    "inspect_screen.row.lacks": ("Lacks", "缺少"),
    "inspect_screen.row.quantised": ("Made smaller", "量化"),
    "inspect_screen.row.inpainting": ("Inpainting", "局部重绘"),
    "inspect_screen.family_unknown": ("cannot be told", "无法判断"),
    "inspect_screen.scale": ("acts at {scale} (alpha / rank)", "实际强度 {scale}（alpha / rank）"),
    "inspect_screen.predicts.v": ("velocity (v)", "速度 (v)"),
    "inspect_screen.predicts.epsilon": ("noise (epsilon)", "噪声 (epsilon)"),
    "inspect_screen.inpainting": ("yes: it takes {channels} channels", "是：输入 {channels} 个通道"),
    "inspect_screen.trigger_guess": (
        "the first tag that is in nearly every caption",
        "几乎每条标注里都有的第一个标签",
    ),
    "inspect_screen.trigger_none": (
        "the file does not tell; ask where it came from",
        "文件里没有写；请查看它的来源页面",
    ),
    "inspect_screen.use": (
        "{prompt}  then weights between 0.6 and 1.0",
        "{prompt}  然后在 0.6 到 1.0 之间调整权重",
    ),
    # groups of metadata
    "inspect_screen.group.about": ("About", "说明"),
    "inspect_screen.group.base": ("Base model", "底模"),
    "inspect_screen.group.network": ("Network", "网络"),
    "inspect_screen.group.training": ("Training", "训练"),
    "inspect_screen.group.pictures": ("Pictures", "图片"),
    "inspect_screen.group.other": ("Other", "其他"),
    "inspect_screen.cut": (
        "{start}… ({count} characters, whole with --json)",
        "{start}……（共 {count} 个字符，--json 可看全部）",
    ),
    "inspect_screen.no_metadata": (
        "It says nothing about its training: the metadata are empty.",
        "文件没有任何训练信息（metadata 为空）。",
    ),
    # tags
    "inspect_screen.tags": ("Tags ({shown} of {count})", "标签（{count} 个中的 {shown} 个）"),
    "inspect_screen.tags_of": (
        "Tags ({shown} of {count}), pictures: {pictures}",
        "标签（{count} 个中的 {shown} 个），图片：{pictures} 张",
    ),
    # norms
    "inspect_screen.norms": ("How much it changes each block", "对各模块的改变幅度"),
    "inspect_screen.norms_how": (
        "‖change‖ is the Frobenius norm of what is added to the weights at weight 1.",
        "‖change‖ 为权重 1 时所加变化的 Frobenius 范数。",
    ),
    "inspect_screen.norms_share": (
        "The share is of the same layers' norm in {base}.",
        "百分比以 {base} 中相同层的范数为基准。",
    ),
    "inspect_screen.norms_turn": (
        "The share is that of weights which favour no direction; with --base FILE it is exact.",
        "百分比按权重无方向偏好估算；加上 --base 文件 可得精确值。",
    ),
    "inspect_screen.norm_total": ("all", "合计"),
    "inspect_screen.norm_layers": ("layers", "层"),
    "inspect_screen.norm_change": ("‖change‖", "‖change‖"),
    "inspect_screen.norm_share": ("share", "占比"),
}
