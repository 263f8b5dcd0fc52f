"""Sentences about the engine's options."""

TEXTS: dict[str, tuple[str, str]] = {
    "option.relative_path": (
        "`{name}` names {path}, which the engine would look for in its own folder.",
        "`{name}` 指向 {path}，引擎会到它自己的文件夹里去找。",
    ),
    "option.relative_path.hint": ("Write the whole path, from / on.", "请写完整路径，从 / 开始。"),
}
