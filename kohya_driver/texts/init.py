"""Sentences about making a project (`init`): what is wrong with what was asked for, and what was found on the way."""

TEXTS = {
    "init.missing": (
        "For a new project this is missing: {options}.",
        "新建项目还缺少：{options}。",
    ),
    "init.missing.hint": (
        "kohya-driver init NAME --images DIR --trigger WORD --style anime|realistic --base FILE",
        "kohya-driver init 名称 --images 图片文件夹 --trigger 触发词 --style anime|realistic --base 底模文件",
    ),
    "init.project_is_file": ("This is a file; a project is a folder.", "这是一个文件；项目应是文件夹。"),
    "init.project_is_file.hint": ("Choose another name.", "请换一个名称。"),
    "init.project_name": ("This cannot be a project's folder.", "这不能作为项目文件夹。"),
    "init.project_name.hint": ("Give the name of a new folder.", "请给出一个新文件夹的名称。"),
    "init.not_ours": (
        "There is a folder `{tree}` here with something in it, which no `init` made.",
        "这里已有一个非空的 `{tree}` 文件夹，不是由 `init` 生成的。",
    ),
    "init.not_ours.hint": (
        "Choose another project name, and give this folder with --images: it is taken over as it is.",
        "请换一个项目名称，并用 --images 指定这个文件夹：会原样接收。",
    ),
    "init.trigger": (
        "This cannot be a trigger word: it is one tag, without commas and braces.",
        "这不能作为触发词：触发词是一个标签，不含逗号和花括号。",
    ),
    "init.trigger.hint": (
        "Take a word that the base model does not know, such as `ningguang`.",
        "请用底模不认识的词，例如 `ningguang`。",
    ),
    "init.resolution": (
        "The resolution must be from {least} to {most}.",
        "分辨率必须在 {least} 到 {most} 之间。",
    ),
    "init.resolution.hint": (
        "Leave it out to take the base model's own: 512, 768 or 1024.",
        "不写则采用底模自己的分辨率：512、768 或 1024。",
    ),
    "init.repeats": ("Repeats go from 1 to {most}.", "重复次数为 1 到 {most}。"),
    "init.repeats.hint": (
        "Anime 5 to 10, realistic 10 to 30; `auto` reckons it from the number of pictures.",
        "二次元 5 到 10，三次元 10 到 30；`auto` 会按图片数量计算。",
    ),
    "init.concept_empty": ("A concept needs a name.", "概念需要一个名称。"),
    "init.concept_empty.hint": (
        "Write --concept NAME=DIR, for example: --concept dress=pictures/dress",
        "请写成 --concept 名称=文件夹，例如：--concept 礼服=图片/礼服",
    ),
    "init.concept_name": (
        "This name of a concept cannot be a folder's: it holds `/`, `\\` or `:`, begins with a dot, or is too long.",
        "这个概念名称不能作为文件夹名：含有 `/`、`\\` 或 `:`，以点开头，或者太长。",
    ),
    "init.concept_name.hint": ("Choose a plain word.", "请换一个普通的词。"),
    "init.concept_number": (
        "This name of a concept begins with a number and `_`, which the engine would take for its repeats.",
        "这个概念名称以数字和 `_` 开头，引擎会把它当作重复次数。",
    ),
    "init.concept_number.hint": (
        "Name it `{rest}`, and give the number with --repeats.",
        "请命名为 `{rest}`，并用 --repeats 指定次数。",
    ),
    "init.concept_twice": (
        "Two concepts have the name `{name}`: this one and {other}.",
        "有两个概念都叫 `{name}`：这一个和 {other}。",
    ),
    "init.concept_twice.hint": (
        "Give one of them another name. The folder of --images is named after the trigger word.",
        "请给其中一个换个名称。--images 的文件夹以触发词命名。",
    ),
    "init.source_is_target": (
        "The pictures lie in the very folder that is to become the project ({target}).",
        "图片所在的文件夹就是要生成的项目文件夹（{target}）。",
    ),
    "init.source_is_target.hint": (
        "Choose another name for the project; your pictures stay untouched where they are.",
        "请给项目换一个名称；您的图片会原封不动地留在原处。",
    ),
    "init.source_in_target": (
        "These pictures lie inside the project ({target}), perhaps through a link.",
        "这些图片位于项目文件夹内（{target}），也可能是通过链接。",
    ),
    "init.source_in_target.hint": (
        "Move them out of it, or choose another name for the project.",
        "请把它们移到外面，或给项目换一个名称。",
    ),
    "init.target_in_source": (
        "The project would lie inside the folder of pictures ({source}), perhaps through a link.",
        "项目会位于图片文件夹内（{source}），也可能是通过链接。",
    ),
    "init.target_in_source.hint": (
        "Make the project elsewhere: pictures and project must not lie in each other.",
        "请把项目建在别处：图片和项目不能互相包含。",
    ),
    "init.tree_is_link": (
        "This folder of the project is a link to somewhere else.",
        "项目中的这个文件夹是一个链接，指向别处。",
    ),
    "init.tree_is_link.hint": (
        "Put a real folder in its place, or remove the link.",
        "请换成真正的文件夹，或删除这个链接。",
    ),
    "init.base_family": (
        "This is no base model that can be trained here: it is `{family}`.",
        "这不是可以在这里训练的底模：它是 `{family}`。",
    ),
    "init.base_family.hint": (
        "Give a whole checkpoint of SD 1.x, SD 2.x or SDXL, not a LoRA, a VAE or another kind of model.",
        "请给出 SD 1.x、SD 2.x 或 SDXL 的完整模型，而不是 LoRA、VAE 或其他模型。",
    ),
    "init.manifest_broken": (
        "What an earlier `init` wrote down here cannot be read, so nobody can say what is yours.",
        "之前 `init` 写下的清单无法读取，因此无法判断哪些是您的修改。",
    ),
    "init.manifest_broken.hint": (
        "Rename the project's folder and run `init` once more; take your own captions over by --images.",
        "请给项目文件夹改名，再运行一次 `init`；您自己的标签可用 --images 接收。",
    ),
    "init.manifest_newer": (
        "This project was made by a newer kohya-driver.",
        "这个项目由更新版本的 kohya-driver 生成。",
    ),
    "init.manifest_newer.hint": ("Update kohya-driver.", "请更新 kohya-driver。"),
    "init.no_pictures": ("There are no pictures in this folder.", "这个文件夹里没有图片。"),
    "init.no_pictures.hint": (
        "Give the folder that holds them: jpg, png, webp, bmp, gif, tif, avif or heic.",
        "请指定存放图片的文件夹：jpg、png、webp、bmp、gif、tif、avif 或 heic。",
    ),
    "init.nothing_left": (
        "Not one picture could be taken; what is wrong with each stands below.",
        "没有一张图片可用；每张的问题列在下面。",
    ),
    "init.nothing_left.hint": ("Replace or repair them.", "请更换或修复这些图片。"),
    "init.changed_meanwhile": (
        "Somebody has written into the project while `init` worked on it, so nothing was changed.",
        "`init`处理期间，有人往项目里写入了内容，因此没有做任何改动。",
    ),
    "init.changed_meanwhile.hint": (
        "Wait until a training of it has ended, save what is open in an editor, and run `init` again.",
        "请等待它的训练结束，保存编辑器中打开的文件，然后再运行 `init`。",
    ),
    "init.passed_over": (
        "{count} file(s) were passed over ({reason}): {names}.",
        "跳过了 {count} 个文件（{reason}）：{names}。",
    ),
    "init.caption_unreadable": (
        "This caption cannot be read: {reason}.",
        "无法读取这个标签文件：{reason}。",
    ),
    "init.caption_unreadable.hint": (
        "Allow it to be read, or take it out of the folder.",
        "请允许读取，或把它移出文件夹。",
    ),
    "init.caption_guessed": (
        "{count} caption(s) are not UTF-8 and were read as Chinese text (GB 18030) or UTF-16: {names}.",
        "{count} 个标签文件不是 UTF-8，已按 GB 18030 或 UTF-16 读取：{names}。",
    ),
    "init.caption_guessed.hint": (
        "Look into their copies in the project; your own files are as they were.",
        "请看看项目中的副本；您自己的文件没有改动。",
    ),
    "init.no_tagger": (
        "No tagger is at hand for {count} picture(s): {reason}",
        "{count} 张图片没有可用的打标模型：{reason}",
    ),
    "init.no_tagger.hint": (
        "Run the same `init` again when there is a network, or name the folder of a model with --tag.",
        "有网络时再运行一次同样的 `init`，或用 --tag 指定模型文件夹。",
    ),
    "init.no_detector": (
        "Faces were not looked for, as the detector is not to be had: {reason}",
        "没有查找人脸，因为无法取得检测模型：{reason}",
    ),
    "init.no_detector.hint": (
        "Look at the contact sheet for heads that are cut off. Run the same `init` again when there is a network.",
        "请在缩略图总览中检查头部是否被裁掉。有网络时再运行一次同样的 `init`。",
    ),
    "init.trigger_only": (
        "{count} picture(s) have nothing but the trigger word as caption, so that everything in them is learnt as one: {names}.",
        "{count} 张图片的标签只有触发词，图中的一切都会被当作一体来学习：{names}。",
    ),
    "init.trigger_only.hint": (
        "It trains like that. Better: `kohya-driver init {project} --tag auto` when a tagger is to be had, or write the captions yourself.",
        "这样也能训练。更好的做法：能取得打标模型时运行 `kohya-driver init {project} --tag auto`，或自己写标签。",
    ),
    "init.caption_kept": (
        "{count} caption(s) that you have changed stay as they are: {names}.",
        "您改过的 {count} 个标签文件保持不变：{names}。",
    ),
    "init.picture_kept": (
        "{count} picture(s) that you have changed stay as they are: {names}.",
        "您改过的 {count} 张图片保持不变：{names}。",
    ),
    "init.foreign_kept": (
        "{count} picture(s) that you have put into the project yourself stay where they are: {names}.",
        "您自己放进项目的 {count} 张图片保持不变：{names}。",
    ),
    "init.removed_kept": (
        "A picture is gone from the source ({source}); what you had changed of it lies here now.",
        "源文件夹中少了一张图片（{source}）；您改过的部分现在放在这里。",
    ),
    "init.preset_kept": (
        "You have changed the preset; it stays as it is.",
        "您修改过预设；它保持不变。",
    ),
    "init.preset_differs": (
        "You have changed the preset, so it stays as it is; `init` would now write otherwise: {keys}.",
        "您修改过预设，因此保持不变；`init` 现在会写成别的值：{keys}。",
    ),
    "init.preset_differs.hint": (
        "Change it by hand, or rename it and run `init` again to compare.",
        "请手动修改，或先改名再运行 `init` 进行比较。",
    ),
}
