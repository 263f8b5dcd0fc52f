"""Sentences about how a training was started and how its process ended: what happened, why, what to do."""

CAUSES = {
    "proc.sigkill": (
        ("The training was ended by force, without a word.", "训练被强行结束，没有留下任何说明。"),
        (
            "Most often the system did it, because memory was short. It may also have been a person or another program.",
            "多半是系统因为内存不足而结束了它；也可能是人或其他程序所为。",
        ),
        (
            "Close other programs and try `kohya-driver train PRESET --fit`; or [training] train_batch_size = 1, "
            "gradient_checkpointing = true, max_data_loader_n_workers = 0, or a smaller [dataset] resolution.",
            "关闭其他程序，并尝试 `kohya-driver train PRESET --fit`；或设置 [training] train_batch_size = 1、"
            "gradient_checkpointing = true、max_data_loader_n_workers = 0，或减小 [dataset] resolution。",
        ),
    ),
    "proc.one_of_several": (
        (
            "Another process of this training has ended, and the rest cannot go on without it.",
            "这次训练的另一个进程已经结束，其余进程无法单独继续。",
        ),
        (
            "It was ended by force, for want of memory most often, or its machine is switched off or no longer reached. "
            "If it failed by itself, its own message stands in its machine's log.",
            "它可能被强行结束（多半是因为内存不足），或者它所在的机器关机或断网了。如果是它自己出错，错误信息在那台机器的日志里。",
        ),
        (
            "Look at the run's engine.log on each machine. For want of memory: fewer processes, a smaller batch or resolution.",
            "请查看每台机器上该次训练的 engine.log。如果是内存不足：减少进程数，或减小批大小或分辨率。",
        ),
    ),
    "acc.not_alike": (
        ("The machines do not train the same. {value}", "各台机器训练的内容不一致。{value}"),
        (
            "Their presets, pictures or versions differ, so that one would wait for another without end.",
            "它们的预设、图片或版本不同，其中一台会一直等待另一台。",
        ),
        (
            "Copy the preset and the pictures of the first machine to the others, install the same version of kohya-driver, and start anew.",
            "请把第一台机器的预设和图片复制到其他机器，安装相同版本的 kohya-driver，然后重新开始。",
        ),
    ),
    "acc.no_meeting": (
        (
            "The machines or processes of this training did not find each other.",
            "这次训练的各台机器或各个进程没有互相找到。",
        ),
        (
            "The first machine did not listen at the given address and port in time, or a firewall stands between.",
            "第一台机器没有及时在指定的地址和端口上监听，或者中间有防火墙。",
        ),
        (
            "Start the training on all machines within ten minutes, with the same [launch] main_process_ip, "
            "main_process_port, num_machines and num_processes, and let the port through the firewall.",
            "请在十分钟内在所有机器上启动训练，[launch] 中的 main_process_ip、main_process_port、num_machines、num_processes 要相同，"
            "并让防火墙放行该端口。",
        ),
    ),
    "proc.sigabrt": (
        ("The training's program broke off by itself (SIGABRT).", "训练程序自行中止（SIGABRT）。"),
        (
            "A part of it, most often the graphics driver, found something that must not be. What it said stands in the last lines.",
            "程序的某一部分（多半是图形驱动）发现了不该出现的情况。它的说明在日志的最后几行。",
        ),
        (
            'Try once more. If it comes back: [precision] mixed_precision = "no", [training] attention = "sdpa", a smaller batch '
            "or resolution, and `kohya-driver engine verify`.",
            '先重试一次。如果再次出现：[precision] mixed_precision = "no"、[training] attention = "sdpa"，减小批大小或分辨率，'
            "并运行 `kohya-driver engine verify`。",
        ),
    ),
    "proc.sigsegv": (
        ("The training's program crashed ({signal}).", "训练程序崩溃（{signal}）。"),
        (
            "Mixed or damaged packages, a model file on a disk that went away while it was read, or a fault in PyTorch.",
            "可能是软件包混杂或损坏、读取模型时磁盘断开，或 PyTorch 本身的故障。",
        ),
        (
            "Try once more. If it comes back: put base model and pictures on the internal disk, and run `kohya-driver engine verify`.",
            "先重试一次。如果再次出现：把底模和图片放到内置硬盘上，并运行 `kohya-driver engine verify`。",
        ),
    ),
    "proc.sigterm_int": (
        ("The training was asked to stop ({signal}), and did.", "训练收到停止的要求（{signal}），已经停止。"),
        (
            "Ctrl-C, a closed terminal window, a logout or a restart. Nothing was wrong with the training.",
            "可能是按了 Ctrl-C、关闭了终端窗口、注销或重启。训练本身没有问题。",
        ),
        (
            "Checkpoints saved before are kept. Start it again when you like; [saving] every_n_epochs keeps more of the way.",
            "此前保存的存档点都会保留。随时可以重新开始；设置 [saving] every_n_epochs 可以保留更多中间成果。",
        ),
    ),
    "proc.leaked_semaphore": (
        ("The training vanished; only what tidies up after it has spoken.", "训练突然消失，只留下了清理程序的提示。"),
        (
            "The line about leaked semaphores is a symptom: the program was killed before, most often for lack of memory.",
            "关于“leaked semaphore”的那一行只是症状：程序此前被强行结束了，多半是因为内存不足。",
        ),
        (
            "As for lack of memory: close other programs, `kohya-driver train PRESET --fit`, or a smaller batch or resolution.",
            "按内存不足处理：关闭其他程序，使用 `kohya-driver train PRESET --fit`，或减小批大小或分辨率。",
        ),
    ),
    "acc.config_missing": (
        ("The launcher's config file does not exist: {path}", "启动器的配置文件不存在：{path}"),
        ("accelerate was told to use a file that is not there.", "给 accelerate 指定的文件找不到。"),
        (
            "Start with `kohya-driver train PRESET`, which writes its own; elsewhere correct the path after --config_file.",
            "用 `kohya-driver train PRESET` 启动，它会自己写好配置；用其他程序时，请改正 --config_file 后面的路径。",
        ),
    ),
    "acc.config_mps_type": (
        ("The launcher's config file is from an old version.", "启动器的配置文件来自旧版本。"),
        ('It says `distributed_type: MPS`, which newer versions of accelerate do not know.', "其中写着 `distributed_type: MPS`，新版 accelerate 不认识。"),
        (
            "Start with `kohya-driver train PRESET`, which uses none of it; elsewhere run `accelerate config` again.",
            "用 `kohya-driver train PRESET` 启动，它不使用该文件；用其他程序时，请重新运行 `accelerate config`。",
        ),
    ),
    "acc.config_unknown_keys": (
        ("The launcher's config file has keys that it does not know: {name}", "启动器的配置文件中有它不认识的项：{name}"),
        ("The file was written by a newer version of accelerate.", "该文件由更新版本的 accelerate 写成。"),
        (
            "Start with `kohya-driver train PRESET`, which uses none of it; elsewhere run `accelerate config` again.",
            "用 `kohya-driver train PRESET` 启动，它不使用该文件；用其他程序时，请重新运行 `accelerate config`。",
        ),
    ),
    "acc.defaults_note": (
        ("The launcher tells which settings it chose itself.", "启动器说明了它自己选用的设置。"),
        ("No config file was given to accelerate. That is harmless.", "没有给 accelerate 配置文件。这没有影响。"),
        ("Nothing needs to be done.", "不需要处理。"),
    ),
    "acc.port": (
        ("The launcher wanted a network port ({value}) that another program uses.", "启动器要用的网络端口（{value}）已被其他程序占用。"),
        (
            "It was set to train with several processes, which talk to each other over that port.",
            "它被设置为多进程训练，进程之间要通过这个端口通信。",
        ),
        (
            "Train with one process, as `kohya-driver train PRESET` does; or end the other training.",
            "改用单进程训练（`kohya-driver train PRESET` 就是这样），或结束另一个训练。",
        ),
    ),
    "acc.exit_status": (
        (
            "The training ended with status {status}; the log does not say why.",
            "训练以状态 {status} 结束，日志中没有说明原因。",
        ),
        (
            "The launcher's last words only tell that the training ended. What the training itself said is not in this log.",
            "启动器最后的提示只说明训练结束了。训练程序自己的报错不在这份日志里。",
        ),
        (
            "Look for an earlier part of the log, or start again and keep both output streams: `kohya-driver train PRESET` does.",
            "请找日志更早的部分，或重新启动并同时保存两路输出；`kohya-driver train PRESET` 会这样做。",
        ),
    ),
    "cli.unknown_option": (
        ("The script does not know an option: {option}", "脚本不认识这个选项：{option}"),
        ("It is misspelt, or belongs to another script of sd-scripts.", "可能是拼写错误，或属于 sd-scripts 的其他脚本。"),
        (
            "`kohya-driver options WORD` finds the right name; leave out what the script does not have.",
            "用 `kohya-driver options WORD` 查找正确的名称；去掉脚本没有的选项。",
        ),
    ),
    "cli.invalid_choice": (
        ("{option} cannot be {value}.", "{option} 不能设为 {value}。"),
        ("Only certain values are allowed; the line itself lists them.", "只允许特定的值，日志中的那一行列出了它们。"),
        ("Choose one of them; `kohya-driver options WORD` lists them too.", "从中选择一个；`kohya-driver options WORD` 也会列出。"),
    ),
    "cli.config_not_found": (
        ("The training's config file does not exist: {path}", "训练的配置文件不存在：{path}"),
        ("The path after --config_file is wrong; .toml is added to it where it is missing.", "--config_file 后面的路径不对；没有写 .toml 时会自动加上。"),
        ("Correct the path; or start with `kohya-driver train PRESET`, which writes the file.", "请改正路径；或用 `kohya-driver train PRESET` 启动，它会写好这个文件。"),
    ),
    "cli.output_config_exists": (
        ("The engine was to write a config file that exists already.", "引擎要写的配置文件已经存在。"),
        ("The option output_config does not overwrite, and nothing is trained with it.", "选项 output_config 不会覆盖已有文件，而且用它时不会训练。"),
        ("Leave out output_config.", "去掉 output_config。"),
    ),
    "toml.syntax": (
        ("A config file is no valid TOML: {value}", "配置文件不是有效的 TOML：{value}"),
        (
            "Something is misspelt; or it is one of the things that the engine's old reader refuses, such as True for true, or "
            "a list that mixes whole numbers and others.",
            "可能是写法有误；也可能是引擎的旧版读取器不接受的写法，例如把 true 写成 True，或在同一个列表里混用整数和小数。",
        ),
        (
            "Correct the place that the message names; or let `kohya-driver train PRESET` write the file.",
            "请改正提示中指出的位置；或让 `kohya-driver train PRESET` 来写这个文件。",
        ),
    ),
    "ds.schema": (
        ("The dataset config has a mistake: {value}, at {path}", "数据集配置有误：{value}，位置 {path}"),
        ("A key is unknown, stands in the wrong table, or has a value of the wrong kind.", "某个键不存在、放错了表，或值的类型不对。"),
        (
            "Correct the key that the message names. In a preset, [dataset] says the same, and `kohya-driver plan PRESET` checks it.",
            "请改正提示中指出的键。预设中的 [dataset] 作用相同，`kohya-driver plan PRESET` 会检查它。",
        ),
    ),
    "ds.args_schema": (
        ("A dataset option in the training config has a value of the wrong kind.", "训练配置中某个数据集选项的值类型不对。"),
        (
            "The engine calls this a bug of its own, but it is a value: a number in quotes, or 0 where 0.0 is wanted.",
            "引擎说这是它自己的缺陷，其实是值的问题：数字加了引号，或该写 0.0 的地方写成了 0。",
        ),
        (
            "Write numbers without quotes, and shares with a point (validation_split = 0.0). `kohya-driver plan PRESET` checks it.",
            "数字不要加引号，比例要带小数点（validation_split = 0.0）。`kohya-driver plan PRESET` 会检查。",
        ),
    ),
    "ds.file_missing": (
        ("The dataset config does not exist: {path}", "数据集配置文件不存在：{path}"),
        ("The path in dataset_config is wrong.", "dataset_config 中的路径不对。"),
        ("Correct the path; or use a preset, for which the file is written.", "请改正路径；或使用预设，该文件会自动写好。"),
    ),
    "ds.bad_ext": (
        ("The dataset config has an ending that the engine does not read.", "数据集配置文件的扩展名引擎不支持。"),
        ("Only .toml and .json are read.", "只支持 .toml 和 .json。"),
        ("Rename it.", "请改名。"),
    ),
    "ds.empty_datasets": (
        ("The dataset config names no pictures.", "数据集配置中没有任何图片。"),
        ("It has no [[datasets]] table, only general settings.", "其中没有 [[datasets]] 表，只有通用设置。"),
        (
            "Add [[datasets]] with [[datasets.subsets]] and image_dir; or use a preset with [dataset] train_data_dir.",
            "请加上 [[datasets]] 及其 [[datasets.subsets]] 和 image_dir；或使用带有 [dataset] train_data_dir 的预设。",
        ),
    ),
    "ds.mixed_styles": (
        ("Two ways of naming captions are mixed in one dataset.", "同一个数据集里混用了两种标签方式。"),
        ("Some subsets have a metadata_file, others do not.", "有些子集有 metadata_file，有些没有。"),
        ("Make two [[datasets]] of them.", "请分成两个 [[datasets]]。"),
    ),
    "ds.resolution_int": (
        ("resolution was given as a number where the engine wants text.", "resolution 写成了数字，而这里引擎要求写成文字。"),
        ('In a training config it must be "512" or "512,768"; in a dataset config the reverse.', '在训练配置里必须写成 "512" 或 "512,768"；在数据集配置里则相反。'),
        ('Put it into quotes; or use a preset: [dataset] resolution = 512.', "请加上引号；或使用预设：[dataset] resolution = 512。"),
    ),
    "ds.resolution_bad": (
        ("resolution cannot be read: {value}", "无法识别 resolution：{value}"),
        ('It must be one number, or width and height with a comma: "512,768".', '必须是一个数字，或用逗号分开的宽和高："512,768"。'),
        ("Correct it; in a preset: [dataset] resolution = 512 or [512, 768].", "请改正；预设中写作：[dataset] resolution = 512 或 [512, 768]。"),
    ),
    "ds.resolution_missing": (
        ("No training size was given.", "没有指定训练尺寸。"),
        ("resolution stands neither in the dataset config nor in the training config.", "数据集配置和训练配置里都没有 resolution。"),
        ("Give [dataset] resolution: 512 for SD 1.5, 1024 for SDXL.", "请设置 [dataset] resolution：SD 1.5 用 512，SDXL 用 1024。"),
    ),
    "log.unknown": (
        ("It failed, and this is not a failure that kohya-driver knows: {error}", "训练失败，但这不是 kohya-driver 认识的错误：{error}"),
        ("The engine's own words below are all that is known.", "目前只知道下面引擎自己的报错。"),
        (
            "Read the first traceback and the last lines. Run `kohya-driver plan PRESET` and `kohya-driver doctor`; then search for "
            "the message, or ask with the log at hand.",
            "请看第一段报错（traceback）和最后几行。运行 `kohya-driver plan PRESET` 和 `kohya-driver doctor`；再搜索这条报错，或带着日志提问。",
        ),
    ),
    "log.unfinished": (
        ("The log stops: there is no failure in it, and no end.", "日志到这里就断了：既没有报错，也没有结束。"),
        (
            "Either it is still training, or it was cut off from outside: the machine restarted, or the system ended the program, "
            "most often for lack of memory.",
            "可能仍在训练，也可能从外部被切断：电脑重启了，或系统结束了程序（多半因为内存不足）。",
        ),
        (
            "See whether it still runs. If not, read the last lines; if memory was short, use `kohya-driver train PRESET --fit`.",
            "请看它是否仍在运行。如果没有，请看最后几行；如果是内存不足，请使用 `kohya-driver train PRESET --fit`。",
        ),
    ),
}  # fmt: skip
