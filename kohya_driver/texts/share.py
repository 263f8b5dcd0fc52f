"""A LoRA that goes out into the world: installed in other programs, described, published."""

TEXTS: dict[str, tuple[str, str]] = {
    "share.bad_weight": (
        "--weight is a number above 0 and at most {limit}.",
        "--weight 应大于 0，且不超过 {limit}。",
    ),
    "share.bad_weight.hint": (
        "It is what webui writes into <lora:NAME:WEIGHT>; 0.8 is usual.",
        "它就是 webui 写进 <lora:名称:权重> 的数字；通常用 0.8。",
    ),
    "share.bad_preview": (
        "This is no picture that can be shown beside a LoRA.",
        "这不是可以作为 LoRA 预览图的图片。",
    ),
    "share.bad_preview.hint": (
        "Name a file that is there and ends in one of these: {endings}.",
        "请给出存在的图片文件，扩展名为：{endings}。",
    ),
    "share.bad_name": ("`{name}` is no name for a file.", "`{name}` 不能作为文件名。"),
    "share.bad_name.hint": (
        'Give a name without folders and without the signs / \\ : * ? " < > |',
        '请不要包含文件夹，也不要使用 / \\ : * ? " < > | 这些符号。',
    ),
    "share.no_lora_yet": ("This run has no LoRA file yet.", "这次训练还没有 LoRA 文件。"),
    "share.no_lora_yet.hint": (
        "Wait until it has saved one (`kohya-driver save` asks for it), or name a LoRA file.",
        "请等它保存之后再试（可以用 `kohya-driver save` 要求保存），或直接给出 LoRA 文件。",
    ),
    # installing
    "share.no_place_webui": (
        "No webui or Forge was found on this machine.",
        "在这台机器上没有找到 webui 或 Forge。",
    ),
    "share.no_place_webui.hint": (
        "Name its folder for LoRA files: --folder …/stable-diffusion-webui/models/Lora",
        "请指定存放 LoRA 的文件夹：--folder …/stable-diffusion-webui/models/Lora",
    ),
    "share.no_place_comfyui": (
        "No ComfyUI was found on this machine.",
        "在这台机器上没有找到 ComfyUI。",
    ),
    "share.no_place_comfyui.hint": (
        "Name its folder for LoRA files: --folder …/ComfyUI/models/loras",
        "请指定存放 LoRA 的文件夹：--folder …/ComfyUI/models/loras",
    ),
    "share.several_places": (
        "There are several folders for LoRA files here: {folders}.",
        "这里有多个存放 LoRA 的文件夹：{folders}。",
    ),
    "share.several_places.hint": ("Say which one: --folder FOLDER", "请指定其中一个：--folder 文件夹"),
    "share.no_folder": ("This is a file, not a folder.", "这是文件，不是文件夹。"),
    "share.no_folder.hint": ("Name the folder for LoRA files.", "请给出存放 LoRA 的文件夹。"),
    "share.taken": ("Another LoRA of this name is there already.", "那里已经有同名的另一个 LoRA。"),
    "share.taken.hint": (
        "Install it by another name (--name NAME), or replace the other one with --overwrite.",
        "请用 --name 换一个名字，或用 --overwrite 覆盖。",
    ),
    "share.no_room": (
        "This needs {need} on the disk, and {free} are free.",
        "需要 {need} 磁盘空间，只剩 {free}。",
    ),
    "share.no_room.hint": (
        "Free some space, or choose another folder with --folder.",
        "请腾出空间，或用 --folder 换一个文件夹。",
    ),
    "share.already_there": (
        "This very LoRA is there already; only what was missing beside it was added.",
        "同一个 LoRA 已经在那里；只补上了旁边缺少的文件。",
    ),
    "share.no_trigger": (
        "No trigger word is known for it, so none is written down.",
        "不知道它的触发词，因此没有写入。",
    ),
    "share.no_trigger.hint": (
        "If there is one, say it: --trigger WORD",
        "如果有触发词，请写上：--trigger 词",
    ),
    "share.no_pictures": (
        "No sample picture is known for it, so there is no preview.",
        "没有它的预览图，因此没有放图片。",
    ),
    "share.no_pictures.hint": (
        "Name a run that drew samples, or a picture: --preview FILE",
        "请给出画过预览图的训练，或指定一张图片：--preview FILE",
    ),
    # describing
    "share.card_taken": (
        "There is something of this name already.",
        "已经有同名的文件或文件夹。",
    ),
    "share.card_taken.hint": (
        "Choose another folder with --output, or write the card anew with --overwrite.",
        "请用 --output 换一个文件夹，或用 --overwrite 重新写入说明。",
    ),
    "share.base_unknown": (
        "It is not known where the Hub has its base model, so the card does not link it.",
        "不知道它的底模在 Hub 上的位置，因此说明里没有链接底模。",
    ),
    "share.base_unknown.hint": (
        "Say it: --base-model OWNER/NAME",
        "请写上：--base-model 所有者/名称",
    ),
    "share.no_licence": (
        "The card names no licence.",
        "说明里没有写许可协议。",
    ),
    "share.no_licence.hint": (
        "Say it as the Hub writes it, such as --license creativeml-openrail-m. The licence of the base model may bind you.",
        "请按 Hub 的写法指定，例如 --license creativeml-openrail-m。底模的许可协议可能对你有约束。",
    ),
    # publishing
    "share.bad_repo": ("`{repo}` is no name of a repository.", "`{repo}` 不是仓库名称。"),
    "share.bad_repo.hint": (
        "Give OWNER/NAME, with your name on the Hub as owner: letters, digits, - _ . only.",
        "请写成 所有者/名称，所有者是你在 Hub 上的用户名；只用字母、数字和 - _ .",
    ),
    "share.no_token": (
        "The Hub does not know who you are: there is no token on this machine.",
        "Hub 不知道你是谁：本机没有访问令牌（token）。",
    ),
    "share.no_token.hint": (
        "Make one that may write at {page}, then `hf auth login`, or set HF_TOKEN.",
        "请在 {page} 创建一个有写权限的令牌，然后运行 `hf auth login`，或设置 HF_TOKEN。",
    ),
    "share.no_token_for_mirror": (
        "HF_ENDPOINT names a mirror, which is somebody else: your kept token is not sent to it.",
        "HF_ENDPOINT 指向镜像，即第三方：不会把已保存的令牌发送给它。",
    ),
    "share.no_token_for_mirror.hint": (
        "Publish without HF_ENDPOINT; or, if the mirror takes uploads and you trust it, give HF_TOKEN ({page}).",
        "请去掉 HF_ENDPOINT 再发布；如果镜像支持上传并且你信任它，请设置 HF_TOKEN（{page}）。",
    ),
    "share.files_there": (
        "This repository has files of these names already: {files}.",
        "仓库里已经有这些同名文件：{files}。",
    ),
    "share.files_there.hint": (
        "Choose another repository or --name, or replace them with --overwrite.",
        "请换一个仓库或用 --name 换名，或用 --overwrite 覆盖。",
    ),
    "share.ask_needed": (
        "Nobody can be asked here, and nothing is published unasked.",
        "这里无法询问；未经确认不会发布任何内容。",
    ),
    "share.ask_needed.hint": (
        "Look at what would go there with --dry-run, then say --yes.",
        "请先用 --dry-run 查看将要上传的内容，然后加上 --yes。",
    ),
    "share.declined": ("Nothing was published.", "没有发布任何内容。"),
    "share.declined.hint": ("The same command asks again.", "重新运行同一条命令会再次询问。"),
    "share.hub_missing": (
        "{endpoint} does not know this place: {reason}.",
        "{endpoint} 没有这个位置：{reason}。",
    ),
    "share.hub_missing.hint": (
        "Check the owner's name; only you or an organisation of yours can be the owner.",
        "请检查所有者名称；只能是你自己或你所在的组织。",
    ),
    "share.hub_private": (
        "{endpoint} does not accept the token: {reason}.",
        "{endpoint} 不接受这个令牌：{reason}。",
    ),
    "share.hub_private.hint": (
        "Make a new one that may write at {page}, then `hf auth login`.",
        "请在 {page} 创建一个有写权限的新令牌，然后运行 `hf auth login`。",
    ),
    "share.hub_gated": (
        "The token may not write there: {reason}.",
        "这个令牌没有写入权限：{reason}。",
    ),
    "share.hub_gated.hint": (
        "Make one with the right to write at {page}; the owner must be you or an organisation of yours.",
        "请在 {page} 创建有写权限的令牌；所有者必须是你自己或你所在的组织。",
    ),
    "share.hub_busy": (
        "{endpoint} is busy and asks to wait: {reason}.",
        "{endpoint} 繁忙，请稍候：{reason}。",
    ),
    "share.hub_busy.hint": ("Try again in some minutes.", "请过几分钟再试。"),
    "share.hub_offline": (
        "Hugging Face is switched off here (HF_HUB_OFFLINE).",
        "这里已停用 Hugging Face（HF_HUB_OFFLINE）。",
    ),
    "share.hub_offline.hint": (
        "Take HF_HUB_OFFLINE out of the environment.",
        "请从环境变量中去掉 HF_HUB_OFFLINE。",
    ),
    "share.hub_refused": ("{endpoint} does not take this: {reason}.", "{endpoint} 不接受：{reason}。"),
    "share.hub_refused.hint": (
        "If it is the licence or the base model, say them as the Hub writes them: --license, --base-model.",
        "如果是许可协议或底模的问题，请按 Hub 的写法指定：--license、--base-model。",
    ),
    "share.hub_unreachable": ("{endpoint} cannot be reached: {reason}.", "无法连接 {endpoint}：{reason}。"),
    "share.hub_unreachable.hint": (
        "Check the network and try again; files go there all together or not at all.",
        "请检查网络后再试；文件要么全部上传，要么一个也不上传。",
    ),
}
