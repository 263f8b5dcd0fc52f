"""Sentences about this machine's state: what `kohya-driver doctor` finds."""

_POWER_HINT = "System Settings > Battery (or Energy)", "“系统设置”>“电池”（或“节能”）"
_REPORT = "`kohya-driver doctor --report doctor.json`"

TEXTS = {
    # Headings
    "doctor.group.machine": ("Machine", "机器"),
    "doctor.group.power": ("Power", "电源"),
    "doctor.group.folders": ("Folders", "文件夹"),
    "doctor.group.engine": ("Engine", "引擎"),
    "doctor.group.environment": ("Environment", "环境"),
    "doctor.group.network": ("Network", "网络"),
    "doctor.title.chip": ("Chip", "芯片"),
    "doctor.title.python": ("Python", "Python"),
    "doctor.title.system": ("System", "系统"),
    "doctor.title.memory": ("Memory", "内存"),
    "doctor.title.swap": ("Swap", "交换空间"),
    "doctor.title.disk": ("Disk", "磁盘"),
    "doctor.title.source": ("Source", "供电"),
    "doctor.title.low_power": ("Low Power Mode", "低电量模式"),
    "doctor.title.sleep": ("Sleep", "睡眠"),
    "doctor.title.home": ("kohya-driver's own", "kohya-driver 数据"),
    "doctor.title.current": ("Current", "当前"),
    "doctor.title.project": ("Project", "项目"),
    "doctor.title.pictures": ("Pictures", "图片"),
    "doctor.title.model": ("Base model", "底模"),
    "doctor.title.git": ("git", "git"),
    "doctor.title.embedded": ("Embedded engine", "内置引擎"),
    "doctor.title.engine": ("sd-scripts", "sd-scripts"),
    "doctor.title.selftest": ("Self-test", "自检"),
    "doctor.title.training": ("Training", "试训练"),
    "doctor.title.variables": ("Variables", "环境变量"),
    "doctor.title.proxies": ("Proxies", "代理"),
    "doctor.title.github": ("Engine's source", "引擎来源"),
    "doctor.title.index": ("Packages", "软件源"),
    "doctor.title.hub": ("Hugging Face Hub", "Hugging Face"),
    # Machine
    "doctor.chip": (
        "{chip}, {cores} fast cores, trains on {accelerator}",
        "{chip}，{cores} 个性能核心，训练设备 {accelerator}",
    ),
    "doctor.no_accelerator": (
        "torch has nothing to use here but the processor: a training takes many times as long.",
        "这里 torch 只能使用处理器：训练会慢很多倍。",
    ),
    "doctor.no_accelerator.hint": (
        "Good for trying things out. To train, use a Mac with an M-series chip.",
        "适合试用。正式训练请使用 M 系列芯片的 Mac。",
    ),
    "doctor.python": ("{version} for {machine}", "{version}（{machine}）"),
    "doctor.system": ("{system} {version} ({build})", "{system} {version}（{build}）"),
    "doctor.macos_sum": (
        "On macOS {version} the graphics part of the chip was seen to compute wrong gradients ({source}).",
        "有报告称 macOS {version} 上图形单元会算错梯度（{source}）。",
    ),
    "doctor.macos_sum.hint": (
        "The self-test below looks for it. Updating macOS helps.",
        "下面的自检会检查这个问题。更新 macOS 可以解决。",
    ),
    "doctor.macos_watchdog": (
        "macOS {version} may end heavy graphics work while the display is on ({source}).",
        "macOS {version} 在屏幕亮着时可能会强行结束繁重的图形计算（{source}）。",
    ),
    "doctor.macos_watchdog.hint": (
        "If a training stops with `Impacting Interactivity`, let the display sleep, and use batch size 1 or gradient checkpointing.",
        "如果训练以 `Impacting Interactivity` 中断，请让屏幕休眠，并使用批大小 1 或开启梯度检查点。",
    ),
    "doctor.macos_bf16": (
        "On macOS {version} this torch may crash with bf16 ({source}).",
        "在 macOS {version} 上，此版本的 torch 使用 bf16 时可能崩溃（{source}）。",
    ),
    "doctor.macos_bf16.hint": (
        'Leave `mixed_precision` at "no"; the self-test below tries bf16.',
        "请保持 `mixed_precision` 为 “no”；下面的自检会测试 bf16。",
    ),
    "doctor.memory": ("{total} GB, {available} GB available", "{total} GB，可用 {available} GB"),
    "doctor.memory_small": (
        "{total} GB of memory is little: a training will swap to the disk and be slow.",
        "{total} GB 内存偏小：训练会用到磁盘交换，速度很慢。",
    ),
    "doctor.memory_small.hint": (
        "Train SD 1.5 at 512 with batch size 1 and gradient checkpointing, and close other programs.",
        "请训练 SD 1.5，分辨率 512，批大小 1，开启梯度检查点，并关闭其他程序。",
    ),
    "doctor.memory_short": (
        "Only {available} GB of memory are available just now.",
        "目前只有 {available} GB 可用内存。",
    ),
    "doctor.memory_short.hint": (
        "Close other programs, above all browsers and image generators, before you train.",
        "训练前请关闭其他程序，尤其是浏览器和生图软件。",
    ),
    "doctor.swap": ("{used} GB in use", "已用 {used} GB"),
    "doctor.swap_much": (
        "{used} GB lie on the disk because memory ran short.",
        "因为内存不足，已有 {used} GB 被换到磁盘上。",
    ),
    "doctor.swap_much.hint": (
        "Close other programs, or restart the machine, before you train.",
        "训练前请关闭其他程序，或重启机器。",
    ),
    "doctor.disk": ("free: {free}", "剩余：{free}"),
    "doctor.disk_full": ("Only {free} GB are free on this disk.", "这块磁盘只剩 {free} GB。"),
    "doctor.disk_full.hint": (
        "Free some space, or work on another disk; a LoRA and its train states may take several GB.",
        "请腾出空间，或换一块磁盘；LoRA 和训练状态可能需要数 GB。",
    ),
    "doctor.disk_low": ("{free} GB are free on this disk.", "这块磁盘剩余 {free} GB。"),
    "doctor.disk_low.hint": (
        "Enough for a small training. macOS needs room to swap too; `kohya-driver plan` says what yours will write.",
        "够做一次小型训练。macOS 的内存交换也要占用磁盘；`kohya-driver plan` 会列出训练将写入的文件。",
    ),
    # Power
    "doctor.on": ("on", "开启"),
    "doctor.off": ("off", "关闭"),
    "doctor.on_battery": ("battery, {percent} %", "电池，{percent}%"),
    "doctor.on_mains": ("mains", "外接电源"),
    "doctor.on_mains_charged": ("mains, battery at {percent} %", "外接电源，电池 {percent}%"),
    "doctor.battery": (
        "It runs on its battery ({percent} %): a training takes hours, and is slower so.",
        "正在使用电池（{percent}%）：训练需要数小时，而且用电池更慢。",
    ),
    "doctor.battery.hint": ("Plug it in.", "请接上电源。"),
    "doctor.low_power": ("Low Power Mode slows the chip down.", "低电量模式会降低芯片速度。"),
    "doctor.low_power.hint": (
        f"Turn it off in {_POWER_HINT[0]}.",
        f"请在{_POWER_HINT[1]}中关闭。",
    ),
    "doctor.never_sleeps": ("never by itself", "不会自动睡眠"),
    "doctor.sleeps_after": ("after {minutes} min without use", "闲置 {minutes} 分钟后"),
    "doctor.sleeps_not_now": (
        "after {minutes} min without use; kept awake now by {awake_for}",
        "闲置 {minutes} 分钟后；目前由 {awake_for} 保持唤醒",
    ),
    "doctor.sleeps": (
        "It goes to sleep after {minutes} minutes without use, and a training stands still meanwhile.",
        "闲置 {minutes} 分钟后会睡眠，期间训练会暂停。",
    ),
    "doctor.sleeps.hint": (
        f"Write `caffeinate -is` before the command, or change it in {_POWER_HINT[0]}. Leave the lid open.",
        f"请在命令前加上 `caffeinate -is`，或在{_POWER_HINT[1]}中修改。不要合上盖子。",
    ),
    # Folders
    "doctor.folder": ("{path}", "{path}"),
    "doctor.folder_read": ("{path}, {files} files", "{path}，{files} 个文件"),
    "doctor.folder_missing": ("There is nothing at this path.", "该路径不存在。"),
    "doctor.folder_missing.hint": (
        "Check its spelling; an external disk must be plugged in.",
        "请检查拼写；外接磁盘需要先连接。",
    ),
    "doctor.not_writable": ("Nothing can be written here: {reason}.", "无法在此写入：{reason}。"),
    "doctor.not_writable.hint": (
        "Choose another folder, or give yourself the right to write (Finder: Get Info > Sharing & Permissions).",
        "请换一个文件夹，或为自己添加写入权限（访达：显示简介 > 共享与权限）。",
    ),
    "doctor.pictures_read_only": (
        "Nothing can be written here ({reason}), so latents cannot be cached on disk.",
        "无法在此写入（{reason}），因此不能把潜空间（latents）缓存到磁盘。",
    ),
    "doctor.unreadable": (
        "{count} file(s) or folder(s) cannot be read: {reason}.",
        "{count} 个文件或文件夹无法读取：{reason}。",
    ),
    "doctor.unreadable.hint": (
        "Give yourself the right to read (Finder: Get Info > Sharing & Permissions), or copy them elsewhere.",
        "请为自己添加读取权限（访达：显示简介 > 共享与权限），或复制到别处。",
    ),
    "doctor.private": (
        "macOS does not let this program read {count} file(s) or folder(s) here: {reason}.",
        "macOS 不允许本程序读取这里的 {count} 个文件或文件夹：{reason}。",
    ),
    "doctor.private.hint": (
        "System Settings > Privacy & Security > Files and Folders (or Full Disk Access): allow your terminal, and start it again. "
        "Or move the files to a folder of your own, such as ~/LoRA.",
        "“系统设置”>“隐私与安全性”>“文件和文件夹”（或“完全磁盘访问权限”）：允许您的终端程序，然后重新打开它。"
        "也可以把文件移到自己的文件夹，例如 ~/LoRA。",
    ),
    "doctor.evicted": (
        "{count} file(s) are in iCloud only; here is just their name, and the engine would skip or stall on them.",
        "{count} 个文件只存在于 iCloud，本机只有文件名；引擎会跳过它们或卡住。",
    ),
    "doctor.evicted.hint": (
        "In the Finder choose Download Now for the folder and wait for it, or move it out of iCloud.",
        "请在访达中对该文件夹选择“立即下载”并等待完成，或把它移出 iCloud。",
    ),
    "doctor.in_icloud": (
        "This folder is in iCloud Drive: macOS may take files off this disk at any time.",
        "该文件夹位于 iCloud 云盘：macOS 随时可能把文件从本机移走。",
    ),
    "doctor.in_icloud.hint": (
        "Work in a folder outside iCloud, such as ~/LoRA.",
        "请在 iCloud 之外的文件夹中工作，例如 ~/LoRA。",
    ),
    "doctor.in_personal": (
        "macOS guards this folder, and for many people keeps it in iCloud.",
        "macOS 会保护该文件夹，许多人的这个文件夹还会同步到 iCloud。",
    ),
    "doctor.in_personal.hint": (
        "If your terminal is asked for access, allow it; a folder such as ~/LoRA has neither trouble.",
        "如果系统询问是否允许终端访问，请允许；放在 ~/LoRA 这样的文件夹则没有这些问题。",
    ),
    "doctor.in_volume": (
        "This folder is on another disk.",
        "该文件夹位于另一块磁盘。",
    ),
    "doctor.in_volume.hint": (
        "Keep it connected while it trains; a disk formatted as APFS is the safest.",
        "训练期间请保持连接；使用 APFS 格式的磁盘最稳妥。",
    ),
    # Engine
    "doctor.there": ("there", "可用"),
    "doctor.missing": ("missing", "缺失"),
    "doctor.not_installed": ("not installed ({tag}, {commit})", "未安装（{tag}，{commit}）"),
    "doctor.engine_missing": (
        "The engine (sd-scripts) is not installed yet.",
        "引擎（sd-scripts）尚未安装。",
    ),
    "doctor.engine_missing.hint": (
        "The first `kohya-driver train` installs it; `kohya-driver engine install` does it now.",
        "首次运行 `kohya-driver train` 时会自动安装；也可以现在运行 `kohya-driver engine install`。",
    ),
    "doctor.embedded_missing": (
        "The embedded engine, which comes with this program and trains small LoRAs for SD 1.x, has no environment yet.",
        "内置引擎（随本程序附带，可训练 SD 1.x 的小型 LoRA）还没有运行环境。",
    ),
    "doctor.embedded_missing.hint": (
        "It needs the package index (PyPI) only: `kohya-driver engine install --engine embedded`.",
        "它只需要软件源（PyPI）：`kohya-driver engine install --engine embedded`。",
    ),
    "doctor.embedded_guest": (
        "{tag} ({commit}): there, in the environment of sd-scripts",
        "{tag}（{commit}）：可用，使用 sd-scripts 的运行环境",
    ),
    "doctor.engine_sound": (
        "{tag} ({commit}): files, packages and imports as they should be",
        "{tag}（{commit}）：文件、软件包、导入均正常",
    ),
    "doctor.engine_files": (
        "{tag} ({commit}): files and packages as they should be; not started",
        "{tag}（{commit}）：文件和软件包正常；未启动测试",
    ),
    "doctor.engine_broken": ("{tag} ({commit}): not as it should be", "{tag}（{commit}）：不正常"),
    "doctor.step_verify": (
        "Starting the engine to see whether it imports (up to a minute) …",
        "正在启动引擎检查能否导入（最多一分钟）……",
    ),
    "doctor.step_selftest": (
        "Computing what a training computes, forward and backward …",
        "正在计算训练所用的各种运算（前向与反向）……",
    ),
    "doctor.selftest": (
        "{device} is used (torch {torch}), {speed} times as fast as the processor; {right} of {count} operations agree with it",
        "正在使用 {device}（torch {torch}），速度是处理器的 {speed} 倍；{count} 种运算中 {right} 种与处理器结果一致",
    ),
    "doctor.selftest_cpu": (
        "processor only (torch {torch}), so its float32 was held against its float64: {right} of {count} operations agree",
        "只有处理器（torch {torch}），因此用它的 float32 与 float64 比较：{count} 种运算中 {right} 种一致",
    ),
    "doctor.selftest_silent_value": ("no answer", "没有结果"),
    "doctor.selftest_silent": (
        "The self-test broke off: {last_words}",
        "自检中断：{last_words}",
    ),
    "doctor.selftest_silent.hint": (
        "Run it again. If it happens again: `kohya-driver engine install --force`.",
        "请再运行一次。如果仍然如此：`kohya-driver engine install --force`。",
    ),
    "doctor.selftest_died": (
        "The process died while it computed `{operation}`: {last_words}",
        "计算 `{operation}` 时进程崩溃：{last_words}",
    ),
    "doctor.selftest_died.hint": (
        "A training would die so too. Update macOS; until then train on the processor (`--set launch.device=cpu`), and report it "
        f"with {_REPORT}.",
        "训练也会这样崩溃。请更新 macOS；在此之前可用处理器训练（`--set launch.device=cpu`），"
        f"并用 {_REPORT} 反馈。",
    ),
    "doctor.bf16_died": (
        "The process died while it computed `{operation}` in bf16: {last_words}",
        "以 bf16 计算 `{operation}` 时进程崩溃：{last_words}",
    ),
    "doctor.bf16_died.hint": (
        'Leave `mixed_precision` at "no" on this machine.',
        "在这台机器上请保持 `mixed_precision` 为 “no”。",
    ),
    "doctor.device_unused": (
        "This machine has {wanted}, but torch does not use it (built for MPS: {built}).",
        "这台机器有 {wanted}，但 torch 没有使用它（是否带 MPS：{built}）。",
    ),
    "doctor.device_unused.hint": (
        "Install the engine anew: `kohya-driver engine install --force`. On a Mac see Python and System above too.",
        "请重新安装引擎：`kohya-driver engine install --force`。在 Mac 上还请查看上面的 Python 和系统两项。",
    ),
    "doctor.trains_elsewhere": (
        "torch has {device}, but accelerate would train on {found}.",
        "torch 有 {device}，但 accelerate 会在 {found} 上训练。",
    ),
    "doctor.trains_elsewhere.hint": (
        "An accelerate config of your own may say so: run `accelerate env`, or move ~/.cache/huggingface/accelerate away.",
        "可能是您自己的 accelerate 配置所致：请运行 `accelerate env` 查看，或移走 ~/.cache/huggingface/accelerate。",
    ),
    "doctor.not_on_device": (
        "What torch puts on {device} does not take memory there, so it does not compute there.",
        "torch 放到 {device} 上的数据没有占用那里的内存，说明并未在那里计算。",
    ),
    "doctor.not_on_device.hint": (
        "Restart the machine. If it stays so: `kohya-driver engine install --force`.",
        "请重启机器。如果仍然如此：`kohya-driver engine install --force`。",
    ),
    "doctor.wrong_numbers": (
        "{device} computes wrongly (error of the result / of the gradients): {operations}.",
        "{device} 的计算结果有误（结果误差 / 梯度误差）：{operations}。",
    ),
    "doctor.wrong_numbers.hint": (
        "A LoRA trained so would be spoilt. Update macOS and run this again; until then train on the processor "
        f"(`--set launch.device=cpu`), and report it with {_REPORT}.",
        "这样训练出的 LoRA 会是坏的。请更新 macOS 后再运行一次；在此之前可用处理器训练（`--set launch.device=cpu`），"
        f"并用 {_REPORT} 反馈。",
    ),
    "doctor.bf16_wrong": (
        "{device} computes wrongly in bf16 (error of the result / of the gradients): {operations}.",
        "{device} 以 bf16 计算时结果有误（结果误差 / 梯度误差）：{operations}。",
    ),
    "doctor.bf16_wrong.hint": (
        'Leave `mixed_precision` at "no" on this machine.',
        "在这台机器上请保持 `mixed_precision` 为 “no”。",
    ),
    "doctor.fell_back": (
        "The processor does these for the graphics part of the chip, which is slow: {operations}.",
        "这些运算由处理器代替图形单元完成，速度较慢：{operations}。",
    ),
    "doctor.fell_back.hint": ("Update macOS.", "请更新 macOS。"),
    # Environment
    "doctor.variables": ("{names}: kept away from the engine", "{names}：不会传给引擎"),
    "doctor.no_variables": ("nothing that would disturb the engine", "没有会干扰引擎的变量"),
    "doctor.risky_variable": (
        "{name} is set, and reaches the engine and git: results may change, or programs not start.",
        "已设置 {name}，它会影响引擎和 git：结果可能改变，或程序无法启动。",
    ),
    "doctor.risky_variable.hint": (
        "Unless you need it: `unset {name}`, and take it out of ~/.zshrc.",
        "如不需要，请运行 `unset {name}`，并从 ~/.zshrc 中删除。",
    ),
    "doctor.no_watermark": (
        "{name}={value} takes torch's memory limit away: the whole Mac may freeze.",
        "{name}={value} 取消了 torch 的内存上限：整台 Mac 可能卡死。",
    ),
    "doctor.no_watermark.hint": ("Unset it: `unset {name}`.", "请取消该变量：`unset {name}`。"),
    "doctor.proxies": ("{proxies}", "{proxies}"),
    "doctor.no_proxies": ("none", "无"),
    "doctor.proxy_socks": (
        "{address} is a SOCKS proxy: git and uv use it, but the lines on the network here do not.",
        "{address} 是 SOCKS 代理：git 和 uv 会使用它，但下面的网络检查不会。",
    ),
    "doctor.proxy_socks.hint": (
        "Most proxy programs offer an http:// address too; set that as https_proxy.",
        "多数代理软件也提供 http:// 地址；请把它设为 https_proxy。",
    ),
    # Network
    "doctor.reached": ("{address} answers in {milliseconds} ms", "{address}，{milliseconds} 毫秒"),
    "doctor.not_reached": ("{address} cannot be reached", "{address} 无法访问"),
    "doctor.certificate": (
        "The certificate of {address} could not be verified: {reason}.",
        "无法验证 {address} 的证书：{reason}。",
    ),
    "doctor.certificate.hint": (
        "With Python from python.org run `Install Certificates.command` in its folder in Applications; behind a company's proxy "
        "name its certificate in SSL_CERT_FILE.",
        "如果 Python 来自 python.org，请运行“应用程序”中 Python 文件夹里的 `Install Certificates.command`；"
        "如在公司代理之后，请用 SSL_CERT_FILE 指定其证书。",
    ),
    "doctor.unreachable_proxy": (
        "{address} cannot be reached through the proxy {proxy}: {reason}.",
        "通过代理 {proxy} 无法访问 {address}：{reason}。",
    ),
    "doctor.unreachable_proxy.hint": (
        "Start your proxy program and check its port, or take the proxy away: `unset http_proxy https_proxy all_proxy`.",
        "请启动代理软件并核对端口，或取消代理：`unset http_proxy https_proxy all_proxy`。",
    ),
    "doctor.unreachable_github": (
        "The engine's source cannot be reached: {address} ({reason}). It is needed to install the engine only.",
        "无法访问引擎来源：{address}（{reason}）。仅安装引擎时需要。",
    ),
    "doctor.unreachable_github.hint": (
        "Use a proxy, or take it from elsewhere: `kohya-driver engine install --source FOLDER|BUNDLE|URL`. "
        "To try things out, the embedded engine needs no such source (`--engine embedded`).",
        "请使用代理，或从别处获取：`kohya-driver engine install --source 文件夹|BUNDLE|URL`。"
        "只想试用时，内置引擎不需要它（`--engine embedded`）。",
    ),
    "doctor.unreachable_index": (
        "The package index cannot be reached: {address} ({reason}). It is needed to install the engine only.",
        "无法访问软件源：{address}（{reason}）。仅安装引擎时需要。",
    ),
    "doctor.unreachable_index.hint": (
        "Use a proxy, or name a mirror: `export UV_DEFAULT_INDEX=https://…/simple`. Every package's hash is checked.",
        "请使用代理，或指定镜像：`export UV_DEFAULT_INDEX=https://…/simple`。每个软件包都会校验哈希值。",
    ),
    "doctor.unreachable_hub": (
        "The Hugging Face Hub cannot be reached: {address} ({reason}). It is needed only for models named by their name on the Hub.",
        "无法访问 Hugging Face：{address}（{reason}）。仅在用 Hub 名称指定模型时需要。",
    ),
    "doctor.unreachable_hub.hint": (
        "Use a base model on your disk, a proxy, or a mirror: `export HF_ENDPOINT=https://…`.",
        "请使用本地的底模、代理，或镜像：`export HF_ENDPOINT=https://…`。",
    ),
    # Verdict
    "doctor.verdict_ok": ("Ready to train.", "可以训练。"),
    "doctor.verdict_warnings": (
        "Ready to train; {warnings} thing(s) could be better.",
        "可以训练；有 {warnings} 处可以改进。",
    ),
    "doctor.verdict_errors": (
        "{errors} thing(s) must be put right before you train.",
        "训练前必须解决 {errors} 个问题。",
    ),
    "doctor.report_written": (
        "The report is in {path}. Names, paths and addresses are taken out; look through it before you attach it to an issue.",
        "报告已写入 {path}。其中的姓名、路径和地址已去除；附到 issue 之前请再看一遍。",
    ),
    # A training on the device and on the processor
    "doctor.step_train": (
        "Training {number} of 2, on {device}: about half a minute …",
        "第 {number} 次试训练（共 2 次），设备 {device}：约半分钟……",
    ),
    "doctor.train_both": (
        "{steps} steps on {device} and on the processor: the first {compared} losses differ by {largest} % at most; {seconds} s a step, {speed}x as fast",
        "在 {device} 和处理器上各训练 {steps} 步：前 {compared} 步的损失最多相差 {largest}%；每步 {seconds} 秒，速度为处理器的 {speed} 倍",
    ),
    "doctor.train_twice": (
        "{steps} steps, twice on the processor, as there is nothing else: the first {compared} losses differ by {largest} % at most; {seconds} s a step",
        "只有处理器可用，训练两次，各 {steps} 步：前 {compared} 步的损失最多相差 {largest}%；每步 {seconds} 秒",
    ),
    "doctor.train_not_made": ("not made", "未进行"),
    "doctor.train_missing": (
        "For a trial training the embedded engine is needed, and it is not installed.",
        "试训练需要内置引擎，但尚未安装。",
    ),
    "doctor.train_missing.hint": (
        "`kohya-driver engine install --engine embedded`; it needs PyPI only.",
        "运行 `kohya-driver engine install --engine embedded`；只需能访问 PyPI。",
    ),
    "doctor.train_failed": (
        "A trial training on {device} failed. {reason} {last}",
        "在 {device} 上的试训练失败。{reason} {last}",
    ),
    "doctor.train_failed.hint": (
        f"The self-test may tell which operation is at fault; `kohya-driver engine verify` looks at the installation. Report it with {_REPORT}.",
        f"自检可能会指出出错的运算；`kohya-driver engine verify` 可检查安装。请用 {_REPORT} 反馈。",
    ),
    "doctor.train_stopped": (
        "The trial training was stopped from elsewhere before it was done.",
        "试训练在完成之前被从别处停止。",
    ),
    "doctor.train_stopped.hint": (
        "Run `kohya-driver doctor --train` again.",
        "请重新运行 `kohya-driver doctor --train`。",
    ),
    "doctor.train_differs": (
        "A training on {device} computes something else than on the processor: a loss differs by {largest} % (up to {limit} % is rounding).",
        "在 {device} 上训练的计算结果与处理器不同：损失相差 {largest}%（{limit}% 以内属于舍入误差）。",
    ),
    "doctor.train_differs.hint": (
        f"What is trained here may be spoilt. Update macOS (elsewhere: the graphics card's driver), then run it again; until then train with `--set launch.device=cpu`, and report it with {_REPORT}.",
        f"在此训练的结果可能是坏的。请更新 macOS（其他系统：显卡驱动）后重试；在此之前请用 `--set launch.device=cpu` 训练，并用 {_REPORT} 反馈。",
    ),
}
