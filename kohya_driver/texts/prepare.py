"""Sentences about pictures that are being prepared: finding and opening them."""

TEXTS = {
    "prepare.folder_missing": ("There is no such folder.", "没有这个文件夹。"),
    "prepare.folder_missing.hint": ("Check the path.", "请检查路径。"),
    "prepare.not_a_folder": ("This is no folder.", "这不是文件夹。"),
    "prepare.not_a_folder.hint": ("Give the folder that the pictures are in.", "请指定图片所在的文件夹。"),
    "prepare.folder_refused": (
        "The system does not let this program look into this folder.",
        "系统不允许本程序读取这个文件夹。",
    ),
    "prepare.folder_refused.hint": (
        "Allow it in System Settings > Privacy & Security > Files and Folders, or change the folder's permissions.",
        "请在“系统设置”>“隐私与安全性”>“文件和文件夹”中允许，或修改该文件夹的权限。",
    ),
    "prepare.unreadable": ("This picture cannot be read: {reason}.", "无法读取这张图片：{reason}。"),
    "prepare.unreadable.hint": (
        "Open it in another program and export it again as PNG or JPEG, or take it out.",
        "请用其他程序打开并重新导出为 PNG 或 JPEG，或移走它。",
    ),
    "prepare.no_picture": (
        "This is no picture of a kind known here, or its beginning is damaged.",
        "这不是可识别的图片，或者文件开头已损坏。",
    ),
    "prepare.no_picture.hint": (
        "Download or copy it once more, export it as PNG or JPEG, or take it out.",
        "请重新下载或复制，导出为 PNG 或 JPEG，或移走它。",
    ),
    "prepare.truncated": (
        "This picture is cut off: its file ends too early.",
        "这张图片不完整：文件提前结束。",
    ),
    "prepare.truncated.hint": (
        "Download or copy it once more, or take it out.",
        "请重新下载或复制，或移走它。",
    ),
    "prepare.bomb": (
        "This picture would be enormous once unpacked: {reason}.",
        "这张图片解压后会异常巨大：{reason}。",
    ),
    "prepare.bomb.hint": (
        "If it is a real picture, make it smaller in another program; else take it out.",
        "如果它确实是图片，请先用其他程序缩小；否则请移走它。",
    ),
    "prepare.empty_file": ("This file is empty (0 bytes).", "这个文件是空的（0 字节）。"),
    "prepare.empty_file.hint": (
        "Download or copy it once more, or take it out.",
        "请重新下载或复制，或移走它。",
    ),
    "prepare.unsupported": ("{kind} pictures cannot be read here.", "这里无法读取 {kind} 图片。"),
    "prepare.unsupported.hint": ("Export it as PNG or JPEG.", "请导出为 PNG 或 JPEG。"),
    "prepare.heic_needs_extra": (
        "This is a HEIC picture, and nothing on this machine can read it.",
        "这是 HEIC 图片，这台机器上没有能读取它的组件。",
    ),
    "prepare.heic_needs_extra.hint": (
        "Run: pip install 'kohya-driver[heic]'. Or export it as JPEG.",
        "请运行：`pip install 'kohya-driver[heic]'`。或导出为 JPEG。",
    ),
    # Why find_images passed a file over
    "prepare.passed.no_picture": ("not a picture", "不是图片"),
    "prepare.passed.jxl": (
        "JPEG XL, which cannot be read here: export it as PNG or JPEG",
        "JPEG XL，这里无法读取：请导出为 PNG 或 JPEG",
    ),
    "prepare.passed.refused": ("the system does not let this program read it", "系统不允许本程序读取"),
    "prepare.passed.seen": ("a link to a folder that was looked at already", "指向已经查看过的文件夹的链接"),
    "prepare.passed.odd_name": (
        "its name is not UTF-8: rename it",
        "文件名不是 UTF-8：请改名",
    ),
    "prepare.passed.broken_link": ("a link that leads nowhere", "指向不存在文件的链接"),
    "prepare.passed.no_file": ("not a regular file", "不是普通文件"),
}
