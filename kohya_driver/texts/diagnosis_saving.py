"""Sentences about samples, saved files, resuming, packages and the system: what happened, why, what to do."""

CAUSES = {
    "save.disk_full": (
        ("The disk is full.", "磁盘已满。"),
        ("Checkpoints, states and picture caches add up; the system's own swap is on the same disk.", "存档点、训练状态和图片缓存会越积越多；系统的虚拟内存也在同一块磁盘上。"),
        (
            "Free some space. [saving] last_n_epochs keeps fewer checkpoints, state = false none of the large states.",
            "请腾出空间。设置 [saving] last_n_epochs 可以少留存档点，state = false 则不保存占空间的训练状态。",
        ),
    ),
    "save.output_dir_none": (
        ("No folder was given for the finished LoRA.", "没有指定成品 LoRA 的文件夹。"),
        ("output_dir is not set, and the engine notices when it saves for the first time.", "没有设置 output_dir，引擎到第一次保存时才发现。"),
        ("Set output_dir; kohya-driver does so itself.", "请设置 output_dir；kohya-driver 会自动设置。"),
    ),
    "save.output_name_slash": (
        ("The LoRA's file could not be made.", "无法建立 LoRA 文件。"),
        ("output_name has a stroke in it, and so names a folder that does not exist.", "output_name 中含有斜线，指向了一个不存在的文件夹。"),
        ("[saving] output_name: a plain name. Folders go into output_dir.", "[saving] output_name 只写文件名，文件夹写在 output_dir 中。"),
    ),
    "save.dir_unwritable": (
        ("The LoRA could not be written.", "无法写入 LoRA 文件。"),
        ("The output folder is a file, may not be written to, or lies on a disk that is not connected.", "输出位置是一个文件、没有写入权限，或在未连接的磁盘上。"),
        ("Choose another folder in [saving] output_dir.", "请在 [saving] output_dir 中换一个文件夹。"),
    ),
    "sample.no_prompts": (
        ("Samples are to be drawn, but nothing says of what.", "要求生成预览图，却没有提示词。"),
        ("sample_every_n_steps, sample_every_n_epochs or sample_at_first is set without sample_prompts.", "设置了 sample_every_n_steps、sample_every_n_epochs 或 sample_at_first，却没有 sample_prompts。"),
        ("Write [sampling] prompts, or leave out every_n_epochs, every_n_steps and at_first.", "请填写 [sampling] prompts，或去掉 every_n_epochs、every_n_steps 和 at_first。"),
    ),
    "sample.bad_ext": (
        ("The prompts' file has an ending that the engine does not read.", "提示词文件的扩展名引擎不支持。"),
        ("Only .txt, .toml and .json are read.", "只支持 .txt、.toml 和 .json。"),
        ("Rename it to .txt, one prompt to a line; or write [sampling] prompts.", "请改名为 .txt，每行一条提示词；或填写 [sampling] prompts。"),
    ),
    "sample.toml_shape": (
        ("The prompts' file lacks the table {name}.", "提示词文件缺少表 {name}。"),
        ("A .toml file must have [[prompt.subset]] for each prompt.", ".toml 文件中每条提示词都要有 [[prompt.subset]]。"),
        ("Add it; or use a .txt file, one prompt to a line; or write [sampling] prompts.", "请补上；或改用 .txt，每行一条；或填写 [sampling] prompts。"),
    ),
    "sample.missing_file": (
        ("No samples were drawn, as the prompts' file is not there: {path}", "没有生成预览图，因为提示词文件不存在：{path}"),
        ("It was moved or renamed. The training went on.", "文件被移动或改名。训练没有受影响。"),
        ("Correct sample_prompts; or write [sampling] prompts.", "请改正 sample_prompts；或填写 [sampling] prompts。"),
    ),
    "resume.finished": (
        ("The training to be resumed was over already.", "要继续的训练已经完成。"),
        ("The saved state has as many steps as max_train_steps or max_train_epochs allow.", "保存的状态已经达到 max_train_steps 或 max_train_epochs 规定的步数。"),
        ("Raise [training] max_train_epochs, or start anew.", "请提高 [training] max_train_epochs，或重新开始。"),
    ),
    "resume.missing": (
        ("The state to resume from is not there: {path}", "找不到要继续的训练状态：{path}"),
        ("The path is wrong, or names a LoRA file instead of a state's folder.", "路径不对，或指定了 LoRA 文件而不是训练状态文件夹。"),
        ("Give the folder whose name ends in -state.", "请指定名称以 -state 结尾的文件夹。"),
    ),
    "resume.mismatch": (
        ("The saved state does not fit this training.", "保存的训练状态与本次训练不符。"),
        ("Rank, kind of network or its arguments were changed since.", "此后改动了维度、网络类型或网络参数。"),
        ("Use the same [network] settings; or start anew with the LoRA in [network] weights.", "请使用相同的 [network] 设置；或把该 LoRA 写在 [network] weights 中重新开始。"),
    ),
    "resume.files": (
        ("The saved state is not whole; missing: {path}", "训练状态不完整，缺少：{path}"),
        ("The training was ended while it saved the state.", "保存状态时训练被中断了。"),
        ("Use an older state.", "请使用更早的状态。"),
    ),
    "resume.param_groups": (
        ("The saved optimizer does not fit this training.", "保存的优化器与本次训练不符。"),
        ("The optimizer, its learning rates, or what is trained was changed since.", "此后改动了优化器、学习率分组或训练的部分。"),
        ("Use the same [optimizer] and [network] settings; or start anew with the LoRA in [network] weights.", "请使用相同的 [optimizer] 和 [network] 设置；或把该 LoRA 写在 [network] weights 中重新开始。"),
    ),
    "log.tensorboard_dir": (
        ("A record for TensorBoard is wanted, but no folder was given for it.", "要求保存 TensorBoard 记录，却没有指定文件夹。"),
        ("log_with is set without logging_dir.", "设置了 log_with，却没有 logging_dir。"),
        ("Set logging_dir, or leave out log_with; kohya-driver sets both.", "请设置 logging_dir，或去掉 log_with；kohya-driver 会自动设置两者。"),
    ),
    "log.wandb_key": (
        ("The record at Weights & Biases needs a key.", "Weights & Biases 记录需要密钥。"),
        ("No key is set, and nobody can be asked for it while it trains.", "没有设置密钥，训练时也无法询问。"),
        ("Set wandb_api_key, or WANDB_MODE=offline, or leave out wandb.", "请设置 wandb_api_key 或 WANDB_MODE=offline，或不用 wandb。"),
    ),
    "log.level": (
        ("There is no log level {value}.", "没有名为 {value} 的日志级别。"),
        ("console_log_level is misspelt.", "console_log_level 拼写错误。"),
        ("INFO, or leave it out.", "请用 INFO，或不写。"),
    ),
    "os.tcc": (
        ("macOS did not allow a file to be read: {path}", "macOS 不允许读取文件：{path}"),
        (
            "Desktop, Documents, Downloads and outer disks are protected; the terminal or program has no permission.",
            "桌面、文稿、下载文件夹和外置磁盘受到保护，终端或程序没有权限。",
        ),
        (
            "System Settings, Privacy & Security, Files and Folders: allow it for your terminal. Or move the files into another folder "
            "of your home.",
            "打开“系统设置”的“隐私与安全性”，在“文件与文件夹”中允许你的终端访问；或把文件移到个人目录下的其他文件夹。",
        ),
    ),
    "os.icloud": (
        ("A file is in iCloud only and could not be read: {path}", "文件只在 iCloud 中，无法读取：{path}"),
        ("macOS keeps files of Desktop and Documents in iCloud when space is short; they are listed, but are not here.", "空间不足时，macOS 会把桌面和文稿中的文件只保留在 iCloud；看得到，但不在本机。"),
        ("In Finder choose Download Now or Keep Downloaded, or move the folder out of iCloud.", "请在“访达”中选择“立即下载”或“保持下载”，或把文件夹移出 iCloud。"),
    ),
    "env.arch": (
        ("Parts for different kinds of chip are mixed: {value} is there, {other} is needed.", "混用了不同芯片的程序：现有 {value}，需要 {other}。"),
        ("Python runs under Rosetta, or packages for Intel and Apple silicon are mixed.", "Python 在 Rosetta 下运行，或混装了 Intel 和 Apple 芯片的软件包。"),
        ("Make the environment anew with a Python for this chip: `kohya-driver engine install --force`.", "请用适合本机芯片的 Python 重建环境：`kohya-driver engine install --force`。"),
    ),
    "env.torchvision": (
        ("torch and torchvision do not belong together.", "torch 与 torchvision 版本不配套。"),
        ("One of them was updated without the other.", "只更新了其中一个。"),
        ("`kohya-driver engine install --force` installs a matching pair; elsewhere install both again together.", "`kohya-driver engine install --force` 会安装配套的版本；用其他程序时，请同时重装两者。"),
    ),
    "env.numpy2": (
        ("A package was built for an older NumPy.", "有软件包是为旧版 NumPy 编译的。"),
        ("NumPy 2 was installed later, mostly by another package.", "后来装上了 NumPy 2，多半是被其他软件包带来的。"),
        ("`kohya-driver engine install --force`; elsewhere install `numpy<2`.", "运行 `kohya-driver engine install --force`；用其他程序时，请安装 `numpy<2`。"),
    ),
    "env.hf_cached_download": (
        ("huggingface_hub does not fit the other packages; it lacks {name}.", "huggingface_hub 与其他软件包不配套，缺少 {name}。"),
        ("It was updated, and diffusers or transformers were not, or the reverse.", "它被更新了，而 diffusers 或 transformers 没有，或者相反。"),
        ("`kohya-driver engine install --force`; elsewhere install sd-scripts' requirements again.", "运行 `kohya-driver engine install --force`；用其他程序时，请重新安装 sd-scripts 的依赖。"),
    ),
    "env.protobuf": (
        ("protobuf is too new for another package.", "protobuf 版本过新，与其他软件包不配套。"),
        ("It was updated by itself.", "它被单独更新了。"),
        ("`kohya-driver engine install --force`; elsewhere install `protobuf<4`.", "运行 `kohya-driver engine install --force`；用其他程序时，请安装 `protobuf<4`。"),
    ),
    "env.module_missing": (
        ("A package is missing: {name}", "缺少软件包：{name}"),
        ("The engine's environment is not whole, or another Python was used than the one that has it.", "引擎环境不完整，或使用了另一个没有该软件包的 Python。"),
        ("`kohya-driver engine verify`, then `kohya-driver engine install --force`.", "运行 `kohya-driver engine verify`，然后运行 `kohya-driver engine install --force`。"),
    ),
    "env.omp": (
        ("Two copies of the OpenMP library met in one program.", "同一个程序里出现了两份 OpenMP 库。"),
        ("conda and pip have brought one each.", "conda 和 pip 各带来一份。"),
        ("Use an environment of its own, without conda: `kohya-driver engine install`.", "请使用不含 conda 的独立环境：`kohya-driver engine install`。"),
    ),
    "env.deepspeed": (
        ("DeepSpeed is asked for and not installed.", "要求使用 DeepSpeed，但没有安装。"),
        ("It is for several NVIDIA cards.", "它用于多块 NVIDIA 显卡。"),
        ("Leave out deepspeed.", "去掉 deepspeed。"),
    ),
    "env.tagger_onnx": (
        ("The program that writes captions lacks a package: {name}", "打标签程序缺少软件包：{name}"),
        ("sd-scripts' tagger wants tensorflow unless it is told otherwise; onnxruntime-gpu does not exist for Macs.", "sd-scripts 的打标签程序默认需要 tensorflow；onnxruntime-gpu 没有 Mac 版本。"),
        ("Install onnxruntime, and start the tagger with --onnx.", "请安装 onnxruntime，并用 --onnx 启动打标签程序。"),
    ),
    "env.gui_thread": (
        ("The window program of kohya_ss ended, not the training.", "结束的是 kohya_ss 的窗口程序，不是训练。"),
        ("On a Mac a dialog may be opened by the main part of a program only.", "在 Mac 上，只有程序的主线程才能打开对话框。"),
        ("Start its window with --headless, and type paths instead of choosing them.", "请用 --headless 启动它的界面，路径改为手动输入。"),
    ),
    "noise.deepspeed_syntax": (
        ("A warning about `is not` comes from the engine's own code.", "关于 `is not` 的警告来自引擎自己的代码。"),
        ("It is harmless, and always there.", "它没有影响，而且每次都会出现。"),
        ("Nothing needs to be done.", "不需要处理。"),
    ),
}  # fmt: skip
