"""What `kohya-driver models` shows."""

TEXTS = {
    "models_screen.program_own": ("kohya-driver", "kohya-driver"),
    "models_screen.program_given": ("given", "指定"),
    "models_screen.program_webui": ("webui", "webui"),
    "models_screen.program_comfyui": ("ComfyUI", "ComfyUI"),
    "models_screen.program_drawthings": ("Draw Things", "Draw Things"),
    "models_screen.program_invokeai": ("InvokeAI", "InvokeAI"),
    "models_screen.program_hub": ("Hub cache", "Hub 缓存"),
    "models_screen.program_preset": ("own preset", "自己的预设"),
    "models_screen.usable": ("To train on", "可以训练"),
    "models_screen.not_usable": ("Not to train on", "不能训练"),
    "models_screen.none": (
        "No base model was found. Get one: kohya-driver models catalogue",
        "没有找到底模。可以获取一个：kohya-driver models catalogue",
    ),
    "models_screen.others": (
        "Beside them {count} files that are no base models (LoRAs, VAEs …).",
        "另有 {count} 个不是底模的文件（LoRA、VAE 等）。",
    ),
    "models_screen.places": ("Looked in: {places}", "查找位置：{places}"),
    "models_screen.no_places": (
        "None of the programs that keep base models was found. Name a folder: kohya-driver models list FOLDER",
        "没有找到存放底模的程序。请指定文件夹：kohya-driver models list FOLDER",
    ),
    "models_screen.also": ("also {path}", "同时位于 {path}"),
    "models_screen.looking": ("Looking at model {count} …", "正在查看第 {count} 个模型……"),
    "models_screen.catalogue": (
        "Base models, as of {date}. Get one: kohya-driver models get NAME",
        "底模目录（{date}）。获取：kohya-driver models get NAME",
    ),
    "models_screen.licence_open": (
        "licence not confirmed here: read its page",
        "许可协议未经确认：请查看其页面",
    ),
    "models_screen.licence": ("Licence: {licence} ({page})", "许可协议：{licence}（{page}）"),
    "models_screen.licence_missing": ("Licence: read {page}", "许可协议：请查看 {page}"),
    "models_screen.would_get": (
        "Would get {size} of {repo} into {path}; {needed} are still to come.",
        "将从 {repo} 获取 {size}，存到 {path}；还需下载 {needed}。",
    ),
    "models_screen.getting": (
        "Getting {size} from {repo} into {path}",
        "正在从 {repo} 获取 {size}，存到 {path}",
    ),
    "models_screen.going_on": (
        "{here} of it are here already.",
        "其中 {here} 已经下载。",
    ),
    "models_screen.progress": ("{name}  {here} of {total}  {share} %", "{name}  {here} / {total}  {share} %"),
    "models_screen.got": ("It is in {path}", "已存到 {path}"),
    "models_screen.use": (
        "Train on it:  kohya-driver train PRESET --base {path}",
        "用它训练：  kohya-driver train PRESET --base {path}",
    ),
    "models_screen.interrupted": (
        "Stopped. What has arrived is kept: the same command goes on.",
        "已停止。已下载的部分会保留：再运行同一条命令即可继续。",
    ),
}
