"""Sentences about what is saved and uploaded."""

TEXTS: dict[str, tuple[str, str]] = {
    "saving.name_too_long": (
        "The name takes {count} bytes (a Chinese character takes 3); with what the engine adds, no disk would store it.",
        "名称占 {count} 字节（一个汉字占 3 字节）；加上引擎附加的部分，磁盘将无法保存。",
    ),
    "saving.name_too_long.hint": (
        "Choose a saving.output_name of at most {limit} bytes.",
        "请把 saving.output_name 缩短到 {limit} 字节以内。",
    ),
    "saving.folder_not_a_folder": (
        "{folder} cannot be made: there is a file in its place. The engine would stop at its first save.",
        "无法创建 {folder}：那里已有一个同名文件。引擎会在第一次保存时中止。",
    ),
    "saving.folder_not_a_folder.hint": (
        "Choose another saving.output_dir, or move that file away.",
        "请换一个 saving.output_dir，或移走该文件。",
    ),
    "saving.folder_not_writable": (
        "Nothing can be written to {folder}. The engine would stop at its first save.",
        "无法写入 {folder}。引擎会在第一次保存时中止。",
    ),
    "saving.folder_not_writable.hint": (
        "Is the drive connected? Else choose another saving.output_dir, or allow the terminal to use that folder (System Settings, Privacy & Security).",
        "硬盘是否已连接？否则请换一个 saving.output_dir，或在“系统设置 › 隐私与安全性”中允许终端访问该文件夹。",
    ),
    "saving.last_without_every": (
        "last_n_{unit} keeps the last of the LoRAs saved on the way, but none is saved: every_n_{unit} is not set.",
        "last_n_{unit} 只保留中途保存的最后几个 LoRA，但没有设置 every_n_{unit}，中途并不保存。",
    ),
    "saving.last_without_every.hint": (
        "Set every_n_{unit} too, or remove last_n_{unit}.",
        "请同时设置 every_n_{unit}，或删除 last_n_{unit}。",
    ),
    "saving.no_state": (
        "{steps} steps take hours, and no train state is saved: after a crash the training starts anew.",
        "{steps} 步需要数小时，却没有保存训练状态：一旦崩溃就要从头再来。",
    ),
    "saving.no_state.hint": (
        "Leave safety.autosave_minutes at 10, or set saving.every_n_epochs = 1 and saving.state = true.",
        "请让 safety.autosave_minutes 保持为 10，或设置 saving.every_n_epochs = 1 和 saving.state = true。",
    ),
    "saving.upload_without_token": (
        "The LoRA is to be uploaded to the Hugging Face Hub, but nobody is logged in; the engine would log an error and end as if all were well.",
        "要求把 LoRA 上传到 Hugging Face Hub，但没有登录；引擎只会记录一条错误，然后若无其事地结束。",
    ),
    "saving.upload_without_token.hint": (
        "Set HF_TOKEN in the terminal (not in the preset, which is copied into the run's folder), or leave huggingface_repo_id out.",
        "请在终端中设置 HF_TOKEN（不要写进预设，预设会被复制到训练文件夹），或删除 huggingface_repo_id。",
    ),
    "saving.upload_offline": (
        "The LoRA is to be uploaded, but HF_HUB_OFFLINE forbids it; the engine would log an error and end as if all were well.",
        "要求上传 LoRA，但 HF_HUB_OFFLINE 禁止联网；引擎只会记录一条错误，然后若无其事地结束。",
    ),
    "saving.upload_offline.hint": (
        "Unset HF_HUB_OFFLINE, or leave huggingface_repo_id out.",
        "请取消 HF_HUB_OFFLINE，或删除 huggingface_repo_id。",
    ),
}
