"""Sentences about model files and what comes from Hugging Face: what happened, why, what to do."""

CAUSES = {
    "hf.ssl": (
        ("A secure connection could not be made.", "无法建立安全连接。"),
        (
            "This Python has no certificates of its own, or a company's or school's network looks into connections.",
            "这个 Python 没有证书，或公司、学校的网络会检查加密连接。",
        ),
        (
            "On a Mac with Python from python.org, run `Install Certificates.command` in its folder under Applications. In a "
            "company's network, name its certificate file in REQUESTS_CA_BUNDLE.",
            "如果是 Mac 上 python.org 的 Python，请运行“应用程序”里该 Python 文件夹中的 `Install Certificates.command`。"
            "在公司网络中，请用 REQUESTS_CA_BUNDLE 指定证书文件。",
        ),
    ),
    "hf.tokenizer_cache_partial": (
        ("The tokenizer's folder is there, but not whole.", "分词器文件夹存在，但不完整。"),
        (
            "An earlier download was broken off. The engine only looks whether the folder exists, and trusts it.",
            "之前的下载中断了。引擎只检查文件夹是否存在，就认为它可用。",
        ),
        (
            "Delete that folder below tokenizer_cache_dir and start again; for kohya-driver's own: `kohya-driver engine install --force`.",
            "删除 tokenizer_cache_dir 下的那个文件夹后重新启动；如果是 kohya-driver 自己的：`kohya-driver engine install --force`。",
        ),
    ),
    "hf.tokenizer_offline": (
        ("The tokenizer could not be fetched from Hugging Face.", "无法从 Hugging Face 下载分词器。"),
        (
            "It is not on this machine yet, and huggingface.co cannot be reached. The engine's message does not mention the network.",
            "这台电脑上还没有它，而 huggingface.co 无法访问。引擎的报错里没有提到网络。",
        ),
        (
            "kohya-driver brings it along: `kohya-driver engine install`. Elsewhere: get online once, or use a mirror "
            "(HF_ENDPOINT=https://hf-mirror.com), or name a folder that holds it in tokenizer_cache_dir.",
            "kohya-driver 自带分词器：`kohya-driver engine install`。用其他程序时：联网运行一次，或使用镜像"
            "（HF_ENDPOINT=https://hf-mirror.com），或用 tokenizer_cache_dir 指定已有它的文件夹。",
        ),
    ),
    "hf.unreachable": (
        ("Hugging Face could not be reached.", "无法访问 Hugging Face。"),
        (
            "There is no network, a proxy or firewall is in the way, or HF_HUB_OFFLINE is set.",
            "可能没有网络、被代理或防火墙阻挡，或设置了 HF_HUB_OFFLINE。",
        ),
        (
            "Use files on this machine: [model] base = \"….safetensors\". Or try again later, use a mirror "
            "(HF_ENDPOINT=https://hf-mirror.com), or set HTTPS_PROXY.",
            "使用本机上的文件：[model] base = \"….safetensors\"。或稍后再试，使用镜像（HF_ENDPOINT=https://hf-mirror.com），"
            "或设置 HTTPS_PROXY。",
        ),
    ),
    "save.hf_upload": (
        ("The LoRA could not be uploaded to Hugging Face.", "LoRA 没能上传到 Hugging Face。"),
        ("The token is wrong or missing, or the network is. The training went on.", "令牌错误或缺失，或网络有问题。训练没有受影响。"),
        ("The file is on this machine. Leave out the options that begin with huggingface_, or correct the token.", "文件已保存在本机。请去掉 huggingface_ 开头的选项，或改正令牌。"),
    ),
    "model.hf_id_failed": (
        ("The base model was found neither as a file nor on Hugging Face: {name}", "底模既不是本机文件，在 Hugging Face 上也找不到：{name}"),
        (
            "The file's name is wrong; or the model was taken down (as runwayml/stable-diffusion-v1-5 was), must be asked for, "
            "or Hugging Face cannot be reached.",
            "可能是文件名写错；也可能模型已被下架（例如 runwayml/stable-diffusion-v1-5）、需要申请权限，或无法访问 Hugging Face。",
        ),
        (
            "Name a file on this machine in [model] base. On Hugging Face, SD 1.5 is now stable-diffusion-v1-5/stable-diffusion-v1-5.",
            "请在 [model] base 中指定本机上的文件。Hugging Face 上的 SD 1.5 现在是 stable-diffusion-v1-5/stable-diffusion-v1-5。",
        ),
    ),
    "model.path_invalid": (
        ("The base model is not there: {path}", "找不到底模：{path}"),
        ("The path is mistyped, the disk is not connected, or the file is a link that leads nowhere.", "路径写错、磁盘没有连接，或该文件是失效的链接。"),
        ("Correct [model] base; give the file itself, ending in .safetensors.", "请改正 [model] base；直接指定以 .safetensors 结尾的文件。"),
    ),
    "model.path_none": (
        ("No base model was given.", "没有指定底模。"),
        ("pretrained_model_name_or_path is not set.", "没有设置 pretrained_model_name_or_path。"),
        ("Set [model] base to the file of a base model.", "请把 [model] base 设为底模文件。"),
    ),
    "model.sdxl_in_sd_script": (
        ("An SDXL model was given to the script for SD 1.5 and 2.", "把 SDXL 模型交给了训练 SD 1.5 和 2 的脚本。"),
        ("The two are built differently; the engine does not look before it loads.", "两种模型结构不同，而引擎加载前不会检查。"),
        (
            "Use sdxl_train_network.py, or an SD 1.5 model. `kohya-driver train PRESET` reads the kind from the file and chooses.",
            "改用 sdxl_train_network.py，或换成 SD 1.5 模型。`kohya-driver train PRESET` 会从文件中读取类型并自动选择。",
        ),
    ),
    "model.sd_in_sdxl_script": (
        ("A model that is not SDXL was given to the script for SDXL.", "把不是 SDXL 的模型交给了训练 SDXL 的脚本。"),
        ("The two are built differently; the engine does not look before it loads.", "两种模型结构不同，而引擎加载前不会检查。"),
        (
            "Use train_network.py for SD 1.5 and 2, or an SDXL model. `kohya-driver train PRESET` reads the kind from the file.",
            "SD 1.5 和 2 请用 train_network.py，或换成 SDXL 模型。`kohya-driver train PRESET` 会从文件中读取类型。",
        ),
    ),
    "model.v2_mismatch": (
        ("The option v2 does not fit the base model.", "选项 v2 与底模不符。"),
        ("v2 must be on for SD 2.x and off for SD 1.x; the text parts have different widths.", "SD 2.x 要开启 v2，SD 1.x 要关闭；两者文本部分的宽度不同。"),
        (
            "Set or leave out v2; in a preset leave [model] family unset, so that it is read from the file.",
            "请改正 v2；在预设中不要写 [model] family，让它从文件中读取。",
        ),
    ),
    "model.inpainting": (
        ("The base model is one for inpainting.", "底模是局部重绘（inpainting）模型。"),
        ("It takes nine channels instead of four, and no LoRA can be trained on it here.", "它的输入是 9 个通道而不是 4 个，这里不能用它训练 LoRA。"),
        ("Use the normal version of the same model in [model] base.", "请在 [model] base 中使用同一模型的普通版本。"),
    ),
    "model.sdxl_v2": (
        ("The option v2 was set for SDXL.", "训练 SDXL 时设置了 v2。"),
        ("v2 means Stable Diffusion 2; SDXL does not have it.", "v2 指 Stable Diffusion 2，SDXL 没有这个选项。"),
        ("Leave v2 out.", "去掉 v2。"),
    ),
    "st.truncated": (
        ("A model file is cut off.", "模型文件不完整。"),
        ("Its download was broken off, or the disk was full.", "下载中断，或磁盘已满。"),
        ("Download it again, and compare its size with the one on the page.", "请重新下载，并与网页上的文件大小比较。"),
    ),
    "st.not_safetensors": (
        ("A file ending in .safetensors is something else inside.", "以 .safetensors 结尾的文件其实是别的内容。"),
        (
            "It is a web page, a placeholder of Git LFS, or another kind of model with its name changed.",
            "它可能是网页、Git LFS 的占位文件，或改了扩展名的其他模型文件。",
        ),
        ("Download it again: with the download button of the file's page, not by saving the page.", "请重新下载：用文件页面上的下载按钮，不要直接保存网页。"),
    ),
    "st.empty": (
        ("A model file is empty.", "模型文件是空的。"),
        ("Its download never began, or the disk was full.", "下载没有成功，或磁盘已满。"),
        ("Delete it and download it again.", "请删除后重新下载。"),
    ),
    "ckpt.pickle_bad": (
        ("A .ckpt file is something else inside (it begins with {value}).", ".ckpt 文件其实是别的内容（开头是 {value}）。"),
        (
            "It is a .safetensors file with its name changed, a web page, a placeholder of Git LFS, or a link of Hugging Face's cache, "
            "whose ending gets lost.",
            "它可能是改了扩展名的 .safetensors、网页、Git LFS 的占位文件，或 Hugging Face 缓存里的链接（会丢失扩展名）。",
        ),
        ("Rename it to .safetensors, or download it again; copy the file instead of linking to it.", "请改名为 .safetensors，或重新下载；请复制文件本身，不要用链接。"),
    ),
    "ckpt.zip_trunc": (
        ("A model file or a saved state is cut off.", "模型文件或训练状态不完整。"),
        ("Its download or its saving was broken off.", "下载或保存时中断了。"),
        ("Download the model again; for a state, use an older one.", "请重新下载模型；如果是训练状态，请用更早的一份。"),
    ),
    "ckpt.eof": (
        ("A model file is empty.", "模型文件是空的。"),
        ("Its download never began, or the disk was full.", "下载没有成功，或磁盘已满。"),
        ("Delete it and download it again.", "请删除后重新下载。"),
    ),
    "ckpt.weights_only": (
        ("A model file was refused, because it may hold more than numbers.", "模型文件被拒绝，因为其中可能不只有数值。"),
        (".ckpt and .pt files can run code when they are loaded; PyTorch loads only plain ones.", ".ckpt 和 .pt 文件加载时可以运行代码，PyTorch 只加载单纯的数值文件。"),
        ("Use the same model as .safetensors.", "请使用同一模型的 .safetensors 版本。"),
    ),
    "vae.load": (
        ("The VAE cannot be loaded.", "无法加载 VAE。"),
        ("Its path is wrong, so that the engine took it for a name on Hugging Face: {error}", "路径不对，引擎把它当成了 Hugging Face 上的名称：{error}"),
        ("Correct [model] vae, or leave it out: base models have their own.", "请改正 [model] vae，或去掉它：底模自带 VAE。"),
    ),
}  # fmt: skip
