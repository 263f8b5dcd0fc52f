"""Why a training that failed is not tried again by itself."""

TEXTS = {
    "recovery.no_use": (
        "It was not tried again: as it is, it would fail in the same way.",
        "没有自动重试：原样再来还会同样失败。",
    ),
    "recovery.by_policy": (
        "It was not tried again: [safety] says that this ends the training.",
        "没有自动重试：[safety] 规定遇到这种问题就结束训练。",
    ),
    "recovery.off": (
        "It was not tried again: that is switched off ([safety] recover = 0, or --no-recover).",
        "没有自动重试：已关闭自动重试（[safety] recover = 0，或 --no-recover）。",
    ),
    "recovery.limit": (
        "It was not tried again: it had been resumed by itself as often as [safety] recover allows.",
        "没有再自动重试：次数已达到 [safety] recover 的上限。",
    ),
    "recovery.nothing_smaller": (
        "It was not tried again: nothing that may be changed on the way is left that would save memory.",
        "没有再自动重试：途中可以改的设置里，已没有能再节省内存的。",
    ),
    "recovery.nan_again": (
        "It was not tried again: the numbers were lost also with half the learning rate.",
        "没有再自动重试：学习率减半之后数值仍然失效。",
    ),
    "recovery.same_again": (
        "It was not tried again: it failed in the same way as before, and came no further.",
        "没有再自动重试：与上次同样失败，而且没有前进一步。",
    ),
    "recovery.no_room": (
        "It was not tried again: the disk has no room for it.",
        "没有自动重试：磁盘空间不足。",
    ),
    "recovery.cannot_change": (
        "It was not tried again: what could help cannot be changed here, because the plan with it has errors.",
        "没有自动重试：可能有用的改动在这里行不通，改动后的计划有错误。",
    ),
}
