"""Sentences about captions of a whole set: faults of a change, and files that cannot be read."""

TEXTS: dict[str, tuple[str, str]] = {
    "captions.unreadable": ("The caption cannot be read: {reason}.", "无法读取打标文件：{reason}。"),
    "captions.unreadable.hint": (
        "Is it a file, and may you read it? Else remove it.",
        "它是文件吗，您是否有读取权限？否则请删除它。",
    ),
    "captions.not_utf8": (
        "The caption is not UTF-8; it is left as it is, and a training would stop at it.",
        "该打标文件不是 UTF-8；未作改动，而训练会在此中止。",
    ),
    "captions.not_utf8.hint": ("Save it as UTF-8 in your editor.", "请在编辑器中另存为 UTF-8。"),
    "captions.bad_pattern": (
        "{pattern!r} is no valid pattern: {reason}.",
        "{pattern!r} 不是有效的模式：{reason}。",
    ),
    "captions.bad_pattern.hint": (
        "Correct the regular expression after `re:`, or write the tag's name.",
        "请改正 `re:` 后的正则表达式，或直接写标签名。",
    ),
    "captions.not_one_tag": ("{text!r} is not one tag.", "{text!r} 不是单个标签。"),
    "captions.not_one_tag.hint": (
        "Give each tag by itself, without commas: `kohya-driver captions add DIR 'red dress' smile`.",
        "每个标签单独给出，不带逗号：`kohya-driver captions add DIR 'red dress' smile`。",
    ),
    "captions.bad_rule": ("{text!r} does not say what to write instead.", "{text!r} 没有说明要替换成什么。"),
    "captions.bad_rule.hint": (
        "Write OLD=NEW, in quotes if there are blanks: 'gray hair=grey hair'.",
        "请写成 旧=新，有空格时加引号：'gray hair=grey hair'。",
    ),
    "captions.empty_replacement": (
        "{source!r} is to be replaced by nothing.",
        "{source!r} 没有替换成任何内容。",
    ),
    "captions.empty_replacement.hint": (
        "To drop a tag: kohya-driver captions remove DIR TAG.",
        "要去掉标签，请用：kohya-driver captions remove DIR TAG。",
    ),
    "captions.emptied": (
        "Nothing would be left of this caption, so nothing was written anywhere.",
        "这个打标文件将什么也不剩，因此没有写入任何文件。",
    ),
    "captions.emptied.hint": (
        "Put the trigger first in all of them before: kohya-driver captions add DIR WORD --first --write.",
        "请先把触发词放到所有文件的最前面：kohya-driver captions add DIR WORD --first --write。",
    ),
    "captions.bad_share": (
        "{value} is no share: it lies between 0 and 1.",
        "{value} 不是比例：应在 0 到 1 之间。",
    ),
    "captions.bad_share.hint": ("0.85 means 85 % of the captions.", "0.85 表示 85% 的打标文件。"),
}
