"""Sentences about base models: finding them on this machine and getting them from the Hub."""

TEXTS = {
    "models.no_folder": ("There is no such folder.", "没有这个文件夹。"),
    "models.no_folder.hint": ("Correct the path.", "请更正路径。"),
    "models.evicted": (
        "iCloud has taken this file off the disk; it was not opened, as that would fetch it.",
        "iCloud 已把这个文件移出磁盘；没有打开它，因为打开就会下载。",
    ),
    "models.evicted.hint": (
        "If you need it, choose Download Now in the Finder, or move it out of iCloud Drive.",
        "需要时请在访达中选择“立即下载”，或把它移出 iCloud 云盘。",
    ),
    "models.not_trained": (
        "Nothing can be trained on this kind of model here ({family}).",
        "这里不能在这类模型（{family}）上训练。",
    ),
    "models.not_trained.hint": (
        "Take an SD 1.x, SD 2.x or SDXL model: kohya-driver models catalogue",
        "请使用 SD 1.x、SD 2.x 或 SDXL 模型：kohya-driver models catalogue",
    ),
    "models.refused": ("This could not be looked at.", "无法查看这里。"),
    "models.refused.hint": (
        "Check its permissions. On a Mac also System Settings → Privacy & Security: Files and Folders, and App Management or Full Disk "
        "Access for your terminal.",
        "请检查权限。在 Mac 上还要查看系统设置 → 隐私与安全性：文件和文件夹，以及终端的 App 管理或完全磁盘访问权限。",
    ),
    "models.too_many": (
        "There is more here than is looked at.",
        "这里的内容太多，没有全部查看。",
    ),
    "models.too_many.hint": (
        "Name the folder that holds the models: `kohya-driver models list FOLDER`",
        "请指定存放模型的文件夹：`kohya-driver models list FOLDER`",
    ),
    "models.unknown": (
        "`{name}` is neither in the catalogue nor a repository.",
        "`{name}` 既不在目录中，也不是仓库名。",
    ),
    "models.unknown.hint": (
        "Give owner/name, as in its address on the Hub, or one of: {names}.",
        "请写成 owner/name（与 Hub 上的网址相同），或使用其中之一：{names}。",
    ),
    "models.unknown_close": (
        "`{name}` is neither in the catalogue nor a repository.",
        "`{name}` 既不在目录中，也不是仓库名。",
    ),
    "models.unknown_close.hint": ("Did you mean `{close}`?", "您是不是想用 `{close}`？"),
    "models.no_such_file": (
        "{repo} has no file `{file}`.",
        "{repo} 中没有文件 `{file}`。",
    ),
    "models.no_such_file.hint": ("It has: {close}", "其中有：{close}"),
    "models.choose_file": (
        "{repo} holds several checkpoints.",
        "{repo} 中有多个模型文件。",
    ),
    "models.choose_file.hint": (
        "Say which with --file: {files}",
        "请用 --file 指定：{files}",
    ),
    "models.no_checkpoint": (
        "{repo} holds no base model that could be used: no .safetensors checkpoint, and no whole model in diffusers' form.",
        "{repo} 中没有可用的底模：没有 .safetensors 模型文件，也没有完整的 diffusers 模型。",
    ),
    "models.no_checkpoint.hint": (
        "Look for the same model elsewhere, as .safetensors. A file that you want all the same: --file NAME",
        "请在别处寻找同一模型的 .safetensors 文件。如果仍要其中某个文件：--file NAME",
    ),
    "models.target_taken": (
        "There is another file of this name; it is left as it is.",
        "已经有同名的其他文件；它保持原样。",
    ),
    "models.target_taken.hint": (
        "Move it away, or choose another folder: --to FOLDER",
        "请把它移开，或换一个文件夹：--to FOLDER",
    ),
    "models.no_room": (
        "There is not enough room: {needed} are to come, {free} are free, and {reserve} must stay free.",
        "空间不够：还要下载 {needed}，剩余 {free}，而且必须留出 {reserve}。",
    ),
    "models.no_room.hint": (
        "Free some space, or choose a folder on another disk: --to FOLDER",
        "请腾出空间，或换到另一块磁盘上的文件夹：--to FOLDER",
    ),
    "models.wrong_content": (
        "{name} from {endpoint} is not what the Hub describes ({size}, should be {wanted}): size or hash differ. It was thrown away.",
        "{endpoint} 提供的 {name} 与 Hub 的描述不符（{size}，应为 {wanted}）：大小或哈希不同。已丢弃。",
    ),
    "models.wrong_content.hint": (
        "Try again; if it stays so, another mirror, or none (unset HF_ENDPOINT).",
        "请重试；如果仍然如此，请换一个镜像，或不用镜像（取消 HF_ENDPOINT）。",
    ),
    "models.hub_missing": (
        "{endpoint} has no {repo}.",
        "{endpoint} 上没有 {repo}。",
    ),
    "models.hub_missing.hint": (
        "Check the spelling at {page}. It may have been taken down, or the mirror lacks it.",
        "请在 {page} 核对拼写。它可能已被撤下，或者镜像上没有。",
    ),
    "models.hub_private": (
        "{repo} is not there, or is private.",
        "{repo} 不存在，或者是私有的。",
    ),
    "models.hub_private.hint": (
        "Check the spelling at {page}. If it is yours: `hf auth login`, then run the same command again (with a mirror: set HF_TOKEN).",
        "请在 {page} 核对拼写。如果是您自己的：先运行 `hf auth login`，再运行同一条命令（使用镜像时请设置 HF_TOKEN）。",
    ),
    "models.hub_gated": (
        "{repo} is only given to those who have accepted its licence.",
        "{repo} 只提供给接受其许可协议的人。",
    ),
    "models.hub_gated.hint": (
        "Accept it at {page}, then: `hf auth login`, and run the same command again (with a mirror: set HF_TOKEN).",
        "请在 {page} 接受协议，然后运行 `hf auth login`，再运行同一条命令（使用镜像时请设置 HF_TOKEN）。",
    ),
    "models.hub_busy": (
        "{endpoint} says that too much was asked of it.",
        "{endpoint} 表示请求过多。",
    ),
    "models.hub_busy.hint": (
        "Wait some minutes and run the same command again: what has arrived is kept.",
        "请等几分钟再运行同一条命令：已下载的部分会保留。",
    ),
    "models.hub_offline": (
        "HF_HUB_OFFLINE is set, so nothing is asked of the Hub.",
        "设置了 HF_HUB_OFFLINE，因此不会访问 Hub。",
    ),
    "models.hub_offline.hint": (
        "Take it away: `unset HF_HUB_OFFLINE`. What is on this machine: kohya-driver models list",
        "请取消它：`unset HF_HUB_OFFLINE`。查看本机已有的模型：kohya-driver models list",
    ),
    "models.hub_unreachable": (
        "{endpoint} cannot be reached or does not answer well: {reason}.",
        "无法访问 {endpoint}，或它没有正常回应：{reason}。",
    ),
    "models.hub_unreachable.hint": (
        "What has arrived is kept: run the same command again. Where Hugging Face cannot be reached, name a mirror: "
        "`export HF_ENDPOINT=https://hf-mirror.com`",
        "已下载的部分会保留：请再运行同一条命令。如果无法访问 Hugging Face，请使用镜像：`export HF_ENDPOINT=https://hf-mirror.com`",
    ),
}
