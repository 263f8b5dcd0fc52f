"""What `kohya-driver presets` shows, and the lines of a preset that `presets new` writes."""

TEXTS = {
    "preset_screen.chain": ("builds on: {chain}", "由来：{chain}"),
    "preset_screen.from": ("from {name}", "来自 {name}"),
    "preset_screen.shipped": ("Shipped", "自带的预设"),
    "preset_screen.own": ("Your own", "您自己的预设"),
    "preset_screen.own_folder": ("in {folder}", "位于 {folder}"),
    "preset_screen.none_own": (
        "None yet: kohya-driver presets new NAME --from PRESET",
        "还没有：kohya-driver presets new NAME --from PRESET",
    ),
    "preset_screen.sizes": (
        "For a size of memory: {sizes}. This machine has {memory}: {example}",
        "按内存大小：{sizes}。这台机器有 {memory}：{example}",
    ),
    "preset_screen.sizes_too_small": (
        "For a size of memory: {sizes}. This machine has {memory}.",
        "按内存大小：{sizes}。这台机器有 {memory}。",
    ),
    "preset_screen.shadows": (
        "stands before the shipped one of this name",
        "优先于同名的自带预设",
    ),
    "preset_screen.broken": (
        "does not load: kohya-driver presets check {name}",
        "无法加载：kohya-driver presets check {name}",
    ),
    "preset_screen.builds_on": ("builds on {parent}", "基于 {parent}"),
    "preset_screen.family_sd15": ("SD 1.x", "SD 1.x"),
    "preset_screen.family_sd2": ("SD 2.x", "SD 2.x"),
    "preset_screen.family_sdxl": ("SDXL", "SDXL"),
    "preset_screen.family_any": ("any family", "任意系列"),
    "preset_screen.use_anime-character": ("anime character", "二次元角色"),
    "preset_screen.use_realistic-person": ("realistic person", "写实真人"),
    "preset_screen.use_style": ("style", "画风"),
    "preset_screen.use_concept": ("object, garment, pose", "物品、服装、姿势"),
    "preset_screen.new_plain": ("A preset of your own.", "您自己的预设。"),
    "preset_screen.new_head": (
        "Made by `kohya-driver presets new`. To change a line, take the # before it away.\n"
        "Check it:  kohya-driver presets check {name}\n"
        "Train it:  kohya-driver train {name} --images DIR --base FILE --trigger WORD",
        "由 `kohya-driver presets new` 生成。要修改某一行，请去掉它前面的 #。\n"
        "检查：  kohya-driver presets check {name}\n"
        "训练：  kohya-driver train {name} --images DIR --base FILE --trigger WORD",
    ),
    "preset_screen.new_extends": (
        "What is not said here is as in this preset: kohya-driver presets show {parent}",
        "这里没有写的，以这个预设为准：kohya-driver presets show {parent}",
    ),
    "preset_screen.new_written": ("Written: {path}", "已写入：{path}"),
    "preset_screen.new_next": (
        "Change it:  kohya-driver presets edit {name}",
        "修改：  kohya-driver presets edit {name}",
    ),
    "preset_screen.opened": (
        "Opened {path} in the system's text editor. When you have saved it: kohya-driver presets check {name}",
        "已用系统的文本编辑器打开 {path}。保存后请运行：kohya-driver presets check {name}",
    ),
    "preset_screen.good": (
        "{name} is in order: {count} keys are set.",
        "{name} 没有问题：设置了 {count} 个键。",
    ),
}
