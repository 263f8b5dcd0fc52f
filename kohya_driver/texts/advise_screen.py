"""Headings of advice in a terminal."""

TEXTS: dict[str, tuple[str, str]] = {
    "advise_screen.evidence": ("What it rests on", "依据"),
    "advise_screen.next": ("For the next training", "下次训练"),
    "advise_screen.changes": ("In the preset (--apply FILE writes it)", "对应的预设（--apply 文件 可写出）"),
    "advise_screen.gaps": ("What was missing to judge by", "缺少的依据"),
    "advise_screen.unset": ("not set", "不设置"),
    "advise_screen.written": (
        "Written: {path}. See what it does: `kohya-driver plan {path}`",
        "已写入：{path}。查看计划：`kohya-driver plan {path}`",
    ),
}
