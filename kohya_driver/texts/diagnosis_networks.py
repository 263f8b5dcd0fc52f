"""Sentences about the LoRA itself, as a log tells of it: what happened, why, what to do."""

CAUSES = {
    "lycoris.missing": (
        ("The package for LyCORIS networks is not installed.", "没有安装 LyCORIS 网络所需的软件包。"),
        ("network_module is lycoris.kohya, which comes from lycoris-lora.", "network_module 是 lycoris.kohya，它来自 lycoris-lora。"),
        (
            "`kohya-driver engine install` brings it along; or [network] module = \"networks.lora\".",
            "`kohya-driver engine install` 会一并安装；或设置 [network] module = \"networks.lora\"。",
        ),
    ),
    "lycoris.duplicate_name": (
        ("Two parts of the network have the same name: {name}", "网络中有两个部分同名：{name}"),
        ("LyCORIS 4 does this with SD 1.5 when it takes in the whole model (preset full).", "LyCORIS 4 在 SD 1.5 上选用整个模型（preset 为 full）时会这样。"),
        (
            '[network] args with preset = "attn-mlp" or "unet-transformer-only"; or the engine\'s own LyCORIS: `kohya-driver engine install`.',
            '在 [network] args 中设 preset = "attn-mlp" 或 "unet-transformer-only"；或使用引擎自带的 LyCORIS：`kohya-driver engine install`。',
        ),
    ),
    "lycoris.preset": (
        ("LyCORIS does not know the preset.", "LyCORIS 不认识这个 preset。"),
        ("`preset` in the network's arguments is misspelt, or names a file that is not there.", "网络参数中的 `preset` 拼写错误，或指定的文件不存在。"),
        ("[network] args: preset is full, attn-mlp, attn-only or unet-transformer-only.", "[network] args 中的 preset 可以是 full、attn-mlp、attn-only 或 unet-transformer-only。"),
    ),
    "lycoris.algo": (
        ("LyCORIS does not know the algorithm {value}.", "LyCORIS 不认识算法 {value}。"),
        ("`algo` in the network's arguments is misspelt.", "网络参数中的 `algo` 拼写错误。"),
        ("[network] args: algo is lora, locon, loha, lokr, dylora, ia3, full, diag-oft or boft.", "[network] args 中的 algo 可以是 lora、locon、loha、lokr、dylora、ia3、full、diag-oft 或 boft。"),
    ),
    "net.module_missing": (
        ("There is no network module networks.{name}.", "没有名为 networks.{name} 的网络模块。"),
        ("network_module is misspelt.", "network_module 拼写错误。"),
        ('[network] module = "networks.lora".', '设置 [network] module = "networks.lora"。'),
    ),
    "net.module_none": (
        ("No network module was given.", "没有指定网络模块。"),
        ("network_module is not set, so that there is nothing to train.", "没有设置 network_module，也就没有可训练的内容。"),
        ('[network] module = "networks.lora".', '设置 [network] module = "networks.lora"。'),
    ),
    "net.block_dims": (
        ("{name} must have {value} numbers.", "{name} 必须有 {value} 个数。"),
        ("There is one for each block of the model: 25 for SD 1.x and 2.x, 23 for SDXL.", "模型的每个块对应一个数：SD 1.x 和 2.x 为 25 个，SDXL 为 23 个。"),
        ("Correct it in [network] args, or leave it out.", "请在 [network] args 中改正，或不写。"),
    ),
    "net.lr_weight": (
        ("The name of a learning rate curve over the blocks is not known.", "各块学习率曲线的名称不存在。"),
        ("down_lr_weight or up_lr_weight is misspelt; the engine fails while it wants to say so.", "down_lr_weight 或 up_lr_weight 拼写错误；引擎在报告这件事时自己出了错。"),
        ("In [network] args: cosine, sine, linear, reverse_linear, zeros, or twelve numbers.", "[network] args 中可用 cosine、sine、linear、reverse_linear、zeros，或十二个数。"),
    ),
    "net.weights_missing": (
        ("The LoRA to begin with is not there: {path}", "找不到作为起点的 LoRA：{path}"),
        ("The path is wrong.", "路径不对。"),
        ("Correct [network] weights, or leave it out.", "请改正 [network] weights，或不写。"),
    ),
    "net.weights_rank": (
        ("The LoRA to begin with does not fit the network.", "作为起点的 LoRA 与网络不符。"),
        ("It was trained with another rank, or with another kind of network.", "它是用其他维度或其他类型的网络训练的。"),
        ("[network] dim_from_weights = true, or the same dim as that LoRA has.", "设置 [network] dim_from_weights = true，或与该 LoRA 相同的 dim。"),
    ),
    "net.dim_from_weights": (
        ("The rank is to be taken from a LoRA, but none was given.", "要求从 LoRA 读取维度，却没有指定 LoRA。"),
        ("dim_from_weights is on without network_weights.", "开启了 dim_from_weights，但没有设置 network_weights。"),
        ("Give the file in [network] weights, or set dim_from_weights = false.", "请在 [network] weights 中指定文件，或设 dim_from_weights = false。"),
    ),
    "net.dylora": (
        ("The numbers of the DyLoRA do not go together.", "DyLoRA 的几个数值互相不符。"),
        ("dim must be a multiple of unit, and conv_dim must be the same as dim.", "dim 必须是 unit 的倍数，conv_dim 必须与 dim 相同。"),
        ("Correct [network] dim and args (unit, conv_dim).", "请改正 [network] dim 和 args（unit、conv_dim）。"),
    ),
    "net.oft": (
        ("An OFT network can only be trained with the U-Net.", "OFT 网络只能训练 U-Net。"),
        ("network_train_text_encoder_only leaves it nothing to train.", "network_train_text_encoder_only 使它没有可训练的内容。"),
        ("[network] train_text_encoder_only = false.", "设置 [network] train_text_encoder_only = false。"),
    ),
    "net.dropout": (
        ("A dropout of {value} is not possible.", "dropout 不能是 {value}。"),
        ("It is a share, from 0 to 1.", "它是一个比例，范围从 0 到 1。"),
        ("[network] dropout between 0 and 0.3, or leave it out.", "把 [network] dropout 设在 0 到 0.3 之间，或不写。"),
    ),
    "net.dim_negative": (
        ("The rank cannot be {value}.", "维度不能是 {value}。"),
        ("network_dim or conv_dim is negative.", "network_dim 或 conv_dim 是负数。"),
        ("[network] dim = 16, and a conv_dim above 0.", "设置 [network] dim = 16，conv_dim 也要大于 0。"),
    ),
    "net.kwarg_number": (
        ("An argument of the network must be a number and is {value}.", "网络的某个参数必须是数字，却写成了 {value}。"),
        ("conv_dim, conv_alpha and their like take numbers only.", "conv_dim、conv_alpha 等参数只接受数字。"),
        ("Correct it in [network] args, such as conv_dim = 4.", "请在 [network] args 中改正，例如 conv_dim = 4。"),
    ),
}  # fmt: skip
