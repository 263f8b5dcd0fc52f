"""Sentences about trainings on rented machines."""

TEXTS: dict[str, tuple[str, str]] = {
    "cloud.gpu": ("{text} is no card.", "{text} 不是显卡名称。"),
    "cloud.gpu.hint": (
        "Write a name and a number, as SkyPilot does: A10G, L4:1, A100:4; `sky gpus list` shows them. none: a processor only.",
        "请像 SkyPilot 那样写出名称和数量：A10G、L4:1、A100:4；`sky gpus list` 会列出它们。none 表示只用 CPU。",
    ),
    "cloud.no_skypilot": ("SkyPilot is not installed here.", "这里没有安装 SkyPilot。"),
    "cloud.no_skypilot.hint": (
        "Install it with the provider that you use, such as `uv tool install 'skypilot[aws]'`, and say `sky check`; docs/machines.md tells how.",
        "请连同您使用的云服务一起安装，例如 `uv tool install 'skypilot[aws]'`，再运行 `sky check`；参见 docs/machines.zh-CN.md。",
    ),
    "cloud.not_started": (
        "SkyPilot did not start the training (exit status {status}). Its own words stand above.",
        "SkyPilot 没有启动训练（退出状态 {status}）。它自己的说明在上面。",
    ),
    "cloud.not_started.hint": (
        "See whether a machine was rented all the same: `sky status`; `sky down {cluster}` gives it back. The task is kept.",
        "请用 `sky status` 查看是否仍租下了机器；`sky down {cluster}` 会退还。任务文件已保留。",
    ),
    "cloud.needs_yes": (
        "Nothing was started: it costs money, and there is nobody to ask.",
        "没有启动任何东西：这会产生费用，而这里无法询问。",
    ),
    "cloud.needs_yes.hint": (
        "Look at it with --dry-run; then say --yes.",
        "请先用 --dry-run 查看，再加上 --yes。",
    ),
    "cloud.question": (
        "A machine is rented for this, which costs money until it is given back. Go on?",
        "为此会租用一台机器，在退还之前都会产生费用。继续吗？",
    ),
    "cloud.cheapest": ("the cheapest that SkyPilot may use", "SkyPilot 可用的最便宜的云"),
    "cloud.machine": ("Machine", "机器"),
    "cloud.steps": ("Training", "训练"),
    "cloud.steps_value": (
        "{steps} steps in {epochs} epoch(s), {batch} picture(s) a step",
        "共 {steps} 步，{epochs} 个轮次，每步 {batch} 张图片",
    ),
    "cloud.up": ("Goes up", "上传"),
    "cloud.up_value": (
        "{size}: {names}; the preset; this program",
        "{size}：{names}；预设；本程序",
    ),
    "cloud.base": ("Base model", "底模"),
    "cloud.base_up": ("{base}: goes up", "{base}：上传"),
    "cloud.base_missing": (
        "{base}: not found here, so there is nothing to upload",
        "{base}：这里找不到，无法上传",
    ),
    "cloud.base_there": ("{base}: fetched from the Hub there", "{base}：在那里从 Hub 下载"),
    "cloud.back": ("Comes back to", "取回到"),
    "cloud.stops": ("Afterwards", "结束后"),
    "cloud.stops_value": (
        "stopped after {minutes} idle minutes, its disk kept (which costs a little) until `sky down`",
        "空闲 {minutes} 分钟后停机，磁盘保留（有少量费用），直到 `sky down`",
    ),
    "cloud.change": ("{option}: {before} → {after}. {reason}", "{option}：{before} → {after}。{reason}"),
    "cloud.written": ("Written: {path}", "已写入：{path}"),
    "cloud.install": (
        "SkyPilot, which starts it, is not installed here: `uv tool install 'skypilot[aws]'` (or another provider), then `sky check`.",
        "启动它需要 SkyPilot，这里没有安装：`uv tool install 'skypilot[aws]'`（或其他云服务），然后 `sky check`。",
    ),
    "cloud.start_by_hand": (
        "Start it by hand: `sky launch -c {cluster} {path}`",
        "手动启动：`sky launch -c {cluster} {path}`",
    ),
    "cloud.started": ("{run} is being trained on {cluster}.", "{run} 正在 {cluster} 上训练。"),
    "cloud.next": (
        "The machine is being prepared, which takes some minutes: `sky logs {cluster}`. Then watch it: `kohya-driver watch {run}`. "
        "Once its LoRA is here, give the machine back: `sky down {cluster}`.",
        "机器正在准备，需要几分钟：`sky logs {cluster}`。之后查看：`kohya-driver watch {run}`。"
        "LoRA 取回后请退还机器：`sky down {cluster}`。",
    ),
}
