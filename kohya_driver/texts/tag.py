"""Sentences about tagging: the rules, the model, its download, and pictures that could not be tagged."""

TEXTS: dict[str, tuple[str, str]] = {
    "tag.bad_pattern": (
        "{pattern!r} is no valid pattern: {reason}.",
        "{pattern!r} 不是有效的模式：{reason}。",
    ),
    "tag.bad_pattern.hint": (
        "Correct the regular expression after `re:`, or write the tag's name.",
        "请改正 `re:` 后的正则表达式，或直接写标签名。",
    ),
    "tag.bad_threshold": (
        "{value} is no threshold: scores lie between 0 and 1.",
        "{value} 不能作阈值：分数在 0 到 1 之间。",
    ),
    "tag.bad_threshold.hint": (
        "Take 0.35 for general tags and 0.85 for characters, or numbers near them.",
        "一般标签用 0.35，角色标签用 0.85，或与之相近的数。",
    ),
    "tag.bad_max_tags": (
        "At most {value} tags would leave nothing.",
        "最多 {value} 个标签，等于什么也不写。",
    ),
    "tag.bad_max_tags.hint": ("Take 1 or more; 60 is usual.", "请取 1 或更大的数；通常为 60。"),
    "tag.not_one_tag": ("{text!r} is not one tag.", "{text!r} 不是单个标签。"),
    "tag.not_one_tag.hint": (
        "Give each tag by itself, without commas: the trigger is one word or name, and `--prefix` and `--suffix` may be repeated.",
        "每个标签单独给出，不带逗号：触发词是一个词或名字，`--prefix` 和 `--suffix` 可以重复使用。",
    ),
    "tag.empty_replacement": (
        "The replacement of {source!r} lacks one of its sides.",
        "替换 {source!r} 缺少一边。",
    ),
    "tag.empty_replacement.hint": (
        "Write OLD=NEW; to drop a tag, use `--exclude`.",
        "请写成 旧=新；要去掉标签，请用 `--exclude`。",
    ),
    "tag.contradiction": (
        "{tag!r} of {one} is also met by {pattern!r} of {other}: both cannot be done.",
        "{one} 的 {tag!r} 同时符合 {other} 的 {pattern!r}：两者不能并存。",
    ),
    "tag.contradiction.hint": (
        "Remove it from one of the two.",
        "请从其中一处删去。",
    ),
    "tag.replaced_twice": (
        "{source!r} is to become {one!r} and {other!r}.",
        "{source!r} 既要替换为 {one!r} 又要替换为 {other!r}。",
    ),
    "tag.replaced_twice.hint": (
        "Keep one of them; for both tags write OLD=NEW1,NEW2.",
        "请只留一个；若两个标签都要，请写成 旧=新1,新2。",
    ),
    "tag.bad_batch": ("{value} pictures at a time cannot be done.", "无法一次处理 {value} 张图片。"),
    "tag.bad_batch.hint": ("Take 1 or more; 4 is usual.", "请取 1 或更大的数；通常为 4。"),
    "tag.unknown_model": (
        "{name!r} is neither the name of a tagging model nor a folder.",
        "{name!r} 既不是打标模型的名称，也不是文件夹。",
    ),
    "tag.unknown_model.hint": (
        "Use one of {known}, or a folder that holds model.onnx and selected_tags.csv.",
        "请用 {known} 之一，或一个含有 model.onnx 和 selected_tags.csv 的文件夹。",
    ),
    "tag.model_incomplete": ("{name} is not in this folder.", "该文件夹中没有 {name}。"),
    "tag.model_incomplete.hint": (
        "Put the model's model.onnx and selected_tags.csv there under these names, or name a model by its short name.",
        "请把模型的 model.onnx 和 selected_tags.csv 以这两个名称放在那里，或使用模型的短名称。",
    ),
    "tag.model_wrong_hash": (
        "{name} is not the pinned file: its SHA-256 begins with {found}, not with {wanted}. It was removed, and nothing was tagged.",
        "{name} 不是锁定的文件：其 SHA-256 开头为 {found}，而不是 {wanted}。该文件已删除，没有打标。",
    ),
    "tag.model_wrong_hash.hint": (
        "Try again. If it happens again, what stands between here and {endpoint} changes files: set HF_ENDPOINT to another mirror.",
        "请再试一次。若再次出现，说明与 {endpoint} 之间有东西改动了文件：请把 HF_ENDPOINT 设为另一个镜像。",
    ),
    "tag.model_not_found": (
        "{endpoint} does not have {name} of {repo} at the pinned revision {revision}.",
        "{endpoint} 上没有 {repo} 在锁定版本 {revision} 的 {name}。",
    ),
    "tag.model_not_found.hint": (
        "If HF_ENDPOINT names a mirror, it may lack this model: unset it or use another. Or fetch the two files in any way and give their folder with --model.",
        "若 HF_ENDPOINT 指向镜像，该镜像可能没有此模型：请取消或换一个。也可用任何方式取得这两个文件，用 --model 指定其文件夹。",
    ),
    "tag.model_unreachable": (
        "{name} could not be downloaded from {endpoint}: {reason}. What has arrived is kept.",
        "无法从 {endpoint} 下载 {name}：{reason}。已收到的部分保留了下来。",
    ),
    "tag.model_unreachable.hint": (
        "Run the command again when the network is back: it goes on where it was. Where Hugging Face cannot be reached, set HF_ENDPOINT to a mirror, or give a folder with model.onnx and selected_tags.csv with --model.",
        "网络恢复后再次运行即可从断点继续。若无法访问 Hugging Face，请把 HF_ENDPOINT 设为镜像，或用 --model 指定含有 model.onnx 和 selected_tags.csv 的文件夹。",
    ),
    "tag.model_not_loaded": (
        "onnxruntime cannot load this model: {reason}",
        "onnxruntime 无法加载该模型：{reason}",
    ),
    "tag.model_not_loaded.hint": (
        "The file is damaged or no ONNX model. Fetch it again, or name a model by its short name.",
        "文件已损坏或不是 ONNX 模型。请重新获取，或使用模型的短名称。",
    ),
    "tag.model_unsuitable": (
        "This model takes {found}; a WD tagger takes one picture tensor of N×H×H×3 and gives one row of scores for each.",
        "该模型的输入为 {found}；WD 打标模型的输入应为 N×H×H×3 的图片张量，并为每张图给出一行分数。",
    ),
    "tag.model_unsuitable.hint": (
        "Use a WD model of SmilingWolf (v1, v2 or v3) in its ONNX form.",
        "请使用 SmilingWolf 的 WD 模型（v1、v2 或 v3）的 ONNX 版本。",
    ),
    "tag.list_unreadable": ("The tag list cannot be read: {reason}.", "无法读取标签列表：{reason}。"),
    "tag.list_unreadable.hint": (
        "It must be the model's own selected_tags.csv with the columns tag_id, name, category, count. Fetch it again.",
        "它必须是该模型自带的 selected_tags.csv，含 tag_id、name、category、count 各列。请重新获取。",
    ),
    "tag.list_mismatch": (
        "The tag list has {rows} rows, but the model gives {outputs} scores: they do not belong together. Nothing was tagged.",
        "标签列表有 {rows} 行，而模型给出 {outputs} 个分数：两者不配套。没有打标。",
    ),
    "tag.list_mismatch.hint": (
        "Take selected_tags.csv from the same place as model.onnx; lists of v2 and v3 differ.",
        "请从 model.onnx 的同一来源取得 selected_tags.csv；v2 和 v3 的列表不同。",
    ),
    "tag.provider_missing": (
        "This onnxruntime has no {provider}.",
        "此 onnxruntime 不支持 {provider}。",
    ),
    "tag.provider_missing.hint": (
        "CoreML is for Macs. Use --provider auto, which takes what there is.",
        "CoreML 只用于 Mac。请用 --provider auto，它会选用可用的方式。",
    ),
    "tag.not_finite": (
        "The model gave numbers that are none (NaN) for this picture; its caption is untouched.",
        "模型对这张图片给出了无效数值（NaN）；其打标文件未改动。",
    ),
    "tag.not_finite.hint": (
        "Try --provider cpu. If it stays, the model's file is damaged.",
        "请试 --provider cpu。若仍然如此，则模型文件已损坏。",
    ),
    "tag.caption_not_utf8": (
        "The caption is not UTF-8, so it cannot be merged with the tags; it is untouched.",
        "该打标文件不是 UTF-8，无法与标签合并；未作改动。",
    ),
    "tag.caption_not_utf8.hint": (
        "Save it as UTF-8 in your editor, or use --existing overwrite, which keeps the old one as a backup.",
        "请在编辑器中另存为 UTF-8，或使用 --existing overwrite（旧文件会备份）。",
    ),
    "tag.shared_caption": (
        "This picture shares its caption with {other}; the tags are those of the latter.",
        "这张图片与 {other} 共用一个打标文件；写入的是后者的标签。",
    ),
    "tag.shared_caption.hint": (
        "Rename one of the two pictures, so that each has a caption of its own.",
        "请把其中一张图片改名，使各自有单独的打标文件。",
    ),
    "tag.no_pictures": ("No picture is in this folder.", "该文件夹中没有图片。"),
    "tag.no_pictures.hint": (
        "Give the folder that holds the pictures (jpg, png, webp, bmp, gif, tif, avif, heic).",
        "请给出存放图片的文件夹（jpg、png、webp、bmp、gif、tif、avif、heic）。",
    ),
    "tag.skipped_without_trigger": (
        "{count} of the captions that were left as they are do not begin with {trigger!r}.",
        "保持原样的打标文件中，有 {count} 个不以 {trigger!r} 开头。",
    ),
    "tag.skipped_without_trigger.hint": (
        "Put it first in all of them: kohya-driver captions add DIR WORD --first --write. Or tag with --existing merge.",
        "把它放到所有文件的最前面：kohya-driver captions add DIR WORD --first --write；或用 --existing merge 打标。",
    ),
    "tag.scores_not_kept": (
        "The scores could not be kept: {reason}. The captions are not affected, but the next time the model has to run again.",
        "无法保存分数：{reason}。打标文件不受影响，但下次需要重新推理。",
    ),
    "tag.scores_not_kept.hint": (
        "Free some space where {path} is.",
        "请在 {path} 所在的磁盘上腾出空间。",
    ),
}
