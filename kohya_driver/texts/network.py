"""Sentences about networks, their arguments, and the weights they start from."""

TEXTS = {
    "network.module_unknown": (
        "There is no network module `{name}` in the engine or its environment; it stops after loading and caching.",
        "引擎及其环境中没有网络模块 `{name}`；引擎会在加载和缓存之后中止。",
    ),
    "network.module_unknown.hint": (
        'Use network.module = "{close}"; "networks.lora" is the standard one.',
        '请使用 network.module = "{close}"；标准模块是 "networks.lora"。',
    ),
    "network.module_family": (
        "`{name}` is made for another family of models; the engine stops after loading and caching.",
        "`{name}` 是为其他模型系列准备的；引擎会在加载和缓存之后中止。",
    ),
    "network.module_family.hint": ("Use one of: {known}.", "请使用其中之一：{known}。"),
    "network.argument_unknown": (
        "{module} reads no argument `{name}`; it would ignore it silently.",
        "{module} 不读取参数 `{name}`；它会一声不响地忽略。",
    ),
    "network.argument_unknown.hint": (
        "It reads: {known}. Dropout, dim and alpha have keys of their own under [network].",
        "它读取：{known}。dropout、dim 和 alpha 在 [network] 下有自己的键。",
    ),
    "network.argument_unknown_close": (
        "{module} reads no argument `{name}`; it would ignore it silently.",
        "{module} 不读取参数 `{name}`；它会一声不响地忽略。",
    ),
    "network.argument_unknown_close.hint": ("Did you mean `{close}`?", "您是不是想写 `{close}`？"),
    "network.argument_whole": (
        "`{name}` must be a whole number, and {value!r} is none; the engine stops after loading the model.",
        "`{name}` 应为整数，而 {value!r} 不是；引擎会在加载模型之后中止。",
    ),
    "network.argument_whole.hint": ("Write it like this: {name} = 4.", "请写成这样：{name} = 4。"),
    "network.argument_number": (
        "`{name}` must be a number, and {value!r} is none; the engine stops after loading the model.",
        "`{name}` 应为数字，而 {value!r} 不是；引擎会在加载模型之后中止。",
    ),
    "network.argument_number.hint": ("Write it like this: {name} = 0.1.", "请写成这样：{name} = 0.1。"),
    "network.dropout": (
        "A dropout of {value:g} leaves nothing of the network: it learns nothing, or the engine stops at the first step.",
        "dropout 为 {value:g} 时网络什么也不剩：学不到任何东西，或者引擎在第一步中止。",
    ),
    "network.dropout.hint": ("Use 0 to 0.3.", "请使用 0 到 0.3。"),
    "network.dim_large": (
        "A rank of {dim} makes a large file and needs much memory, and hardly learns more than 128.",
        "维度 {dim} 会使文件很大、占用大量内存，而效果几乎不比 128 好。",
    ),
    "network.dim_large.hint": (
        "Anime 16, realistic 64 to 128.",
        "动漫一般为 16，写实为 64 到 128。",
    ),
    "network.block_list": (
        "`{name}` must have {wanted} numbers, one for each block, and has {count}; the engine stops after loading the model.",
        "`{name}` 应有 {wanted} 个数字，每个块一个，现有 {count} 个；引擎会在加载模型之后中止。",
    ),
    "network.block_list.hint": (
        "Give {wanted} numbers in a list (whole ones for dims), or remove it.",
        "请以列表给出 {wanted} 个数字（dims 应为整数），或删除。",
    ),
    "network.block_weights": (
        "`{name}` is neither a known curve nor a list of the right length; the engine stops after loading the model, "
        "or fills it up with 1.",
        "`{name}` 既不是已知的曲线名，也不是长度正确的列表；引擎会在加载模型之后中止，或用 1 补齐。",
    ),
    "network.block_weights.hint": (
        "Give {wanted} numbers in a list, or for down and up one of: {curves}.",
        "请以列表给出 {wanted} 个数字；down 和 up 也可以是：{curves}。",
    ),
    "network.dylora_unit": (
        "DyLoRA's unit {unit} does not divide the rank {dim}; the engine stops after loading the model.",
        "DyLoRA 的 unit {unit} 不能整除维度 {dim}；引擎会在加载模型之后中止。",
    ),
    "network.dylora_unit.hint": ("Use a divisor of the rank, such as 4.", "请使用能整除维度的数，例如 4。"),
    "network.dylora_conv": (
        "DyLoRA wants conv_dim ({conv}) to be the rank ({dim}); the engine stops after loading the model.",
        "DyLoRA 要求 conv_dim（{conv}）等于维度（{dim}）；引擎会在加载模型之后中止。",
    ),
    "network.dylora_conv.hint": ("Set conv_dim = {dim}, or remove it.", "请设置 conv_dim = {dim}，或删除。"),
    "network.oft_needs_unet": (
        "OFT trains the U-Net only; with train_text_encoder_only the engine stops after caching.",
        "OFT 只训练 U-Net；设置 train_text_encoder_only 时引擎会在缓存之后中止。",
    ),
    "network.oft_needs_unet.hint": (
        "Remove network.train_text_encoder_only, or use networks.lora.",
        "请删除 network.train_text_encoder_only，或使用 networks.lora。",
    ),
    "network.oft_alpha": (
        "OFT uses alpha ({alpha:g}) as its constraint, which should be far below 1.",
        "OFT 把 alpha（{alpha:g}）当作约束值，应远小于 1。",
    ),
    "network.oft_alpha.hint": ("Set network.alpha = 0.001.", "请设置 network.alpha = 0.001。"),
    "network.lycoris_algo": (
        "LyCORIS has no algo `{name}`; the engine stops after loading the model.",
        "LyCORIS 没有算法（algo）`{name}`；引擎会在加载模型之后中止。",
    ),
    "network.lycoris_algo.hint": ("Use one of: {known}.", "请使用其中之一：{known}。"),
    "network.lycoris_preset": (
        "LyCORIS has no preset `{name}`; the engine stops after loading the model.",
        "LyCORIS 没有预设 `{name}`；引擎会在加载模型之后中止。",
    ),
    "network.lycoris_preset.hint": (
        "Use one of: {known}; or the whole path of a .toml file.",
        "请使用其中之一：{known}；或 .toml 文件的完整路径。",
    ),
    "network.lycoris_preset_missing": (
        "LyCORIS' preset {path} is not there; the engine stops after loading the model.",
        "LyCORIS 预设 {path} 不存在；引擎会在加载模型之后中止。",
    ),
    "network.lycoris_preset_missing.hint": (
        "Give its whole path, beginning with /.",
        "请填写以 / 开头的完整路径。",
    ),
    "network.no_max_norm": (
        "{module} cannot hold its weights below a norm; the engine ignores scale_weight_norms.",
        "{module} 不支持限制权重范数；引擎会忽略 scale_weight_norms。",
    ),
    "network.no_max_norm.hint": ("Remove it, or use networks.lora.", "请删除，或使用 networks.lora。"),
    "network.weights_missing": (
        "There is no LoRA to start from at {path}; the engine stops after loading and caching.",
        "{path} 处没有可供接着训练的 LoRA；引擎会在加载和缓存之后中止。",
    ),
    "network.weights_missing.hint": (
        "Correct the path; a relative path counts from the preset's folder.",
        "请更正路径；相对路径从预设所在的文件夹算起。",
    ),
    "network.base_weights_missing": (
        "There is no LoRA at {path} to be put into the base; the engine stops after loading the model.",
        "{path} 处没有要合并进底模的 LoRA；引擎会在加载模型之后中止。",
    ),
    "network.base_weights_missing.hint": (
        "Give its whole path, beginning with /.",
        "请填写以 / 开头的完整路径。",
    ),
    "network.weights_other": (
        "The LoRA to start from is not one for {family} in the engine's own form; the engine would load nothing of it, "
        "silently, or stop.",
        "要接着训练的 LoRA 不是引擎格式的 {family} LoRA；引擎会一声不响地什么都不加载，或者中止。",
    ),
    "network.weights_other.hint": (
        "Use a LoRA trained by sd-scripts on the same family as the base, or remove network.weights.",
        "请使用由 sd-scripts 在同系列底模上训练的 LoRA，或删除 network.weights。",
    ),
    "network.weights_rank": (
        "The LoRA to start from has rank {rank}, the preset says {dim}; the engine stops after loading and caching.",
        "要接着训练的 LoRA 维度为 {rank}，而预设为 {dim}；引擎会在加载和缓存之后中止。",
    ),
    "network.weights_rank.hint": (
        "Set network.dim = {rank}, or network.dim_from_weights = true.",
        "请设置 network.dim = {rank}，或 network.dim_from_weights = true。",
    ),
    "network.dim_from_nothing": (
        "dim_from_weights takes the rank from network.weights, which is not given; the engine stops.",
        "dim_from_weights 要从 network.weights 读取维度，但没有给出该文件；引擎会中止。",
    ),
    "network.dim_from_nothing.hint": (
        "Give network.weights, or remove dim_from_weights.",
        "请给出 network.weights，或删除 dim_from_weights。",
    ),
    "network.type_means": (
        "network.type = {name} is {module} with dim {dim}, alpha {alpha:g}; arguments: {arguments}.",
        "network.type = {name} 即 {module}，dim {dim}，alpha {alpha:g}；参数：{arguments}。",
    ),
    "network.type_and_module": (
        "network.type = {name} is trained by {own}, and network.module says {module}.",
        "network.type = {name} 由 {own} 训练，而 network.module 写的是 {module}。",
    ),
    "network.type_and_module.hint": (
        "Keep one of them; a type says its module itself.",
        "请只保留一个；type 已经决定了 module。",
    ),
    "network.no_boft": (
        "BOFT does not train with the LyCORIS of the engine: it stops at the first step (einsum).",
        "引擎中的 LyCORIS 无法训练 BOFT：第一步就会中止（einsum）。",
    ),
    "network.no_boft.hint": (
        'Use network.type = "diag-oft" or "oft".',
        '请使用 network.type = "diag-oft" 或 "oft"。',
    ),
    "network.no_ia3": (
        "The LyCORIS of the engine has no IA3; the engine stops after loading the model.",
        "引擎中的 LyCORIS 没有 IA3；引擎会在加载模型之后中止。",
    ),
    "network.no_ia3.hint": (
        'Use network.type = "lokr", which makes small files too.',
        '请使用同样能得到小文件的 network.type = "lokr"。',
    ),
    "network.argument_of_others": (
        "`{name}` is no argument of {type}; it belongs to {others}.",
        "`{name}` 不是 {type} 的参数；它属于 {others}。",
    ),
    "network.argument_of_others.hint": (
        "Remove it, or choose a type that has it.",
        "请删除，或选择有此参数的类型。",
    ),
    "network.argument_of_none": (
        "`{name}` is no argument of {type}; it would be ignored silently.",
        "`{name}` 不是 {type} 的参数；它会被一声不响地忽略。",
    ),
    "network.argument_of_none.hint": ("It takes: {known}.", "可用参数：{known}。"),
    "network.argument_of_none_close": (
        "`{name}` is no argument of {type}; it would be ignored silently.",
        "`{name}` 不是 {type} 的参数；它会被一声不响地忽略。",
    ),
    "network.argument_of_none_close.hint": ("Did you mean `{close}`?", "您是不是想写 `{close}`？"),
    "network.wants_whole": (
        "`{name}` must be a whole number, and {value!r} is none.",
        "`{name}` 应为整数，而 {value!r} 不是。",
    ),
    "network.wants_whole.hint": ("Write it like this: {name} = 4.", "请写成这样：{name} = 4。"),
    "network.wants_number": (
        "`{name}` must be a number, and {value!r} is none.",
        "`{name}` 应为数字，而 {value!r} 不是。",
    ),
    "network.wants_number.hint": ("Write it like this: {name} = 0.5.", "请写成这样：{name} = 0.5。"),
    "network.wants_share": (
        "`{name}` must be a number from 0 to below 1, and {value!r} is none.",
        "`{name}` 应为 0 到 1 之间（不含 1）的数字，而 {value!r} 不是。",
    ),
    "network.wants_share.hint": ("Write it like this: {name} = 0.1.", "请写成这样：{name} = 0.1。"),
    "network.wants_switch": (
        "`{name}` must be true or false, and {value!r} is neither; the engine takes every other word for true.",
        "`{name}` 应为 true 或 false，而 {value!r} 都不是；引擎会把其他任何词都当作 true。",
    ),
    "network.wants_switch.hint": ("Write it like this: {name} = true.", "请写成这样：{name} = true。"),
    "network.wants_text": (
        "`{name}` must be a text, and {value!r} is none.",
        "`{name}` 应为文字，而 {value!r} 不是。",
    ),
    "network.wants_text.hint": (
        'Write it like this: {name} = "attn-mlp".',
        '请写成这样：{name} = "attn-mlp"。',
    ),
    "network.wants_numbers": (
        "`{name}` must be a list of numbers or the name of a curve, and {value!r} is neither.",
        "`{name}` 应为数字列表或曲线名，而 {value!r} 都不是。",
    ),
    "network.wants_numbers.hint": (
        "Write it like this: {name} = [4, 4, 8].",
        "请写成这样：{name} = [4, 4, 8]。",
    ),
    "network.oft_blocks": (
        "OFT cuts layers of {width} channels into {dim} blocks, which does not come out even; the engine stops at the first step.",
        "OFT 要把 {width} 个通道的层切成 {dim} 块，无法整除；引擎会在第一步中止。",
    ),
    "network.oft_blocks.hint": ("Set network.dim to 2, 4, 8 or 16.", "请把 network.dim 设为 2、4、8 或 16。"),
    "network.lycoris_preset_empty": (
        "LyCORIS' preset `{name}` names no layer that there is: nothing is trained, and the engine stops after caching.",
        "LyCORIS 预设 `{name}` 没有指向任何存在的层：没有可训练的部分，引擎会在缓存之后中止。",
    ),
    "network.lycoris_preset_empty.hint": ("Use full or attn-mlp.", "请使用 full 或 attn-mlp。"),
    "network.no_dropout": (
        "{module} does not use network.dropout in training; the engine ignores it.",
        "{module} 训练时不使用 network.dropout；引擎会忽略它。",
    ),
    "network.no_dropout.hint": (
        "Use rank_dropout or module_dropout in network.args where the type has them, or remove it.",
        "如果该类型支持，请在 network.args 中使用 rank_dropout 或 module_dropout；否则请删除。",
    ),
}
