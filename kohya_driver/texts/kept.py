"""Sentences about runs that are kept: listing, comparing, renaming, pruning and removing them."""

TEXTS = {
    "kept.no_folder": ("There is no such folder.", "没有这个文件夹。"),
    "kept.no_folder.hint": (
        "Name a project's folder, or leave it out for all runs of this machine.",
        "请写项目的文件夹；不写则列出这台机器上的全部训练。",
    ),
    "kept.bad_since": (
        "This is neither a span of time nor a date.",
        "这既不是时间长度，也不是日期。",
    ),
    "kept.bad_since.hint": (
        "Write 30m, 12h, 7d or 2w, or a date such as 2026-11-01 or “2026-11-01 20:30”.",
        "请写 30m、12h、7d、2w，或日期，例如 2026-11-01 或 “2026-11-01 20:30”。",
    ),
    "kept.running": ("{run} is training.", "{run} 正在训练。"),
    "kept.running.hint": (
        "Nothing was changed. Wait for its end, or end it with `kohya-driver stop {run}`.",
        "没有改动任何内容。请等它结束，或用 `kohya-driver stop {run}` 停止它。",
    ),
    "kept.queued": (
        "The queue is to go on with {run} (number {number}).",
        "队列将要继续训练 {run}（编号 {number}）。",
    ),
    "kept.queued.hint": (
        "Nothing was changed. Take number {number} out first, with `kohya-driver queue remove`.",
        "没有改动任何内容。请先用 `kohya-driver queue remove` 把编号 {number} 移出队列。",
    ),
    "kept.named_elsewhere": (
        "A file in the folder of {run} is named here, by its path.",
        "这里用路径引用了 {run} 文件夹中的文件。",
    ),
    "kept.named_elsewhere.hint": (
        "Write the new path there, or training from it will not find the file.",
        "请在那里改成新路径，否则以它训练时会找不到文件。",
    ),
    "kept.bad_name": ("A run's folder cannot have this name.", "训练文件夹不能用这个名称。"),
    "kept.bad_name.hint": (
        'A name, no path: no / \\ : * ? " < > |, no dot in front, at most 80 characters. {better} would do.',
        '请写名称，不要写路径：不能含 / \\ : * ? " < > |，不能以点开头，最长 80 个字符。可以用 {better}。',
    ),
    "kept.name_taken": ("{name} is taken already.", "{name} 已被占用。"),
    "kept.name_taken.hint": (
        "Nothing was changed. Choose another name.",
        "没有改动任何内容。请换一个名称。",
    ),
    "kept.newer": (
        "{run} was written by a newer kohya-driver.",
        "{run} 是由更新版本的 kohya-driver 写的。",
    ),
    "kept.newer.hint": (
        "Bring kohya-driver up to date; this version cannot tell what is in it.",
        "请更新 kohya-driver；当前版本无法读懂其中的内容。",
    ),
    "kept.unreadable": (
        "The files of {run} cannot be read ({reason}).",
        "无法读取 {run} 的文件（{reason}）。",
    ),
    "kept.unreadable.hint": (
        "plan.json or result.json in its folder is damaged, or may not be read. Nothing was changed.",
        "其文件夹中的 plan.json 或 result.json 已损坏，或没有读取权限。没有改动任何内容。",
    ),
    "kept.by_name": (
        "{count} file(s) were found by their names alone: what the training wrote, and where else, is not known.",
        "有 {count} 个文件仅按名称找到：无法得知训练究竟写了什么、还写到了哪里。",
    ),
    "kept.by_name.hint": (
        "Look at the list before you go on; what the preset let it write to other folders stays there.",
        "继续之前请核对列表；预设让它写到其他文件夹的内容会保留。",
    ),
    "kept.which_runs": (
        "It was not said which runs are to be pruned.",
        "没有说明要清理哪些训练。",
    ),
    "kept.which_runs.hint": (
        "Name runs, or write --older-than 30d for all that have not changed for so long.",
        "请写出训练的名字，或用 --older-than 30d 表示所有这么久没有变化的训练。",
    ),
    "kept.bad_keep": (
        "--keep knows final, best, or a number.",
        "--keep 可以是 final、best 或一个数字。",
    ),
    "kept.bad_keep.hint": (
        "final: only the finished LoRA; best: also the one with the lowest loss; 3: also the three newest.",
        "final：只留完成的 LoRA；best：再留损失最低的；3：再留最新的三个。",
    ),
    "kept.needs_yes": (
        "Nothing was removed: there is nobody to ask.",
        "没有删除任何内容：无法询问。",
    ),
    "kept.needs_yes.hint": (
        "Look at it with --dry-run; then say --yes.",
        "请先用 --dry-run 查看，再加上 --yes。",
    ),
    "kept.compare_two": ("At least two different runs are to be named.", "请至少写出两次不同的训练。"),
    "kept.compare_two.hint": (
        "`kohya-driver runs` lists their names.",
        "`kohya-driver runs` 列出它们的名字。",
    ),
    "kept.compare_many": ("At most {most} runs can be compared at once.", "一次最多比较 {most} 次训练。"),
    "kept.compare_many.hint": (
        "More curves than that cannot be told apart; compare a few.",
        "曲线再多就分不清了；请少选几个。",
    ),
}
