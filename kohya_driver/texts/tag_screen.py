"""What `tag` and `captions` show: progress, what was done, differences."""

TEXTS: dict[str, tuple[str, str]] = {
    "tag_screen.download": ("Downloading {name}  {here} of {total}", "正在下载 {name}  {here} / {total}"),
    "tag_screen.download_open": ("Downloading {name}  {here}", "正在下载 {name}  {here}"),
    "tag_screen.left": ("{time} left", "剩余 {time}"),
    "tag_screen.done": ("{count} captions written in {folder}", "已在 {folder} 写入 {count} 个打标文件"),
    "tag_screen.unchanged": ("{count} as they were already", "{count} 个内容本来就相同"),
    "tag_screen.skipped": (
        "{count} left alone (they had a caption; --existing merge or overwrite)",
        "{count} 个未动（已有打标文件；可用 --existing merge 或 overwrite）",
    ),
    "tag_screen.failed": ("{count} not tagged", "{count} 个未能打标"),
    "tag_screen.model": ("Model {model}", "模型 {model}"),
    "tag_screen.computed": (
        "{inferred} pictures computed in {time}, {cached} known from before",
        "计算了 {inferred} 张图片，用时 {time}；{cached} 张之前已算过",
    ),
    "tag_screen.provider.cpu": ("on the processor", "使用处理器"),
    "tag_screen.provider.forced": ("on CoreML, as you asked", "按要求使用 CoreML"),
    "tag_screen.provider.faster": (
        "on CoreML, which gives the same here, {speedup:.1f} times as fast",
        "使用 CoreML：在本机结果相同，速度为 {speedup:.1f} 倍",
    ),
    "tag_screen.provider.slower": (
        "on the processor: CoreML is only {speedup:.1f} times as fast here",
        "使用处理器：CoreML 在本机的速度只有 {speedup:.1f} 倍",
    ),
    "tag_screen.provider.differs": (
        "on the processor: CoreML gives other numbers here",
        "使用处理器：CoreML 在本机给出的数值不同",
    ),
    "tag_screen.provider.failed": (
        "on the processor: CoreML cannot run this model here",
        "使用处理器：CoreML 在本机无法运行该模型",
    ),
    "tag_screen.keep_tokens": (
        "In the preset: keep_tokens = {count}, so that shuffling leaves {front} in front",
        "在预设中写 keep_tokens = {count}，使打乱时 {front} 保持在最前",
    ),
    "tag_screen.undo": ("To undo: {command}", "如需撤销：{command}"),
    "tag_screen.set": (
        "{captions} captions in {folder}, {tags} different tags",
        "{folder} 中有 {captions} 个打标文件，{tags} 种标签",
    ),
    "tag_screen.missing": (
        "{count} pictures have no caption: kohya-driver tag {folder} --trigger WORD",
        "{count} 张图片没有打标文件：kohya-driver tag {folder} --trigger 触发词",
    ),
    "tag_screen.more": ("… and {count} more", "……还有 {count} 个"),
    "tag_screen.nothing": ("Nothing to change in {captions} captions.", "{captions} 个打标文件都无需改动。"),
    "tag_screen.would": (
        "{count} of {captions} captions would change. Nothing was written; with --write they are.",
        "{captions} 个打标文件中有 {count} 个会改动。尚未写入；加上 --write 即写入。",
    ),
    "tag_screen.changed": (
        "{count} of {captions} captions changed.",
        "{captions} 个打标文件中已改动 {count} 个。",
    ),
    "tag_screen.common": (
        "In at least {share} % of {captions} captions:",
        "在 {captions} 个打标文件中至少 {share}% 含有：",
    ),
    "tag_screen.common_none": (
        "No tag but those in front is in at least {share} % of {captions} captions.",
        "除最前面的标签外，没有标签出现在至少 {share}% 的 {captions} 个打标文件中。",
    ),
    "tag_screen.common_why": (
        "A tag that is left out becomes part of what the trigger means; one that stays can be varied in prompts.",
        "去掉的标签会融入触发词的含义；保留的标签可以在提示词中变化。",
    ),
    "tag_screen.common_prune": ("To take them out: {command}", "要去掉它们：{command}"),
}
