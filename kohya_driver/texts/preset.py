"""Sentences about presets."""

TEXTS = {
    "preset.not_found": ("There is no such file or preset.", "没有这个文件或预设。"),
    "preset.not_found.hint": (
        "Give the path of a TOML file, or one of: {names}.",
        "请给出 TOML 文件的路径，或使用以下预设之一：{names}。",
    ),
    "preset.not_found_close": ("There is no such file or preset.", "没有这个文件或预设。"),
    "preset.not_found_close.hint": ("Did you mean `{close}`?", "您是不是想用 `{close}`？"),
    "preset.no_such_size": (
        "`{base}` has no variant for {gigabytes} GB of memory.",
        "`{base}` 没有适合 {gigabytes} GB 内存的档位。",
    ),
    "preset.no_such_size.hint": (
        "There are: {names}. A smaller one works on a larger machine. Below the smallest this family does not fit.",
        "可用的有：{names}。较小的档位可以用在内存更大的机器上；内存比最小的档位还少时，这个系列放不下。",
    ),
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
    "preset.extends_itself": (
        "The preset extends itself: {circle}.",
        "预设在 extends 中引用了自己：{circle}。",
    ),
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
    "preset.shadowing": (
        "Your own preset `{name}` stands before the shipped one of the same name.",
        "您自己的预设 `{name}` 优先于同名的自带预设。",
    ),
    "preset.shadowing.hint": (
        "If that is not meant, give the file another name: {path}.",
        "如果不是有意为之，请给这个文件改名：{path}。",
    ),
    "preset.exists": ("There is a preset of this name already.", "已经有同名的预设。"),
    "preset.exists.hint": (
        "It is left as it is. Choose another name, or change it: kohya-driver presets edit {name}",
        "它保持原样。请换一个名称，或者修改它：kohya-driver presets edit {name}",
    ),
    "preset.bad_name": ("A preset cannot be called `{name}`.", "预设不能叫 `{name}`。"),
    "preset.bad_name.hint": (
        "Take letters, digits, - and _, without spaces and without .toml at the end.",
        "请使用文字、数字、- 和 _，不要有空格，结尾不要加 .toml。",
    ),
    "preset.family_differs": (
        "`{parent}` is for {theirs}, not for {family}.",
        "`{parent}` 用于 {theirs}，而不是 {family}。",
    ),
    "preset.family_differs.hint": (
        "Leave --family out, or begin with a preset of that family: {names}.",
        "请去掉 --family，或者从该系列的预设开始：{names}。",
    ),
    "preset.not_yours": (
        "`{name}` is a shipped preset and cannot be changed.",
        "`{name}` 是自带的预设，不能修改。",
    ),
    "preset.not_yours.hint": (
        "Make your own from it: kohya-driver presets new NAME --from {name}",
        "请以它为基础新建：kohya-driver presets new NAME --from {name}",
    ),
    "preset.no_editor": ("The editor could not be started: {reason}.", "无法启动编辑器：{reason}。"),
    "preset.no_editor.hint": (
        "Say which to use in the variable VISUAL or EDITOR, for example: export EDITOR=nano. Or open the file yourself: {path}",
        "请用环境变量 VISUAL 或 EDITOR 指定，例如：`export EDITOR=nano`。也可以自行打开文件：{path}",
    ),
}
