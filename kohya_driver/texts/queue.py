"""Sentences about the queue."""

TEXTS = {
    "queue.unreadable": (
        "The queue's file cannot be read: {reason}.",
        "无法读取队列文件：{reason}。",
    ),
    "queue.unreadable.hint": (
        "Nothing was changed. Give it another name, then add the presets again; what was trained is listed by "
        "`kohya-driver runs`.",
        "没有改动任何内容。请把该文件改名，再重新添加预设；已训练的内容可用 `kohya-driver runs` 查看。",
    ),
    "queue.worked_on": (
        "Somebody works on the queue already: process {pid}.",
        "已经有进程在处理队列：进程 {pid}。",
    ),
    "queue.worked_on.hint": (
        "What you add is taken in turn. `kohya-driver queue list` shows how far it is, `kohya-driver watch` the training.",
        "新添加的会依次轮到。`kohya-driver queue list` 查看进度，`kohya-driver watch` 查看正在进行的训练。",
    ),
    "queue.no_entry": ("The queue has no number {number}.", "队列中没有编号 {number}。"),
    "queue.no_entry.hint": ("There are: {numbers}.", "现有编号：{numbers}。"),
    "queue.is_running": ("Number {number} is being trained just now.", "编号 {number} 正在训练。"),
    "queue.is_running.hint": (
        "Stop it first: `kohya-driver stop`. The queue stops with it.",
        "请先停止它：`kohya-driver stop`。队列会随之停止。",
    ),
    "queue.not_waiting": ("Number {number} does not wait any more.", "编号 {number} 已不在等待中。"),
    "queue.not_waiting.hint": (
        "Only what waits can be moved; `kohya-driver queue list` shows it.",
        "只能移动等待中的任务；请用 `kohya-driver queue list` 查看。",
    ),
    "queue.not_over": (
        "Number {number} neither failed nor was stopped.",
        "编号 {number} 既没有失败，也没有被停止。",
    ),
    "queue.not_over.hint": (
        "To train a preset once more, add it again: `kohya-driver queue add PRESET`.",
        "如需再训练一次，请重新添加：`kohya-driver queue add PRESET`。",
    ),
    "queue.folder_gone": (
        "The folder in which this was queued is gone.",
        "添加该任务时所在的文件夹已不存在。",
    ),
    "queue.folder_gone.hint": (
        "Queue the preset again from where it is now.",
        "请在预设现在的位置重新添加。",
    ),
    "queue.not_started": (
        "The queue's worker did not start.",
        "队列的后台进程没有启动。",
    ),
    "queue.not_started.hint": (
        "Look at the end of this log, or start it in this window: `kohya-driver queue start`.",
        "请查看此日志的末尾，或直接在当前窗口启动：`kohya-driver queue start`。",
    ),
}
