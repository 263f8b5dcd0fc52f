"""Sentences about what is wrong with a model file that is looked at."""

TEXTS: dict[str, tuple[str, str]] = {
    "inspect.pickle": (
        "This is an old pickle file, which can run any program when it is loaded. It was looked through, not loaded.",
        "这是旧式 pickle 文件，加载时可以运行任意程序。这里只做了扫描，没有加载。",
    ),
    "inspect.pickle.hint": (
        "Get the same file as .safetensors if there is one. Only names were read: ranks, norms and metadata stay unknown.",
        "如有 .safetensors 版本请改用它。这里只读取了名称，维度、范数和 metadata 未知。",
    ),
    "inspect.no_model": ("This is no model file.", "这不是模型文件。"),
    "inspect.no_model.hint": (
        "Models are .safetensors files, or old .ckpt, .pt and .bin files.",
        "模型文件是 .safetensors，或旧式的 .ckpt、.pt、.bin。",
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
