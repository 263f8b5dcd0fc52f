"""Sentences about this machine."""

TEXTS = {
    "host.rosetta": (
        "This Python runs under Rosetta (it is built for Intel Macs), so torch cannot use the graphics part of the chip.",
        "当前的 Python 是 Intel 版，正通过 Rosetta 转译运行，torch 无法使用芯片的图形单元。",
    ),
    "host.rosetta.hint": (
        "Install a native arm64 Python (for example `brew install python@3.12` in a terminal without Rosetta) "
        "and install kohya-driver with it.",
        "请安装原生 arm64 版 Python（例如在未使用 Rosetta 的终端中运行 `brew install python@3.12`），再用它安装 kohya-driver。",
    ),
    "host.macos_too_old": (
        "This Mac runs macOS {version}; torch {torch} needs macOS {needed} or newer.",
        "这台 Mac 的系统是 macOS {version}；torch {torch} 需要 macOS {needed} 或更高版本。",
    ),
    "host.macos_too_old.hint": ("Update macOS in System Settings.", "请在“系统设置”中更新 macOS。"),
    "host.unsupported": (
        "There is no engine environment for this kind of machine ({platform}).",
        "没有适用于这类机器（{platform}）的引擎环境。",
    ),
    "host.unsupported.hint": (
        "Supported: Macs with an M-series chip (macOS 14 or newer) and Linux on x86-64.",
        "支持：M 系列芯片的 Mac（macOS 14 或更高版本），以及 x86-64 的 Linux。",
    ),
}
