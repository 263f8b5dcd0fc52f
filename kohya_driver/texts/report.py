"""What a run's report says of what it could not read, and why one could not be written."""

TEXTS = {
    "report.file_missing": ("{name} is not there.", "缺少 {name}。"),
    "report.file_missing.hint": (
        "Without it the report is incomplete. The run may have been cut off, or the folder was not copied whole.",
        "因此报告不完整。可能训练中途被打断，或文件夹没有完整复制。",
    ),
    "report.unreadable": ("{name} is damaged and cannot be read.", "{name} 已损坏，无法读取。"),
    "report.unreadable.hint": (
        "What it says is missing in the report; everything else is told.",
        "报告中缺少它记录的内容，其余部分照常列出。",
    ),
    "report.newer": (
        "{name} was written by a newer version of kohya-driver.",
        "{name} 由更新版本的 kohya-driver 写成。",
    ),
    "report.newer.hint": (
        "What this version does not know is left out. Update kohya-driver, and make the report again.",
        "本版本不认识的内容已略去。请更新 kohya-driver 后重新生成报告。",
    ),
    "report.unknown_outcome": (
        "result.json tells of an outcome that this version does not know: {outcome}.",
        "result.json 中的结局是本版本不认识的：{outcome}。",
    ),
    "report.unknown_outcome.hint": (
        "Update kohya-driver, and make the report again.",
        "请更新 kohya-driver 后重新生成报告。",
    ),
    "report.no_values": (
        "metrics.jsonl is missing or empty; the steps were taken from events.jsonl.",
        "metrics.jsonl 缺失或为空；各步数据取自 events.jsonl。",
    ),
    "report.no_values.hint": (
        "The curves are the same; the time of a step is less exact.",
        "曲线相同，但每步用时没有那么精确。",
    ),
    "report.damaged_lines": (
        "{count} line(s) of the run's records are damaged and were passed over.",
        "训练记录中有 {count} 行已损坏，已跳过。",
    ),
    "report.damaged_lines.hint": (
        "One at the end is usual after a crash or a full disk. Everything else is whole.",
        "崩溃或磁盘写满后，末尾有一行残缺属于正常，其余内容完整。",
    ),
    "report.unknown_events": (
        "{count} event(s) are of kinds that this version does not know.",
        "有 {count} 个事件的种类是本版本不认识的。",
    ),
    "report.unknown_events.hint": (
        "They were written by a newer version of kohya-driver; update it, and make the report again.",
        "它们由更新版本的 kohya-driver 写成；请更新后重新生成报告。",
    ),
    "report.no_steps": ("No step was recorded.", "没有记录到任何一步训练。"),
    "report.no_steps.hint": (
        "The training ended before its first step; engine.log in the run's folder says how far it came.",
        "训练在第一步之前就结束了；训练文件夹中的 engine.log 记录了进行到哪里。",
    ),
    "report.steps_lost": (
        "What was recorded of its steps is missing or cannot be read.",
        "各步的记录缺失或无法读取。",
    ),
    "report.steps_lost.hint": (
        "So there are no curves. How far it came is taken from result.json, where that is there.",
        "因此没有曲线。如果有 result.json，进行到哪里取自其中。",
    ),
    "report.samples_unknown": (
        "The plan that says what the samples show cannot be read.",
        "无法读取说明预览图内容的计划。",
    ),
    "report.samples_unknown.hint": (
        "Their steps and prompts are taken from the files' names and from sample_prompts.txt.",
        "它们的步数和提示词取自文件名和 sample_prompts.txt。",
    ),
    "report.samples_gone": (
        "{count} sample(s) are not there any more.",
        "有 {count} 张预览图已不在原处。",
    ),
    "report.samples_gone.hint": (
        "They were moved or deleted after they were drawn, or their folder cannot be read.",
        "它们在绘制之后被移走或删除了，或者无法读取所在的文件夹。",
    ),
    "report.picture_broken": ("The sample {name} cannot be read.", "预览图 {name} 无法读取。"),
    "report.picture_broken.hint": (
        "It was probably cut off while it was written. The training does not depend on it.",
        "可能是写入时被打断了，不影响训练。",
    ),
    "report.checkpoint_gone": ("{name} is not there any more.", "{name} 已不在原处。"),
    "report.checkpoint_gone.hint": (
        "It was moved or deleted after the training wrote it, or its folder cannot be read.",
        "它在训练写出之后被移走或删除了，或者无法读取所在的文件夹。",
    ),
    "report.no_advice": (
        "The advice could not be made: {reason}.",
        "无法给出建议：{reason}。",
    ),
    "report.no_advice.hint": (
        "Everything else is told. `kohya-driver advise RUN` tries again.",
        "其余部分照常列出。可用 `kohya-driver advise RUN` 重试。",
    ),
    "report.failed": (
        "The report could not be made: {reason}.",
        "无法生成报告：{reason}。",
    ),
    "report.failed.hint": (
        "The training's result is not touched by that. `kohya-driver report RUN` tries again.",
        "训练结果不受影响。可用 `kohya-driver report RUN` 重试。",
    ),
    "report.cannot_open": (
        "No browser could be started from here.",
        "无法从这里启动浏览器。",
    ),
    "report.cannot_open.hint": (
        "Open the file yourself: {path}",
        "请自行打开该文件：{path}",
    ),
}
