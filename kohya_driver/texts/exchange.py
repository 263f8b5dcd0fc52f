"""Sentences about presets from other tools' files, and other tools' files from presets."""

TEXTS = {
    # What stands in a preset that was made.
    "exchange.made_from": (
        "Made by kohya-driver import from {names} ({tool}). Each line tells what it came from.",
        "由 kohya-driver import 根据 {names}（{tool}）生成。每一行都注明了来源。",
    ),
    "exchange.not_taken": ("Not taken:", "未采用："),
    "exchange.assumed": (
        "not in the file: so the other program does it where nothing is said",
        "文件中没有：原程序在未指定时就是这样做的",
    ),
    # Formats.
    "exchange.format.kohya_ss": ("settings of the kohya_ss GUI", "kohya_ss 图形界面的设置"),
    "exchange.format.sd-scripts": ("sd-scripts' configuration", "sd-scripts 的配置"),
    "exchange.format.command": ("a command line of sd-scripts", "sd-scripts 的命令行"),
    "exchange.format.easy-training": (
        "LoRA_Easy_Training_Scripts' settings",
        "LoRA_Easy_Training_Scripts 的设置",
    ),
    "exchange.format.onetrainer": ("OneTrainer's configuration", "OneTrainer 的配置"),
    "exchange.format.ai-toolkit": ("ai-toolkit's configuration", "ai-toolkit 的配置"),
    "exchange.format.lora": ("what a LoRA file says of its training", "LoRA 文件中的训练记录"),
    # Why a key was not simply taken.
    "exchange.why.unset": ("says nothing", "没有内容"),
    "exchange.why.same": ("it is so anyway", "本来就是这样"),
    "exchange.why.overruled": ("`{by}` holds", "以 `{by}` 为准"),
    "exchange.why.same_as": ("the same as {other}", "与 {other} 相同"),
    "exchange.why.on_subsets": ("stands with each of the subsets of this set", "已写到该数据集的每个子集中"),
    "exchange.why.screen": ("concerns that program's window and files only", "只与原程序的界面和文件有关"),
    "exchange.why.record": ("a record of what happened, no setting", "是过程记录，不是设置"),
    "exchange.why.goes_with": ("was used to read another setting", "已用于读取另一项设置"),
    "exchange.why.with_first": ("was taken together with the first one", "已与第一项一起采用"),
    "exchange.why.noise_type": (
        "has no effect there: the kind of noise is {kind}",
        "在原程序中无效：噪声类型为 {kind}",
    ),
    "exchange.why.not_this_family": (
        "is for another kind of base model, and has no effect there",
        "用于其他类型的底模，在原程序中无效",
    ),
    "exchange.why.not_this_type": (
        "has no effect there with the LoRA type {name}",
        "LoRA 类型为 {name} 时在原程序中无效",
    ),
    "exchange.why.filled_in": ("is filled in where the command names it", "已代入命令中使用它的地方"),
    "exchange.why.own_files": ("every run has its own", "每次训练都有自己的文件"),
    "exchange.why.own_log": (
        "every run has its own log, by which it is followed",
        "每次训练都有自己的日志，并据此跟踪进度",
    ),
    "exchange.why.own_folder": ("every run has a folder of its own", "每次训练都有自己的文件夹"),
    "exchange.why.own_resume": (
        "going on is done with: kohya-driver resume",
        "继续训练请使用：kohya-driver resume",
    ),
    "exchange.why.own_machine": (
        "follows from the machine that trains; see [launch]",
        "由训练所用的机器决定；见 [launch]",
    ),
    "exchange.why.own_states": (
        "train states are written by the clock; see [safety]",
        "训练状态按时间自动保存；见 [safety]",
    ),
    "exchange.why.secret": (
        "a password is not written into a file; set HF_TOKEN in the environment",
        "密码不会写入文件；请使用环境变量 HF_TOKEN",
    ),
    "exchange.why.environment": (
        "a variable of another machine; if it is needed here, put it under [launch] env",
        "另一台机器的环境变量；这里需要的话请写到 [launch] env",
    ),
    "exchange.why.fine_tuning": (
        "captions in a metadata file and control pictures cannot be used here; put a text file beside each picture",
        "不支持元数据文件中的标签和控制图；请在每张图片旁放一个文本文件",
    ),
    "exchange.why.own_code": (
        "this is code that the engine's environment does not have",
        "引擎环境中没有这段代码",
    ),
    "exchange.why.no_training": ("with it nothing would be trained", "使用它就不会进行训练"),
    "exchange.why.not_lora": ("this trains something else than a LoRA", "训练的不是 LoRA"),
    "exchange.why.other_family": ("an option of {scripts} only", "只有 {scripts} 才有的选项"),
    "exchange.why.other_family_gui": ("a setting for {family}", "{family} 专用的设置"),
    "exchange.why.no_network": (
        "the LoRA type {name} cannot be trained here",
        "这里无法训练 {name} 类型的 LoRA",
    ),
    "exchange.why.gui_ignores": (
        "the GUI says itself that it does not support this",
        "图形界面自己也说明不支持此项",
    ),
    "exchange.why.unknown": ("the engine has no such option", "引擎没有这个选项"),
    "exchange.why.unknown_close": (
        "the engine has no such option; `{close}` is spelled most like it",
        "引擎没有这个选项；拼写最接近的是 `{close}`",
    ),
    "exchange.why.wrong_type": ("not of the form that is wanted: {wanted}", "形式不对，应为：{wanted}"),
    "exchange.why.no_place": ("a preset cannot hold this value: {fault}", "预设不能使用这个值：{fault}"),
    "exchange.why.no_field": ("a preset has no place for it", "预设中没有对应的位置"),
    "exchange.why.no_pairs": ("must be `name=value` pairs", "必须是 `名称=值` 的形式"),
    "exchange.why.no_value": ("its value is missing", "缺少值"),
    "exchange.why.loose_word": ("belongs to no option", "不属于任何选项"),
    "exchange.why.one_set": (
        "a preset has one set of pictures; this one differs from the first",
        "预设只有一个数据集；此处与第一个不同",
    ),
    "exchange.why.not_here": (
        "this file is not here; give it too, or put it beside",
        "这个文件不在这里；请一并给出，或放在同一文件夹",
    ),
    "exchange.why.no_dataset_config": ("this is no dataset config", "这不是数据集配置"),
    "exchange.why.prompts_format": (
        "prompts are read from .txt files only",
        "只能读取 .txt 格式的提示词文件",
    ),
    "exchange.why.prompt_options": (
        "has options that the engine's samples do not know: {options}",
        "含有引擎不支持的提示词参数：{options}",
    ),
    "exchange.why.unreadable": ("is not in the form that the engine writes", "不是引擎写出的格式"),
    "exchange.why.no_counterpart": ("sd-scripts has nothing like it", "sd-scripts 没有对应的功能"),
    "exchange.why.no_counterpart_value": (
        "sd-scripts has nothing like this value; known are: {known}",
        "sd-scripts 没有对应的值；可用的有：{known}",
    ),
    "exchange.why.not_this_optimizer": ("has no effect there with {name}", "使用 {name} 时在原程序中无效"),
    "exchange.why.one_process": ("only the first process is taken", "只采用第一个 process"),
    "exchange.why.counts_files": (
        "there it counts files; set [saving] last_n_steps, which counts steps",
        "原程序按文件数计算；请设置 [saving] last_n_steps，它按步数计算",
    ),
    "exchange.why.largest_size": (
        "each picture in several sizes is not possible; the largest was taken",
        "不能让每张图以多种尺寸训练；采用了最大的尺寸",
    ),
    "exchange.why.folder_name": ("the folder's name", "文件夹的名称"),
    "exchange.why.never_drawn": (
        "is not drawn there: how often is not said",
        "在原程序中不会生成：没有设置频率",
    ),
    "exchange.why.disabled": ("switched off there", "在原程序中已停用"),
    "exchange.why.no_blanks": (
        "kohya_ss cannot pass on a value with blanks, quotes or other than Latin letters",
        "kohya_ss 无法传递含有空格、引号或非拉丁字母的值",
    ),
    # What stands in files for elsewhere.
    "exchange.exported": (
        "Made by kohya-driver export for {script} of sd-scripts. Correct the paths for the machine that trains.",
        "由 kohya-driver export 为 sd-scripts 的 {script} 生成。请按训练所用的机器修改路径。",
    ),
    "exchange.exported_shell": (
        "Set the variable {variable} to the folder of sd-scripts, in its environment.",
        "请在 sd-scripts 的环境中，将变量 {variable} 设为 sd-scripts 所在的文件夹。",
    ),
    # On the screen.
    "exchange.fate.taken": ("Taken ({count})", "已采用（{count}）"),
    "exchange.fate.default": ("Without effect, or so anyway ({count})", "无效果，或本来就是这样（{count}）"),
    "exchange.fate.plan": ("Decided by the plan ({count})", "由计划决定（{count}）"),
    "exchange.fate.left": ("Not mapped ({count})", "无法对应（{count}）"),
    "exchange.fate.assumed": (
        "Not in the file, and so in the other program",
        "文件中没有，但原程序就是这样做的",
    ),
    "exchange.changes": ("The plan changes for this machine", "计划会针对这台机器作如下修改"),
    "exchange.written": ("Written: {path}", "已写入：{path}"),
    "exchange.next": ("Look at it with: kohya-driver plan {path}", "查看：kohya-driver plan {path}"),
    "exchange.filled": (
        "Filled in, because the preset leaves it open",
        "已补上（预设中没有设置）",
    ),
    "exchange.stays": ("Means nothing elsewhere, and stays here", "在别处没有意义，只在这里有效"),
    "exchange.how.sd-scripts": (
        "Copy the folder there, correct the paths, and type in sd-scripts' environment (SD_SCRIPTS is its folder):",
        "把文件夹复制过去，修改路径，然后在 sd-scripts 的环境中输入（SD_SCRIPTS 是它所在的文件夹）：",
    ),
    "exchange.how.shell": (
        "Copy the script there, correct the paths in it, and type in sd-scripts' environment (SD_SCRIPTS is its folder):",
        "把脚本复制过去，修改其中的路径，然后在 sd-scripts 的环境中输入（SD_SCRIPTS 是它所在的文件夹）：",
    ),
    "exchange.how.kohya_ss": (
        "Open it in kohya_ss: LoRA, Configuration. Correct the paths there.",
        "在 kohya_ss 中打开：LoRA → Configuration，并在那里修改路径。",
    ),
    # Findings.
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
        "Only a LoRA that was made with sd-scripts, and not stripped, does.",
        "只有用 sd-scripts 训练且未被清除记录的 LoRA 才有。",
    ),
    "exchange.two_files": (
        "Two files must be a training config and a dataset config of sd-scripts.",
        "两个文件必须分别是 sd-scripts 的训练配置和数据集配置。",
    ),
    "exchange.two_files.hint": ("Give one file, or those two.", "请只给一个文件，或给出这两个文件。"),
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
