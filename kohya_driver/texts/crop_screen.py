"""What `crop` and its contact sheet show."""

TEXTS = {
    # What is worth a look
    "crop_screen.flag.head_cut": ("a head is cut", "头部被裁到"),
    "crop_screen.flag.body_cut": ("the subject is not whole", "主体不完整"),
    "crop_screen.flag.much_padding": ("much added room", "留边很多"),
    "crop_screen.flag.upscaled": ("enlarged", "被放大"),
    "crop_screen.flag.weak_face": ("perhaps a face", "不确定是否有脸"),
    "crop_screen.flag.whole_frame": ("nothing stood out", "没有找到主体"),
    "crop_screen.flag.no_face": ("no face", "没有人脸"),
    "crop_screen.flag.override": ("as crops.toml says", "按 crops.toml 设置"),
    # Contact sheet
    "crop_screen.sheet.title": ("What was cut from where", "裁剪一览"),
    "crop_screen.sheet.about": (
        "Left the picture with what was cut off darkened (red: heads, blue: subject), right the result. To change one, put its line into crops.toml, change the numbers, and run the same command again.",
        "左边是原图，变暗的部分被裁掉（红框：头部，蓝框：主体），右边是结果。要修改某一张，请把它那一行放进 crops.toml，改好数值，再运行同一条命令。",
    ),
    "crop_screen.sheet.look": ("Worth a look: {count}", "值得看一眼：{count}"),
    "crop_screen.sheet.rest": ("The others: {count}", "其余：{count}"),
    "crop_screen.sheet.more": ("{count} more are on the PNG pages.", "还有 {count} 张在 PNG 页面上。"),
    "crop_screen.sheet.page": ("Page {number} of {of}", "第 {number} 页，共 {of} 页"),
    "crop_screen.sheet.before": ("before", "裁剪前"),
    "crop_screen.sheet.after": ("after", "裁剪后"),
    "crop_screen.sheet.copy": ("Copy", "复制"),
    "crop_screen.sheet.copied": ("Copied", "已复制"),
    # What the command says
    "crop_screen.done": (
        "{kept} of {count} pictures are in {folder}: {written} written, {unchanged} unchanged.",
        "{count} 张图片中有 {kept} 张在 {folder}：写入 {written} 张，未变 {unchanged} 张。",
    ),
    "crop_screen.sizes": ("Sizes: {sizes}", "尺寸：{sizes}"),
    "crop_screen.removed": (
        "{count} files of pictures that are gone or left out were removed.",
        "已删除 {count} 个文件，它们的原图已不在或被跳过。",
    ),
    "crop_screen.to_look_at": ("Worth a look: {count} ({flags})", "值得看一眼：{count} 张（{flags}）"),
    "crop_screen.passed": (
        "Passed over: {count} files that are no pictures",
        "跳过：{count} 个不是图片的文件",
    ),
    "crop_screen.sheet_at": ("Contact sheet: {path}", "裁剪一览：{path}"),
    "crop_screen.no_sheet": (
        "See them all at once with --sheet DIR.",
        "用 --sheet 文件夹 可以一次看到全部结果。",
    ),
    "crop_screen.cutting": ("Cutting", "裁剪"),
    "crop_screen.drawing": ("Contact sheet", "一览图"),
}
