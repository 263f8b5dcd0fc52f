"""Words for the engine's tools for LoRA files."""

TEXTS: dict[str, tuple[str, str]] = {
    "lora_screen.verb.resize": ("Make smaller", "缩小"),
    "lora_screen.verb.merge": ("Merge", "合并"),
    "lora_screen.verb.extract": ("Extract", "提取"),
    "lora_screen.verb.convert": ("Convert", "转换"),
    "lora_screen.row.source": ("From", "来源"),
    "lora_screen.row.output": ("To", "写入"),
    "lora_screen.row.tool": ("Engine's tool", "引擎工具"),
    "lora_screen.row.how": ("Computed on", "计算设备"),
    "lora_screen.row.rank": ("Rank", "维度 (Rank)"),
    "lora_screen.row.share": ("Change kept", "保留的变化"),
    "lora_screen.row.size": ("Size", "大小"),
    "lora_screen.row.trigger": ("Trigger", "触发词"),
    "lora_screen.row.time": ("Took", "用时"),
    "lora_screen.how": ("{device}, written in {precision}", "{device}，以 {precision} 写入"),
    "lora_screen.cpu": ("processor (CPU)", "处理器 (CPU)"),
    "lora_screen.cuda": ("NVIDIA GPU", "NVIDIA GPU"),
    "lora_screen.source_lora": (
        "{path}  ({kind}, {family}, rank {rank})",
        "{path}（{kind}，{family}，维度 {rank}）",
    ),
    "lora_screen.source_model": ("{path}  ({family})", "{path}（{family}）"),
    "lora_screen.loading": ("The engine's tool is starting …", "正在启动引擎的工具…"),
    "lora_screen.working": ("Parts", "部分"),
    "lora_screen.plain": ("{done} of {count} parts", "已处理 {done}/{count}"),
    "lora_screen.done": ("Done.", "完成。"),
    "lora_screen.would": (
        "Nothing was written: this is what would be done.",
        "没有写入任何文件：以上是将要执行的操作。",
    ),
    "lora_screen.next_lora": (
        "Next: kohya-driver lora install {path} --to webui",
        "下一步：kohya-driver lora install {path} --to webui",
    ),
    "lora_screen.next_model": (
        "It is a base model now; its LoRAs act without being named in the prompt.",
        "它现在是一个底模；其中的 LoRA 无需写在提示词里就会起作用。",
    ),
    # check
    "lora_screen.check_part": ("Part", "部分"),
    "lora_screen.check_tensors": ("tensors", "张量"),
    "lora_screen.check_mean": ("mean |value|", "平均 |值|"),
    "lora_screen.check_zero": ("all zero", "全为零"),
    "lora_screen.check_good": (
        "Every number of its {count} tensors is one, and it has been trained.",
        "{count} 个张量的数值全部有效，并且经过了训练。",
    ),
}
