"""Sentences about runs."""

TEXTS = {
    "run.not_a_run": ("There is no run in this folder.", "这个文件夹里没有训练记录。"),
    "run.not_a_run.hint": (
        "A run's folder holds plan.json and engine.log; look in `runs` beside your preset.",
        "训练记录文件夹里有 plan.json 和 engine.log；请到预设旁边的 `runs` 中查找。",
    ),
    "run.folder_taken": (
        "This run's folder was made by another run just now.",
        "该训练的文件夹刚刚被另一次训练占用。",
    ),
    "run.folder_taken.hint": ("Start again; it takes the next number.", "请重新启动，会使用下一个编号。"),
    "run.cannot_start": ("The engine cannot be started: {reason}.", "无法启动引擎：{reason}。"),
    "run.cannot_start.hint": (
        "Run `kohya-driver engine verify`, then `kohya-driver engine install --force` if it finds anything.",
        "请运行 `kohya-driver engine verify`；如有问题，再运行 `kohya-driver engine install --force`。",
    ),
    "run.stopped": ("The training was stopped on request.", "训练已按要求停止。"),
    "run.stopped.hint": (
        "`kohya-driver resume` goes on where its newest train state stands; without one it begins anew.",
        "`kohya-driver resume` 从最新的训练状态继续；如果没有保存过状态，则从头开始。",
    ),
    "run.launcher_died": (
        "accelerate launch has died; the trainer goes on without it",
        "`accelerate launch` 已退出；训练进程仍在继续",
    ),
    "run.events_lost": (
        "{count} event(s) could not be written to events.jsonl (the disk was full); the training went on.",
        "有 {count} 个事件没能写入 events.jsonl（磁盘已满）；训练没有受影响。",
    ),
    "run.not_noted": (
        "The training is over ({outcome}), but the disk is full and its result could not be written.",
        "训练已结束（{outcome}），但磁盘已满，无法写下结果。",
    ),
    "run.not_noted.hint": (
        "Make room on the disk. What was saved is kept: `kohya-driver resume {name}` goes on from it.",
        "请在磁盘上腾出空间。已保存的内容都还在：`kohya-driver resume {name}` 可以继续。",
    ),
    "run.done_not_noted": (
        "The training is done, but the disk is full and its result could not be written. The LoRA is whole: {final}",
        "训练已完成，但磁盘已满，无法写下结果。LoRA 是完整的：{final}",
    ),
    "run.done_not_noted.hint": (
        "Make room on the disk; then `kohya-driver runs` writes it.",
        "请在磁盘上腾出空间；之后运行 `kohya-driver runs` 就会补写。",
    ),
    "run.cut_off": (
        "{name} was cut off: neither the training nor its supervisor lives. `kohya-driver resume {name}` goes on.",
        "{name} 中断了：训练进程和看管它的进程都已不在。`kohya-driver resume {name}` 可以继续。",
    ),
    "run.stop_asked": (
        "{name} was asked to save and stop; it does so at the end of its step.",
        "已要求 {name} 保存并停止；它会在当前这一步结束时照办。",
    ),
    "run.save_asked": (
        "{name} was asked to save; the LoRA will be in {folder} at the end of its step.",
        "已要求 {name} 保存；当前这一步结束后，LoRA 会出现在 {folder} 中。",
    ),
    "run.detached": (
        "{name} trains in the background; this window may be closed. `kohya-driver watch {name}` shows it, "
        "`kohya-driver stop {name}` saves and ends it.\n{folder}",
        "{name} 正在后台训练，可以关闭此窗口。用 `kohya-driver watch {name}` 查看，"
        "用 `kohya-driver stop {name}` 保存并结束。\n{folder}",
    ),
    "run.detach_failed": (
        "The training could not be started in the background: {reason}",
        "无法在后台启动训练：{reason}",
    ),
    "run.detach_failed.hint": (
        "supervisor.log in the run's folder has its own words; without --detach the error is shown in full.",
        "训练文件夹中的 supervisor.log 里有它的输出；去掉 --detach 可以看到完整的错误。",
    ),
    "run.not_running": ("{run} is not running.", "{run} 没有在训练。"),
    "run.not_running.hint": (
        "`kohya-driver runs` shows what is; `kohya-driver resume {run}` goes on with one that was stopped.",
        "`kohya-driver runs` 显示哪些在训练；`kohya-driver resume {run}` 可以继续已停止的训练。",
    ),
    "run.already_running": ("{run} is running already.", "{run} 已经在训练中。"),
    "run.already_running.hint": (
        "`kohya-driver watch {run}` shows it.",
        "用 `kohya-driver watch {run}` 查看。",
    ),
    "run.already_finished": (
        "This run has finished; there is nothing to go on with. Its LoRA is {final}.",
        "这次训练已经完成，没有可以继续的内容。LoRA 是 {final}。",
    ),
    "run.already_finished.hint": (
        "To train a finished LoRA further, start a new run with `weights` in [network] naming it.",
        "要在完成的 LoRA 上继续训练，请新建一次训练，并在 [network] 中用 `weights` 指定它。",
    ),
    "run.none_to_resume": (
        "There is no run here that was stopped, cut off or failed.",
        "这里没有被停止、中断或失败的训练。",
    ),
    "run.none_to_resume.hint": (
        "`kohya-driver runs` lists all runs; start a new one with `kohya-driver train PRESET`.",
        "`kohya-driver runs` 列出全部训练；用 `kohya-driver train PRESET` 新建训练。",
    ),
    "run.resume_changed": (
        "{name} was {before} when the train state was saved and is {now} now; a training cannot go on with that.",
        "保存训练状态时 {name} 是 {before}，现在是 {now}；这样无法继续训练。",
    ),
    "run.resume_changed.hint": (
        "Put it back as it was, or start a new run. Learning rates, length, saving, sampling and what saves memory may change.",
        "请改回原来的值，或新建一次训练。学习率、训练长度、保存、预览图和节省内存的设置可以改。",
    ),
    "run.resume_base_changed": (
        "The base model's file is another one than when this run began; its train state is of no use on it.",
        "底模文件与这次训练开始时的不同；训练状态无法用在它上面。",
    ),
    "run.resume_base_changed.hint": (
        "Put the old file back, or start a new run. If it was only copied or touched, its time of change must be as it was.",
        "请放回原来的文件，或新建一次训练。如果只是复制或改动过时间，需要恢复它原来的修改时间。",
    ),
    "run.resume_machines": (
        "This run was trained on {machines} machines, and only the first has its train states: it cannot go on from them.",
        "这次训练使用了 {machines} 台机器，而只有第一台保存了训练状态，无法从那里继续。",
    ),
    "run.resume_machines.hint": (
        "Start it anew on all of them, or on the first one alone with the saved LoRA as a start (network.weights).",
        "请在所有机器上重新开始，或只在第一台上以已保存的 LoRA 为起点（network.weights）继续训练。",
    ),
    "run.resume_past_end": (
        "The train state is at step {step}, but the training is to have only {steps} steps.",
        "训练状态在第 {step} 步，但训练总共只有 {steps} 步。",
    ),
    "run.resume_past_end.hint": (
        "Give it more: --set training.max_train_epochs=… (or training.max_train_steps).",
        "请增加长度：--set training.max_train_epochs=…（或 training.max_train_steps）。",
    ),
    "run.state_cut_off": (
        "This train state is cut off; the one before it is used.",
        "这个训练状态不完整，将使用它之前的那一个。",
    ),
    "run.state_cut_off.hint": (
        "The disk was full or the power went while it was written. It may be deleted.",
        "写入时磁盘已满或断电。可以删除它。",
    ),
    "run.no_data": (
        "The engine found no pictures and trained nothing.",
        "引擎没有找到图片，什么也没有训练。",
    ),
    "run.no_data.hint": (
        "Check the folders in the preset with `kohya-driver plan`.",
        "请用 `kohya-driver plan` 检查预设中的文件夹。",
    ),
    "run.engine_failed": ("The engine stopped with an error.", "引擎因错误而停止。"),
    "run.engine_failed.hint": (
        "Its own words are told with this; all that it said is in engine.log in the run's folder.",
        "引擎的原话一并列出；它的全部输出在该次训练文件夹的 engine.log 中。",
    ),
    "run.driver_failed": (
        "kohya-driver itself failed while it watched over the training, and ended it.",
        "kohya-driver 在看管训练时自身出错，训练已被结束。",
    ),
    "run.driver_failed.hint": (
        "Please report the traceback. Checkpoints saved before that are kept.",
        "请反馈上面的报错信息。此前保存的存档点都会保留。",
    ),
    "run.killed": ("The engine was ended from outside, by a signal.", "引擎被外部信号终止。"),
    "run.killed.hint": (
        "Most often the system ran out of memory: close other programs, or use a smaller batch, resolution or rank.",
        "多半是系统内存不足：请关闭其他程序，或减小批大小、分辨率或维度。",
    ),
    "run.not_saved": (
        "The engine ended without saying that it saved the LoRA.",
        "引擎结束时没有报告 LoRA 已保存。",
    ),
    "run.not_saved.hint": (
        "Look at engine.log in the run's folder.",
        "请查看该次训练文件夹中的 engine.log。",
    ),
    "run.final_missing": ("The finished LoRA is not there.", "找不到训练完成的 LoRA 文件。"),
    "run.final_missing.hint": (
        "Look at engine.log in the run's folder; the disk may have been full.",
        "请查看该次训练文件夹中的 engine.log；可能是磁盘已满。",
    ),
    "run.final_old": (
        "The LoRA file is older than this run; this run wrote none.",
        "LoRA 文件比本次训练更早；本次训练没有写出文件。",
    ),
    "run.final_old.hint": (
        "Look at engine.log in the run's folder.",
        "请查看该次训练文件夹中的 engine.log。",
    ),
    "run.final_unreadable": (
        "The LoRA file cannot be read; it is cut off or damaged.",
        "LoRA 文件无法读取：被截断或已损坏。",
    ),
    "run.final_unreadable.hint": (
        "Use the last checkpoint before it, and check the disk.",
        "请使用它之前的最后一个存档点，并检查磁盘。",
    ),
    "run.final_not_finite": (
        "The LoRA holds values that are not numbers (NaN); it would draw black pictures.",
        "LoRA 中含有无效数值（NaN），用它只会画出黑图。",
    ),
    "run.final_not_finite.hint": (
        'Lower the learning rate, or train with mixed_precision = "no"; use an earlier checkpoint meanwhile.',
        '请降低学习率，或使用 mixed_precision = "no" 训练；在此之前可以先用更早的存档点。',
    ),
    "run.final_untrained": (
        "The LoRA changes nothing: its weights are all zero.",
        "LoRA 不起任何作用：它的权重全是零。",
    ),
    "run.final_untrained.hint": (
        "Train more steps, or raise the learning rate.",
        "请增加步数，或提高学习率。",
    ),
    "run.machine_busy": (
        "{run} already trains on this machine; two at once would only slow each other down.",
        "这台机器正在训练 {run}；同时进行两个训练只会互相拖慢。",
    ),
    "run.machine_busy.hint": (
        "Wait for it (`kohya-driver watch` shows it), end it with `kohya-driver stop`, "
        "or line yours up behind it: `kohya-driver queue add PRESET`.",
        "可以等它结束（用 `kohya-driver watch` 查看），用 `kohya-driver stop` 停止它，"
        "或让您的训练排队：`kohya-driver queue add PRESET`。",
    ),
    "run.unknown": ("No run of this name is known here.", "找不到叫这个名字的训练记录。"),
    "run.unknown.hint": (
        "Did you mean: {close}? `kohya-driver runs` lists all; a run's folder will do as well.",
        "您要找的是不是：{close}？`kohya-driver runs` 列出全部训练；也可以直接写训练文件夹的路径。",
    ),
    "run.unknown_first": (
        "No run of this name is known here, nor any other.",
        "找不到叫这个名字的训练记录；这里还没有任何训练。",
    ),
    "run.unknown_first.hint": (
        "Write a run's folder, or start one: `kohya-driver train PRESET`.",
        "请写训练文件夹的路径，或先开始一次训练：`kohya-driver train PRESET`。",
    ),
    "run.ambiguous": ("Several runs have this name.", "有多个训练记录叫这个名字。"),
    "run.ambiguous.hint": (
        "Name the folder of the one you mean: {folders}",
        "请写明其中一个文件夹：{folders}",
    ),
    "run.none_running": ("No training is running on this machine.", "这台机器上没有正在进行的训练。"),
    "run.none_running.hint": (
        "`kohya-driver runs` lists the runs that are over; name one of them if you mean it.",
        "`kohya-driver runs` 列出已结束的训练；如果指的是其中某一个，请写出它的名字。",
    ),
    "run.none": ("Nothing has been trained on this machine yet.", "这台机器上还没有训练过。"),
    "run.none.hint": (
        "Start with `kohya-driver train PRESET`, or name the folder of a run.",
        "请用 `kohya-driver train PRESET` 开始，或写出某次训练的文件夹。",
    ),
}
