"""Sentences about what goes wrong while a training runs."""

TEXTS = {
    "trouble.nan": (
        "From step {step} on the loss is no number (NaN): what is learnt from there on is worthless.",
        "从第 {step} 步起，损失成了无效数值（NaN）：此后学到的都没有用。",
    ),
    "trouble.nan.hint": (
        'Lower the learning rate, or train with mixed_precision = "no".',
        '请降低学习率，或使用 mixed_precision = "no" 训练。',
    ),
    "trouble.metal_error": (
        "The Mac's graphics part reports an error ({text}), and the engine goes on with numbers that may be wrong.",
        "Mac 的图形单元报告了错误（{text}），而引擎仍在用可能不对的数值继续。",
    ),
    "trouble.metal_error.hint": (
        "Use a smaller batch or resolution, close other programs, and let the screen go dark while it trains.",
        "请减小批大小或分辨率，关闭其他程序，训练时让屏幕熄灭。",
    ),
    "trouble.stall": (
        "Nothing has moved for {minutes} minutes.",
        "已有 {minutes} 分钟毫无进展。",
    ),
    "trouble.stall.hint": (
        "engine.log in the run's folder shows how far it came.",
        "该次训练文件夹中的 engine.log 记录了进行到哪里。",
    ),
    "trouble.memory": (
        "Memory is running out: {free} GB of {total} GB are left.",
        "内存快用完了：{total} GB 中只剩 {free} GB。",
    ),
    "trouble.memory.hint": (
        "Close other programs. Next time use a smaller batch or resolution, or `train --fit`.",
        "请关闭其他程序。下次请减小批大小或分辨率，或使用 `train --fit`。",
    ),
    "trouble.disk": (
        "Only {free} GB are left on the disk; what is written next needs {needed} GB.",
        "磁盘只剩 {free} GB；接下来要写的文件需要 {needed} GB。",
    ),
    "trouble.disk.hint": (
        "Make room on the disk with the run's folder and the LoRA files.",
        "请在存放训练文件夹和 LoRA 文件的磁盘上腾出空间。",
    ),
    "trouble.slow": (
        "A step takes {seconds} s now, {times} times as long as before ({usual} s).",
        "现在每步要 {seconds} 秒，是之前（{usual} 秒）的 {times} 倍。",
    ),
    "trouble.slow.hint": (
        "The machine may be hot: let air get at it. Or another program is busy, or low power mode is on.",
        "机器可能过热：请让它通风。也可能是别的程序正忙，或开着低电量模式。",
    ),
    "trouble.power": (
        "The power is cut; the machine runs on its battery.",
        "电源已断开，机器正在使用电池。",
    ),
    "trouble.power.hint": ("Plug it in.", "请接上电源。"),
    "trouble.battery": (
        "The battery is nearly empty ({percent} %).",
        "电池快用完了（{percent}%）。",
    ),
    "trouble.battery.hint": (
        "Plug it in now. What has been saved stays.",
        "请立即接上电源。已经保存的内容不会丢失。",
    ),
    "trouble.notification": (
        "The system does not show notifications ({reason}).",
        "系统未能显示通知（{reason}）。",
    ),
    "trouble.notification.hint": (
        "Allow them in the system's settings, or write notify = false under [safety].",
        "请在系统设置中允许通知，或在 [safety] 中写 notify = false。",
    ),
    "trouble.webhook": (
        "A message could not be sent to the address in [safety] webhook ({reason}).",
        "未能把消息发送到 [safety] webhook 中的网址（{reason}）。",
    ),
    "trouble.webhook.hint": (
        "Check the address and the network. The training does not depend on it.",
        "请检查网址和网络。训练不受影响。",
    ),
}
