"""The engine's tools for LoRA files: what stands in their way, and what became of it."""

TEXTS: dict[str, tuple[str, str]] = {
    # the files that something is made from
    "lora.missing": ("There is no such LoRA file.", "没有这个 LoRA 文件。"),
    "lora.missing.hint": (
        "Check the path. `kohya-driver runs` lists the trainings; a run's LoRA files lie in its folder, under models/.",
        "请检查路径。`kohya-driver runs` 会列出训练；训练出的 LoRA 在其文件夹的 models/ 里。",
    ),
    "lora.not_a_lora": ("This file is no LoRA (but: {kind}).", "这个文件不是 LoRA（而是：{kind}）。"),
    "lora.not_a_lora.hint": (
        "`kohya-driver inspect FILE` tells what it is. Give a LoRA as a .safetensors file.",
        "用 `kohya-driver inspect FILE` 查看它是什么。请给出 .safetensors 格式的 LoRA。",
    ),
    "lora.pickle": (
        "This file could run code when it is loaded (.ckpt, .pt, .bin), so nothing is made from it.",
        "这种文件（.ckpt、.pt、.bin）加载时可能运行代码，因此不用它来生成任何东西。",
    ),
    "lora.pickle.hint": (
        "Get the same model as a .safetensors file.",
        "请改用同一模型的 .safetensors 版本。",
    ),
    "lora.other_names": (
        "Its tensors are named as {naming} names them; the engine's tool knows only kohya's names (lora_unet_…) and would write "
        "an empty file.",
        "它的张量采用 {naming} 的命名；引擎的工具只认识 kohya 的命名（lora_unet_…），会写出一个空文件。",
    ),
    "lora.other_names.hint": (
        "Take the file that the training wrote, not one that was converted for another program.",
        "请使用训练直接生成的文件，而不是为其他程序转换过的文件。",
    ),
    "lora.kind_unfit": (
        "It is of a kind ({kind}) that the engine's tool does not understand: it would leave a part of it out without a word.",
        "它的类型（{kind}）引擎的工具不支持：会悄悄丢掉其中一部分。",
    ),
    "lora.kind_unfit.hint": (
        "This works for LoRA and LoCon. Others can be used together in webui or ComfyUI as they are, each with its own weight.",
        "此功能只支持 LoRA 和 LoCon。其他类型可以在 webui 或 ComfyUI 里直接同时使用，各自设置权重。",
    ),
    "lora.family_unfit": (
        "The family of this LoRA ({family}) is none for which the engine's merging tools are made ({known}).",
        "这个 LoRA 的系列（{family}）不在引擎合并工具支持的范围内（{known}）。",
    ),
    "lora.family_unfit.hint": (
        "`kohya-driver inspect FILE` shows what it says of its base model.",
        "用 `kohya-driver inspect FILE` 查看它记录的底模。",
    ),
    "lora.other_family": (
        "These files are of different families, and do not fit together: {families}.",
        "这些文件属于不同系列，不能放在一起：{families}。",
    ),
    "lora.other_family.hint": (
        "Choose files of one family; a LoRA fits only the family that it was trained on.",
        "请选择同一系列的文件；LoRA 只适用于训练它的系列。",
    ),
    "lora.base_missing": ("There is no such base model.", "没有这个底模。"),
    "lora.base_missing.hint": (
        "Check the path; `kohya-driver models list` shows the base models of this machine.",
        "请检查路径；`kohya-driver models list` 会列出本机的底模。",
    ),
    "lora.base_folder": (
        "This base model is a folder in diffusers' form; the engine's tool reads single files only.",
        "这个底模是 diffusers 格式的文件夹；引擎的工具只能读取单个文件。",
    ),
    "lora.base_folder.hint": (
        "Get the same model as one .safetensors file.",
        "请改用同一模型的单个 .safetensors 文件。",
    ),
    "lora.base_family": (
        "This is no base model that the engine's tool can work with ({family}; it knows {known}).",
        "引擎的工具不支持这种底模（{family}；支持的有：{known}）。",
    ),
    "lora.base_family.hint": (
        "Give a whole SD 1.x, SD 2.x or SDXL model.",
        "请给出完整的 SD 1.x、SD 2.x 或 SDXL 模型。",
    ),
    "lora.base_incomplete": (
        "This model is not whole, or not of true size: {reason}. The engine's tool cannot load it.",
        "这个模型不完整，或不是正常大小：{reason}。引擎的工具无法加载。",
    ),
    "lora.base_incomplete.hint": (
        "Give a full model (with U-Net, text encoder and VAE, in 16 or 32 bit).",
        "请给出完整的模型（含 U-Net、文本编码器和 VAE，16 位或 32 位）。",
    ),
    "lora.same_models": ("Both models are the same file.", "两个模型是同一个文件。"),
    "lora.same_models.hint": (
        "Name first the model that was tuned from, then the tuned one.",
        "请先写原始底模，再写微调后的模型。",
    ),
    # numbers and words
    "lora.bad_rank": (
        "A rank of {rank} makes no sense; it goes from 1 to {most}.",
        "维度 {rank} 没有意义；范围是 1 到 {most}。",
    ),
    "lora.bad_rank.hint": ("Usual ranks are 4, 8, 16, 32 and 64.", "常用的维度是 4、8、16、32 和 64。"),
    "lora.rank_not_lower": (
        "It has rank {present} already; rank {rank} would make nothing smaller and add nothing.",
        "它本来就是维度 {present}；改成 {rank} 不会变小，也不会增加任何内容。",
    ),
    "lora.rank_not_lower.hint": ("Choose a rank below {present}.", "请选择小于 {present} 的维度。"),
    "lora.rank_above_layer": (
        "The layer {layer} has only {side} directions; the engine's tool cannot cut it to {rank}.",
        "层 {layer} 只有 {side} 个方向，引擎的工具无法把它压缩到 {rank}。",
    ),
    "lora.rank_above_layer.hint": (
        "Choose --rank {side} or lower (--conv-rank, if it is a convolution), or let each layer find its own: --keep 0.95",
        "请选择不大于 {side} 的 --rank（卷积层用 --conv-rank），或用 --keep 0.95 让各层自动选择。",
    ),
    "lora.bad_keep": (
        "--keep {keep} does not go with --method {method}; it is between the limits {limits}.",
        "--keep {keep} 与 --method {method} 不符；取值范围是 {limits}。",
    ),
    "lora.bad_keep.hint": (
        "For sv_fro and sv_cumulative give the share that has to stay, such as 0.9; for sv_ratio how many times smaller the "
        "least part may be, such as 20.",
        "sv_fro 和 sv_cumulative 填要保留的比例，例如 0.9；sv_ratio 填最小部分可以小多少倍，例如 20。",
    ),
    "lora.bad_min_diff": (
        "--min-diff {value} makes no sense; it is at least 0 and below 1.",
        "--min-diff {value} 没有意义；应不小于 0 且小于 1。",
    ),
    "lora.bad_min_diff.hint": ("Leave it out: 0.01 is usual.", "可以不写：通常用 0.01。"),
    "lora.weights_count": (
        "There are {count} LoRAs and {given} weights.",
        "有 {count} 个 LoRA，却给了 {given} 个权重。",
    ),
    "lora.weights_count.hint": (
        "Give one weight for each, in the same order: --weights 0.8,0.5",
        "请按顺序给每个 LoRA 一个权重：--weights 0.8,0.5",
    ),
    "lora.bad_weights": (
        "A weight is a number other than 0, and at most {limit} (with or without a minus).",
        "权重应是不为 0 的数字，绝对值不超过 {limit}。",
    ),
    "lora.bad_weights.hint": ("For instance: --weights 0.8,0.5", "例如：--weights 0.8,0.5"),
    "lora.merge_one": ("There is only one LoRA to merge.", "只给了一个 LoRA，无从合并。"),
    "lora.merge_one.hint": (
        "Name two or more; or with --base FILE the model that it shall become a part of.",
        "请给出两个或更多；或用 --base FILE 指定要把它合并进去的底模。",
    ),
    "lora.merge_uneven": (
        "These LoRAs change different layers, or have several ranks: side by side they cannot be laid.",
        "这些 LoRA 改变的层不同，或各层维度不一：无法直接拼接。",
    ),
    "lora.merge_uneven.hint": (
        "Give the rank of the new file; then their sum is computed and cut down to it: --rank {rank} keeps all.",
        "请指定新文件的维度，这样会计算它们之和再压缩：--rank {rank} 可以保留全部。",
    ),
    "lora.base_and_rank": (
        "In a base model a LoRA has no rank any more.",
        "合并进底模之后就不再有维度。",
    ),
    "lora.base_and_rank.hint": ("Leave out --rank and --conv-rank.", "请去掉 --rank 和 --conv-rank。"),
    # devices
    "lora.no_svd_on_mps": (
        "torch cannot compute this on a Mac's GPU: it has no singular value decomposition for MPS.",
        "torch 无法在 Mac 的 GPU 上完成这种计算：MPS 没有奇异值分解。",
    ),
    "lora.no_svd_on_mps.hint": (
        "Leave out --device: the processor does it.",
        "请去掉 --device，由处理器（CPU）来算。",
    ),
    "lora.no_cuda": ("This machine has no NVIDIA GPU.", "这台机器没有 NVIDIA GPU。"),
    "lora.no_cuda.hint": (
        "Leave out --device: the processor does it.",
        "请去掉 --device，由处理器（CPU）来算。",
    ),
    "lora.memory": (
        "This loads whole models: it takes about {need} of memory, and this machine has {have}.",
        "这需要加载完整的模型：大约需要 {need} 内存，而本机只有 {have}。",
    ),
    "lora.memory.hint": (
        "It may swap for a long time. Close other programs, or do it on a machine with more memory.",
        "可能会长时间使用交换空间。请关闭其他程序，或换一台内存更大的机器。",
    ),
    # where it is written
    "lora.output_name": (
        "A new file is written as .safetensors only.",
        "新文件只写成 .safetensors 格式。",
    ),
    "lora.output_name.hint": (
        "Give it a name that ends in .safetensors.",
        "请让文件名以 .safetensors 结尾。",
    ),
    "lora.output_taken": ("There is a file of this name already.", "已经有同名文件。"),
    "lora.output_taken.hint": (
        "Choose another name with --output, or replace it with --overwrite.",
        "请用 --output 换一个名字，或用 --overwrite 覆盖它。",
    ),
    "lora.output_is_source": (
        "The new file would take the place of one that it is made from.",
        "新文件会覆盖用来生成它的文件。",
    ),
    "lora.output_is_source.hint": ("Choose another name with --output.", "请用 --output 换一个名字。"),
    "lora.no_room": (
        "This needs {need} on the disk, and {free} are free.",
        "需要 {need} 磁盘空间，只剩 {free}。",
    ),
    "lora.no_room.hint": (
        "Free some space, or write elsewhere: --output.",
        "请腾出空间，或用 --output 写到别处。",
    ),
    # converting
    "lora.convert_rank": (
        "--rank goes with --to lora, and --to lora with --rank: which of the ranks in a DyLoRA is wanted.",
        "--rank 要和 --to lora 一起用，--to lora 也必须给出 --rank：要 DyLoRA 中的哪个维度。",
    ),
    "lora.convert_rank.hint": ("For instance: --to lora --rank 8", "例如：--to lora --rank 8"),
    "lora.convert_to_what": (
        "It is not said what the file shall become.",
        "没有说明要转换成什么。",
    ),
    "lora.convert_to_what.hint": (
        "Give --precision fp16 for a smaller file, or --to comfyui, diffusers, kohya or lora.",
        "请用 --precision fp16 得到更小的文件，或用 --to 指定 comfyui、diffusers、kohya 或 lora。",
    ),
    "lora.convert_same": ("Its numbers are {precision} already.", "它的数值已经是 {precision}。"),
    "lora.convert_same.hint": ("There is nothing to do.", "无需转换。"),
    "lora.convert_one_thing": (
        "The engine's converters change names, not numbers.",
        "引擎的转换工具只改名称，不改数值格式。",
    ),
    "lora.convert_one_thing.hint": (
        "Leave out --precision here, and convert that in a second step.",
        "这里请去掉 --precision，数值格式另外转换一次。",
    ),
    "lora.convert_needless": (
        "There is nothing to convert: webui, Forge, ComfyUI and diffusers read a LoRA of this family ({family}) as it is.",
        "无需转换：webui、Forge、ComfyUI 和 diffusers 可以直接读取这个系列（{family}）的 LoRA。",
    ),
    "lora.convert_needless.hint": (
        "Copy it to where they look: `kohya-driver lora install FILE --to webui`.",
        "把它复制到它们的文件夹即可：`kohya-driver lora install FILE --to webui`。",
    ),
    "lora.no_converter": (
        "The engine has no tool that turns a LoRA of this family ({family}) with the names of {naming} into one for {to}.",
        "引擎没有工具能把这个系列（{family}）、采用 {naming} 命名的 LoRA 转换给 {to} 使用。",
    ),
    "lora.no_converter.hint": (
        "Most programs read other names by themselves: try the file as it is.",
        "多数程序能自行识别其他命名：请先直接试用。",
    ),
    "lora.not_dylora": (
        "Only a DyLoRA has other ranks in it; this is a {kind}.",
        "只有 DyLoRA 才包含其他维度；这个文件是 {kind}。",
    ),
    "lora.not_dylora.hint": (
        "For a lower rank of it: `kohya-driver lora resize FILE --rank 8`.",
        "想要更低的维度，请用 `kohya-driver lora resize FILE --rank 8`。",
    ),
    # what became of it
    "lora.stopped": (
        "Stopped before the new file was whole; nothing was left behind.",
        "在新文件完成之前停止；没有留下任何残余。",
    ),
    "lora.stopped.hint": ("The same command begins anew.", "重新运行同一条命令即可重来。"),
    "lora.failed": ("The engine's tool {script} failed: {reason}", "引擎的工具 {script} 失败：{reason}"),
    "lora.failed.hint": (
        "All that it said stands in the log named here. No file was written.",
        "完整输出见上面的日志。没有写出任何文件。",
    ),
    "lora.made_broken": (
        "What the engine's tool wrote is not whole or not sound ({reason}), so it was thrown away.",
        "引擎的工具写出的文件不完整或有问题（{reason}），已经丢弃。",
    ),
    "lora.made_broken.hint": (
        "Look at the source with `kohya-driver lora check FILE`: what is broken there is broken here.",
        "请用 `kohya-driver lora check FILE` 检查来源文件：来源有问题，结果也会有问题。",
    ),
    "lora.made_nothing": (
        "The new LoRA would change nothing, so it was thrown away.",
        "新的 LoRA 不会产生任何改变，已经丢弃。",
    ),
    "lora.made_nothing.hint": (
        "The sources change nothing themselves, or take each other away; of two models, they are the same.",
        "可能来源本身就不产生改变，或相互抵消；如果是两个模型，则它们相同。",
    ),
    "lora.changed": (
        "The new file changes pictures by {share} of what the old one does; it should be the same.",
        "新文件的作用是旧文件的 {share}；本应完全相同。",
    ),
    "lora.changed.hint": (
        "In fewer bits very small numbers are lost. Keep the old file.",
        "位数更少时，很小的数值会丢失。请保留旧文件。",
    ),
    # checking
    "lora.check_unfit": (
        "The engine's check knows no tensor of this kind ({kind}); `kohya-driver inspect --norms` does.",
        "引擎的检查工具不认识这种类型（{kind}）的张量；请用 `kohya-driver inspect --norms`。",
    ),
    "lora.check_not_finite": (
        "{count} of its tensors hold numbers that are none (NaN or infinity), such as {example}: it draws black or broken pictures.",
        "有 {count} 个张量含有 NaN 或无穷大，例如 {example}：画出的图会全黑或损坏。",
    ),
    "lora.check_not_finite.hint": (
        "Take an earlier checkpoint of the same training, and lower the learning rate for the next.",
        "请改用同一次训练较早的存档点；下次训练请降低学习率。",
    ),
    "lora.check_untrained": (
        "It changes nothing: what is zero before a training is zero still.",
        "它不产生任何改变：训练前为零的部分仍然为零。",
    ),
    "lora.check_untrained.hint": (
        "The training did not learn: look at its log with `kohya-driver diagnose`.",
        "训练没有学到东西：请用 `kohya-driver diagnose` 查看日志。",
    ),
    "lora.check_partly": (
        "{count} of {of} layers change nothing, such as {example}.",
        "{of} 层中有 {count} 层不产生改变，例如 {example}。",
    ),
    "lora.check_partly.hint": (
        "That is so if a part was not trained, such as the text encoder; else look at the learning rates.",
        "如果有一部分没有训练（例如文本编码器），这是正常的；否则请检查学习率。",
    ),
}
