"""What the command line says of itself."""

TEXTS = {
    "cli.description": (
        "Train a LoRA with kohya-ss/sd-scripts: one preset in, one .safetensors out, everything checked first.",
        "用 kohya-ss/sd-scripts 训练 LoRA：输入一个预设，输出一个 .safetensors，一切先检查再开始。",
    ),
    "cli.epilog": (
        "First time here:  kohya-driver quickstart\n"
        "Your own:         kohya-driver train sd15-anime-character --images DIR --base FILE --trigger WORD",
        "第一次使用：  kohya-driver quickstart\n"
        "训练自己的：  kohya-driver train sd15-anime-character --images 图片文件夹 --base 底模文件 --trigger 触发词",
    ),
    "cli.command": ("COMMAND", "命令"),
    "cli.action": ("ACTION", "操作"),
    "cli.train": ("train a LoRA from a preset", "按预设训练 LoRA"),
    "cli.plan": (
        "show what a training would do, and what is wrong with it; starts nothing",
        "显示训练将做什么、有哪些问题；不会启动训练",
    ),
    "cli.quickstart": (
        "a first training with real photos and a random base model, to prove that this machine works",
        "用真实照片和随机权重的底模做一次训练，验证这台机器可用",
    ),
    "cli.bench": (
        "measure how fast this machine trains, so that plans can say how long",
        "测量这台机器的训练速度，让计划能说明所需时间",
    ),
    "cli.engine": ("install, check and remove the engine (sd-scripts)", "安装、检查和移除引擎（sd-scripts）"),
    "cli.engine.install": (
        "clone sd-scripts at its pin and build its environment",
        "克隆锁定版本的 sd-scripts 并构建它的环境",
    ),
    "cli.engine.status": ("say what is installed", "显示安装情况"),
    "cli.engine.verify": (
        "check the installed engine: commit, files, environment, imports",
        "检查已安装的引擎：提交、文件、环境、能否导入",
    ),
    "cli.engine.update": (
        "install this version's engine and remove older ones",
        "安装本版本的引擎并移除旧的",
    ),
    "cli.option.engine_ref": (
        "another commit of sd-scripts than this version's: it is installed, its options are read, it is tried out, and what changes for presets is told; "
        "if anything is wrong, the present one stays",
        "改用本版本之外的 sd-scripts 提交：安装、读取选项、试运行，并说明对预设的影响；如有任何问题，仍使用现有的",
    ),
    "cli.option.engine_back": (
        "back to the commit that this version was tested with",
        "回到本版本测试过的提交",
    ),
    "cli.engine.remove": ("remove the installed engine", "移除已安装的引擎"),
    "cli.import": (
        "make a preset out of another program's settings, a command line or a finished LoRA; every key is accounted for",
        "把其他程序的设置、命令行或训练好的 LoRA 转为预设；每一项都有交代",
    ),
    "cli.export": (
        "write a preset's training for sd-scripts, kohya_ss or as a script, to run it elsewhere",
        "把预设导出为 sd-scripts、kohya_ss 的文件或脚本，以便在别处运行",
    ),
    "cli.cloud": (
        "train a preset on a rented machine, by SkyPilot, and bring the run back",
        "用 SkyPilot 在租来的机器上训练预设，并取回结果",
    ),
    "cli.cloud.start": (
        "show what is trained where and what goes up, ask, and start it",
        "显示在哪里训练、上传什么，询问后启动",
    ),
    "cli.cloud.sync": (
        "fetch what is new of a run that trains elsewhere, and show where it is",
        "取回在别处训练的最新内容，并显示进度",
    ),
    "cli.option.cloud_gpu": (
        "the card, and how many in each machine: L4, A100:4; none: a processor only (default: %(default)s)",
        "显卡，以及每台机器的张数：L4、A100:4；none：只用 CPU（默认：%(default)s）",
    ),
    "cli.option.cloud_nodes": ("machines that train together", "一起训练的机器数"),
    "cli.option.cloud_infra": (
        "where: aws, gcp/us-central1, runpod …; unset: the cheapest that SkyPilot may use",
        "在哪里租：aws、gcp/us-central1、runpod 等；不设：SkyPilot 可用的最便宜的",
    ),
    "cli.option.cloud_spot": (
        "cheaper, and may be taken away at any moment",
        "更便宜，但随时可能被收回",
    ),
    "cli.option.cloud_disk": (
        "its disk, in GB (default: %(default)s)",
        "磁盘大小，单位 GB（默认：%(default)s）",
    ),
    "cli.option.cloud_idle": (
        "stop the machine after so many idle minutes (default: %(default)s)",
        "空闲这么多分钟后停机（默认：%(default)s）",
    ),
    "cli.option.cloud_dry_run": ("only show it", "只显示，不启动"),
    "cli.option.cloud_write": (
        "only write the task, for `sky launch`",
        "只写出任务文件，供 `sky launch` 使用",
    ),
    "cli.option.cloud_yes": (
        "do not ask; SkyPilot does not ask either",
        "不询问；SkyPilot 也不再询问",
    ),
    "cli.option.cloud_run": (
        "the run's folder, or its name",
        "训练的文件夹，或其名称",
    ),
    "cli.option.import_files": (
        "kohya_ss JSON, sd-scripts TOML, a shell or batch script, LoRA_Easy_Training_Scripts TOML, OneTrainer JSON, ai-toolkit YAML, "
        "a LoRA (.safetensors); or sd-scripts' training config and dataset config",
        "kohya_ss JSON、sd-scripts TOML、shell 或批处理脚本、LoRA_Easy_Training_Scripts TOML、OneTrainer JSON、ai-toolkit YAML、"
        "LoRA（.safetensors）；或 sd-scripts 的训练配置和数据集配置",
    ),
    "cli.option.import_output": (
        "where the preset is written; by default in this folder, named after FILE",
        "预设写到哪里；默认写到当前文件夹，以 FILE 命名",
    ),
    "cli.option.import_from": ("the format, if it is not to be guessed", "文件格式；不指定则自动判断"),
    "cli.option.import_strict": (
        "write nothing if anything cannot be mapped",
        "只要有一项无法对应，就不写入",
    ),
    "cli.option.export_to": (
        "sd-scripts: config.toml, dataset.toml and the command; kohya_ss: a file for its GUI; shell: one script",
        "sd-scripts：config.toml、dataset.toml 和命令；kohya_ss：供其界面打开的文件；shell：一个脚本",
    ),
    "cli.option.export_output": (
        "a folder for sd-scripts, else a file; by default named after the LoRA",
        "sd-scripts 为文件夹，其他为文件；默认以 LoRA 命名",
    ),
    "cli.option.export_images": (
        "where the pictures lie on the other machine",
        "图片在另一台机器上的位置",
    ),
    "cli.option.export_base": ("where the base model lies there", "底模在另一台机器上的位置"),
    "cli.presets": ("the shipped presets and your own", "自带的预设和您自己的预设"),
    "cli.presets.list": ("list them", "列出预设"),
    "cli.presets.show": (
        "print one in full: every key that it sets, why, and where it comes from",
        "完整打印一个预设：它设置的每个键、原因和来源",
    ),
    "cli.presets.new": ("begin one of your own", "新建一个自己的预设"),
    "cli.presets.edit": (
        "open one of your own in an editor, and check it afterwards",
        "用编辑器打开自己的预设，之后检查",
    ),
    "cli.presets.check": ("look for mistakes in one", "检查一个预设有没有错误"),
    "cli.option.preset_names": (
        "only the names, one a line: all that may be typed, or your own",
        "只列出名字，每行一个：全部（all），或只有自己的（own）",
    ),
    "cli.option.own_preset": ("its name, without spaces", "它的名称，不含空格"),
    "cli.option.all_keys": (
        "also the keys that it leaves open, and what they are for",
        "也列出没有设置的键及其用途",
    ),
    "cli.option.from_preset": ("what it builds on: a preset's name or file", "以哪个预设为基础：名称或文件"),
    "cli.option.family_of_base": ("what kind of model its base will be", "底模属于哪个系列"),
    "cli.models": ("base models: those on this machine, and getting one", "底模：本机已有的，以及获取新的"),
    "cli.models.list": (
        "find those of webui, ComfyUI, Draw Things, InvokeAI and the Hub's cache, or in folders",
        "查找 webui、ComfyUI、Draw Things、InvokeAI 和 Hub 缓存中的底模，或指定文件夹中的",
    ),
    "cli.models.catalogue": (
        "those worth knowing: what each is for, and its licence",
        "值得了解的底模：各自的用途与许可协议",
    ),
    "cli.models.get": (
        "get one from the Hugging Face Hub or a mirror (HF_ENDPOINT); goes on where it was cut off",
        "从 Hub 或镜像（HF_ENDPOINT）获取；中断后可以继续",
    ),
    "cli.option.model_folders": (
        "look here instead of in those programs' folders",
        "只在这里查找，而不是在那些程序的文件夹中",
    ),
    "cli.option.model_name": (
        "a name of the catalogue, or a repository: owner/name",
        "目录中的名称，或仓库名：owner/name",
    ),
    "cli.option.model_file": ("which file of the repository", "仓库中的哪个文件"),
    "cli.option.model_to": (
        "the folder to put it in (default: models in the data folder)",
        "存到哪个文件夹（默认：数据文件夹中的 models）",
    ),
    "cli.option.model_dry_run": ("only say what would be got", "只显示将获取什么"),
    "cli.init": (
        "make a project from a folder of pictures: crop, tag, build the folders, write the preset",
        "从图片文件夹生成项目：裁剪、打标、建立文件夹、写好预设",
    ),
    "cli.option.init_project": (
        "the project's folder; run again with nothing more, it does what differs",
        "项目文件夹；之后只写它再运行一次，就会处理有变化的部分",
    ),
    "cli.option.init_images": (
        "a folder of pictures, which is only read; or folders named <repeats>_<concept>, which are taken over as they are",
        "图片文件夹，只会读取；或名为 <重复次数>_<概念> 的文件夹，会原样接收",
    ),
    "cli.option.init_trigger": (
        "the word that will call up what is learnt; it becomes the first tag of every caption",
        "触发词，用来召唤学到的内容；会成为每个标签文件的第一个标签",
    ),
    "cli.option.init_style": (
        "sets repeats, rank, alpha and how captions are treated",
        "决定重复次数、Rank、Alpha 以及标签的处理方式",
    ),
    "cli.option.init_base": (
        "the base model; its family and resolution are read from the file",
        "底模文件；模型系列和分辨率从文件中读取",
    ),
    "cli.option.init_concept": (
        "a further concept with a folder of its own; may be given several times",
        "另一个概念及其图片文件夹；可以写多次",
    ),
    "cli.option.init_reg": (
        "a folder of regularization images",
        "正则化图像文件夹",
    ),
    "cli.option.init_repeats": (
        "how often each picture is shown in an epoch: 1 to 999, or auto (default: by the style)",
        "每轮中每张图片的重复次数：1 到 999，或 auto（默认按风格）",
    ),
    "cli.option.init_resolution": (
        "training size in pixels (default: the base model's)",
        "训练分辨率，单位像素（默认：底模的分辨率）",
    ),
    "cli.option.init_fit": (
        "bucket: cut only as far as the nearest bucket asks (default); crop: to one size; pad: cut nothing, fill up; none: only make smaller",
        "bucket：只裁到最近的分桶（默认）；crop：裁成同一尺寸；pad：不裁，填充扩边；none：只缩小",
    ),
    "cli.option.init_tag": (
        "the tagging model, by its short name or its folder; auto: the usual one, if it is to be had (default); none: do not tag",
        "打标模型的简称或文件夹；auto：可用时使用常用模型（默认）；none：不打标",
    ),
    "cli.option.init_existing": (
        "captions that lie beside the pictures: skip: keep them (default); merge: add tags; overwrite: tag anew. Always in the copy",
        "图片旁已有的标签：skip 保留（默认）；merge 补充标签；overwrite 重新打标。只改副本",
    ),
    "cli.option.init_detector": (
        "who looks for faces (default: yunet)",
        "用什么查找人脸（默认：yunet）",
    ),
    "cli.option.init_dry_run": (
        "say what would be done, and write nothing",
        "只说明会做什么，不写入任何内容",
    ),
    "cli.show": (
        "show a run from its folder: running, finished or cut off",
        "从训练文件夹查看一次训练：进行中、已结束或被中断",
    ),
    "cli.report": (
        "everything about a run on one page: outcome, curves, samples, files, settings",
        "一页看完一次训练：结果、曲线、预览图、文件和设置",
    ),
    "cli.option.report_run": (
        "the run: its folder or its name; by default the one that runs, else the latest",
        "训练的文件夹或名字；默认是正在进行的训练，否则是最近一次",
    ),
    "cli.option.report_format": (
        "html: a page that needs no network (the default); md and json go to the terminal, or with --output to a file",
        "html：不需要网络的网页（默认）；md 和 json 输出到终端，或用 --output 写入文件",
    ),
    "cli.option.report_output": (
        "the file; by default report.html in the run's folder",
        "写入的文件；默认是训练文件夹中的 report.html",
    ),
    "cli.option.report_open": ("open it in the browser", "在浏览器中打开"),
    "cli.watch": (
        "show a run's live screen from its folder; as many watchers as you like, and Ctrl-C only leaves",
        "从训练文件夹实时查看一次训练；可以多处同时查看，按 Ctrl-C 只是离开",
    ),
    "cli.option.watch_run": (
        "its folder, or its name such as ningguang-003 (default: the one that trains now, else the latest)",
        "训练文件夹，或名称（例如 ningguang-003）；默认：正在进行的，没有则是最近一次",
    ),
    "cli.option.once": ("say how it stands now, and end", "只显示当前状态，然后退出"),
    "cli.queue": ("train presets one after another", "让多个预设依次训练"),
    "cli.queue.add": ("check a preset and put it at the end", "检查一个预设并排到队尾"),
    "cli.queue.list": ("show the queue", "显示队列"),
    "cli.queue.remove": ("take one out", "移出一个"),
    "cli.queue.move": ("to another place among those that wait", "调整等待中的顺序"),
    "cli.queue.retry": (
        "let one that failed or was stopped wait once more; it goes on from its last train state if there is one",
        "让失败或停止的任务重新排队；如有训练状态，则从那里继续",
    ),
    "cli.queue.clear": ("forget those that are over", "清除已结束的"),
    "cli.queue.start": (
        "work on it until nothing waits: through failures, and on from where a reboot cut it off",
        "依次处理，直到没有等待中的任务：失败后继续下一个，重启后从中断处继续",
    ),
    "cli.option.queue_number": ("its number, as `queue list` shows it", "`queue list` 显示的编号"),
    "cli.option.queue_position": ("its new place; 1 is the next", "新位置；1 表示下一个"),
    "cli.stop": (
        "save a running training and end it; `resume` goes on with it",
        "保存并结束正在进行的训练；之后可用 `resume` 继续",
    ),
    "cli.save": (
        "save what a running training has learnt so far, and go on",
        "保存训练到目前为止的结果，并继续训练",
    ),
    "cli.resume": (
        "go on with a training that was stopped, cut off or failed",
        "继续被停止、中断或失败的训练",
    ),
    "cli.supervise": (
        "watch over a training in the background; started by kohya-driver itself",
        "在后台看管训练；由 kohya-driver 自己启动",
    ),
    "cli.option.which_run": (
        "a run's folder or its name, such as ningguang-001 (default: the one that is meant most likely)",
        "训练文件夹或名字，例如 ningguang-001（默认：最可能的那一个）",
    ),
    "cli.option.no_wait": ("do not wait until it has ended", "不等它结束"),
    "cli.option.sample": ("draw the preset's prompts, too", "同时生成预设中的预览图"),
    "cli.option.no_recover": (
        "do not resume the training by itself after a failure",
        "训练失败后不自动继续",
    ),
    "cli.option.resume": (
        "go on with the latest run of this preset if it was stopped, cut off or failed; else begin a new one",
        "如果这个预设的最近一次训练被停止、中断或失败，就继续它；否则新建训练",
    ),
    "cli.option.detach": (
        "work without this terminal: the window may be closed",
        "脱离终端在后台运行：可以关闭窗口",
    ),
    "cli.runs": (
        "what has been trained on this machine: list, compare, rename, prune, remove",
        "这台机器上的训练：列出、比较、改名、清理、删除",
    ),
    "cli.runs.list": (
        "list them: state, steps, loss, size; this is what `runs` alone does",
        "列出：状态、步数、损失、大小；只写 `runs` 就是这个",
    ),
    "cli.runs.compare": (
        "what differs between runs: settings, results, curves, samples",
        "比较几次训练：不同的设置、结果、曲线、预览图",
    ),
    "cli.runs.rename": ("give a run another name", "给一次训练改名"),
    "cli.runs.prune": (
        "remove checkpoints and train states that are not needed any more; asks first, and keeps the finished LoRA",
        "删除不再需要的存档点和训练状态；会先询问，并保留完成的 LoRA",
    ),
    "cli.runs.remove": (
        "move a whole run to the Trash; asks first",
        "把整个训练文件夹移到废纸篓；会先询问",
    ),
    "cli.option.some_run": (
        "a run's folder or its name, such as ningguang-001",
        "训练文件夹或名字，例如 ningguang-001",
    ),
    "cli.option.runs_folder": (
        "only the runs of this project (default: all of this machine)",
        "只列出这个项目的训练（默认：这台机器上的全部）",
    ),
    "cli.option.runs_state": (
        "only those in this state; may be given several times",
        "只要这种状态的；可以写多次",
    ),
    "cli.option.runs_name": (
        "only those whose name holds this, or fits it: ning, *-00?",
        "只要名字中含有它、或符合它的：ning、*-00?",
    ),
    "cli.option.runs_base": (
        "the same for the name of the base model",
        "同上，按底模的文件名",
    ),
    "cli.option.runs_since": (
        "only those that changed since: 12h, 7d, 2w, 2026-11-01",
        "只要此后有变化的：12h、7d、2w、2026-11-01",
    ),
    "cli.option.runs_sort": (
        "the latest first (default), or the lowest loss, the largest, the most steps",
        "排序：最近的在前（默认），或损失最低、最大、步数最多的在前",
    ),
    "cli.option.runs_limit": ("at most so many", "最多列出几个"),
    "cli.option.runs_names": ("only the names of all runs, one a line", "只列出全部名字，每行一个"),
    "cli.option.runs_new_name": ("its new name; files in it keep theirs", "新名字；其中的文件名不变"),
    "cli.not_a_count": (
        "{text} is no whole number from 1 on",
        "{text} 不是从 1 开始的整数",
    ),
    "cli.option.compare_runs": (
        "two to six runs, by their folders or names",
        "两到六次训练，写文件夹或名字",
    ),
    "cli.option.compare_html": (
        "also as a page with curves and samples, which needs no network",
        "同时写成一个不需要网络的网页，包含曲线和预览图",
    ),
    "cli.option.compare_open": (
        "open that page in the browser (compared.html beside the runs, unless --html names it)",
        "在浏览器中打开该网页（不写 --html 时是训练文件夹旁边的 compared.html）",
    ),
    "cli.option.some_runs": (
        "runs, by their folders or names",
        "训练文件夹或名字，可以写多个",
    ),
    "cli.option.prune_runs": (
        "runs, by their folders or names (default: all that --older-than means)",
        "训练文件夹或名字（默认：--older-than 所指的全部）",
    ),
    "cli.option.prune_older": (
        "only runs that have not changed for so long, or since: 30d, 2026-11-01",
        "只清理这么久没有变化的训练：30d、2026-11-01",
    ),
    "cli.option.prune_keep": (
        "which LoRA files stay: final: the finished one (default); best: and the one with the lowest loss; 3: and the three newest",
        "保留哪些 LoRA：final：完成的（默认）；best：再留损失最低的；3：再留最新的三个",
    ),
    "cli.option.prune_checkpoints": ("only LoRA files", "只清理 LoRA 文件"),
    "cli.option.prune_states": ("only train states", "只清理训练状态"),
    "cli.option.prune_no_resume": (
        "also the train state from which `resume` would go on",
        "连 `resume` 要用的训练状态也删除",
    ),
    "cli.option.prune_trash": ("to the Trash instead of deleting", "移到废纸篓，而不是删除"),
    "cli.option.remove_delete": (
        "delete it for good instead of moving it to the Trash",
        "直接删除，不进废纸篓",
    ),
    "cli.option.prune_dry_run": ("only show it", "只显示，不执行"),
    "cli.option.prune_yes": ("do not ask", "不再询问"),
    "cli.diagnose": (
        "say from a log why a training failed, and what to do about it",
        "根据日志说明训练为什么失败，以及该怎么办",
    ),
    "cli.advise": (
        "judge a training by its curves and its files, and say what to change for the next",
        "根据曲线和文件判断一次训练，并说明下次该改什么",
    ),
    "cli.option.advise_apply": (
        "write the run's preset with what is advised changed in it, comments kept",
        "把这次训练的预设按建议修改后写入该文件，保留注释",
    ),
    "cli.lora": (
        "after a training: make LoRA files smaller, merge, extract, convert, check, install, describe and publish them",
        "训练之后：缩小、合并、提取、转换、检查、安装、说明和发布 LoRA 文件",
    ),
    "cli.lora.resize": (
        "make a LoRA of a lower rank that does nearly the same",
        "得到维度更低、效果几乎相同的 LoRA",
    ),
    "cli.lora.merge": (
        "make one LoRA of several, or make them a part of a base model (--base)",
        "把多个 LoRA 合并成一个，或合并进底模（--base）",
    ),
    "cli.lora.extract": (
        "get what a model was tuned to do out of it, as a LoRA",
        "把微调模型学到的内容提取成 LoRA",
    ),
    "cli.lora.convert": (
        "the same LoRA in fewer bits, for another program, or one rank of a DyLoRA",
        "同一个 LoRA：改用更少的位数、给其他程序使用，或取出 DyLoRA 的某个维度",
    ),
    "cli.lora.check": (
        "look a LoRA through tensor by tensor: broken numbers, layers that were not trained",
        "逐个张量检查 LoRA：损坏的数值、没有训练到的层",
    ),
    "cli.lora.install": (
        "copy a LoRA to where webui, Forge or ComfyUI look, with trigger word, weight and preview picture",
        "把 LoRA 复制到 webui、Forge 或 ComfyUI 的文件夹，并附上触发词、权重和预览图",
    ),
    "cli.lora.card": (
        "write a README for a LoRA, with the head that the Hugging Face Hub reads, and its samples",
        "为 LoRA 写说明（README），带有 Hugging Face Hub 读取的头部和示例图片",
    ),
    "cli.lora.publish": (
        "put a LoRA with its card on the Hugging Face Hub: private unless you say --public, and asked for first",
        "把 LoRA 和说明发布到 Hugging Face Hub：默认私有（除非写 --public），并且会先询问",
    ),
    "cli.option.share_source": (
        "a LoRA file, or a run, whose finished LoRA is meant",
        "LoRA 文件，或一次训练（指它训练完成的 LoRA）",
    ),
    "cli.option.share_to": (
        "for which program: webui (also Forge) or comfyui",
        "给哪个程序：webui（含 Forge）或 comfyui",
    ),
    "cli.option.share_folder": (
        "its folder for LoRA files, where it is not found by itself",
        "该程序存放 LoRA 的文件夹（自动找不到时）",
    ),
    "cli.option.share_repo": (
        "the repository on the Hub; it is made if it is not there",
        "Hub 上的仓库；不存在时会创建",
    ),
    "cli.option.share_name": (
        "what it is called there; the file's name if it is left out",
        "新的名称；不写则用文件名",
    ),
    "cli.option.share_trigger": (
        "its trigger word; what run or file say if it is left out",
        "触发词；不写则使用训练或文件中记录的",
    ),
    "cli.option.share_weight": (
        "the weight that is recommended; 0.8 if it is left out",
        "推荐的权重；不写则为 0.8",
    ),
    "cli.option.share_preview": (
        "a picture to show; the newest samples of the run if it is left out",
        "展示的图片；不写则用训练中最新的预览图",
    ),
    "cli.option.share_base_model": (
        "the base model's repository on the Hub, where its name does not tell",
        "底模在 Hub 上的仓库（从名称看不出来时）",
    ),
    "cli.option.share_license": (
        "the licence, as the Hub names it: creativeml-openrail-m, mit …",
        "许可协议，按 Hub 的写法：creativeml-openrail-m、mit…",
    ),
    "cli.option.share_output": (
        "the folder for the card; beside the LoRA if it is left out",
        "存放说明的文件夹；不写则放在 LoRA 旁边",
    ),
    "cli.option.share_public": ("for everybody to see", "公开，所有人可见"),
    "cli.option.share_yes": ("do not ask", "不再询问"),
    "cli.option.lora_file": ("the LoRA, a .safetensors file", "LoRA 文件（.safetensors）"),
    "cli.option.lora_files": ("the LoRAs, .safetensors files", "多个 LoRA 文件（.safetensors）"),
    "cli.option.lora_rank": ("rank of the new LoRA", "新 LoRA 的维度（Rank）"),
    "cli.option.lora_conv_rank": (
        "rank of its convolutions, where it has any; the same if it is left out (extract: none)",
        "卷积层的维度；不写则与 --rank 相同（extract：不含卷积层）",
    ),
    "cli.option.lora_keep": (
        "give each layer the rank that keeps this much of it (0.9); --rank is then the most",
        "各层自动选择维度以保留这么多内容（例如 0.9）；此时 --rank 是上限",
    ),
    "cli.option.lora_method": (
        "what --keep is a share of: the size of the change (sv_fro, usual), its sum (sv_cumulative); or a ratio (sv_ratio)",
        "--keep 的含义：变化幅度的比例（sv_fro，常用）、总和的比例（sv_cumulative）或倍数（sv_ratio）",
    ),
    "cli.option.lora_weights": (
        "how strongly each acts, in the order of the files: 0.8,0.5; all 1 if it is left out",
        "每个 LoRA 的强度，按文件顺序：0.8,0.5；不写则都是 1",
    ),
    "cli.option.lora_base": (
        "a base model that they become a part of; the new file is a base model then",
        "把它们合并进这个底模；得到的新文件是底模",
    ),
    "cli.option.lora_from_base": (
        "the base model that was tuned from, a .safetensors file",
        "微调所用的原始底模（.safetensors）",
    ),
    "cli.option.lora_tuned": ("the tuned model, a .safetensors file", "微调后的模型（.safetensors）"),
    "cli.option.lora_min_diff": (
        "text encoders that differ by less than this are left out",
        "文本编码器的差别小于此值时不提取",
    ),
    "cli.option.lora_to": (
        "for which program: comfyui, diffusers, kohya (sd-scripts); lora takes one rank of a DyLoRA",
        "给哪个程序用：comfyui、diffusers、kohya（sd-scripts）；lora 表示取出 DyLoRA 的一个维度",
    ),
    "cli.option.lora_dylora_rank": ("which rank of the DyLoRA", "取 DyLoRA 的哪个维度"),
    "cli.option.lora_output": (
        "where the new file is written; beside the first one if it is left out",
        "新文件的位置；不写则放在第一个文件旁边",
    ),
    "cli.option.lora_precision": (
        "the numbers of the new file; auto: as in the old one",
        "新文件的数值格式；auto：与原文件相同",
    ),
    "cli.option.lora_overwrite": (
        "replace a file of the same name",
        "覆盖同名文件",
    ),
    "cli.option.lora_dry_run": ("say what would be done, and write nothing", "只说明会做什么，不写文件"),
    "cli.option.lora_device": (
        "what computes; auto: the processor, or an NVIDIA GPU (a Mac's GPU cannot do this)",
        "用什么计算；auto：处理器，或 NVIDIA GPU（Mac 的 GPU 不支持这种计算）",
    ),
    "cli.inspect": (
        "say what a model file is: a LoRA's kind, rank, tags, what it was trained with, how much it changes; a checkpoint's family",
        "查看模型文件：LoRA 的类型、维度、标签、训练参数、改变幅度；底模的系列",
    ),
    "cli.option.inspect_file": (
        "a LoRA, a checkpoint or another model file, or a diffusers folder; nothing in it is run",
        "LoRA、底模或其他模型文件，或 diffusers 文件夹；不会运行其中任何内容",
    ),
    "cli.option.inspect_norms": (
        "show how much a LoRA changes each block; reads the whole file",
        "显示 LoRA 对各模块的改变幅度；需读取整个文件",
    ),
    "cli.option.inspect_base": (
        "the base model it was trained on, to say how large the change is against what is there",
        "训练所用的底模，用来说明改变相对于原有权重有多大",
    ),
    "cli.option.inspect_tags": (
        "how many tags are shown; 0: none (default: 20)",
        "显示多少个标签；0 表示不显示（默认 20）",
    ),
    "cli.tag": (
        "write a caption beside each picture of a folder: the trigger first, then what a model sees",
        "为文件夹中的每张图片写打标文件：触发词在前，其后是模型看到的内容",
    ),
    "cli.captions": (
        "look at the captions of a whole set, and change all of them at once",
        "查看整套打标文件，并一次性修改全部",
    ),
    "cli.captions.list": (
        "which tags there are, and in how many captions",
        "有哪些标签，各出现在多少个打标文件中",
    ),
    "cli.captions.common": (
        "tags that are in most captions, and how to take them out",
        "大多数打标文件都有的标签，以及如何去掉它们",
    ),
    "cli.captions.add": ("put tags into every caption", "向每个打标文件加入标签"),
    "cli.captions.remove": ("take tags out of every caption", "从每个打标文件去掉标签"),
    "cli.captions.replace": ("write other tags instead", "把标签替换为其他标签"),
    "cli.sample": (
        "compare what a LoRA draws: one prompt and seed over checkpoints and weights, as a grid",
        "对比 LoRA 的画图效果：同一提示词和种子，不同存档点和权重，排成一张网格图",
    ),
    "cli.option.sample_name": (
        "a run, its folder, or a LoRA file; the running or the latest run if it is left out",
        "训练名称、训练文件夹或 LoRA 文件；不写则是正在进行或最近的训练",
    ),
    "cli.option.prompt": (
        "what to draw; may be given several times; {{trigger}} becomes the trigger word. Left out: the prompts of the run's samples",
        "画什么；可以给多次；{{trigger}} 会换成触发词。不写则用该训练的预览图提示词",
    ),
    "cli.option.negative": ("what not to draw", "不想画的内容"),
    "cli.option.weights": (
        "how strongly the LoRA acts: 0.6,0.8,1 unless given",
        "LoRA 的权重；默认 0.6,0.8,1",
    ),
    "cli.option.checkpoints": (
        "all, last, last:3, or steps such as 250,500; up to five, spread over the training, unless given",
        "all、last、last:3，或步数如 250,500；默认从整个训练中均匀选最多五个",
    ),
    "cli.option.sample_base": (
        "base model to draw with; a run's own unless given",
        "用来画的底模；默认是训练所用的底模",
    ),
    "cli.option.seed": ("seed of every picture", "所有图片的随机种子"),
    "cli.option.drawing_steps": ("drawing steps of a picture", "每张图的采样步数"),
    "cli.option.scale": ("guidance scale", "引导强度 (CFG)"),
    "cli.option.sampler": ("sampler, such as euler_a", "采样器，例如 euler_a"),
    "cli.option.size": ("size in pixels, multiples of 64", "图片尺寸（像素），须为 64 的倍数"),
    "cli.option.precision": (
        "what is computed in; auto: 32 bit, and bf16 for SDXL where it works",
        "计算精度；auto：32 位，SDXL 在支持时用 bf16",
    ),
    "cli.option.grid_output": ("folder of the grid", "存放对比图的文件夹"),
    "cli.option.dry_run": ("say what would be drawn, and draw nothing", "只说明会画什么，不真正画"),
    "cli.option.show_picture": (
        "show the grid in the terminal at the end, where it can",
        "画完后在终端里显示（如果终端支持）",
    ),
    "cli.crop": (
        "cut a folder of pictures to size: heads and bodies are kept, your own files are never written to",
        "把文件夹中的图片裁剪到合适尺寸：保留头部和身体，绝不改动原图",
    ),
    "cli.option.crop_out": (
        "where the results go; another folder than DIR",
        "结果存放的文件夹，不能与 DIR 相同",
    ),
    "cli.option.crop_resolution": (
        "the training size: one number, or width x height (512)",
        "训练尺寸：一个数，或“宽x高”（512）",
    ),
    "cli.option.crop_fit": (
        "bucket: to the nearest training bucket (usual); crop: all to one size; pad: to one size, nothing cut; none: only made smaller",
        "bucket：裁到最接近的训练分桶（默认）；crop：全部裁成同一尺寸；pad：补成同一尺寸而不裁；none：只缩小",
    ),
    "cli.option.pad_fill": (
        "what added room is filled with: edge, blur, mean or a colour such as #ffffff (edge)",
        "留边的填充方式：edge、blur、mean 或颜色值，例如 #ffffff（edge）",
    ),
    "cli.option.max_upscale": (
        "leave out pictures that would have to be enlarged more than this (1.25)",
        "需要放大超过此倍数的图片会被跳过（1.25）",
    ),
    "cli.option.overrides": (
        "what you want for single pictures (default: crops.toml in DIR, or else where the results go)",
        "针对单张图片的设置（默认：DIR 中的 crops.toml，没有则用结果文件夹中的）",
    ),
    "cli.option.sheet": (
        "draw a contact sheet into this folder: what was cut from where, those worth a look first",
        "在此文件夹中生成裁剪一览：哪里被裁掉，值得看一眼的排在前面",
    ),
    "cli.option.detector": (
        "who looks for faces: yunet (fetched the first time, 0.2 MB), vision (Apple's, on a Mac), none",
        "人脸检测器：yunet（首次使用时下载，0.2 MB）、vision（Apple 自带，仅 Mac）、none",
    ),
    "cli.option.crop_strict": (
        "end with an error if a picture cannot be read",
        "有图片无法读取时以错误结束",
    ),
    "cli.option.pictures": ("the folder with the pictures", "存放图片的文件夹"),
    "cli.option.tag_trigger": (
        "the word that stands first in every caption",
        "放在每个打标文件最前面的触发词",
    ),
    "cli.option.tag_model": (
        "vit-v3 (usual), swinv2-v3, convnext-v3, eva02-v3, moat-v2, convnextv2-v2, or a folder with model.onnx and selected_tags.csv",
        "vit-v3（默认）、swinv2-v3、convnext-v3、eva02-v3、moat-v2、convnextv2-v2，或含有 model.onnx 和 selected_tags.csv 的文件夹",
    ),
    "cli.option.threshold": (
        "write general tags that score more (0.35)",
        "写入分数高于此值的一般标签（0.35）",
    ),
    "cli.option.character_threshold": ("the same for characters (0.85)", "角色标签的阈值（0.85）"),
    "cli.option.characters": (
        "names of characters: off (the trigger stands for it), first, or expand `name (series)` into two",
        "角色名标签：off（由触发词代表）、first（放在前面），或 expand（把“名字 (作品)”拆成两个）",
    ),
    "cli.option.rating": (
        "also write the rating (general, sensitive …)",
        "同时写入分级（general、sensitive……）",
    ),
    "cli.option.tag_prefix": (
        "always, after the trigger; may be repeated, or several with commas",
        "固定写在触发词之后；可重复使用，或用逗号分隔多个",
    ),
    "cli.option.tag_suffix": ("always, at the end", "固定写在末尾"),
    "cli.option.tag_exclude": (
        "never: a name, a pattern with *, or re: and a regular expression",
        "从不写入：标签名、带 * 的模式，或 re: 加正则表达式",
    ),
    "cli.option.tag_keep": (
        "from a score of 0.1 on, and beyond --max-tags",
        "分数达到 0.1 就写入，且不受 --max-tags 限制",
    ),
    "cli.option.tag_replace": ("write NEW instead of OLD", "用“新”代替“旧”"),
    "cli.option.max_tags": ("at most so many of the model's tags (60)", "模型标签的最大数量（60）"),
    "cli.option.mcut": (
        "find the threshold by the largest gap between scores, picture by picture",
        "按每张图片分数间的最大间隔确定阈值",
    ),
    "cli.option.drop_overlaps": (
        "leave `long hair` out beside `very long hair`",
        "已有 `very long hair` 时不写 `long hair`",
    ),
    "cli.option.existing": (
        "pictures that have a caption: skip (usual), merge, or overwrite; the old ones are kept in .kohya-driver/backup",
        "已有打标文件的图片：skip（默认，跳过）、merge（合并）或 overwrite（覆盖）；旧文件保留在 .kohya-driver/backup",
    ),
    "cli.option.provider": (
        "what computes: auto takes CoreML on a Mac once it has given the same numbers faster; cpu; coreml",
        "用什么计算：auto 在 Mac 上确认 CoreML 结果相同且更快后才使用它；cpu；coreml",
    ),
    "cli.option.tag_batch": ("pictures that the model takes at once (4)", "模型一次处理的图片数（4）"),
    "cli.option.caption_extension": ("ending of caption files (.txt)", "打标文件的扩展名（.txt）"),
    "cli.option.no_recursive": ("not in folders within the folder", "不处理其中的子文件夹"),
    "cli.option.captions_add": (
        "tags to add, at the end unless --first",
        "要加入的标签；默认在末尾，用 --first 则在最前",
    ),
    "cli.option.captions_remove": (
        "tags to take out: names, patterns with *, or re: and a regular expression",
        "要去掉的标签：标签名、带 * 的模式，或 re: 加正则表达式",
    ),
    "cli.option.captions_replace": ("what to write instead of what", "用什么替换什么"),
    "cli.option.first": (
        "put them in front; one that is there already is moved",
        "放在最前面；已有的会移到前面",
    ),
    "cli.option.write": (
        "write the changes; without this they are only shown",
        "写入改动；不加此项只显示改动",
    ),
    "cli.option.over": (
        "in at least this share of the captions (0.85)",
        "至少出现在此比例的打标文件中（0.85）",
    ),
    "cli.option.log": (
        "a log file, a run's folder, or - for standard input",
        "日志文件、训练文件夹，或用 - 表示标准输入",
    ),
    "cli.doctor": (
        "say what this machine, the engine and the network are like, and what to do about it",
        "检查这台机器、引擎和网络的状况，并告诉您该怎么办",
    ),
    "cli.option.doctor_target": (
        "also look at the folders of this preset, or at this folder of pictures",
        "同时检查该预设涉及的文件夹，或该图片文件夹",
    ),
    "cli.option.trial": (
        "also make a short training on this machine's device and on its processor, and compare them (about a minute)",
        "另外在本机设备和处理器上各做一次短训练并比较结果（约一分钟）",
    ),
    "cli.option.quick": (
        "about three seconds: do not start the engine, and skip the self-test",
        "约三秒：不启动引擎，跳过自检",
    ),
    "cli.option.report": (
        "also write all of it to this file, without names, paths and addresses, to attach to an issue",
        "同时把结果写入该文件（去除姓名、路径和地址），可附到 issue",
    ),
    "cli.options": (
        "look up the engine's options, and where each stands in a preset",
        "查询引擎的选项，以及它们在预设中的位置",
    ),
    "cli.completion": (
        "print a script that completes commands and options in your shell",
        "打印在终端中自动补全命令和选项的脚本",
    ),
    "cli.option.search": (
        "a word in the option's name, our key or its help (default: all)",
        "选项名称、预设键或说明中的一个词（默认：全部）",
    ),
    "cli.option.script": (
        "one training script of the engine, such as flux_train_network",
        "引擎的某个训练脚本，例如 flux_train_network",
    ),
    "cli.option.shell": ("which shell", "哪种 shell"),
    "cli.script_unknown": (
        "The engine has no training script `{name}`.",
        "引擎没有名为 `{name}` 的训练脚本。",
    ),
    "cli.script_unknown.hint": (
        "Did you mean {close}? There are: {known}.",
        "您是不是想写 {close}？可用的有：{known}。",
    ),
    "cli.option.lang": ("language: en or zh (default: the system's)", "语言：en 或 zh（默认跟随系统）"),
    "cli.option.preset": (
        "a TOML file, or a preset's name: your own or a shipped one",
        "TOML 文件，或预设的名称：您自己的或自带的",
    ),
    "cli.option.images": (
        "folder of pictures, or of <repeats>_<concept> folders",
        "图片文件夹，或包含 <重复次数>_<概念> 子文件夹的文件夹",
    ),
    "cli.option.base": ("base model, a .safetensors file", "底模，.safetensors 文件"),
    "cli.option.quickstart_base": (
        "a real base model instead of the random one",
        "用真实的底模代替随机权重的底模",
    ),
    "cli.option.trigger": ("trigger word", "触发词"),
    "cli.option.set": (
        "change one value, such as optimizer.learning_rate=5e-5; may be repeated",
        "修改一个值，例如 optimizer.learning_rate=5e-5；可重复使用",
    ),
    "cli.option.strict": (
        "refuse what this machine cannot do, instead of changing it",
        "遇到这台机器做不到的设置时拒绝，而不是自动修改",
    ),
    "cli.option.fit": (
        "where it does not fit into memory, make the mildest change with which it does",
        "内存放不下时，作出能放得下的最小改动",
    ),
    "cli.option.family": ("which kind of base model to measure with", "用哪一类底模测量"),
    "cli.option.resolution": ("training size in pixels (512)", "训练尺寸，像素（512）"),
    "cli.option.batch": ("pictures at once (1)", "每批图片数（1）"),
    "cli.option.steps": ("how many steps to train (6)", "训练多少步（6）"),
    "cli.option.engine": (
        "what trains: sd-scripts, or embedded (comes with this program, needs PyPI only; SD 1.x, small)",
        "用什么训练：sd-scripts，或 embedded（随本程序附带，只需要 PyPI；仅限 SD 1.x，小型）",
    ),
    "cli.option.source": (
        "where to get the engine from: a git folder, a bundle file, or a URL (a mirror, say)",
        "引擎的来源：git 文件夹、bundle 文件或 URL（例如镜像）",
    ),
    "cli.option.plain": ("lines instead of the dashboard", "逐行输出，不用仪表盘"),
    "cli.option.json_lines": ("one event a line, as JSON", "每行一个 JSON 事件"),
    "cli.option.json": ("as JSON", "以 JSON 输出"),
    "cli.option.host": (
        "plan for another machine, described by this JSON file",
        "为另一台机器做计划，用此 JSON 文件描述",
    ),
    "cli.usage": ("usage: ", "用法："),
    "cli.arguments": ("arguments", "参数"),
    "cli.options_title": ("options", "选项"),
    "cli.option.help": ("show this help and exit", "显示此帮助并退出"),
    "cli.option.version": ("show the version and exit", "显示版本并退出"),
    "cli.not_understood": (
        "This command line is not understood: {reason}.",
        "无法理解这条命令：{reason}。",
    ),
    "cli.not_understood.hint": ("See `{command}`.", "请查看 `{command}`。"),
    "cli.says.argument": ("{argument}: {message}", "{argument}：{message}"),
    "cli.says.unrecognized": ("there is no such argument: {words}", "没有这样的参数：{words}"),
    "cli.says.required": ("missing: {words}", "缺少：{words}"),
    "cli.says.one_required": ("one of these is needed: {words}", "需要其中之一：{words}"),
    "cli.says.ambiguous": ("{option} may mean any of {words}", "{option} 有多种可能：{words}"),
    "cli.says.choice": ("{value} is none of {words}", "{value} 不在可选值之内：{words}"),
    "cli.says.choice_of_command": ("{value} is none of {words}", "{value} 不在可选值之内：{words}"),
    "cli.says.meant": (" (is {word} meant?)", "（是否想输入 {word}？）"),
    "cli.says.value": ("{value} is no value of the kind {kind}", "{value} 不是 {kind} 类型的值"),
    "cli.says.one": ("a value is missing after it", "后面缺少一个值"),
    "cli.says.at_most_one": ("it takes one value at most", "最多只接受一个值"),
    "cli.says.at_least_one": ("at least one value is missing after it", "后面至少要有一个值"),
    "cli.says.number": ("it takes {count} values", "需要 {count} 个值"),
    "cli.says.not_with": ("it does not go together with {other}", "不能与 {other} 同时使用"),
    "cli.says.takes_none": ("it takes no value, and {value} was given", "它不接受值，却给出了 {value}"),
    "cli.says.unexpected": ("{option} is not expected here", "这里不应出现 {option}"),
    "cli.says.unreadable": ("{file} cannot be read: {reason}", "无法读取 {file}：{reason}"),
    "cli.host_unreadable": (
        "This is no description of a machine: {reason}",
        "这不是机器描述文件：{reason}",
    ),
    "cli.host_unreadable.hint": (
        "Take `host` from what `kohya-driver plan --json` prints on that machine.",
        "请取用在那台机器上运行 `kohya-driver plan --json` 所得结果中的 `host` 部分。",
    ),
    "cli.option.force": ("install again even if it is there", "即使已安装也重新安装"),
    "cli.option.all": ("every installed version", "所有已安装的版本"),
    "cli.option.run": ("the run's folder, such as runs/ningguang-001", "训练文件夹，例如 runs/ningguang-001"),
    "cli.option.folder": ("where to work (default: quickstart)", "工作文件夹（默认：quickstart）"),
    "cli.quickstart.looking": (
        "  Looking whether sd-scripts is installed or can be fetched …",
        "  正在查看 sd-scripts 是否已安装或可以下载……",
    ),
    "cli.quickstart.begin_sd_scripts": (
        "Quickstart: a real training, small, in {folder}.",
        "快速上手：在 {folder} 中做一次真实的小型训练。",
    ),
    "cli.quickstart.begin_embedded": (
        "Quickstart with the embedded engine: a real training, very small, in {folder}.",
        "用内置引擎快速上手：在 {folder} 中做一次真实的、非常小的训练。",
    ),
    "cli.quickstart.begin_instead": (
        "Quickstart with the embedded engine, because sd-scripts cannot be had here.\n"
        "{reason}\n"
        "A real training, very small, in {folder}.",
        "用内置引擎快速上手，因为这里无法获得 sd-scripts。\n{reason}\n在 {folder} 中做一次真实的、非常小的训练。",
    ),
    "cli.quickstart.base_sd_scripts": (
        "Base model: random weights of true SD 1.5 size (2.1 GB, made once, then kept). "
        "It knows nothing, so the LoRA is only a proof that this machine works.",
        "底模：真实 SD 1.5 大小的随机权重（2.1 GB，只制作一次）。它什么也没学过，所以得到的 LoRA 只用来证明这台机器可用。",
    ),
    "cli.quickstart.base_embedded": (
        "Base model: SD 1.x with random weights, tiny (a few MB, made once, then kept). "
        "It knows nothing, so the LoRA is only a proof that this machine works.",
        "底模：随机权重的微型 SD 1.x（几 MB，只制作一次）。它什么也没学过，所以得到的 LoRA 只用来证明这台机器可用。",
    ),
    "cli.quickstart.base_progress": ("  {percent} % of its weights written", "  已写入 {percent}% 的权重"),
    "cli.quickstart.pictures": (
        "Pictures: six photos from scikit-image, with captions.",
        "图片：scikit-image 的六张照片，带打标文件。",
    ),
    "cli.quickstart.end_random": (
        "This machine can train. The base was random, so this LoRA draws nothing of use.",
        "这台机器可以训练。底模是随机的，所以这个 LoRA 画不出有意义的东西。",
    ),
    "cli.quickstart.next_sd_scripts": (
        "Next, your own: kohya-driver train sd15-anime-character --images DIR --base FILE --trigger WORD",
        "接下来训练自己的：kohya-driver train sd15-anime-character --images 图片文件夹 --base 底模文件 --trigger 触发词",
    ),
    "cli.quickstart.next_embedded": (
        "The embedded engine has trained this. For your own LoRA take sd-scripts: kohya-driver engine install",
        "这次由内置引擎训练。训练自己的 LoRA 请用 sd-scripts：kohya-driver engine install",
    ),
    "cli.quickstart.end_instead": (
        "For your own LoRA get sd-scripts, from another machine or a mirror:\n"
        "  kohya-driver engine install --source FOLDER|BUNDLE|URL\n"
        "This was the embedded engine, because sd-scripts could not be had.",
        "训练自己的 LoRA 请先取得 sd-scripts，可以来自其他机器或镜像：\n"
        "  kohya-driver engine install --source 文件夹|BUNDLE文件|网址\n"
        "这次用的是内置引擎，因为无法获得 sd-scripts。",
    ),
    "cli.quickstart.end_real": (
        "This machine can train. The project is in {folder}: look at preset.toml, and make your own from it.",
        "这台机器可以训练。项目在 {folder}：可以参考其中的 preset.toml 编写自己的预设。",
    ),
    "cli.bug": (
        "This is a bug in kohya-driver, not your mistake. The details are in {path}; please attach them to an issue.",
        "这是 kohya-driver 的缺陷，不是您的错误。详情在 {path}，请附在 issue 中反馈。",
    ),
    "cli.audit": (
        "look a set of pictures and captions through: damaged files, duplicates, wrong captions, buckets; writes nothing",
        "检查一批图片和标签：损坏的文件、重复图片、标签错误、分桶；不写入任何文件",
    ),
    "cli.option.audit_target": (
        "a folder of pictures, of concept folders (6_NingGuang), a project; or a preset",
        "图片文件夹、概念文件夹（6_NingGuang）的上层文件夹、项目文件夹，或预设文件",
    ),
    "cli.option.audit_resolution": (
        "training size that buckets are made for (default: 512, or the preset's)",
        "训练分辨率，用于计算分桶（默认 512，或预设中的值）",
    ),
    "cli.option.audit_batch_size": (
        "batch size that buckets should fill (default: 1, or the preset's)",
        "批次大小（默认 1，或预设中的值）",
    ),
    "cli.option.fuse": (
        "a tag that is meant to be in every caption; may be given several times",
        "本就应出现在每个标签文件中的标签；可多次使用",
    ),
    "cli.option.audit_quick": (
        "headers and captions only, as before every training",
        "只读取图片头和标签，与每次训练前的检查相同",
    ),
    "cli.option.audit_deep": (
        "decode every pixel as the engine will, and every alpha channel",
        "像引擎那样完整解码每张图片，并检查所有透明通道",
    ),
    "cli.option.fix": (
        "write a copy to --out in which orientation, transparency, file types, names and caption files are put right, "
        "and look that through",
        "在 --out 中写入修复后的副本（方向、透明、文件类型、文件名、标签文件），并检查该副本",
    ),
    "cli.option.fix_out": ("a new folder for the copy", "存放副本的新文件夹"),
    "cli.option.audit_strict": ("end with an exit code for warnings, too", "有警告时也以错误退出码结束"),
}
