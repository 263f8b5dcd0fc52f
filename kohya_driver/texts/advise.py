"""Sentences about a preset that cannot be written as advised."""

TEXTS: dict[str, tuple[str, str]] = {
    "advise.nothing_to_change": (
        "Nothing that this run's numbers tell asks for another preset.",
        "从这次训练的数值看，不需要改变预设。",
    ),
    "advise.nothing_to_change.hint": (
        "Look at what is advised: `kohya-driver advise` without --apply.",
        "请查看建议：运行 `kohya-driver advise`，不加 --apply。",
    ),
    "advise.exists": ("There is such a file already.", "已有这个文件。"),
    "advise.exists.hint": (
        "Give another name to --apply, or move the file away.",
        "请给 --apply 换个文件名，或先移走该文件。",
    ),
    "advise.no_preset": (
        "The preset of this run cannot be read: {reason}",
        "无法读取这次训练的预设：{reason}",
    ),
    "advise.no_preset.hint": (
        "Change your own preset by hand, as is advised.",
        "请按建议手动修改自己的预设。",
    ),
}
