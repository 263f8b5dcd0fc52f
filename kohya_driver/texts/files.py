"""Sentences about files."""

TEXTS = {
    "files.disk_full": ("The disk is full.", "磁盘已满。"),
    "files.disk_full.hint": (
        "Free some space, then run the same command again; nothing was left half-written.",
        "请先腾出空间，再重新运行同一条命令；没有留下写了一半的文件。",
    ),
    "files.not_writable": ("Cannot write here: {reason}.", "无法写入此处：{reason}。"),
    "files.not_writable.hint": (
        "Choose another folder, or change its permissions.",
        "请换一个文件夹，或修改它的权限。",
    ),
    "files.taken": (
        "Another file has come to stand here meanwhile; it was not touched.",
        "这里刚刚出现了另一个文件；没有动它。",
    ),
    "files.taken.hint": (
        "Choose another name, or move that file away, and try again.",
        "请换一个名字，或先移走那个文件，再试一次。",
    ),
    "files.not_for_engine": (
        "The engine's TOML reader does not take this text: {text}",
        "引擎的 TOML 读取程序无法读取这段文字：{text}",
    ),
    "files.not_for_engine.hint": (
        "Take quotation marks, backslashes and lone commas out of it.",
        "请去掉其中的引号、反斜杠和单独的逗号。",
    ),
    "files.no_trash": (
        "This cannot be moved to the Trash: {reason}.",
        "无法移到废纸篓：{reason}。",
    ),
    "files.no_trash.hint": (
        "It is where it was. Delete it for good instead: `runs remove --delete`, or `runs prune` without --trash.",
        "它还在原处。可以改为直接删除：`runs remove --delete`，或不带 --trash 的 `runs prune`。",
    ),
}
