"""Sentences about what only a full look at a set of pictures finds."""

TEXTS = {
    "dataset.damaged": (
        "{count} picture(s) open, but cannot be decoded to their end: {names}.",
        "有 {count} 张图片能打开，但无法完整解码：{names}。",
    ),
    "dataset.damaged.hint": (
        "Download or copy them again, or take them out: the engine stops at the first one.",
        "请重新下载或复制，或将其移走：引擎读到第一张时就会中断。",
    ),
    "dataset.duplicate": (
        "{count} other file(s) are the same as this one, byte for byte: {names}.",
        "另有 {count} 个文件与此文件逐字节相同：{names}。",
    ),
    "dataset.duplicate.hint": (
        "Keep this one and take the others out; what shall weigh more gets more repeats.",
        "请保留此文件，移走其余的；想让它占更大比重，请增加重复次数。",
    ),
    "dataset.near_duplicate": (
        "{count} other picture(s) show the same as this one, saved again or in another size: {names}.",
        "另有 {count} 张图片与此图内容相同，只是重新保存过或尺寸不同：{names}。",
    ),
    "dataset.near_duplicate.hint": (
        "Keep this one, which has the most pixels, and take the others out.",
        "请保留像素最多的这一张，移走其余的。",
    ),
    "dataset.mirror_duplicate": (
        "{count} other picture(s) are this one mirrored: {names}.",
        "另有 {count} 张图片是此图的镜像：{names}。",
    ),
    "dataset.mirror_duplicate.hint": (
        "Keep this one; if mirrored pictures are wanted, `flip_aug = true` makes them of all.",
        "请保留此图；如果需要镜像，设置 `flip_aug = true` 即可为全部图片生成。",
    ),
    "dataset.name_underscores": (
        "{count} picture(s) have four underscores or more in their name: where one has no caption, the engine takes that of "
        "the name without its last four parts: {names}.",
        "有 {count} 张图片的文件名中有四个以上下划线：缺少标签时，引擎会去掉最后四段，用上别的图片的标签：{names}。",
    ),
    "dataset.name_underscores.hint": (
        "Write hyphens instead: `kohya-driver audit DIR --fix --out COPY` does so in a copy.",
        "请改用连字符：`kohya-driver audit DIR --fix --out COPY` 会在副本中完成。",
    ),
    "dataset.common_tag": (
        "{count} tag(s) stand in {share} % of the captions or more: {tags}.",
        "有 {count} 个标签出现在 {share}% 以上的标签文件中：{tags}。",
    ),
    "dataset.common_tag.hint": (
        "What shall belong to the trigger word is better left out of the captions; what you want to switch stays. "
        "`--fuse TAG` says that it is meant.",
        "应当归入触发词的特征，最好从标签中删除；想单独控制的则保留。用 `--fuse 标签` 表明这是有意的。",
    ),
    "dataset.no_captions": (
        "None of the {count} picture(s) has a caption; all train as “{tokens}” alone.",
        "{count} 张图片都没有标签，全部只以“{tokens}”训练。",
    ),
    "dataset.no_captions.hint": (
        "That is one way to train. With captions, what they name can be changed afterwards.",
        "这也是一种训练方式。有标签时，标签写到的内容之后可以更换。",
    ),
    "dataset.class_word_missing": (
        "The folder's name says “{words}”, which stands in none of the tags of {count} caption(s): {names}.",
        "文件夹名中写了“{words}”，但有 {count} 个标签文件中没有它：{names}。",
    ),
    "dataset.class_word_missing.hint": (
        "Where there are captions, the folder's name is not used: write it into them if it is wanted.",
        "有标签文件时不会使用文件夹名：如有需要，请写进标签。",
    ),
    "dataset.junk": (
        "{count} file(s) were left here by a system: {names}.",
        "有 {count} 个系统留下的文件：{names}。",
    ),
    "dataset.junk.hint": (
        "They do no harm; they can be deleted.",
        "它们没有坏处，可以删除。",
    ),
}
