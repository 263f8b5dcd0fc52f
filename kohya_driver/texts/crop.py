"""Sentences about cutting pictures to size."""

TEXTS = {
    # Folders
    "crop.same_folder": (
        "The pictures' folder and the folder for the results are the same: {source}.",
        "图片文件夹和结果文件夹是同一个：{source}。",
    ),
    "crop.same_folder.hint": (
        "Name another folder with --out; your own pictures are never written to.",
        "请用 --out 指定另一个文件夹；您的原图不会被改动。",
    ),
    "crop.nested": (
        "One of the two folders is inside the other, perhaps through a link: {source}.",
        "两个文件夹互相嵌套（也可能是通过链接）：{source}。",
    ),
    "crop.nested.hint": (
        "Name a folder elsewhere with --out, for example one beside the pictures.",
        "请用 --out 指定别处的文件夹，例如与图片文件夹并列。",
    ),
    "crop.linked": (
        "A link among the pictures leads into the folder for the results: {target}.",
        "图片中有链接指向结果文件夹：{target}。",
    ),
    "crop.linked.hint": ("Remove the link, or name another folder.", "请删除该链接，或指定另一个文件夹。"),
    "crop.leads_out": (
        "A link in the folder for the results leads out of it.",
        "结果文件夹里有链接指向外面。",
    ),
    "crop.leads_out.hint": ("Remove the link, or name another folder.", "请删除该链接，或指定另一个文件夹。"),
    "crop.target_foreign": (
        "This folder holds pictures that `crop` did not make.",
        "这个文件夹里有不是由 `crop` 生成的图片。",
    ),
    "crop.target_foreign.hint": (
        "Name an empty folder, or one that does not exist yet.",
        "请指定一个空文件夹，或尚不存在的文件夹。",
    ),
    "crop.no_pictures": ("There are no pictures in this folder.", "这个文件夹里没有图片。"),
    "crop.no_pictures.hint": (
        "It takes jpg, png, webp, bmp, gif, tif, avif and heic files, also in folders inside it.",
        "支持 jpg、png、webp、bmp、gif、tif、avif 和 heic 文件，也包括其中的子文件夹。",
    ),
    "crop.nothing_left": (
        "None of the {count} pictures could be used.",
        "{count} 张图片都无法使用。",
    ),
    "crop.nothing_left.hint": (
        "The reason for each is said above.",
        "每张图片的原因见上文。",
    ),
    # Settings
    "crop.fit_unknown": ("There is no such way to fit pictures.", "没有这种裁剪方式。"),
    "crop.fit_unknown.hint": ("Choose one of: {known}.", "可选：{known}。"),
    "crop.fill_unknown": ("Added room cannot be filled with this.", "不能用它填充留边。"),
    "crop.fill_unknown.hint": (
        "Choose one of: {known}, or a colour such as #ffffff.",
        "可选：{known}，或颜色值，例如 #ffffff。",
    ),
    "crop.resolution_odd": (
        "This is no size for training pictures.",
        "这不是合适的训练图片尺寸。",
    ),
    "crop.resolution_odd.hint": (
        "Give one number or width x height, each from 64 to 4096: 512, 768x1024.",
        "请给出一个数或“宽x高”，各为 64 到 4096：512、768x1024。",
    ),
    "crop.buckets_odd": (
        "The shortest and longest side of a bucket do not go together.",
        "分桶的最短边和最长边设置互相矛盾。",
    ),
    "crop.buckets_odd.hint": (
        "The step is at least 1, the shortest side at least a step, the longest no less than the shortest.",
        "步长至少为 1，最短边不小于步长，最长边不小于最短边。",
    ),
    "crop.number_odd": ("{value} is outside {low} to {high}.", "{value} 不在 {low} 到 {high} 之间。"),
    "crop.number_odd.hint": ("Choose a value between them.", "请在此范围内取值。"),
    "crop.detector_unknown": ("There is no such face detector.", "没有这种人脸检测器。"),
    "crop.detector_unknown.hint": ("Choose one of: {known}.", "可选：{known}。"),
    "crop.vision_missing": (
        "Apple's face detector is not installed, or this is no Mac.",
        "没有安装 Apple 的人脸检测器，或者这不是 Mac。",
    ),
    "crop.vision_missing.hint": (
        "On a Mac run: pip install 'kohya-driver[vision]'. Else use --detector yunet.",
        "在 Mac 上运行：`pip install 'kohya-driver[vision]'`。否则请用 --detector yunet。",
    ),
    "crop.vision_failed": ("Apple's face detector failed: {reason}.", "Apple 的人脸检测器出错：{reason}。"),
    "crop.vision_failed.hint": ("Use --detector yunet.", "请用 --detector yunet。"),
    # crops.toml
    "crop.overrides_unreadable": (
        "This file of overrides cannot be read: {reason}.",
        "无法读取这个裁剪设置文件：{reason}。",
    ),
    "crop.overrides_unreadable.hint": (
        'One line for each picture: "name.jpg" = {{ box = [left, top, right, bottom] }}.',
        '每张图片一行："文件名.jpg" = {{ box = [左, 上, 右, 下] }}。',
    ),
    "crop.override_shape": (
        "What is said of `{name}` is no table.",
        "`{name}` 的设置不是表。",
    ),
    "crop.override_shape.hint": (
        'Write "{name}" = {{ box = [left, top, right, bottom] }}, or {{ skip = true }}.',
        '请写成 "{name}" = {{ box = [左, 上, 右, 下] }}，或 {{ skip = true }}。',
    ),
    "crop.override_key": ("`{name}`: there is no key `{key}`.", "`{name}`：没有 `{key}` 这个键。"),
    "crop.override_key.hint": ("There is: {known}.", "可用的有：{known}。"),
    "crop.override_box": ("`{name}`: this is no box.", "`{name}`：box 不正确。"),
    "crop.override_box.hint": (
        "Write box = [left, top, right, bottom] in pixels of the upright picture, right and bottom larger.",
        "请写 box = [左, 上, 右, 下]，单位是摆正后图片的像素，右大于左，下大于上。",
    ),
    "crop.override_focus": ("`{name}`: this is no point.", "`{name}`：focus 不正确。"),
    "crop.override_focus.hint": (
        "Write focus = [from the left, from the top] in pixels.",
        "请写 focus = [距左边, 距上边]，单位是像素。",
    ),
    "crop.override_skip": ("`{name}`: skip is true or false.", "`{name}`：skip 只能是 true 或 false。"),
    "crop.override_skip.hint": ("Write skip = true.", "请写 skip = true。"),
    "crop.override_fit": ("`{name}`: there is no such fit.", "`{name}`：没有这种 fit。"),
    "crop.override_fit.hint": ("Choose one of: {known}.", "可选：{known}。"),
    "crop.override_nobody": (
        "No picture, or more than one, is named `{name}`.",
        "没有名为 `{name}` 的图片，或者不止一张。",
    ),
    "crop.override_nobody.hint": (
        "Write its path within the folder of pictures, or take the line out.",
        "请写它在图片文件夹中的路径，或删除这一行。",
    ),
    "crop.override_close": (
        "No picture is named `{name}`.",
        "没有名为 `{name}` 的图片。",
    ),
    "crop.override_close.hint": ("Did you mean `{close}`?", "您是不是想写 `{close}`？"),
    "crop.box_outside": (
        "Line {line} of crops.toml names a part outside this picture, which has {size}.",
        "crops.toml 第 {line} 行指定的区域在图片之外，图片尺寸为 {size}。",
    ),
    "crop.box_outside.hint": (
        "Correct the numbers: left, top, right, bottom in pixels of the upright picture.",
        "请改正数值：左、上、右、下，单位是摆正后图片的像素。",
    ),
    "crop.focus_outside": (
        "Line {line} of crops.toml names a point outside this picture, which has {size}.",
        "crops.toml 第 {line} 行指定的点在图片之外，图片尺寸为 {size}。",
    ),
    "crop.focus_outside.hint": (
        "Correct the numbers: from the left and from the top, in pixels.",
        "请改正数值：距左边和距上边，单位是像素。",
    ),
    # Pictures
    "crop.left_out": ("Left out, as crops.toml says.", "按 crops.toml 的设置跳过。"),
    "crop.too_small": (
        "Too small: {size} would have to be enlarged too much for {target}.",
        "太小：{size} 要放大过多才能达到 {target}。",
    ),
    "crop.too_small.hint": (
        "Use a larger picture (from about {least}), train at a smaller size, or allow it with --max-upscale.",
        "请换更大的图片（约 {least} 起），用更小的训练尺寸，或用 --max-upscale 允许放大。",
    ),
}
