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
}
