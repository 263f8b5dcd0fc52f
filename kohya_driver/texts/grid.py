"""The comparison grid: `kohya-driver sample`."""

TEXTS = {
    "grid.not_a_lora": ("This file is no LoRA.", "这个文件不是 LoRA。"),
    "grid.not_a_lora.hint": (
        "Name a run, its folder, or a LoRA in a .safetensors file.",
        "请给出一次训练（名称或文件夹），或一个 .safetensors 格式的 LoRA 文件。",
    ),
    "grid.other_lora": (
        "The tensors of this LoRA have the names of another program, such as diffusers; the engine would pass over all of them.",
        "这个 LoRA 的张量名称来自其他程序（例如 diffusers），引擎会全部忽略。",
    ),
    "grid.other_lora.hint": (
        "Convert it to the names of sd-scripts (lora_unet_…) first.",
        "请先把它转换成 sd-scripts 的命名（lora_unet_…）。",
    ),
    "grid.lora_missing": ("There is no such LoRA file.", "没有这个 LoRA 文件。"),
    "grid.lora_missing.hint": (
        "Check the path; `kohya-driver runs` lists the runs, which can be named as well.",
        "请检查路径；也可以直接写训练的名称，用 `kohya-driver runs` 查看。",
    ),
    "grid.no_checkpoints": (
        "No LoRA of this run stands on the disk: it has saved none yet, or they were removed.",
        "磁盘上没有这次训练的 LoRA：可能尚未保存，也可能已被删除。",
    ),
    "grid.no_checkpoints.hint": (
        "Wait for its first save, or name a LoRA file.",
        "请等它第一次保存之后再试，或直接给出一个 LoRA 文件。",
    ),
    "grid.file_has_no_checkpoints": (
        "--checkpoints chooses among those of a run; this is a single file.",
        "--checkpoints 用来在一次训练的存档点中挑选；这里只有一个文件。",
    ),
    "grid.file_has_no_checkpoints.hint": (
        "Leave it away, or name the run.",
        "请去掉它，或改为给出训练名称。",
    ),
    "grid.bad_checkpoints": ("`{given}` says nothing about checkpoints.", "`{given}` 不能表示要哪些存档点。"),
    "grid.bad_checkpoints.hint": (
        "Give all, last, last:3, or steps: 250,500.",
        "可以写 all、last、last:3，或步数：250,500。",
    ),
    "grid.no_such_step": (
        "No LoRA of step {step} stands; there are those of {known}.",
        "没有第 {step} 步的 LoRA；现有的是：{known}。",
    ),
    "grid.no_such_step.hint": ("Choose among these steps.", "请从这些步数中选择。"),
    "grid.base_needed": (
        "A LoRA file alone does not tell which base model to draw with.",
        "只有 LoRA 文件，无法知道要用哪个底模来画。",
    ),
    "grid.base_needed.hint": ("Give --base FILE.", "请用 --base 给出底模文件。"),
    "grid.base_missing": ("The base model is not there.", "找不到底模。"),
    "grid.base_missing.hint": (
        "Connect its disk, or give another path: --base FILE. A model of the Hub has to be downloaded first.",
        "请接上它所在的磁盘，或用 --base 给出其他路径。Hub 上的模型需要先下载。",
    ),
    "grid.not_by_engine": (
        "The engine that draws here ({engine}) knows no `{name}` = {value}.",
        "这里用来画图的引擎（{engine}）不支持 `{name}` = {value}。",
    ),
    "grid.not_by_engine.hint": (
        "Choose another one (--sampler), or a base of true size, with which sd-scripts can draw: --base FILE.",
        "请改用其他设置（--sampler），或用 --base 给出正常大小的底模，由 sd-scripts 来画。",
    ),
    "grid.base_pickle": (
        "This base could run code when it is loaded (.ckpt, .pt, .bin); only a run whose preset allowed it draws with it.",
        "这种底模（.ckpt、.pt、.bin）在加载时可能运行代码；只有预设中允许过它的训练才能用它来画。",
    ),
    "grid.base_pickle.hint": (
        "Take the same model as a .safetensors file.",
        "请改用同一模型的 .safetensors 文件。",
    ),
    "grid.base_family": (
        "This is no base that LoRA files are drawn with here ({family}).",
        "这不是这里可以用来画图的底模（{family}）。",
    ),
    "grid.base_family.hint": (
        "Give a whole SD 1.x, SD 2.x or SDXL model.",
        "请给出完整的 SD 1.x、SD 2.x 或 SDXL 模型。",
    ),
    "grid.other_family": (
        "The LoRA is for {lora}, the base is {base}: they do not fit.",
        "LoRA 适用于 {lora}，底模却是 {base}：两者不匹配。",
    ),
    "grid.other_family.hint": (
        "Give a base of the LoRA's family: --base FILE.",
        "请用 --base 给出与 LoRA 同一系列的底模。",
    ),
    "grid.several_kinds": (
        "The LoRA files are of different kinds; one start of the engine draws with one kind.",
        "这些 LoRA 属于不同类型；引擎一次只能用一种类型来画。",
    ),
    "grid.several_kinds.hint": (
        "Choose those of one kind with --checkpoints.",
        "请用 --checkpoints 只选择同一类型的。",
    ),
    "grid.bad_size": (
        "{width}x{height}: both sides must be multiples of {step}.",
        "{width}x{height}：宽和高都必须是 {step} 的倍数。",
    ),
    "grid.bad_size.hint": ("Such as --size 512x768.", "例如 --size 512x768。"),
    "grid.size_odd": ("`{given}` is no size.", "`{given}` 不是尺寸。"),
    "grid.size_odd.hint": ("Such as 512, or 512x768.", "例如 512，或 512x768。"),
    "grid.out_of_range": (
        "--{name} must lie between {least} and {most}.",
        "--{name} 必须在 {least} 到 {most} 之间。",
    ),
    "grid.bad_weights": (
        "Weights are numbers between -{limit} and {limit}, such as 0.6,0.8,1.",
        "权重是 -{limit} 到 {limit} 之间的数，例如 0.6,0.8,1。",
    ),
    "grid.bad_sampler": ("There is no sampler `{name}`.", "没有名为 `{name}` 的采样器。"),
    "grid.bad_sampler.hint": ("There are: {known}.", "可用的有：{known}。"),
    "grid.one_sampler": (
        "The prompts ask for several samplers ({names}); a grid has one.",
        "提示词要求了多个采样器（{names}）；一张对比图只能用一个。",
    ),
    "grid.one_sampler.hint": ("Choose it with --sampler.", "请用 --sampler 选定一个。"),
    "grid.no_prompt": (
        "There is nothing to draw: no --prompt is given, and no samples were drawn in this run.",
        "没有可画的内容：没有给出 --prompt，这次训练也没有预览图提示词。",
    ),
    "grid.no_prompt.hint": ('Give --prompt "…".', '请给出 --prompt "……"。'),
    "grid.folder_taken": ("There is something in this folder already.", "这个文件夹里已经有内容。"),
    "grid.folder_taken.hint": (
        "Give another folder with --output, or none: each grid gets its own number.",
        "请用 --output 指定其他文件夹，或不指定：每张对比图会自动编号。",
    ),
    "grid.no_room": (
        "The grid needs up to {need} MB, and {free} MB are free.",
        "对比图最多需要 {need} MB，而可用空间只有 {free} MB。",
    ),
    "grid.no_room.hint": (
        "Free some space, ask for fewer pictures, or give --output on another disk.",
        "请腾出空间、减少图片数量，或用 --output 指定其他磁盘。",
    ),
    "grid.bad_picture": (
        "A picture that the engine drew cannot be read: {reason}",
        "引擎画出的图片无法读取：{reason}",
    ),
    "grid.bad_picture.hint": (
        "Remove this file and give the same command again: only what is missing is drawn.",
        "请删除这个文件，再执行同一条命令：只会补画缺少的部分。",
    ),
    "grid.failed": ("The engine could not draw: {reason}", "引擎无法画图：{reason}"),
    "grid.failed.hint": (
        "The whole log is at this place. The same command goes on with the pictures that stand.",
        "完整日志在上述位置。再执行同一条命令，会从已经画好的图片继续。",
    ),
    "grid.stopped": (
        "Stopped; {kept} of {count} pictures stand.",
        "已停止；{count} 张图片中已画好 {kept} 张。",
    ),
    "grid.stopped.hint": (
        "The same command draws the rest.",
        "再执行同一条命令，会补画其余的图片。",
    ),
    "grid.without": ("without LoRA", "不用 LoRA"),
    "grid.page_title": ("Comparison: {name}", "对比图：{name}"),
    "grid.page_base": ("Base model: {base}", "底模：{base}"),
    "grid.page_how": (
        "Across: the LoRA at different steps of the training. Down: how strongly it acts (its weight). Every picture has the same seed.",
        "从左到右：训练到不同步数时的 LoRA。从上到下：LoRA 的权重。每张图的随机种子都相同。",
    ),
    "grid.page_negative": ("Not wanted: {negative}", "反向提示词：{negative}"),
    "grid.page_settings": (
        "{width}×{height} · seed {seed} · {steps} steps · scale {scale} · {sampler}",
        "{width}×{height} · 种子 {seed} · {steps} 步 · 引导强度 {scale} · {sampler}",
    ),
    "grid.page_step": ("step {step}, epoch {epoch}", "第 {step} 步，第 {epoch} 轮"),
    "grid.page_weight": ("weight {weight}", "权重 {weight}"),
    "grid.page_sheet": ("All of them as one picture", "合成一张图片"),
    "grid.screen_source": ("LoRA", "LoRA"),
    "grid.screen_base": ("base", "底模"),
    "grid.screen_columns": ("across", "列"),
    "grid.screen_rows": ("weights", "权重"),
    "grid.screen_prompts": ("prompts", "提示词"),
    "grid.screen_settings": ("settings", "设置"),
    "grid.screen_pictures": ("pictures", "图片"),
    "grid.screen_count": (
        "{count}, one start of the engine, on {device}",
        "{count} 张，引擎只启动一次，使用 {device}",
    ),
    "grid.screen_folder": ("folder", "文件夹"),
    "grid.screen_ready": ("Nothing stands in the way.", "可以开始画。"),
    "grid.screen_loading": ("loading the model", "正在加载模型"),
    "grid.screen_drawing": ("drawing", "正在画"),
    "grid.screen_left": ("about {duration} left", "大约还需 {duration}"),
    "grid.screen_plain": ("{done} of {count} pictures", "已画好 {done}/{count} 张"),
    "grid.screen_done": ("{count} pictures in {duration}.", "共 {count} 张图片，用时 {duration}。"),
    "grid.screen_reused": (
        "{count} of them stood already from an earlier start.",
        "其中 {count} 张是之前已经画好的。",
    ),
    "grid.screen_sheet": ("The grid: {path}", "对比图：{path}"),
    "grid.screen_not_shown": (
        "This terminal cannot show pictures.",
        "这个终端不能显示图片。",
    ),
    "grid.screen_page": ("For a browser, with the prompts: {path}", "在浏览器中查看（含提示词）：{path}"),
}
