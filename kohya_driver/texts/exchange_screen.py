"""What an import and an export say on the screen and in the files that they write."""

TEXTS = {
    "exchange_screen.made_from": (
        "Made by kohya-driver import from {names} ({tool}). Each line tells what it came from.",
        "由 kohya-driver import 根据 {names}（{tool}）生成。每一行都注明了来源。",
    ),
    "exchange_screen.not_taken": ("Not taken:", "未采用："),
    "exchange_screen.assumed": (
        "not in the file: so the other program does it where nothing is said",
        "文件中没有：原程序在未指定时就是这样做的",
    ),
    "exchange_screen.format.kohya_ss": ("settings of the kohya_ss GUI", "kohya_ss 图形界面的设置"),
    "exchange_screen.format.sd-scripts": ("sd-scripts' configuration", "sd-scripts 的配置"),
    "exchange_screen.format.command": ("a command line of sd-scripts", "sd-scripts 的命令行"),
    "exchange_screen.format.easy-training": (
        "LoRA_Easy_Training_Scripts' settings",
        "LoRA_Easy_Training_Scripts 的设置",
    ),
    "exchange_screen.format.onetrainer": ("OneTrainer's configuration", "OneTrainer 的配置"),
    "exchange_screen.format.ai-toolkit": ("ai-toolkit's configuration", "ai-toolkit 的配置"),
    "exchange_screen.format.lora": ("what a LoRA file says of its training", "LoRA 文件中的训练记录"),
    "exchange_screen.why.unset": ("says nothing", "没有内容"),
    "exchange_screen.why.same": ("it is so anyway", "本来就是这样"),
    "exchange_screen.why.overruled": ("`{by}` holds", "以 `{by}` 为准"),
    "exchange_screen.why.same_as": ("the same as {other}", "与 {other} 相同"),
    "exchange_screen.why.on_subsets": (
        "stands with each of the subsets of this set",
        "已写到该数据集的每个子集中",
    ),
    "exchange_screen.why.no_subsets": ("this set has no pictures", "该数据集没有图片"),
    "exchange_screen.why.no_folder": (
        "its folder of pictures is not taken, or is not said",
        "它所属的图片文件夹未被采用，或没有写明",
    ),
    "exchange_screen.why.not_for_all": (
        "does not hold for all pictures, and --images puts one folder in place of them all",
        "并非对所有图片都有效，而 --images 用一个文件夹代替了全部图片",
    ),
    "exchange_screen.why.reg_images": (
        "--images replaces the pictures that are learnt; regularization images belong into [dataset] reg_data_dir",
        "--images 只代替要学习的图片；正则化图片请写到 [dataset] reg_data_dir",
    ),
    "exchange_screen.why.screen": (
        "concerns that program's window and files only",
        "只与原程序的界面和文件有关",
    ),
    "exchange_screen.why.record": ("a record of what happened, no setting", "是过程记录，不是设置"),
    "exchange_screen.why.goes_with": ("was used to read another setting", "已用于读取另一项设置"),
    "exchange_screen.why.with_first": ("was taken together with the first one", "已与第一项一起采用"),
    "exchange_screen.why.noise_type": (
        "has no effect there: the kind of noise is {kind}",
        "在原程序中无效：噪声类型为 {kind}",
    ),
    "exchange_screen.why.not_this_family": (
        "is for another kind of base model, and has no effect there",
        "用于其他类型的底模，在原程序中无效",
    ),
    "exchange_screen.why.not_this_type": (
        "has no effect there with the LoRA type {name}",
        "LoRA 类型为 {name} 时在原程序中无效",
    ),
    "exchange_screen.why.filled_in": ("is filled in where the command names it", "已代入命令中使用它的地方"),
    "exchange_screen.why.not_in_command": ("the command does not name it", "命令中没有用到它"),
    "exchange_screen.why.not_understood": (
        "this part of the script is not understood, or holds only on a condition that is not known here",
        "无法理解脚本的这一部分，或者它只在某个条件下生效，而这里无法判断该条件",
    ),
    "exchange_screen.why.own_files": ("every run has its own", "每次训练都有自己的文件"),
    "exchange_screen.why.own_log": (
        "every run has its own log, by which it is followed",
        "每次训练都有自己的日志，并据此跟踪进度",
    ),
    "exchange_screen.why.own_folder": ("every run has a folder of its own", "每次训练都有自己的文件夹"),
    "exchange_screen.why.own_resume": (
        "going on is done with: kohya-driver resume",
        "继续训练请使用：kohya-driver resume",
    ),
    "exchange_screen.why.own_machine": (
        "follows from the machine that trains; see [launch]",
        "由训练所用的机器决定；见 [launch]",
    ),
    "exchange_screen.why.secret": (
        "a password is not written into a file; set HF_TOKEN in the environment",
        "密码不会写入文件；请使用环境变量 HF_TOKEN",
    ),
    "exchange_screen.why.secret_log": (
        "a password is not written into a file; a run keeps its log here, and needs none",
        "密码不会写入文件；训练日志保存在本地，不需要密码",
    ),
    "exchange_screen.why.secret_variable": (
        "a password is not written into a file; set {name} in the environment",
        "密码不会写入文件；请使用环境变量 {name}",
    ),
    "exchange_screen.why.environment": (
        "a variable of another machine; if it is needed here, put it under [launch] env",
        "另一台机器的环境变量；这里需要的话请写到 [launch] env",
    ),
    "exchange_screen.why.fine_tuning": (
        "captions in a metadata file and control pictures cannot be used here; put a text file beside each picture",
        "不支持元数据文件中的标签和控制图；请在每张图片旁放一个文本文件",
    ),
    "exchange_screen.why.own_code": (
        "this is code that the engine's environment does not have",
        "引擎环境中没有这段代码",
    ),
    "exchange_screen.why.no_training": ("with it nothing would be trained", "使用它就不会进行训练"),
    "exchange_screen.why.not_lora": ("this trains something else than a LoRA", "训练的不是 LoRA"),
    "exchange_screen.why.other_family": ("an option of {scripts} only", "只有 {scripts} 才有的选项"),
    "exchange_screen.why.other_family_gui": ("a setting for {family}", "{family} 专用的设置"),
    "exchange_screen.why.no_network": (
        "the LoRA type {name} cannot be trained here",
        "这里无法训练 {name} 类型的 LoRA",
    ),
    "exchange_screen.why.gui_ignores": (
        "the GUI says itself that it does not support this",
        "图形界面自己也说明不支持此项",
    ),
    "exchange_screen.why.unknown": ("the engine has no such option", "引擎没有这个选项"),
    "exchange_screen.why.unknown_close": (
        "the engine has no such option; `{close}` is spelled most like it",
        "引擎没有这个选项；拼写最接近的是 `{close}`",
    ),
    "exchange_screen.why.wrong_type": (
        "not of the form that is wanted: {wanted}",
        "形式不对，应为：{wanted}",
    ),
    "exchange_screen.why.no_place": (
        "a preset cannot hold this value: {fault}",
        "预设不能使用这个值：{fault}",
    ),
    "exchange_screen.why.no_field": ("a preset has no place for it", "预设中没有对应的位置"),
    "exchange_screen.why.no_pairs": ("must be `name=value` pairs", "必须是 `名称=值` 的形式"),
    "exchange_screen.why.no_value": ("its value is missing", "缺少值"),
    "exchange_screen.why.loose_word": ("belongs to no option", "不属于任何选项"),
    "exchange_screen.why.one_set": (
        "a preset has one set of pictures; this one differs from the first",
        "预设只有一个数据集；此处与第一个不同",
    ),
    "exchange_screen.why.one_trigger": (
        "a preset has one trigger word; that of `{by}` holds",
        "预设只有一个触发词；以 `{by}` 为准",
    ),
    "exchange_screen.why.rounded": (
        "rounded: a picture is shown a whole number of times",
        "已取整：图片的重复次数是整数",
    ),
    "exchange_screen.why.nearest_optimizer": (
        "sd-scripts does not have this optimizer; the one nearest to it was taken",
        "sd-scripts 没有这个优化器；采用了最接近的一个",
    ),
    "exchange_screen.why.not_here": (
        "this file is not here; give it too, or put it beside",
        "这个文件不在这里；请一并给出，或放在同一文件夹",
    ),
    "exchange_screen.why.no_dataset_config": ("this is no dataset config", "这不是数据集配置"),
    "exchange_screen.why.prompts_format": (
        "prompts are read from .txt files only",
        "只能读取 .txt 格式的提示词文件",
    ),
    "exchange_screen.why.prompt_options": (
        "has options that the engine's samples do not know: {options}",
        "含有引擎不支持的提示词参数：{options}",
    ),
    "exchange_screen.why.unreadable": ("is not in the form that the engine writes", "不是引擎写出的格式"),
    "exchange_screen.why.no_counterpart": ("sd-scripts has nothing like it", "sd-scripts 没有对应的功能"),
    "exchange_screen.why.no_counterpart_value": (
        "sd-scripts has nothing like this value; known are: {known}",
        "sd-scripts 没有对应的值；可用的有：{known}",
    ),
    "exchange_screen.why.not_this_optimizer": (
        "has no effect there with {name}",
        "使用 {name} 时在原程序中无效",
    ),
    "exchange_screen.why.one_process": ("only the first process is taken", "只采用第一个 process"),
    "exchange_screen.why.counts_files": (
        "there it counts files; set [saving] last_n_steps, which counts steps",
        "原程序按文件数计算；请设置 [saving] last_n_steps，它按步数计算",
    ),
    "exchange_screen.why.first_rate": (
        "the engine takes the first rate for all text encoders, and does not use the others",
        "引擎对所有文本编码器只使用第一个学习率，其余不起作用",
    ),
    "exchange_screen.why.largest_size": (
        "each picture in several sizes is not possible; the largest was taken",
        "不能让每张图以多种尺寸训练；采用了最大的尺寸",
    ),
    "exchange_screen.folder_name": (
        "the folder's name, with which pictures without a caption are captioned there",
        "文件夹的名称：在原程序中，没有标签的图片以它作为标签",
    ),
    "exchange_screen.why.never_drawn": (
        "is not drawn there: how often is not said",
        "在原程序中不会生成：没有设置频率",
    ),
    "exchange_screen.why.no_prompts": (
        "is not drawn there: there are no prompts",
        "在原程序中不会生成：没有提示词",
    ),
    "exchange_screen.why.disabled": ("switched off there", "在原程序中已停用"),
    "exchange_screen.why.no_blanks": (
        "kohya_ss cannot pass on a value with blanks, quotes or other than Latin letters",
        "kohya_ss 无法传递含有空格、引号或非拉丁字母的值",
    ),
    "exchange_screen.exported": (
        "Made by kohya-driver export for {script} of sd-scripts. Correct the paths for the machine that trains.",
        "由 kohya-driver export 为 sd-scripts 的 {script} 生成。请按训练所用的机器修改路径。",
    ),
    "exchange_screen.exported_shell": (
        "Set the variable {variable} to the folder of sd-scripts, in its environment.",
        "请在 sd-scripts 的环境中，将变量 {variable} 设为 sd-scripts 所在的文件夹。",
    ),
    "exchange_screen.fate.taken": ("Taken ({count})", "已采用（{count}）"),
    "exchange_screen.fate.default": (
        "Without effect, or so anyway ({count})",
        "无效果，或本来就是这样（{count}）",
    ),
    "exchange_screen.fate.plan": ("Decided by the plan ({count})", "由计划决定（{count}）"),
    "exchange_screen.fate.left": ("Not mapped ({count})", "无法对应（{count}）"),
    "exchange_screen.fate.assumed": (
        "Not in the file, and so in the other program",
        "文件中没有，但原程序就是这样做的",
    ),
    "exchange_screen.changes": ("The plan changes for this machine", "计划会针对这台机器作如下修改"),
    "exchange_screen.written": ("Written: {path}", "已写入：{path}"),
    "exchange_screen.next": ("Look at it with: kohya-driver plan {path}", "查看：kohya-driver plan {path}"),
    "exchange_screen.filled": (
        "Filled in, because the preset leaves it open",
        "已补上（预设中没有设置）",
    ),
    "exchange_screen.stays": ("Means nothing elsewhere, and stays here", "在别处没有意义，只在这里有效"),
    "exchange_screen.how.sd-scripts": (
        "Copy the folder there, correct the paths, and type in sd-scripts' environment (SD_SCRIPTS is its folder):",
        "把文件夹复制过去，修改路径，然后在 sd-scripts 的环境中输入（SD_SCRIPTS 是它所在的文件夹）：",
    ),
    "exchange_screen.how.shell": (
        "Copy the script there, correct the paths in it, and type in sd-scripts' environment (SD_SCRIPTS is its folder):",
        "把脚本复制过去，修改其中的路径，然后在 sd-scripts 的环境中输入（SD_SCRIPTS 是它所在的文件夹）：",
    ),
    "exchange_screen.how.kohya_ss": (
        "Open it in kohya_ss: LoRA, Configuration. Correct the paths there.",
        "在 kohya_ss 中打开：LoRA → Configuration，并在那里修改路径。",
    ),
}
