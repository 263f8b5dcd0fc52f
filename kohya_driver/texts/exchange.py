"""Sentences about files of other programs: what is wrong with them, and what a person should know."""

TEXTS = {
    "exchange.not_found": ("There is no such file.", "没有这个文件。"),
    "exchange.not_found.hint": ("Check the path.", "请检查路径。"),
    "exchange.is_folder": ("This is a folder.", "这是一个文件夹。"),
    "exchange.is_folder.hint": ("Give the settings file inside it.", "请给出其中的设置文件。"),
    "exchange.too_large": (
        "The file has {size} MB; no settings are that large.",
        "文件有 {size} MB；设置文件不会这么大。",
    ),
    "exchange.too_large.hint": (
        "Give a settings file. A finished LoRA must end in .safetensors.",
        "请给出设置文件。训练好的 LoRA 必须以 .safetensors 结尾。",
    ),
    "exchange.no_text": ("This is no text file.", "这不是文本文件。"),
    "exchange.no_text.hint": (
        "Give a settings file, or a LoRA that ends in .safetensors.",
        "请给出设置文件，或以 .safetensors 结尾的 LoRA。",
    ),
    "exchange.empty": ("The file is empty.", "文件是空的。"),
    "exchange.empty.hint": ("Export the settings from the other program again.", "请从原程序重新导出设置。"),
    "exchange.not_json": ("This is not valid JSON: {reason}.", "JSON 语法有误：{reason}。"),
    "exchange.not_json.hint": (
        "The file may be cut off. Save the settings from the other program again.",
        "文件可能不完整。请从原程序重新保存设置。",
    ),
    "exchange.not_toml": ("This is not valid TOML: {reason}.", "TOML 语法有误：{reason}。"),
    "exchange.not_toml.hint": (
        "Correct that line, or save the settings from the other program again.",
        "请修改该行，或从原程序重新保存设置。",
    ),
    "exchange.not_yaml": ("This is not valid YAML: {reason}.", "YAML 语法有误：{reason}。"),
    "exchange.not_yaml.hint": (
        "Correct that line, or save the settings from the other program again.",
        "请修改该行，或从原程序重新保存设置。",
    ),
    "exchange.too_deep": (
        "The file is nested too deeply, or grows without end by its references.",
        "文件嵌套过深，或其中的引用会无限展开。",
    ),
    "exchange.too_deep.hint": ("These are no settings.", "这不是设置文件。"),
    "exchange.no_table": (
        "These are no settings: names with values are wanted.",
        "这不是设置：应为名称与值。",
    ),
    "exchange.no_table.hint": (
        "Give the settings file of one of: {known}.",
        "请给出以下程序之一的设置文件：{known}。",
    ),
    "exchange.unknown_format": (
        "It cannot be told which program these settings are of.",
        "无法判断这是哪个程序的设置。",
    ),
    "exchange.unknown_format.hint": ("Say it with --from: {known}.", "请用 --from 指明：{known}。"),
    "exchange.is_preset": ("This is a preset already.", "这已经是预设文件。"),
    "exchange.is_preset.hint": (
        "Use it as it is: kohya-driver plan FILE",
        "可以直接使用：kohya-driver plan FILE",
    ),
    "exchange.no_command": ("There is no training command in it.", "其中没有训练命令。"),
    "exchange.no_command.hint": (
        "It must hold a line with `train_network.py` and its options.",
        "其中应有一行包含 `train_network.py` 及其选项。",
    ),
    "exchange.not_lora": ("`{name}` trains no LoRA.", "`{name}` 不是用来训练 LoRA 的。"),
    "exchange.not_lora.hint": (
        "Only LoRA trainings can become presets: train_network.py, sdxl_train_network.py.",
        "只有 LoRA 训练可以转为预设：train_network.py、sdxl_train_network.py。",
    ),
    "exchange.no_metadata": (
        "This file says nothing of its training.",
        "这个文件没有训练记录。",
    ),
    "exchange.no_metadata.hint": (
        "Only a LoRA of sd-scripts, or of OneTrainer with its settings in it, that was not stripped, does.",
        "只有用 sd-scripts 训练、或由 OneTrainer 写入设置，且未被清除记录的 LoRA 才有。",
    ),
    "exchange.little_metadata": (
        "This file says neither the rank nor the learning rate of its training.",
        "这个文件没有记录训练时的 rank 和学习率。",
    ),
    "exchange.little_metadata.hint": (
        "The rank was read from the weights, if they tell it. Set the learning rate, alpha and the length yourself.",
        "如果能从权重中看出 rank，已经采用。请自行设置学习率、alpha 和训练长度。",
    ),
    "exchange.two_files": (
        "Two files must be a training config and a dataset config of sd-scripts.",
        "两个文件必须分别是 sd-scripts 的训练配置和数据集配置。",
    ),
    "exchange.two_files.hint": ("Give one file, or those two.", "请只给一个文件，或给出这两个文件。"),
    "exchange.not_planned": (
        "What the plan would change cannot be shown: {reason}.",
        "无法显示计划会作的修改：{reason}。",
    ),
    "exchange.not_planned.hint": ("Correct this path in the preset.", "请在预设中改正这个路径。"),
    "exchange.strict": ("Not mapped: {reason}.", "无法对应：{reason}。"),
    "exchange.strict.hint": (
        "Take it out of the file, or import without --strict.",
        "请从文件中删除，或不加 --strict 导入。",
    ),
    "exchange.other_family": (
        "These settings are for {family}, which cannot be trained here; the rest was taken.",
        "这些设置用于 {family}，这里无法训练；其余部分已采用。",
    ),
    "exchange.other_family.hint": (
        "Set [model] base to a model of SD 1.x, 2.x or SDXL, and look at rates and length again.",
        "请将 [model] base 设为 SD 1.x、2.x 或 SDXL 的底模，并重新检查学习率和训练长度。",
    ),
    "exchange.network_replaced": (
        "A LoRA of type {name} cannot be trained here; a standard LoRA stands in its place.",
        "这里无法训练 {name} 类型的 LoRA；已换成标准 LoRA。",
    ),
    "exchange.network_replaced.hint": (
        "Set [network] dim and alpha as you need them.",
        "请按需要设置 [network] dim 和 alpha。",
    ),
    "exchange.network_lycoris": (
        "{name} of a newer sd-scripts is trained by LyCORIS, which has the same method.",
        "较新的 sd-scripts 的 {name} 由 LyCORIS 训练，方法相同。",
    ),
    "exchange.network_lycoris.hint": (
        "The file loads in the same programs.",
        "生成的文件可在同样的程序中使用。",
    ),
    "exchange.several_commands": (
        "There are {count} training commands in it; the first was taken.",
        "其中有 {count} 条训练命令；采用了第一条。",
    ),
    "exchange.several_commands.hint": (
        "Put the others into files of their own.",
        "请把其他命令放到单独的文件中。",
    ),
    "exchange.class_tokens": (
        "There, a picture without a caption got its folder's name as caption; here it does not ({names}).",
        "在原程序中，没有标签的图片以文件夹名作为标签；这里不会这样（{names}）。",
    ),
    "exchange.class_tokens.hint": (
        "If there are such pictures, set [dataset] class_tokens or trigger.",
        "如果有这样的图片，请设置 [dataset] class_tokens 或 trigger。",
    ),
    "exchange.output_exists": (
        "There is a file of this name already; it is left as it is.",
        "已有同名文件，保持原样。",
    ),
    "exchange.output_exists.hint": ("Choose another name with --output.", "请用 --output 指定其他名称。"),
    "exchange.not_in_gui": (
        "kohya_ss cannot be told this: {reason}.",
        "无法告诉 kohya_ss 这一项：{reason}。",
    ),
    "exchange.not_in_gui.hint": (
        "Set it there by hand, or export to sd-scripts.",
        "请在那里手动设置，或导出为 sd-scripts。",
    ),
    "exchange.family_unknown": (
        "It is not known what kind of model the base is; it was taken for SD 1.x.",
        "不知道底模是哪一类模型；已按 SD 1.x 处理。",
    ),
    "exchange.family_unknown.hint": (
        "Say it, also if it is right: --set model.family=sdxl (or sd15, sd2).",
        "请指明，即使没有错：--set model.family=sdxl（或 sd15、sd2）。",
    ),
    "exchange.no_base": ("No base model is named.", "没有指定底模。"),
    "exchange.no_base.hint": (
        "Export again with --base PATH: where it lies on the other machine.",
        "请加上 --base PATH 重新导出：底模在另一台机器上的路径。",
    ),
    "exchange.no_pictures": ("No pictures are named.", "没有指定图片。"),
    "exchange.no_pictures.hint": (
        "Export again with --images PATH: where they lie on the other machine.",
        "请加上 --images PATH 重新导出：图片在另一台机器上的路径。",
    ),
    "exchange.other_format": (
        "It was read as {wanted}, but looks like a file of {looks}.",
        "已按 {wanted} 读取，但它看起来是 {looks} 的文件。",
    ),
    "exchange.other_format.hint": (
        "If it is one: import again with --from {looks}.",
        "如果确实如此：请用 --from {looks} 重新导入。",
    ),
    "exchange.yaml_at": (
        "{text}: line {line} column {column}",
        "第 {line} 行第 {column} 列附近（“{text}”）",
    ),
    "exchange.yaml_somewhere": ("it cannot be read ({text})", "无法解析（“{text}”）"),
    "exchange.foreign_path": ("A path of another machine: {path}", "另一台机器的路径：{path}"),
    "exchange.foreign_path.hint": (
        "Correct it in the preset, or take the line out.",
        "请在预设中改正，或删除这一行。",
    ),
    "exchange.foreign_path_flag": ("A path of another machine: {path}", "另一台机器的路径：{path}"),
    "exchange.foreign_path_flag.hint": (
        "Correct it in the preset, or import again with {flag} PATH.",
        "请在预设中改正，或加上 {flag} PATH 重新导入。",
    ),
    "exchange.missing_path": ("This is not here: {path}", "这里没有：{path}"),
    "exchange.missing_path.hint": (
        "Correct it in the preset, or take the line out.",
        "请在预设中改正，或删除这一行。",
    ),
    "exchange.missing_path_flag": ("This is not here: {path}", "这里没有：{path}"),
    "exchange.missing_path_flag.hint": (
        "Correct it in the preset, or import again with {flag} PATH.",
        "请在预设中改正，或加上 {flag} PATH 重新导入。",
    ),
}
