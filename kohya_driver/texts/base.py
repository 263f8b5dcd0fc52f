"""Sentences about the base model and the VAE."""

_DOWNLOAD = ("Download the file again, from its page's download button.", "请从模型页面的下载按钮重新下载。")

TEXTS: dict[str, tuple[str, str]] = {
    "base.missing": ("The preset names no base model.", "预设没有指定底模。"),
    "base.missing.hint": (
        'Add `base = "path/to/model.safetensors"` under [model], or give --base FILE. Those on this machine: `kohya-driver models list`',
        '请在 [model] 下写 `base = "模型路径.safetensors"`，或使用 --base 文件。查看本机已有的：`kohya-driver models list`',
    ),
    "base.not_found": ("There is no base model at {path}.", "{path} 处没有底模文件。"),
    "base.not_found.hint": (
        "Correct the path; a relative path counts from the preset's folder. Those on this machine: `kohya-driver models list`",
        "请更正路径；相对路径从预设所在的文件夹算起。查看本机已有的：`kohya-driver models list`",
    ),
    "base.on_hub": (
        "`{name}` is a name on the Hugging Face Hub: the engine downloads it at the start, several GB, and its family cannot be read beforehand.",
        "`{name}` 是 Hugging Face Hub 上的名称：引擎会在启动时下载数 GB，且无法事先读出模型系列。",
    ),
    "base.on_hub.hint": (
        "Better get it once, `kohya-driver models get {name}`, and give the file's path; or set model.family. HF_ENDPOINT chooses a mirror.",
        "最好先获取一次：`kohya-driver models get {name}`，再填写文件路径；或者设置 model.family。可用 HF_ENDPOINT 指定镜像。",
    ),
    # What it is
    "base.is_lora": ("This file is a LoRA, not a base model.", "这个文件是 LoRA，不是底模。"),
    "base.is_lora.hint": (
        "Give the checkpoint that it was trained on; to go on training a LoRA, set network.weights to it.",
        "请填写它所基于的底模；若想接着训练这个 LoRA，请把它写到 network.weights。",
    ),
    "base.is_vae": ("This file is a VAE, not a base model.", "这个文件是 VAE，不是底模。"),
    "base.is_vae.hint": (
        "Give a whole checkpoint as base; a VAE goes to model.vae.",
        "底模请填写完整的模型文件；VAE 请写到 model.vae。",
    ),
    "base.is_text_encoder": (
        "This file is a text encoder, not a base model.",
        "这个文件是文本编码器，不是底模。",
    ),
    "base.is_text_encoder.hint": (
        "Give a whole checkpoint; it has its text encoder inside.",
        "请填写完整的模型文件；其中已包含文本编码器。",
    ),
    "base.is_controlnet": (
        "This file is a ControlNet, not a base model.",
        "这个文件是 ControlNet，不是底模。",
    ),
    "base.is_controlnet.hint": ("Give the checkpoint that it works with.", "请填写与它配合使用的底模。"),
    "base.is_embedding": (
        "This file is an embedding (textual inversion), not a base model.",
        "这个文件是 embedding（文本反转），不是底模。",
    ),
    "base.is_embedding.hint": ("Give the checkpoint that it works with.", "请填写与它配合使用的底模。"),
    "base.is_sdxl_refiner": (
        "This file is SDXL's refiner; the engine has no training script for it.",
        "这个文件是 SDXL 的 refiner；引擎没有训练它的脚本。",
    ),
    "base.is_sdxl_refiner.hint": ("Give the SDXL base model instead.", "请改用 SDXL 的 base 模型。"),
    "base.unknown": (
        "Nothing in {path} says that it is a model that can be trained on here.",
        "从 {path} 中看不出它是可在此训练的底模。",
    ),
    "base.unknown.hint": (
        "Use an SD 1.x, SD 2.x or SDXL checkpoint; if it is one, say which with model.family.",
        "请使用 SD 1.x、SD 2.x 或 SDXL 的底模；如果确实是，请用 model.family 说明。",
    ),
    "base.unknown_taken": (
        "Nothing in {path} says what kind of model it is. It is taken for {family}, as the preset says.",
        "从 {path} 中看不出它是哪种模型，按预设中的 {family} 处理。",
    ),
    "base.unknown_taken.hint": (
        "If the training fails while it loads the base model, it is none of that kind: use an SD 1.x, SD 2.x or SDXL checkpoint.",
        "如果训练在加载底模时失败，说明它不是这种模型：请使用 SD 1.x、SD 2.x 或 SDXL 的底模。",
    ),
    "base.not_on_mps": (
        "This is a {family} model. The engine cannot train it on a Mac's graphics unit: it computes with 64-bit numbers there, which Apple's chips do not have.",
        "这是 {family} 模型。引擎无法在 Mac 的图形单元上训练它：其中用到 64 位浮点数，而 Apple 芯片不支持。",
    ),
    "base.not_on_mps.hint": (
        "Use an SD 1.x, SD 2.x or SDXL checkpoint.",
        "请使用 SD 1.x、SD 2.x 或 SDXL 的底模。",
    ),
    "base.not_yet": (
        "This is a {family} model: the engine can train it, but not yet kohya-driver.",
        "这是 {family} 模型：引擎可以训练它，但 kohya-driver 尚不支持。",
    ),
    "base.not_yet.hint": (
        "Use an SD 1.x, SD 2.x or SDXL checkpoint.",
        "请使用 SD 1.x、SD 2.x 或 SDXL 的底模。",
    ),
    "base.other_family": (
        "The file is an {family} model, but the preset says {said}.",
        "文件是 {family} 模型，但预设写的是 {said}。",
    ),
    "base.other_family.hint": (
        "Take a preset for {family}, or a base that is {said}: a LoRA fits only the family it was trained on.",
        "请使用适用于 {family} 的预设，或换成 {said} 的底模：LoRA 只适用于训练时的模型系列。",
    ),
    # Whether it can be trained on
    "base.inpainting": (
        "This model is for inpainting: its U-Net takes in {channels} channels instead of 4, and the engine cannot load it.",
        "这是重绘 (inpainting) 模型：它的 U-Net 有 {channels} 个输入通道，而不是 4 个，引擎无法加载。",
    ),
    "base.inpainting.hint": (
        "Use the ordinary model that it was made from.",
        "请使用它所基于的普通模型。",
    ),
    "base.quantised": (
        "This model was made smaller ({kind}); it is loaded wrongly or not at all, and learns badly.",
        "这个模型经过压缩（{kind}）；会加载出错或无法加载，学习效果也差。",
    ),
    "base.quantised.hint": (
        "Use the same model in fp16, bf16 or fp32.",
        "请使用同一模型的 fp16、bf16 或 fp32 版本。",
    ),
    "base.no_unet": (
        "{path} lacks a U-Net in the names of a checkpoint; it is one part in diffusers' names, or stripped.",
        "{path} 中没有按完整模型命名的 U-Net；它是 diffusers 命名的单个部件，或被删减过。",
    ),
    "base.no_unet.hint": (
        "Give the whole checkpoint, or the diffusers folder that holds model_index.json.",
        "请填写完整的模型文件，或含有 model_index.json 的 diffusers 文件夹。",
    ),
    "base.parts_missing": (
        "This model is not whole; it lacks: {parts}. The engine would stop after loading gigabytes.",
        "这个模型不完整，缺少：{parts}。引擎会在加载数 GB 之后中止。",
    ),
    "base.parts_missing.hint": (
        "Download the full checkpoint, with text encoder and VAE; one without serves only to make pictures.",
        "请下载包含文本编码器和 VAE 的完整模型；缺少它们的版本只能用来出图。",
    ),
    "base.link_to_other_disk": (
        "{path} is a link to a file without the ending .safetensors (as in Hugging Face's cache) on another disk; the engine follows the link and takes the file for a pickle.",
        "{path} 是一个链接，指向另一块磁盘上没有 .safetensors 扩展名的文件（例如 Hugging Face 缓存）；引擎会跟随链接，把它当作 pickle 文件。",
    ),
    "base.link_to_other_disk.hint": (
        "Copy the file itself to a place of its own: cp -L LINK COPY.safetensors",
        "请把文件本身复制出来：cp -L 链接 副本.safetensors",
    ),
    # What it was trained to predict
    "base.v_on_epsilon": (
        "The file says that the model was trained on noise, but the preset sets v_parameterization; the engine does not check it, and the LoRA would be ruined.",
        "文件表明该模型以噪声 (epsilon) 方式训练，但预设设置了 v_parameterization；引擎不做检查，LoRA 会训坏。",
    ),
    "base.v_on_epsilon.hint": ("Remove model.v_parameterization.", "请删除 model.v_parameterization。"),
    "base.v_left_out": (
        "The file says that the model was trained on velocity, but the preset sets v_parameterization = false; the engine does not check it, and the LoRA would be ruined.",
        "文件表明该模型以 velocity 方式训练，但预设写了 v_parameterization = false；引擎不做检查，LoRA 会训坏。",
    ),
    "base.v_left_out.hint": ("Remove model.v_parameterization.", "请删除 model.v_parameterization。"),
    "base.v_unproven": (
        "The preset sets v_parameterization, but nothing in the file says that it was trained so; models of this kind hardly ever are, and the LoRA would be ruined.",
        "预设设置了 v_parameterization，但文件中没有任何迹象；这类模型很少以这种方式训练，若不符 LoRA 会训坏。",
    ),
    "base.v_unproven.hint": (
        "Remove model.v_parameterization, unless the model's page says v-prediction.",
        "请删除 model.v_parameterization，除非模型页面写明是 v-prediction。",
    ),
    "base.prediction_by_name": (
        "Going by the name `{name}` alone this is a {kind} kind of model; nothing in the file confirms it, and if it is wrong the LoRA is ruined.",
        "仅从名称 `{name}` 看，这是 {kind} 一类的模型；文件中没有佐证，判断错误会训坏 LoRA。",
    ),
    "base.prediction_by_name.hint": (
        "Look at the model's page, and set model.v_parameterization to true (768-v, v-prediction) or false (512-base).",
        "请查看模型页面，把 model.v_parameterization 设为 true（768-v、v-prediction）或 false（512-base）。",
    ),
    "base.prediction_unknown": (
        "SD 2.x models come in two kinds, 512-base and 768-v, that the file cannot tell apart; it is taken for 512-base, and if that is wrong the LoRA is ruined.",
        "SD 2.x 模型有 512-base 和 768-v 两种，从文件中无法区分；现按 512-base 处理，判断错误会训坏 LoRA。",
    ),
    "base.prediction_unknown.hint": (
        "Look at the model's page, and set model.v_parameterization to true (768-v) or false (512-base).",
        "请查看模型页面，把 model.v_parameterization 设为 true（768-v）或 false（512-base）。",
    ),
    "base.clip_skip_sdxl": (
        "SDXL has no clip_skip; the engine ignores it.",
        "SDXL 没有 clip_skip；引擎会忽略它。",
    ),
    "base.clip_skip_sdxl.hint": ("Remove model.clip_skip.", "请删除 model.clip_skip。"),
    "base.clip_skip_sd2": (
        "SD 2.x already leaves out the last layer of its text encoder; clip_skip is not meant for it.",
        "SD 2.x 本来就不用文本编码器的最后一层；clip_skip 不适用于它。",
    ),
    "base.clip_skip_sd2.hint": ("Remove model.clip_skip.", "请删除 model.clip_skip。"),
    # Files that are something else
    "base.empty": ("The file is empty.", "文件是空的。"),
    "base.empty.hint": _DOWNLOAD,
    "base.web_page": (
        "The file is a web page that was saved as a model: the download wanted a log-in, or failed.",
        "这个文件是被存成模型的网页：下载时需要登录，或下载失败了。",
    ),
    "base.web_page.hint": (
        "Log in on the model's page, accept its terms, and download it from there.",
        "请在模型页面登录并同意条款，再从那里下载。",
    ),
    "base.lfs_pointer": (
        "The file is a git-lfs pointer, a note of a few lines that stands for the model.",
        "这个文件是 git-lfs 指针，只是代表模型的几行说明。",
    ),
    "base.lfs_pointer.hint": (
        "Run `git lfs pull` in its folder, or download the file from its page.",
        "请在其所在文件夹运行 `git lfs pull`，或从模型页面下载文件。",
    ),
    "base.gguf": (
        "The file is a GGUF model: quantised, for making pictures only.",
        "这是 GGUF 模型：经过量化，只能用来出图。",
    ),
    "base.gguf.hint": (
        "Use the same model as .safetensors in fp16, bf16 or fp32.",
        "请使用同一模型的 .safetensors 文件（fp16、bf16 或 fp32）。",
    ),
    "base.draw_things": (
        "The file is a model in the form of Draw Things, which is a database: no other program can load it.",
        "这是 Draw Things 自己格式的模型（一个数据库），其他程序都无法加载。",
    ),
    "base.draw_things.hint": (
        "Get the same model as .safetensors, from where Draw Things imported it.",
        "请从 Draw Things 导入它的来源处获取同一模型的 .safetensors 文件。",
    ),
    "base.pickle_named_safetensors": (
        "The file is named .safetensors but is an old pickle file (.ckpt); the engine goes by the name and stops.",
        "文件名是 .safetensors，内容却是旧式 pickle 文件 (.ckpt)；引擎只看文件名，会中止。",
    ),
    "base.pickle_named_safetensors.hint": (
        "Get the model as a true .safetensors file.",
        "请换用真正的 .safetensors 文件。",
    ),
    "base.safetensors_by_another_name": (
        "The file is a safetensors file by another name; the engine goes by the ending, takes it for a pickle, and stops.",
        "这个文件其实是 safetensors，只是扩展名不同；引擎只看扩展名，会当作 pickle 并中止。",
    ),
    "base.safetensors_by_another_name.hint": (
        "Rename it so that it ends in .safetensors.",
        "请把它的扩展名改为 .safetensors。",
    ),
    # Pickles
    "base.pickle": (
        "This is an old pickle file, which can run any program when it is loaded; the engine would let it.",
        "这是旧式 pickle 文件，加载时可以运行任意程序；引擎不会阻止。",
    ),
    "base.pickle.hint": (
        "Use the same model as .safetensors. If you trust it: `allow_pickle = true` under [model]; it is scanned first.",
        "请使用同一模型的 .safetensors 文件。若确实信任它：在 [model] 下写 `allow_pickle = true`；会先扫描。",
    ),
    "base.pickle_dangerous": (
        "This file would run programs when it is loaded ({calls}). It is refused whatever the preset says.",
        "这个文件加载时会运行程序（{calls}）。无论预设怎么写都会拒绝。",
    ),
    "base.pickle_dangerous.hint": (
        "Delete it, and do not open it elsewhere.",
        "请删除它，也不要在别处打开。",
    ),
    "base.pickle_suspicious": (
        "This file uses more than tensors when it is loaded ({calls}); that need not be bad, but the engine may not have it.",
        "这个文件加载时用到张量以外的内容（{calls}）；不一定有害，但引擎中可能没有这些模块。",
    ),
    "base.pickle_suspicious.hint": (
        "Better use the same model as .safetensors.",
        "最好使用同一模型的 .safetensors 文件。",
    ),
    "base.pickle_unreadable": (
        "This file could not be scanned ({reason}), so it is not loaded.",
        "无法扫描这个文件（{reason}），因此不会加载。",
    ),
    "base.pickle_unreadable.hint": (
        "Use the same model as .safetensors.",
        "请使用同一模型的 .safetensors 文件。",
    ),
    # The VAE
    "base.vae_not_found": (
        "There is no VAE at {path}; the engine would look for it on the Hub after loading the base.",
        "{path} 处没有 VAE；引擎会在加载底模之后去 Hub 上查找。",
    ),
    "base.vae_not_found.hint": (
        "Correct model.vae, or remove it: the base has a VAE of its own.",
        "请更正 model.vae，或删除它：底模自带 VAE。",
    ),
    "base.vae_folder": (
        "{path} is no VAE in diffusers' form: it has no config.json.",
        "{path} 不是 diffusers 格式的 VAE：没有 config.json。",
    ),
    "base.vae_folder.hint": (
        "Give the VAE's file (.safetensors), or remove model.vae.",
        "请填写 VAE 文件（.safetensors），或删除 model.vae。",
    ),
    "base.vae_is_other": (
        "{path} is no VAE for this kind of model (it looks like: {family}).",
        "{path} 不是这类模型的 VAE（看起来是：{family}）。",
    ),
    "base.vae_is_other.hint": (
        "Correct model.vae, or remove it: the base has a VAE of its own.",
        "请更正 model.vae，或删除它：底模自带 VAE。",
    ),
}
