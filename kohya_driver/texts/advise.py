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
    "advise.unchanged": (
        "The preset of this run says all that is advised already: it would train the same again.",
        "这次训练的预设已经包含了全部建议：再训练一次结果相同。",
    ),
    "advise.unchanged.hint": (
        "Look at what else is advised: `kohya-driver advise` without --apply.",
        "请查看其他建议：运行 `kohya-driver advise`，不加 --apply。",
    ),
    "advise.no_plan": (
        "What there is of this run asks for no other preset; but its plan.json is missing or cannot be read.",
        "从这次训练现有的记录看，不需要改变预设；但 plan.json 缺失或无法读取。",
    ),
    "advise.no_plan.hint": (
        "Put plan.json back, if you have it; or look at what is advised: `kohya-driver advise` without --apply.",
        "如果还有 plan.json，请放回原处；或查看建议：运行 `kohya-driver advise`，不加 --apply。",
    ),
    "advise.newer": (
        "What can be read of this run asks for no other preset; but a newer version of kohya-driver wrote it.",
        "从这次训练可读的内容看，不需要改变预设；但它由更新版本的 kohya-driver 记录。",
    ),
    "advise.newer.hint": ("Update kohya-driver, and ask again.", "请更新 kohya-driver 后再试。"),
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
