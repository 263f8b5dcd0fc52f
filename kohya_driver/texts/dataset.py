"""Sentences about folders and their pictures; those about captions, sizes and caches stand in files of their own."""

from kohya_driver.texts import dataset_audit, dataset_caches, dataset_captions, dataset_settings

TEXTS = {
    "dataset.folder_missing": ("This folder does not exist.", "这个文件夹不存在。"),
    "dataset.folder_missing.hint": (
        "Check the path; a relative one starts at the preset's folder.",
        "请检查路径；相对路径从预设文件所在的文件夹算起。",
    ),
    "dataset.not_a_folder": ("This is a file, not a folder.", "这是一个文件，不是文件夹。"),
    "dataset.not_a_folder.hint": (
        "Give the folder that holds the pictures.",
        "请指定存放图片的文件夹。",
    ),
    "dataset.folder_refused": (
        "The system does not let this program look into the folder.",
        "系统不允许本程序读取这个文件夹。",
    ),
    "dataset.folder_refused.hint": (
        "On a Mac: System Settings, Privacy & Security, Files and Folders: allow it for your terminal. "
        "Or move the folder elsewhere.",
        "在 Mac 上：打开“系统设置”的“隐私与安全性”，在“文件与文件夹”中允许你的终端访问；或把文件夹移到别处。",
    ),
    "dataset.no_pictures": ("There are no pictures in this folder.", "这个文件夹里没有图片。"),
    "dataset.no_pictures.hint": (
        "The engine takes .png, .jpg, .jpeg, .webp and .bmp, directly in the folder and not in folders inside it.",
        "引擎只读取直接放在该文件夹里的 .png、.jpg、.jpeg、.webp、.bmp，不读取其中的子文件夹。",
    ),
    "dataset.unreadable": (
        "{count} picture(s) cannot be opened: {names}.",
        "有 {count} 张图片无法打开：{names}。",
    ),
    "dataset.unreadable.hint": (
        "Open and save them again as PNG or JPEG, or take them out. A .heic renamed to .jpg is still a HEIC file.",
        "请重新另存为 PNG 或 JPEG，或将其移走。把 .heic 改名为 .jpg 后，它仍是 HEIC 文件。",
    ),
    "dataset.zero_bytes": (
        "{count} picture(s) are empty files of 0 bytes: {names}.",
        "有 {count} 张图片是 0 字节的空文件：{names}。",
    ),
    "dataset.zero_bytes.hint": (
        "Copy or download them again, or delete them.",
        "请重新复制或下载，或将其删除。",
    ),
    "dataset.bomb": (
        "{count} picture(s) have so many pixels that the engine refuses to open them: {names}.",
        "有 {count} 张图片的像素过多，引擎会拒绝打开：{names}。",
    ),
    "dataset.bomb.hint": (
        "Save them smaller: 4096 pixels a side are more than any training uses.",
        "请缩小后另存：任何训练都用不到 4096 像素以上的边长。",
    ),
    "dataset.picture_refused": (
        "The system does not let this program read {count} picture(s): {names}.",
        "系统不允许本程序读取 {count} 张图片：{names}。",
    ),
    "dataset.picture_refused.hint": (
        "Give yourself the right to read them (chmod u+r), or copy them elsewhere.",
        "请给自己读取权限（`chmod u+r`），或复制到别处。",
    ),
    "dataset.shared_caption": (
        "{count} pictures share a name but for the extension, and so share one caption: {names}.",
        "有 {count} 张图片仅扩展名不同，因此共用同一个标签文件：{names}。",
    ),
    "dataset.shared_caption.hint": (
        "If they are copies of the same picture, keep one; otherwise rename them.",
        "如果是同一张图片的副本，请只保留一张；否则请改名。",
    ),
    "dataset.ignored_pictures": (
        "{count} picture(s) will not be used, because of their file type ({types}): {names}.",
        "有 {count} 张图片因文件类型（{types}）不会被使用：{names}。",
    ),
    "dataset.ignored_pictures.hint": (
        "Convert them to PNG or JPEG. The extension must be all lower or all upper case: .jpg or .JPG, not .Jpg.",
        "请转换为 PNG 或 JPEG。扩展名必须全小写或全大写：.jpg 或 .JPG，不能是 .Jpg。",
    ),
    "dataset.nested_pictures": (
        "{pictures} picture(s) in {count} folder(s) inside this one will not be used: {names}.",
        "这里有 {count} 个子文件夹（共 {pictures} 张图片）不会被使用：{names}。",
    ),
    "dataset.nested_pictures.hint": (
        "Move those pictures up, or give each folder as a subset of its own.",
        "请把图片移到上一层，或把每个子文件夹单独作为一个子集。",
    ),
    "dataset.concept_folder_given": (
        "This is a concept folder itself ({count} pictures); the folder above it is wanted here.",
        "这本身就是概念文件夹（有 {count} 张图片）；这里应填写它的上一层文件夹。",
    ),
    "dataset.concept_folder_given.hint": (
        "Give {parent}, or give this folder as `image_dir` under `[[dataset.subsets]]`.",
        "请填写 {parent}，或在 `[[dataset.subsets]]` 中把此文件夹写为 `image_dir`。",
    ),
    "dataset.pictures_without_concept": (
        "{count} picture(s) lie loose here; concept folders such as `6_{name}` are wanted.",
        "这里直接放着 {count} 张图片；应把它们放进像 `6_{name}` 这样的概念文件夹。",
    ),
    "dataset.pictures_without_concept.hint": (
        "Move them into a folder named `<repeats>_<concept>` in here, or give this folder as `image_dir` under "
        "`[[dataset.subsets]]`.",
        "请在此处新建名为 `<重复次数>_<概念>` 的文件夹并移入图片，或在 `[[dataset.subsets]]` 中把此文件夹写为 `image_dir`。",
    ),
    "dataset.loose_pictures": (
        "{count} picture(s) lie beside the concept folders and will not be used.",
        "有 {count} 张图片放在概念文件夹之外，不会被使用。",
    ),
    "dataset.loose_pictures.hint": (
        "Move them into one of the concept folders.",
        "请把它们移到某个概念文件夹中。",
    ),
    "dataset.repeats_missing": (
        "The folder's name has no repeats at its front, so its pictures will not be used.",
        "文件夹名开头没有重复次数，其中的图片不会被使用。",
    ),
    "dataset.repeats_missing.hint": (
        "Rename it, for example, to `6_{name}`: each picture is then used six times in an epoch.",
        "请改名，例如 `6_{name}`：每张图片在一个轮次 (epoch) 中使用六次。",
    ),
    "dataset.repeats_below_one": (
        "The number at the front of the folder's name is below 1, so its pictures will not be used.",
        "文件夹名开头的数字小于 1，其中的图片不会被使用。",
    ),
    "dataset.repeats_below_one.hint": (
        "Rename `{name}` so that it begins with 1 or more.",
        "请将 `{name}` 改名，使开头的数字不小于 1。",
    ),
    "dataset.project_folder_given": (
        "The concept folders are one level deeper, in `{name}`.",
        "概念文件夹在更深一层的 `{name}` 里。",
    ),
    "dataset.project_folder_given.hint": ("Give that folder instead.", "请改为指定那个文件夹。"),
    "dataset.no_concepts": (
        "There is no concept folder in here, and no picture.",
        "这里既没有概念文件夹，也没有图片。",
    ),
    "dataset.no_concepts.hint": (
        "Make a folder named `<repeats>_<concept>`, for example `6_NingGuang`, and put the pictures into it.",
        "请新建名为 `<重复次数>_<概念>` 的文件夹（例如 `6_NingGuang`），并放入图片。",
    ),
    "dataset.truncated": (
        "{count} picture(s) are cut off, and the engine stops when it comes to them: {names}.",
        "有 {count} 张图片不完整，引擎读到它们时会中断：{names}。",
    ),
    "dataset.truncated.hint": (
        "Download or copy them again, or take them out. Files that still lie in iCloud look like this too.",
        "请重新下载或复制，或将其移走。尚未从 iCloud 下载的文件也会这样。",
    ),
    "dataset.rotated": (
        "{count} picture(s) are turned by their EXIF data, which the engine ignores; it would train them lying on their side: {names}.",
        "有 {count} 张图片靠 EXIF 信息旋转，引擎会忽略它，于是按横躺或倒置的样子训练：{names}。",
    ),
    "dataset.rotated.hint": (
        "Open them in Preview, turn them once round and save, or export them anew.",
        "请在“预览”中打开、旋转一圈后保存，或重新导出。",
    ),
    "dataset.sixteen_bit": (
        "{count} picture(s) have 16 bit a channel, of which the engine makes nearly pure white: {names}.",
        "有 {count} 张图片是每通道 16 位，引擎会把它们变成几乎全白：{names}。",
    ),
    "dataset.sixteen_bit.hint": (
        "Export them with 8 bit a channel.",
        "请以每通道 8 位重新导出。",
    ),
    "dataset.cmyk": (
        "{count} picture(s) have the colours of a printer (CMYK), which the engine converts without their profile: {names}.",
        "有 {count} 张图片是印刷用的 CMYK 颜色，引擎转换时不理会其配置文件，颜色会有偏差：{names}。",
    ),
    "dataset.cmyk.hint": (
        "Export them in sRGB.",
        "请以 sRGB 重新导出。",
    ),
    "dataset.extreme_ratio": (
        "{count} picture(s) are more than three times as long as they are wide, and become very small or lose their ends: {names}.",
        "有 {count} 张图片的长边超过短边的三倍，训练时会变得很小或两端被裁掉：{names}。",
    ),
    "dataset.extreme_ratio.hint": (
        "Crop them round what matters, or cut them into several pictures.",
        "请裁出重要的部分，或切成几张图片。",
    ),
    "dataset.animated": (
        "{count} picture(s) are animations, of which only the first frame is used: {names}.",
        "有 {count} 张图片是动图，只会使用第一帧：{names}。",
    ),
    "dataset.animated.hint": (
        "Save the frames that you want as pictures of their own.",
        "请把需要的帧分别存成图片。",
    ),
    "dataset.transparent": (
        "{count} picture(s) are see-through in places, where the engine shows whatever colour lies hidden: {names} "
        "({looked_at} of {total} with an alpha channel were looked at).",
        "有 {count} 张图片部分透明，引擎会露出透明处隐藏的颜色：{names}（共 {total} 张带透明通道，检查了其中 {looked_at} 张）。",
    ),
    "dataset.transparent.hint": (
        "Put them on a white background, or set `alpha_mask = true` for this folder with `masked_loss`.",
        "请给它们加上白色背景；或为该文件夹设置 `alpha_mask = true` 并启用 `masked_loss`。",
    ),
    "dataset.mask_without_alpha": (
        "`alpha_mask` is on, but {count} picture(s) have no alpha channel and are learnt whole: {names}.",
        "已开启 `alpha_mask`，但有 {count} 张图片没有透明通道，会被整张学习：{names}。",
    ),
    "dataset.mask_without_alpha.hint": (
        "Make what should not be learnt transparent, or leave `alpha_mask` out.",
        "请把不想学习的部分设为透明，或去掉 `alpha_mask`。",
    ),
    "dataset.mask_missing": (
        "`masked_loss` is on, but no folder has a mask; the engine would train on whole pictures without a word.",
        "已开启 `masked_loss`，但没有任何文件夹提供遮罩；引擎会一声不响地按整张图片训练。",
    ),
    "dataset.mask_missing.hint": (
        "Set `alpha_mask = true` under [[dataset.subsets]] for pictures with transparent places, or remove `masked_loss`.",
        "请为带透明区域的图片在 [[dataset.subsets]] 下设置 `alpha_mask = true`，或删除 `masked_loss`。",
    ),
    "dataset.folder_twice": (
        "This folder is given twice; the engine would use it once, the first time.",
        "这个文件夹被指定了两次；引擎只会使用第一次的设置。",
    ),
    "dataset.folder_twice.hint": (
        "Keep one of them; to show its pictures more often, raise num_repeats.",
        "请只保留一个；若想多次使用其中的图片，请调大 num_repeats。",
    ),
    "dataset.folder_not_writable": (
        "`{option}` writes into this folder, which is not allowed; the engine would stop while caching.",
        "`{option}` 需要写入此文件夹，但没有权限；引擎会在缓存时中断。",
    ),
    "dataset.folder_not_writable.hint": (
        "Copy the folder to where you may write, or remove `{option}`.",
        "请把文件夹复制到可写的位置，或删除 `{option}`。",
    ),
    "dataset.reg_surplus": (
        "There are {reg} regularization images with repeats for {train} training images; those beyond are never used.",
        "正则化图像（含重复）有 {reg} 张，训练图片只有 {train} 张；多出的部分不会被使用。",
    ),
    "dataset.reg_surplus.hint": (
        "Lower the repeats of the regularization images, or raise those of the training images.",
        "请减少正则化图像的重复次数，或增加训练图片的重复次数。",
    ),
    "dataset.face_range": (
        "`face_crop_aug_range` goes from {smallest} to {largest}; it wants two numbers above 0, the smaller first.",
        "`face_crop_aug_range` 为 {smallest} 到 {largest}；应为两个大于 0 的数，小的在前。",
    ),
    "dataset.face_range.hint": (
        "Write it like this: [2.0, 4.0], or leave it out.",
        "请写成 [2.0, 4.0] 这样，或去掉它。",
    ),
    "dataset.shared_cache": (
        "{count} pictures share a name but for the extension; the second would train on the latents of the first: {names}.",
        "有 {count} 张图片仅扩展名不同；后一张会用前一张的潜空间缓存来训练：{names}。",
    ),
    "dataset.shared_cache.hint": (
        "Rename them or keep one, or do not cache to disk.",
        "请改名或只保留一张，或不要缓存到磁盘。",
    ),
    **dataset_captions.TEXTS,
    **dataset_settings.TEXTS,
    **dataset_caches.TEXTS,
    **dataset_audit.TEXTS,
}
