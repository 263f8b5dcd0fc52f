"""What `kohya-driver audit` says around what it finds."""

TEXTS = {
    "audit.reading": ("Reading headers and captions", "正在读取图片头和标签"),
    "audit.looking": ("Looking at pictures", "正在查看图片"),
    "audit.copying": ("Writing the copy", "正在写入副本"),
    "audit.pictures": ("pictures", "图片"),
    "audit.pictures_value": (
        "{pictures} in {folders} folder(s), {captions} with a caption; {images} with repeats",
        "{folders} 个文件夹共 {pictures} 张，其中 {captions} 张有标签；含重复 {images} 张",
    ),
    "audit.reg": ("regularization", "正则化"),
    "audit.reg_value": ("{count} picture(s)", "{count} 张图片"),
    "audit.buckets": ("buckets", "分桶"),
    "audit.steps": ("one epoch", "每个轮次"),
    "audit.steps_value": (
        "{steps} batch(es) of {batch_size}",
        "{steps} 个批次，批次大小 {batch_size}",
    ),
    "audit.duplicates": ("the same twice", "重复图片"),
    "audit.duplicates_value": (
        "{exact} equal, {near} alike, {mirrored} mirrored, beside the one that is best kept",
        "除最应保留的之外：相同 {exact} 张，相近 {near} 张，镜像 {mirrored} 张",
    ),
    "audit.not_compared": (
        "not looked for (headers and captions only)",
        "未检查（只读取了图片头和标签）",
    ),
    "audit.more": (
        "… and {count} more with {code}; --json names all.",
        "……另有 {count} 条 {code}；用 --json 列出全部。",
    ),
    "audit.clean": ("Nothing is wrong with this set.", "这批图片没有问题。"),
    "audit.verdict": (
        "{errors} error(s), {warnings} warning(s).",
        "{errors} 个错误，{warnings} 个警告。",
    ),
    "audit.repaired": (
        "A copy is in {out}: {files} file(s), {repaired} of them repaired.",
        "副本位于 {out}：共 {files} 个文件，其中修复 {repaired} 个。",
    ),
    "audit.repairs": ("repaired in the copy", "副本中的修复"),
    "audit.left_out": ("left out", "未复制"),
    "audit.repair.upright": ("{count} turned upright", "{count} 张已转正"),
    "audit.repair.alpha": ("{count} put on white", "{count} 张已加白色背景"),
    "audit.repair.depth": ("{count} with 8 bits a channel now", "{count} 张已转为每通道 8 位"),
    "audit.repair.colour": ("{count} in sRGB now", "{count} 张已转为 sRGB"),
    "audit.repair.frame": ("{count} reduced to their first frame", "{count} 张只保留第一帧"),
    "audit.repair.type": ("{count} saved as another file type", "{count} 张已转换文件类型"),
    "audit.repair.name": ("{count} renamed", "{count} 张已改名"),
    "audit.repair.bom": ("{count} caption(s) without byte-order mark now", "{count} 个标签文件已去除 BOM"),
    "audit.repair.lines": ("{count} caption(s) in one line now", "{count} 个标签文件已合并为一行"),
    "audit.left.unreadable": ("{count} that cannot be read", "{count} 张无法读取"),
    "audit.left.junk": ("{count} left behind by a system", "{count} 个系统遗留文件"),
    "audit.fix_needs_out": (
        "`--fix` repairs a copy, and must know where to.",
        "`--fix` 在副本中修复，需要指定副本的位置。",
    ),
    "audit.fix_needs_out.hint": ("Add --out and a new folder.", "请加上 --out 和一个新文件夹。"),
    "audit.out_needs_fix": ("`--out` says where `--fix` writes to.", "`--out` 用于指定 `--fix` 的写入位置。"),
    "audit.out_needs_fix.hint": ("Add --fix, or leave --out out.", "请加上 --fix，或去掉 --out。"),
    "audit.sets_need_preset": (
        "`--set` changes a preset, and this is a folder.",
        "`--set` 用于修改预设，而这是一个文件夹。",
    ),
    "audit.sets_need_preset.hint": (
        "Give the preset's file, or use --trigger, --resolution, --batch-size.",
        "请指定预设文件，或使用 --trigger、--resolution、--batch-size。",
    ),
    "audit.out_of_range": (
        "{value} is not between {least} and {most}.",
        "{value} 不在 {least} 到 {most} 之间。",
    ),
    "audit.out_of_range.hint": (
        "Give the numbers that you will train with.",
        "请填写训练时使用的数值。",
    ),
    "audit.out_taken": ("There is something in this folder already.", "这个文件夹里已有内容。"),
    "audit.out_taken.hint": ("Name a new folder with --out.", "请用 --out 指定一个新文件夹。"),
    "audit.out_inside": (
        "The copy may lie neither in the pictures' folder nor around it ({source}).",
        "副本不能放在图片文件夹里，也不能包含它（{source}）。",
    ),
    "audit.out_inside.hint": ("Name a folder elsewhere with --out.", "请用 --out 指定别处的文件夹。"),
}
