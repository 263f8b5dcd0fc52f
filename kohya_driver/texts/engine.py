"""Sentences about the engine: its installation, and what can be wrong with it."""

_SOURCE_HINT = (
    "Give another source: `kohya-driver engine install --source FOLDER|BUNDLE|URL` (a git clone of sd-scripts on this "
    "machine, a git bundle file, or a mirror's address).",
    "请改用其他来源：`kohya-driver engine install --source 文件夹|BUNDLE 文件|网址`（本机上的 sd-scripts 克隆、"
    "git bundle 文件或镜像地址）。",
)
_REINSTALL_HINT = (
    "Install it anew: `kohya-driver engine install --force`.",
    "请重新安装：`kohya-driver engine install --force`。",
)
_NETWORK_HINT = (
    "Check the network, or name a mirror: `export UV_DEFAULT_INDEX=https://…/simple` (PIP_INDEX_URL is honoured too). "
    "What was downloaded is kept; run the same command again.",
    "请检查网络，或指定镜像：`export UV_DEFAULT_INDEX=https://…/simple`（也支持 PIP_INDEX_URL）。"
    "已下载的内容会保留；重新运行同一条命令即可。",
)

TEXTS = {
    # Progress
    "engine.waiting": (
        "Another installation is running; waiting for it.",
        "另一个安装正在进行，正在等待它完成。",
    ),
    "engine.checking": ("Checking this machine.", "正在检查这台机器。"),
    "engine.cloning": ("Taking the engine from {source}.", "正在从 {source} 获取引擎。"),
    "engine.building": (
        "Building the engine's environment (the first time, this downloads much).",
        "正在建立引擎的运行环境（首次安装需要下载较多内容）。",
    ),
    "engine.tokenizers": ("Building the tokenizers.", "正在生成分词器。"),
    "engine.testing": (
        "Testing that the engine starts (up to a minute).",
        "正在测试引擎能否启动（最长约一分钟）。",
    ),
    "engine.tool_says": ("{line}", "{line}"),
    "engine.installed": ("The engine is installed: {path}.", "引擎已安装：{path}。"),
    "engine.already_installed": ("The engine is already installed: {path}.", "引擎已安装过：{path}。"),
    "engine.removed_other": (
        "Removed another engine ({gb} GB): {path}.",
        "已删除另一个引擎（{gb} GB）：{path}。",
    ),
    # Not there
    "engine.not_installed": ("The engine ({engine}) is not installed.", "引擎（{engine}）尚未安装。"),
    "engine.not_installed.hint": (
        "Install it: `kohya-driver engine install --engine {engine}`.",
        "请先安装：`kohya-driver engine install --engine {engine}`。",
    ),
    # Sources
    "engine.has_no_source": (
        "The embedded engine comes with this program: it is taken from nowhere.",
        "内置引擎随本程序附带，不需要从别处获取。",
    ),
    "engine.has_no_source.hint": (
        "Leave `--source` out, or leave out `--engine embedded` to get sd-scripts from there.",
        "请去掉 `--source`；如果想从那里获取 sd-scripts，请去掉 `--engine embedded`。",
    ),
    "engine.source_missing": (
        "There is no folder, file or address {source}.",
        "找不到文件夹、文件或网址 {source}。",
    ),
    "engine.source_missing.hint": _SOURCE_HINT,
    "engine.source_unreachable": (
        "The engine cannot be had from {source}: {reason}.",
        "无法从 {source} 获取引擎：{reason}。",
    ),
    "engine.source_unreachable.hint": _SOURCE_HINT,
    "engine.source_failed": (
        "Git could not take the engine from {source}: {reason}.",
        "git 未能从 {source} 取得引擎：{reason}。",
    ),
    "engine.source_failed.hint": _SOURCE_HINT,
    "engine.source_lacks_commit": (
        "{source} does not have the engine's commit {commit} ({tag}).",
        "{source} 中没有引擎的提交 {commit}（{tag}）。",
    ),
    "engine.source_lacks_commit.hint": (
        "Update it (`git fetch --tags` in that clone), or give another source with `--source`.",
        "请更新它（在该克隆中运行 `git fetch --tags`），或用 `--source` 指定其他来源。",
    ),
    "engine.source_differs": (
        "The tag {tag} of this source is commit {found}, but {wanted} is pinned.",
        "该来源的标签 {tag} 是提交 {found}，但锁定的是 {wanted}。",
    ),
    "engine.source_differs.hint": _SOURCE_HINT,
    "engine.embedded_offered": (
        "Without sd-scripts the embedded engine can train: it comes with this program and needs the package index (PyPI) only. "
        "It makes small LoRAs for SD 1.x with AdamW, for trying out; it has no SDXL, no LyCORIS, no other optimizers.",
        "没有 sd-scripts 时可以用内置引擎训练：它随本程序附带，只需要软件源（PyPI）。"
        "它可以用 AdamW 训练 SD 1.x 的小型 LoRA，供试用；不支持 SDXL、LyCORIS 和其他优化器。",
    ),
    "engine.embedded_offered.hint": (
        "To try that: the same command with `--engine embedded` (`train`, `plan`, `quickstart`, `engine install`).",
        "想试试：在同一条命令后加上 `--engine embedded`（适用于 `train`、`plan`、`quickstart`、`engine install`）。",
    ),
    # Git
    "engine.git_missing": ("There is no `git` on this machine.", "这台机器上没有 `git`。"),
    "engine.git_missing.hint": (
        "Install git (on a Mac: `xcode-select --install`; on Linux with the package manager).",
        "请安装 git（Mac 上运行 `xcode-select --install`；Linux 上用包管理器安装）。",
    ),
    "engine.git_stub": (
        "`git` on this Mac is only a placeholder: Apple's command line tools are not installed.",
        "这台 Mac 上的 `git` 只是占位程序：尚未安装苹果的命令行工具。",
    ),
    "engine.git_stub.hint": (
        "Run `xcode-select --install`, confirm the dialog, wait for it to end, then try again.",
        "请运行 `xcode-select --install`，在弹窗中确认，等待安装结束后再试。",
    ),
    # Checkout
    "engine.wrong_commit": (
        "The engine is at commit {found}, but {wanted} ({tag}) is pinned.",
        "引擎处于提交 {found}，但锁定的是 {wanted}（{tag}）。",
    ),
    "engine.wrong_commit.hint": _REINSTALL_HINT,
    "engine.checkout_changed": (
        "{count} file(s) of the engine were changed: {files}.",
        "引擎中有 {count} 个文件被改动：{files}。",
    ),
    "engine.checkout_changed.hint": (
        "Save your changes elsewhere, then install it anew: `kohya-driver engine install --force`.",
        "请先把你的改动存到别处，再重新安装：`kohya-driver engine install --force`。",
    ),
    "engine.checkout_missing": ("The engine's files are missing.", "引擎的文件缺失。"),
    "engine.checkout_missing.hint": _REINSTALL_HINT,
    "engine.checkout_broken": (
        "The engine's checkout is broken: {reason}.",
        "引擎的代码目录已损坏：{reason}。",
    ),
    "engine.checkout_broken.hint": _REINSTALL_HINT,
    # Environment
    "engine.no_space": ("The disk is full.", "磁盘已满。"),
    "engine.no_space.hint": (
        "Free some space, then run the same command again; nothing was left half-installed.",
        "请先腾出空间，再重新运行同一条命令；没有留下安装了一半的内容。",
    ),
    "engine.too_little_space": (
        "The engine needs {needed_gb} GB on this disk; {free_gb} GB are free.",
        "引擎需要 {needed_gb} GB 磁盘空间；目前剩余 {free_gb} GB。",
    ),
    "engine.too_little_space.hint": (
        "Free some space, or set KOHYA_DRIVER_HOME to a folder on another disk.",
        "请腾出空间，或把 KOHYA_DRIVER_HOME 设为另一块磁盘上的文件夹。",
    ),
    "engine.hash_mismatch": (
        "A downloaded package is not the one that was locked (its hash differs):\n{last_lines}",
        "下载的某个软件包与锁定的不一致（校验值不同）：\n{last_lines}",
    ),
    "engine.hash_mismatch.hint": (
        "The package index in use may be wrong: try again without UV_DEFAULT_INDEX and PIP_INDEX_URL, or with another.",
        "所用的软件源可能有问题：请去掉 UV_DEFAULT_INDEX 和 PIP_INDEX_URL 后重试，或换一个软件源。",
    ),
    "engine.index_unreachable": (
        "The packages of the engine's environment cannot be downloaded:\n{last_lines}",
        "无法下载引擎运行环境所需的软件包：\n{last_lines}",
    ),
    "engine.index_unreachable.hint": _NETWORK_HINT,
    "engine.no_package": (
        "A package is not to be had for this machine, or not from this index:\n{last_lines}",
        "某个软件包没有适用于这台机器的版本，或该软件源中没有：\n{last_lines}",
    ),
    "engine.no_package.hint": (
        "If a mirror is set (UV_DEFAULT_INDEX, PIP_INDEX_URL), it may lag behind: try again without it.",
        "如果设置了镜像（UV_DEFAULT_INDEX、PIP_INDEX_URL），它可能尚未同步：请去掉后重试。",
    ),
    "engine.no_python": (
        "No Python for the engine was found or could be fetched:\n{last_lines}",
        "没有找到、也无法下载引擎所需的 Python：\n{last_lines}",
    ),
    "engine.no_python.hint": (
        "Install Python 3.11, 3.12 or 3.13, then run the same command again.",
        "请安装 Python 3.11、3.12 或 3.13，再重新运行同一条命令。",
    ),
    "engine.environment_failed": (
        "The engine's environment could not be built (uv ended with status {status}):\n{last_lines}",
        "引擎的运行环境未能建立（uv 退出状态 {status}）：\n{last_lines}",
    ),
    "engine.environment_failed.hint": (
        "The whole log is kept; please add it if you report this.",
        "完整日志已保留；报告问题时请附上。",
    ),
    "engine.environment_missing": (
        "The engine's Python is missing (perhaps the Python it was made with was removed).",
        "引擎的 Python 缺失（可能当初使用的 Python 已被删除）。",
    ),
    "engine.environment_missing.hint": _REINSTALL_HINT,
    "engine.package_differs": (
        "Package {package} is {found}, but {wanted} is locked.",
        "软件包 {package} 的版本是 {found}，但锁定的是 {wanted}。",
    ),
    "engine.package_differs.hint": _REINSTALL_HINT,
    "engine.asset_missing": ("The wheel does not contain {member}.", "该 wheel 中没有 {member}。"),
    # Health
    "engine.tokenizer_changed": (
        "A tokenizer's file is missing or was changed.",
        "某个分词器文件缺失或被改动。",
    ),
    "engine.tokenizer_changed.hint": _REINSTALL_HINT,
    "engine.probe_silent": (
        "The engine's Python did not answer the health check:\n{output}",
        "引擎的 Python 没有通过健康检查：\n{output}",
    ),
    "engine.probe_silent.hint": _REINSTALL_HINT,
    "engine.import_failed": (
        "{name} does not import in the engine's environment: {reason}.",
        "{name} 无法在引擎的环境中导入：{reason}。",
    ),
    "engine.import_failed.hint": _REINSTALL_HINT,
    "engine.python_foreign": (
        "The engine's Python is built for {found}, but this machine is {wanted}.",
        "引擎的 Python 是为 {found} 编译的，而这台机器是 {wanted}。",
    ),
    "engine.python_foreign.hint": (
        "Install a native Python 3.11, 3.12 or 3.13, run kohya-driver with it, then `kohya-driver engine install --force`.",
        "请安装原生的 Python 3.11、3.12 或 3.13，用它运行 kohya-driver，再执行 `kohya-driver engine install --force`。",
    ),
    # Catalogue
    "engine.catalogue_missing": (
        "The engine's source has no {name}, which the option catalogue is made from.",
        "引擎源码中没有 {name}，而选项目录需要由它生成。",
    ),
    "engine.catalogue_missing.hint": (
        "This checkout is not a version of sd-scripts that kohya-driver knows; use the pinned one.",
        "该代码目录不是 kohya-driver 支持的 sd-scripts 版本；请使用锁定的版本。",
    ),
    "engine.catalogue_unreadable": (
        "The option catalogue cannot be read off this line: {text}",
        "无法从这一行读出选项目录：{text}",
    ),
    "engine.catalogue_unreadable.hint": (
        "This checkout is not a version of sd-scripts that kohya-driver knows; use the pinned one.",
        "该代码目录不是 kohya-driver 支持的 sd-scripts 版本；请使用锁定的版本。",
    ),
    # Use
    "engine.in_use": (
        "The engine is in use by a running process ({processes}).",
        "引擎正被运行中的进程使用（{processes}）。",
    ),
    "engine.in_use.hint": (
        "Wait until the training ends, or stop it first.",
        "请等训练结束，或先停止它。",
    ),
    "engine.log_kept": ("The whole log of this installation is kept here.", "本次安装的完整日志保留在此处。"),
    "engine.random_base_failed": (
        "The random base model could not be made: {reason}",
        "无法制作随机权重的底模：{reason}",
    ),
    "engine.random_base_failed.hint": (
        "See what is missing in the engine with `kohya-driver engine verify --engine {engine}`; `kohya-driver engine install --engine {engine} --force` builds it anew.",
        "请用 `kohya-driver engine verify --engine {engine}` 查看引擎缺少什么；`kohya-driver engine install --engine {engine} --force` 会重新安装引擎。",
    ),
    # Model files
    "engine.weights_missing": (
        "This model file cannot be opened: {reason}.",
        "无法打开此模型文件：{reason}。",
    ),
    "engine.weights_missing.hint": (
        "Check the path, and that the disk it is on is connected.",
        "请检查路径，并确认它所在的磁盘已连接。",
    ),
    "engine.weights_broken": (
        "This is no whole .safetensors file: {reason}.",
        "这不是完整的 .safetensors 文件：{reason}。",
    ),
    "engine.weights_broken.hint": (
        "It was probably cut off while it was downloaded or copied; download it again and compare its size.",
        "很可能是下载或复制时中断了；请重新下载，并核对文件大小。",
    ),
    "engine.base_folder": (
        "This folder is no diffusers model: it has no readable model_index.json and unet/config.json.",
        "这个文件夹不是 diffusers 模型：没有可读的 model_index.json 和 unet/config.json。",
    ),
    "engine.base_folder.hint": (
        "Give the model file itself (.safetensors), or the folder that has model_index.json in it.",
        "请填写模型文件本身（.safetensors），或含有 model_index.json 的文件夹。",
    ),
    "engine.ref_unknown": ("This source has no {ref}.", "这个来源里没有 {ref}。"),
    "engine.ref_unknown.hint": (
        "Name a tag (v0.10.1), a branch (main), or a commit by all its 40 characters; `--source` names another source.",
        "请给出标签（v0.10.1）、分支（main）或完整的 40 位提交号；用 `--source` 可指定其他来源。",
    ),
    "engine.seam_missing": (
        "{name} of this commit is not as kohya-driver takes part in it: {what} is not where it is looked for.",
        "这个提交的 {name} 与 kohya-driver 的接入方式不符：没有在该处找到 `{what}`。",
    ),
    "engine.seam_missing.hint": (
        "Saving, stopping and resuming would not work. Choose another commit, or wait for a version of kohya-driver that knows it.",
        "保存、停止和继续训练将无法工作。请选择其他提交，或等待支持它的 kohya-driver 版本。",
    ),
    "engine.options_gone": (
        "This commit lacks options that every training of ours gives: {options}.",
        "这个提交缺少每次训练都要用到的选项：{options}。",
    ),
    "engine.options_gone.hint": (
        "Choose a newer commit.",
        "请选择更新的提交。",
    ),
    "engine.move_refused": (
        "Nothing was changed: the engine that was there counts as before.",
        "没有任何改动：仍使用原来的引擎。",
    ),
    "engine.move_asking": ("Asking for {ref} ({commit})", "正在获取 {ref}（{commit}）"),
    "engine.move_reading": ("Reading its options", "正在读取它的选项"),
    "engine.move_trying": (
        "Trying it out: where kohya-driver takes part, the options it needs, torch's operations",
        "正在试运行：接入点、必需的选项、torch 的运算",
    ),
    "engine.moved": (
        "The engine is now sd-scripts {tag} ({commit}); before it was {before} ({commit_before}). `kohya-driver engine update --back` takes it back.",
        "引擎现在是 sd-scripts {tag}（{commit}）；之前是 {before}（{commit_before}）。`kohya-driver engine update --back` 可以恢复。",
    ),
    "engine.moved_tried": (
        "Tried: it starts, all places where kohya-driver takes part are there, {count} of torch's operations are right.",
        "已试过：可以启动，接入点都在，torch 的 {count} 项运算正确。",
    ),
    "engine.moved_same_options": (
        "Its options and networks are the same.",
        "它的选项和网络没有变化。",
    ),
    "engine.moved_no_preset": ("No preset is touched.", "没有预设受到影响。"),
    "engine.moved_not_measured": (
        "What kohya-driver says of memory and speed was measured with the commit that it comes with.",
        "kohya-driver 关于内存和速度的数据，是用它自带的提交测得的。",
    ),
    "engine.option_added": ("new option: {name} ({scripts})", "新选项：{name}（{scripts}）"),
    "engine.option_removed": ("option gone: {name} ({scripts})", "选项已取消：{name}（{scripts}）"),
    "engine.option_default": (
        "another default: {name}, {before} → {after} ({scripts})",
        "默认值改变：{name}，{before} → {after}（{scripts}）",
    ),
    "engine.option_choices": (
        "other values allowed: {name}, {before} → {after} ({scripts})",
        "可选值改变：{name}，{before} → {after}（{scripts}）",
    ),
    "engine.option_type": (
        "read in another way: {name}, {before} → {after} ({scripts})",
        "读取方式改变：{name}，{before} → {after}（{scripts}）",
    ),
    "engine.network_module_added": ("new network: {name}", "新网络：{name}"),
    "engine.network_module_removed": ("network gone: {name}", "网络已取消：{name}"),
    "engine.network_arguments_added": ("new for {name}: {arguments}", "{name} 新增参数：{arguments}"),
    "engine.network_arguments_removed": ("gone from {name}: {arguments}", "{name} 取消参数：{arguments}"),
    "engine.requirement_changed": ("package: {before} → {after}", "软件包：{before} → {after}"),
    "engine.requirement_added": ("package: {after}, new", "软件包：{after}，新增"),
    "engine.requirement_removed": ("package: {before}, no longer asked for", "软件包：{before}，不再需要"),
    "engine.preset_refused": (
        "{preset} gives what this engine does not take: {options}. Take it out of the preset, or go back.",
        "预设 {preset} 含有这个引擎不接受的选项：{options}。请从预设中去掉，或恢复原来的引擎。",
    ),
    "engine.preset_otherwise": (
        "A default that is another one now ({options}) concerns: {presets}",
        "默认值改变的选项（{options}）影响：{presets}",
    ),
    "engine.taken_back": (
        "The engine is sd-scripts {tag} ({commit}) again, no longer {moved}.",
        "引擎已恢复为 sd-scripts {tag}（{commit}），不再是 {moved}。",
    ),
    "engine.taken_back_missing": (
        "The engine is sd-scripts {tag} ({commit}) again, no longer {moved}. It is not installed: `kohya-driver engine install`.",
        "引擎已恢复为 sd-scripts {tag}（{commit}），不再是 {moved}。它还没有安装：`kohya-driver engine install`。",
    ),
    "engine.never_moved": (
        "The engine is this version's own already: sd-scripts {tag} ({commit}).",
        "引擎本来就是本版本自带的：sd-scripts {tag}（{commit}）。",
    ),
}
