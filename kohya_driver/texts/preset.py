"""Sentences about presets."""

TEXTS = {
    "preset.not_found": ("There is no such file or preset.", "没有这个文件或预设。"),
    "preset.not_found.hint": (
        "Give the path of a TOML file, or one of: {names}.",
        "请给出 TOML 文件的路径，或使用以下预设之一：{names}。",
    ),
    "preset.not_found_close": ("There is no such file or preset.", "没有这个文件或预设。"),
    "preset.not_found_close.hint": ("Did you mean `{close}`?", "您是不是想用 `{close}`？"),
    "preset.is_folder": ("This is a folder, not a preset.", "这是一个文件夹，不是预设文件。"),
    "preset.is_folder.hint": (
        "Give the TOML file inside it, for example `preset.toml`.",
        "请给出其中的 TOML 文件，例如 `preset.toml`。",
    ),
    "preset.not_utf8": (
        "The file is not UTF-8 text (first bad byte at {position}).",
        "文件不是 UTF-8 文本（第一个无效字节在 {position} 处）。",
    ),
    "preset.not_utf8.hint": ("Save it as UTF-8.", "请将它另存为 UTF-8 编码。"),
    "preset.unreadable": ("The file cannot be read: {reason}.", "无法读取文件：{reason}。"),
    "preset.unreadable.hint": ("Check its permissions.", "请检查它的权限。"),
    "preset.not_toml": ("This is not valid TOML: {reason}.", "TOML 语法有误：{reason}。"),
    "preset.not_toml.hint": (
        "Correct that line. Text needs quotes; true and false are written small.",
        "请修改该行。文字要加引号；true 和 false 要小写。",
    ),
    "preset.extends_itself": ("The preset extends itself.", "预设在 extends 中引用了自己。"),
    "preset.extends_itself.hint": (
        "Remove or correct the `extends` line.",
        "请删除或更正 `extends` 这一行。",
    ),
    "preset.bad_set": ("`{item}` is not of the form section.key=value.", "`{item}` 不是 节.键=值 的形式。"),
    "preset.bad_set.hint": (
        "For example: --set optimizer.learning_rate=1e-4",
        "例如：--set optimizer.learning_rate=1e-4",
    ),
    "preset.missing_key": ("{key} is missing.", "缺少 {key}。"),
    "preset.missing_key.hint": ("Add it.", "请补上。"),
    "preset.not_a_choice": ("{value} is not one of the choices.", "{value} 不在可选值之中。"),
    "preset.not_a_choice.hint": ("Use one of: {choices}.", "请使用其中之一：{choices}。"),
    "preset.out_of_range": ("{value} is out of range.", "{value} 超出范围。"),
    "preset.out_of_range.hint": ("It must be {limit}.", "必须 {limit}。"),
    "preset.wrong_type": ("{value} is of the wrong type.", "{value} 的类型不对。"),
    "preset.wrong_type.hint": ("Write it like this: {wanted}.", "请写成这样：{wanted}。"),
    "preset.not_an_address": ("{value} is not a web address.", "{value} 不是网址。"),
    "preset.not_an_address.hint": (
        "Write all of it, beginning with https:// or http://.",
        "请写完整，以 https:// 或 http:// 开头。",
    ),
    "preset.unknown_key": ("There is no key `{key}` here.", "这里没有 `{key}` 这个键。"),
    "preset.unknown_key.hint": ("Known here: {known}.", "这里可用的键：{known}。"),
    "preset.unknown_key_close": ("There is no key `{key}` here.", "这里没有 `{key}` 这个键。"),
    "preset.unknown_key_close.hint": ("Did you mean `{close}`?", "您是不是想写 `{close}`？"),
    "preset.unknown_key_elsewhere": ("There is no key `{key}` here.", "这里没有 `{key}` 这个键。"),
    "preset.unknown_key_elsewhere.hint": ("It is written as {place}.", "应写作 {place}。"),
}
