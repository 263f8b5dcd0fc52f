"""Sentences about logs: why a training failed. The causes stand in files of their own, as (what, why, what to do)."""

from kohya_driver.texts import (
    diagnosis_launcher,
    diagnosis_learning,
    diagnosis_metal,
    diagnosis_models,
    diagnosis_networks,
    diagnosis_pictures,
    diagnosis_saving,
)

CAUSES = (
    diagnosis_launcher.CAUSES
    | diagnosis_metal.CAUSES
    | diagnosis_models.CAUSES
    | diagnosis_pictures.CAUSES
    | diagnosis_networks.CAUSES
    | diagnosis_learning.CAUSES
    | diagnosis_saving.CAUSES
)
"""By kind. A kind's code has _ for its dot, as the part before a code's first dot names an area."""

FILES = {
    "diagnosis.no_file": ("There is no such log.", "没有这个日志文件。"),
    "diagnosis.no_file.hint": (
        "Check the path. A run's folder will do as well, and - reads what another program hands over.",
        "请检查路径。也可以指定训练文件夹；写 - 则读取其他程序传来的内容。",
    ),
    "diagnosis.no_log_in_folder": (
        "There is no engine.log in this folder.",
        "这个文件夹里没有 engine.log。",
    ),
    "diagnosis.no_log_in_folder.hint": (
        "Give the folder of a run, such as runs/ningguang-001, or the log file itself.",
        "请指定训练文件夹（例如 runs/ningguang-001），或直接指定日志文件。",
    ),
    "diagnosis.unreadable": ("The log cannot be read: {reason}.", "无法读取日志：{reason}。"),
    "diagnosis.unreadable.hint": (
        "Check that you may read the file, and that its disk is connected.",
        "请确认您有权读取该文件，并且所在的磁盘已连接。",
    ),
    "diagnosis.empty": ("The log is empty.", "日志是空的。"),
    "diagnosis.empty.hint": (
        "Keep both streams of the training's output: `command > training.log 2>&1`.",
        "请同时保存训练的两路输出：`命令 > training.log 2>&1`。",
    ),
    "diagnosis.not_text": ("This is no log, but another kind of file.", "这不是日志，而是其他类型的文件。"),
    "diagnosis.not_text.hint": (
        "Give the text that the training printed.",
        "请指定训练时输出的文字。",
    ),
}
"""What is wrong with a log itself."""

TEXTS = FILES | {
    f"diagnosis.{kind.replace('.', '_')}{ending}": pair
    for kind, cause in CAUSES.items()
    for ending, pair in zip(("", ".why", ".hint"), cause, strict=True)
}
