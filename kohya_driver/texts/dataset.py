"""Sentences about pictures, captions and buckets."""

TEXTS = {
    "dataset.no_folders": ("There is no folder of pictures to train on.", "没有可供训练的图片文件夹。"),
    "dataset.no_folders.hint": (
        "Give one with `--images FOLDER`, or as `image_dir` under `[[dataset.subsets]]`.",
        "请用 `--images 文件夹` 指定，或在 `[[dataset.subsets]]` 中写 `image_dir`。",
    ),
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
    "dataset.caption_empty": (
        "{count} caption file(s) are empty, at which the engine stops: {names}.",
        "有 {count} 个标签文件是空的，引擎会因此中断：{names}。",
    ),
    "dataset.caption_empty.hint": (
        "Write a caption into them, or delete them.",
        "请写入标签，或删除这些文件。",
    ),
    "dataset.caption_not_utf8": (
        "{count} caption file(s) are not UTF-8, at which the engine stops: {names}.",
        "有 {count} 个标签文件不是 UTF-8 编码，引擎会因此中断：{names}。",
    ),
    "dataset.caption_not_utf8.hint": (
        "Save them again as UTF-8 in a text editor.",
        "请在文本编辑器中另存为 UTF-8 编码。",
    ),
    "dataset.caption_bom": (
        "{count} caption file(s) begin with a byte-order mark, which the engine takes as part of the first tag: {names}.",
        "有 {count} 个标签文件开头带有 BOM，引擎会把它当成第一个标签的一部分：{names}。",
    ),
    "dataset.caption_bom.hint": (
        "Save them again as UTF-8 without BOM.",
        "请另存为不带 BOM 的 UTF-8 编码。",
    ),
    "dataset.caption_blank": (
        "The first line of {count} caption file(s) is blank, so these pictures train without a caption: {names}.",
        "有 {count} 个标签文件的第一行是空白，对应图片训练时没有标签：{names}。",
    ),
    "dataset.caption_blank.hint": (
        "Put the caption in the first line; the engine reads only that one.",
        "请把标签写在第一行；引擎只读第一行。",
    ),
    "dataset.caption_missing": (
        "{count} picture(s) have no caption file: {names}.",
        "有 {count} 张图片没有标签文件：{names}。",
    ),
    "dataset.caption_missing.hint": (
        "They train with an empty caption. Write a .txt file of the same name beside each, or set `class_tokens`.",
        "它们会以空标签训练。请在每张图片旁写一个同名的 .txt 文件，或设置 `class_tokens`。",
    ),
    "dataset.caption_without_picture": (
        "{count} caption file(s) belong to no picture: {names}.",
        "有 {count} 个标签文件没有对应的图片：{names}。",
    ),
    "dataset.caption_without_picture.hint": (
        "A caption has the name of its picture: `girl.png` and `girl.txt`.",
        "标签文件要与图片同名：`girl.png` 对应 `girl.txt`。",
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
        "{count} folder(s) in here hold pictures that will not be used: {names}.",
        "这里有 {count} 个子文件夹中的图片不会被使用：{names}。",
    ),
    "dataset.nested_pictures.hint": (
        "Move those pictures up, or give each folder as a subset of its own.",
        "请把图片移到上一层，或把每个子文件夹单独作为一个子集。",
    ),
    "dataset.picture_too_small": (
        "{count} picture(s) have a side shorter than `bucket_reso_steps`: {names}.",
        "有 {count} 张图片的某一边小于 `bucket_reso_steps`：{names}。",
    ),
    "dataset.picture_too_small.hint": (
        "With `bucket_no_upscale` they fit no bucket. Take them out, or switch that off.",
        "开启 `bucket_no_upscale` 时它们放不进任何分桶。请移走这些图片，或关闭该选项。",
    ),
    "dataset.picture_not_resolution": (
        "{count} picture(s) do not have exactly the training resolution: {names}.",
        "有 {count} 张图片的尺寸与训练分辨率不完全一致：{names}。",
    ),
    "dataset.picture_not_resolution.hint": (
        "Set `enable_bucket = true`, or `cache_latents = true`.",
        "请设置 `enable_bucket = true` 或 `cache_latents = true`。",
    ),
    "dataset.bucket_step": (
        "`bucket_reso_steps` is {step}; for this kind of base model it must be a multiple of {divisor}.",
        "`bucket_reso_steps` 为 {step}；对于这类底模，它必须是 {divisor} 的倍数。",
    ),
    "dataset.bucket_step.hint": ("Leave it out, or set it to {divisor}.", "请去掉该项，或设为 {divisor}。"),
    "dataset.bucket_minimum": (
        "`min_bucket_reso` ({minimum}) is larger than the shorter side of the resolution ({side}).",
        "`min_bucket_reso`（{minimum}）大于分辨率的短边（{side}）。",
    ),
    "dataset.bucket_minimum.hint": ("Set it to {side} or less.", "请设为 {side} 或更小。"),
    "dataset.bucket_maximum": (
        "`max_bucket_reso` ({maximum}) is smaller than the longer side of the resolution ({side}).",
        "`max_bucket_reso`（{maximum}）小于分辨率的长边（{side}）。",
    ),
    "dataset.bucket_maximum.hint": ("Set it to {side} or more.", "请设为 {side} 或更大。"),
    "dataset.bucket_minimum_zero": (
        "`min_bucket_reso` ({minimum}) is smaller than `bucket_reso_steps` ({step}), at which the engine stops.",
        "`min_bucket_reso`（{minimum}）小于 `bucket_reso_steps`（{step}），引擎会因此中断。",
    ),
    "dataset.bucket_minimum_zero.hint": ("Set it to {step} or more.", "请设为 {step} 或更大。"),
    "dataset.bucket_resolution": (
        "The resolution is smaller than `bucket_reso_steps` ({step}).",
        "分辨率小于 `bucket_reso_steps`（{step}）。",
    ),
    "dataset.bucket_resolution.hint": ("Choose a larger resolution.", "请选择更大的分辨率。"),
    "dataset.validation_none": (
        "`validation_split = {share}` of {count} picture(s) leaves none for validation.",
        "`validation_split = {share}` 对 {count} 张图片来说，分不出验证图片。",
    ),
    "dataset.validation_none.hint": ("Raise it, or leave it out.", "请调大该值，或去掉它。"),
    "dataset.validation_overlap": (
        "With `validation_split = {share}` of {count} pictures the engine puts one picture in both parts.",
        "`validation_split = {share}` 用于 {count} 张图片时，引擎会把同一张图片同时用于训练和验证。",
    ),
    "dataset.validation_overlap.hint": (
        "Choose a share that gives a whole number of pictures.",
        "请选择能得到整数张图片的比例。",
    ),
    "dataset.latents_size": (
        "Cached latents (.npz) of another picture size lie beside {count} picture(s), and the engine would "
        "believe them: {names}.",
        "有 {count} 张图片旁边的潜空间缓存（.npz）与图片尺寸不符，而引擎会以缓存为准：{names}。",
    ),
    "dataset.latents_size.hint": (
        "Delete the .npz files in this folder; they are made again when needed.",
        "请删除该文件夹中的 .npz 文件；需要时会重新生成。",
    ),
    "dataset.latents_resolution": (
        "{count} file(s) of cached latents were made for another resolution, and the engine would train on them "
        "as they are: {names}.",
        "有 {count} 个潜空间缓存文件是按其他分辨率生成的，引擎会直接拿来训练：{names}。",
    ),
    "dataset.latents_resolution.hint": (
        "Delete the .npz files in this folder; they are made again when needed.",
        "请删除该文件夹中的 .npz 文件；需要时会重新生成。",
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
}
