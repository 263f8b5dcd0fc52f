"""Sentences about captions, and what is done to them."""

TEXTS = {
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
    "dataset.caption_lines": (
        "{count} caption file(s) have more than one line, of which the engine reads only the first: {names}.",
        "有 {count} 个标签文件不止一行，引擎只读第一行：{names}。",
    ),
    "dataset.caption_lines.hint": (
        "Put everything in one line; or set `enable_wildcard = true`, to draw one line at each step.",
        "请把内容写在一行；或设置 `enable_wildcard = true`，每一步随机取一行。",
    ),
    "dataset.caption_missing_some": (
        "{count} picture(s) have no caption file and would train as “{tokens}” alone, while others have one: {names}.",
        "其他图片都有标签文件，但有 {count} 张没有，只会以“{tokens}”训练：{names}。",
    ),
    "dataset.caption_missing_some.hint": (
        "Write a .txt file of the same name beside each.",
        "请在每张图片旁写一个同名的 .txt 文件。",
    ),
    "dataset.caption_missing_reg": (
        "{count} regularization image(s) have no caption file and would train as “{tokens}”, the trigger word: {names}.",
        "有 {count} 张正则化图像没有标签文件，会以触发词“{tokens}”训练：{names}。",
    ),
    "dataset.caption_missing_reg.hint": (
        'Give the folder as [[dataset.subsets]] with `is_reg = true` and `class_tokens = "girl"`, or write captions.',
        '请把该文件夹写成 [[dataset.subsets]]，设置 `is_reg = true` 和 `class_tokens = "girl"`；或写标签文件。',
    ),
    "dataset.caption_of_another": (
        "{count} picture(s) have no caption of their own and get that of another name, as the engine cuts the last four parts "
        "off names with underscores: {names}.",
        "有 {count} 张图片没有自己的标签，引擎会去掉文件名中最后四段下划线内容，用上别的标签文件：{names}。",
    ),
    "dataset.caption_of_another.hint": (
        "Write a .txt file of exactly the same name beside each.",
        "请在每张图片旁写一个完全同名的 .txt 文件。",
    ),
    "dataset.caption_braces": (
        "With `enable_wildcard` the engine takes the braces off {{tags}} in {count} caption file(s): {names}.",
        "开启 `enable_wildcard` 时，引擎会去掉 {count} 个标签文件中 {{标签}} 的花括号：{names}。",
    ),
    "dataset.caption_braces.hint": (
        "Write {{{{ and }}}} for braces that shall stay, {{a|b}} for a choice, or leave `enable_wildcard` out.",
        "要保留花括号请写 {{{{ 和 }}}}，要随机选择请写 {{a|b}}，或去掉 `enable_wildcard`。",
    ),
    "dataset.caption_too_long": (
        "{count} caption(s) are longer than {tokens} tokens; the engine cuts the rest off without a word: {names}.",
        "有 {count} 个标签超过 {tokens} 个词元 (token)，引擎会一声不响地截断：{names}。",
    ),
    "dataset.caption_too_long.hint": (
        "Set `max_token_length = 225` under [model], or shorten them.",
        "请在 [model] 下设置 `max_token_length = 225`，或缩短标签。",
    ),
    "dataset.caption_without_trigger": (
        "The trigger word “{trigger}” is missing in {count} caption(s), so that nothing ties these pictures to it: {names}.",
        "有 {count} 个标签中没有触发词“{trigger}”，这些图片就不会与它关联：{names}。",
    ),
    "dataset.caption_without_trigger.hint": (
        'Put it first in each caption, or set `caption_prefix = "{trigger},"` under [dataset].',
        '请把它写在每个标签的开头，或在 [dataset] 下设置 `caption_prefix = "{trigger},"`。',
    ),
    "dataset.trigger_typo": (
        "The trigger word “{trigger}” seems to be misspelt ({spelt}) in {count} caption(s): {names}.",
        "有 {count} 个标签中的触发词“{trigger}”似乎拼错了（{spelt}）：{names}。",
    ),
    "dataset.trigger_typo.hint": (
        "Write “{trigger}” there.",
        "请改为“{trigger}”。",
    ),
    "dataset.trigger_not_first": (
        "The trigger word “{trigger}” does not stand first in {count} caption(s), so that `keep_tokens` does not keep it in front: {names}.",
        "有 {count} 个标签中触发词“{trigger}”不在最前面，`keep_tokens` 就无法让它留在开头：{names}。",
    ),
    "dataset.trigger_not_first.hint": (
        "Move it to the front of each caption.",
        "请把它移到每个标签的最前面。",
    ),
    "dataset.trigger_twice": (
        "The trigger word “{trigger}” stands more than once in {count} caption(s): {names}.",
        "有 {count} 个标签中触发词“{trigger}”出现了不止一次：{names}。",
    ),
    "dataset.trigger_twice.hint": (
        "Keep the first one only.",
        "请只保留第一个。",
    ),
    "dataset.tag_twice": (
        "The same tag stands more than once in {count} caption(s) ({tags}): {names}.",
        "有 {count} 个标签文件中同一个标签重复出现（{tags}）：{names}。",
    ),
    "dataset.tag_twice.hint": (
        "Keep each tag once; a second one only takes room from others.",
        "每个标签请只保留一次；重复的只会占用其他标签的位置。",
    ),
    "dataset.keep_tokens_idle": (
        "`keep_tokens` does nothing while captions are neither shuffled nor thinned out.",
        "标签既不打乱也不丢弃时，`keep_tokens` 不起作用。",
    ),
    "dataset.keep_tokens_idle.hint": (
        "Set `shuffle_caption = true`, or remove it.",
        "请设置 `shuffle_caption = true`，或删除它。",
    ),
    "dataset.separator_empty": (
        "`caption_separator` is empty, at which the engine stops at the first step.",
        "`caption_separator` 为空，引擎会在第一步中断。",
    ),
    "dataset.separator_empty.hint": (
        'Remove it, or write ",".',
        '请删除，或写 ","。',
    ),
    "dataset.dropout_all": (
        "`{name}` at 1 drops every caption or tag: nothing is tied to a word.",
        "`{name}` 为 1 时会丢弃所有标签：学到的内容与任何词都不关联。",
    ),
    "dataset.dropout_all.hint": ("Set it to 0.1 or less.", "请设为 0.1 或更小。"),
    "dataset.dropout_every_epoch": (
        "`caption_dropout_every_n_epochs = 1` trains every epoch without captions.",
        "`caption_dropout_every_n_epochs = 1` 会让每个轮次都不带标签训练。",
    ),
    "dataset.dropout_every_epoch.hint": ("Set it to 2 or more, or remove it.", "请设为 2 或更大，或删除。"),
}
