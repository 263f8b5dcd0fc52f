"""Words for the list of runs."""

TEXTS = {
    "runs.none": (
        "Nothing has been trained on this machine yet. `kohya-driver train PRESET` begins.",
        "这台机器上还没有训练过。用 `kohya-driver train PRESET` 开始。",
    ),
    "runs.run": ("Run", "训练"),
    "runs.steps": ("Steps", "步数"),
    "runs.state": ("State", "状态"),
    "runs.started": ("Started", "开始时间"),
    "runs.changed": ("Last change", "最近变化"),
    "runs.ago": ("{duration} ago", "{duration}前"),
    "runs.adopted": (
        "{run} had lost its supervisor; it is watched over again.",
        "{run} 失去了看管进程，现已重新看管。",
    ),
    "runs.line": ("{run}: {state}, {step} of {steps} steps", "{run}：{state}，{step}/{steps} 步"),
    "runs.because": ("{state}: {reason}", "{state}：{reason}"),
    "runs.state.running": ("running", "进行中"),
    "runs.state.unwatched": ("running, unwatched", "进行中，无人看管"),
    "runs.state.cut_off": ("cut off", "被中断"),
    "runs.state.succeeded": ("done", "已完成"),
    "runs.state.failed": ("failed", "失败"),
    "runs.state.stopped": ("stopped", "已停止"),
    "runs.state.unreadable": ("its files are damaged", "文件已损坏"),
}
