"""What each kind of network is for, by `network.type`."""

TEXTS = {
    "network_types.lora": (
        "The standard: small, quick, and every program loads it. Right unless there is a reason for another.",
        "标准类型：小、快，所有程序都能加载。没有特别理由就用它。",
    ),
    "network_types.locon": (
        "A LoRA that trains the convolutions too: catches fine texture and style better, and is larger.",
        "同时训练卷积层的 LoRA：更能学到细节质感和画风，文件更大。",
    ),
    "network_types.lora-plus": (
        "A LoRA whose second half learns faster than its first: the same in fewer steps. Watch the samples, as it overfits sooner.",
        "后半部分学得比前半部分快的 LoRA：用更少的步数学到同样的内容。更早过拟合，请注意预览图。",
    ),
    "network_types.lora-fa": (
        "A LoRA of which only the second half learns: less memory for the optimizer, and it learns a little less.",
        "只有后半部分在学习的 LoRA：优化器占用更少内存，学到的也略少。",
    ),
    "network_types.dora": (
        "Learns length and direction of the weights apart: nearer to training the whole model at a low rank, and slower.",
        "把权重的长度和方向分开学习：在低维度下更接近训练整个模型，但更慢。",
    ),
    "network_types.rs-lora": (
        "A LoRA whose strength does not shrink as its rank grows: for high ranks, from 64 on.",
        "强度不随维度升高而减弱的 LoRA：适合 64 以上的高维度。",
    ),
    "network_types.dylora": (
        "Trains every rank up to its own at once, so that a smaller one can be cut out of it later. Needs more steps.",
        "同时训练不超过自身的所有维度，之后可以从中裁出更小的 LoRA。需要更多步数。",
    ),
    "network_types.loha": (
        "Two products of small matrices that are multiplied: much expression in a small file, good for styles and several concepts. Slower; keep the rank low.",
        "两组小矩阵乘积再相乘：小文件里表达力强，适合画风和多个概念。较慢；维度要低。",
    ),
    "network_types.lokr": (
        "A Kronecker product: the smallest files, good for characters and styles. Other programs need to know LyCORIS.",
        "克罗内克积：文件最小，适合人物和画风。其他程序需要支持 LyCORIS。",
    ),
    "network_types.glora": (
        "A LoRA that also learns how much of the old weights to keep. Few programs load it: for trying out.",
        "还会学习保留多少原有权重的 LoRA。能加载它的程序很少：适合试验。",
    ),
    "network_types.oft": (
        "Turns the weights without changing their lengths: keeps what the base can draw. The U-Net only; dim is the number of blocks, alpha the limit of the turn.",
        "只旋转权重而不改变其长度：保留底模的画图能力。只训练 U-Net；dim 是块数，alpha 是旋转的上限。",
    ),
    "network_types.diag-oft": (
        "The same turning as OFT, in LyCORIS, and of the text encoder too; dim is the size of a block.",
        "与 OFT 相同的旋转，由 LyCORIS 实现，也可训练文本编码器；dim 是块的大小。",
    ),
    "network_types.boft": (
        "Turns in the pattern of a butterfly. It does not train with the engine's version of LyCORIS.",
        "蝶形结构的旋转。引擎所用版本的 LyCORIS 无法训练它。",
    ),
    "network_types.ia3": (
        "Learns one factor for each channel. The engine's version of LyCORIS does not have it.",
        "为每个通道学习一个系数。引擎所用版本的 LyCORIS 没有它。",
    ),
    "network_types.full": (
        "Trains whole weights and keeps the difference: learns most, needs most memory, and the file is as large as the layers are.",
        "训练完整权重并保存差值：学得最多，内存占用最大，文件与所训练的层一样大。",
    ),
}
