"""The next step in a folder: `kohya-driver` without a command."""

TEXTS = {
    "guidance.running": (
        "A training is under way: {run}. To look at it (Ctrl-C leaves, the training goes on):",
        "有一次训练正在进行：{run}。查看进度（Ctrl-C 只是离开画面，训练会继续）：",
    ),
    "guidance.failed": (
        "The last training here, {run}, failed. Why, and what to do:",
        "这里最近一次训练 {run} 失败了。查看原因和处理办法：",
    ),
    "guidance.cut_off": (
        "The last training here, {run}, was cut off. To go on with it:",
        "这里最近一次训练 {run} 被中断了。接着训练：",
    ),
    "guidance.stopped": (
        "The last training here, {run}, was stopped. To go on with it:",
        "这里最近一次训练 {run} 已停止。接着训练：",
    ),
    "guidance.finished": (
        "The last training here, {run}, is done. To see what came of it, and how the LoRA is used:",
        "这里最近一次训练 {run} 已完成。查看结果，以及 LoRA 的用法：",
    ),
    "guidance.changed": (
        "{preset} was changed after its last training, {run}. To train it as it is now (everything is checked first):",
        "{preset} 在最近一次训练 {run} 之后改过。按现在的内容训练（会先检查一切）：",
    ),
    "guidance.ready": (
        "A preset is ready: {preset}. To train it (everything is checked first; with `plan` in place of `train` it is only shown):",
        "预设已就绪：{preset}。开始训练（会先检查一切；把 `train` 换成 `plan` 则只显示计划）：",
    ),
    "guidance.no_engine": (
        "A preset is ready, {preset}, but the engine that trains is not installed. Once:",
        "预设已就绪（{preset}），但负责训练的引擎还没有安装。只需安装一次：",
    ),
    "guidance.missing": (
        "{preset} names something that is not here: {path}. All that is wrong with it, and what to do:",
        "{preset} 中写的这个路径不存在：{path}。查看全部问题和处理办法：",
    ),
    "guidance.broken": (
        "{preset} cannot be read. What is wrong with it, and where:",
        "{preset} 无法读取。查看问题出在哪里：",
    ),
    "guidance.foreign": (
        "{file} holds settings of another training program. To make a preset of them:",
        "{file} 是其他训练程序的设置。把它转为预设：",
    ),
    "guidance.captioned": (
        "{count} picture(s) with captions in {folder}. To train on them (everything is checked first):",
        "{folder} 里有 {count} 张带描述文件的图片。用它们训练（会先检查一切）：",
    ),
    "guidance.pictures": (
        "{count} picture(s) in {folder}, most without a caption. To crop, tag and sort them into a project of their own (the folder itself stays as it is):",
        "{folder} 里有 {count} 张图片，大多没有描述文件。把它们裁剪、打标并整理成一个项目（原文件夹不会改动）：",
    ),
    "guidance.own": (
        "There is nothing to train in this folder yet. To make a project of your pictures:",
        "这个文件夹里还没有可以训练的内容。用您的图片建立一个项目：",
    ),
    "guidance.first": (
        "Nothing has been trained on this machine yet. To try everything out with pictures that come along:",
        "这台机器上还没有训练过。先用自带的图片完整试一遍：",
    ),
    "guidance.blank_images": ("DIR", "图片文件夹"),
    "guidance.blank_trigger": ("WORD", "触发词"),
    "guidance.blank_base": ("FILE", "底模文件"),
    "guidance.about_images": (
        "DIR: a folder with 10 to 50 good pictures of one person, thing or style.",
        "图片文件夹：里面放 10 到 50 张同一个人、物或画风的好图片。",
    ),
    "guidance.about_trigger": (
        "WORD: a word of your own, with which the LoRA is called in prompts later.",
        "触发词：您自己起的一个词，以后写在提示词里调用这个 LoRA。",
    ),
    "guidance.about_base": (
        "FILE: the base model (.safetensors); `kohya-driver models list` shows those on this machine, `kohya-driver models catalogue` where to get one.",
        "底模文件：.safetensors 格式的底模；`kohya-driver models list` 列出这台机器上的底模，`kohya-driver models catalogue` 说明去哪里获取。",
    ),
    "guidance.about_preset": (
        "In place of sd15-anime-character any other preset: `kohya-driver presets list`.",
        "sd15-anime-character 可以换成别的预设：`kohya-driver presets list`。",
    ),
    "guidance.about_style": (
        "For photos write realistic in place of anime.",
        "如果是真人照片，请把 anime 换成 realistic。",
    ),
    "guidance.more": ("All commands: kohya-driver --help", "全部命令：kohya-driver --help"),
}
