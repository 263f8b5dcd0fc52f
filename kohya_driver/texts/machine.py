"""Sentences about what this machine has and has not."""

TEXTS: dict[str, tuple[str, str]] = {
    "machine.mac_without_mps": (
        "This Mac ({chip}) has no graphics that PyTorch can train on; the engine would use the processor without a word.",
        "这台 Mac（{chip}）没有 PyTorch 可用于训练的图形芯片；引擎会一声不响地改用 CPU。",
    ),
    "machine.mac_without_mps.hint": (
        'Use a Mac with an M-series chip, or set launch.device = "cpu" and wait very long.',
        '请使用 M 系列芯片的 Mac；或设置 launch.device = "cpu"，但会非常慢。',
    ),
    "machine.many_buckets": (
        "The pictures fall into {count} different sizes; on MPS memory grows with each, over the first epochs.",
        "图片分到了 {count} 种不同的尺寸；在 MPS 上，前几个轮次内存会随尺寸种类增长。",
    ),
    "machine.many_buckets.hint": (
        "If memory runs short, set bucket_reso_steps = 128 under [dataset], or crop the pictures to fewer shapes.",
        "如果内存不足，请在 [dataset] 下设置 bucket_reso_steps = 128，或把图片裁剪成较少的几种形状。",
    ),
    "machine.disk_full": (
        "The training writes {needed_gb} GB, and {free_gb} GB are free; the engine would stop at a save, or while caching.",
        "训练要写入 {needed_gb} GB，而磁盘只剩 {free_gb} GB；引擎会在保存或缓存时中止。",
    ),
    "machine.disk_full.hint": (
        "Free some space, save less often (saving.every_n_epochs), or set saving.output_dir to another disk.",
        "请清理磁盘，减少保存次数（saving.every_n_epochs），或把 saving.output_dir 设到其他磁盘。",
    ),
    "machine.disk_low": (
        "The training writes {needed_gb} GB, and only {free_gb} GB are free; macOS needs room there too when memory runs short.",
        "训练要写入 {needed_gb} GB，而磁盘只剩 {free_gb} GB；内存不足时 macOS 也要用到这里的空间。",
    ),
    "machine.disk_low.hint": (
        "Free some space first: a full disk ends the training at a save.",
        "请先清理一些空间：磁盘写满会使训练在保存时中止。",
    ),
    "machine.evicted": (
        "{count} file(s) are in iCloud and not on this machine; each is downloaded when it is read, or reading it fails.",
        "有 {count} 个文件只在 iCloud 中，不在本机；读取时才会下载，也可能读取失败。",
    ),
    "machine.evicted.hint": (
        "In Finder choose Download Now for the folder, or move it out of iCloud Drive (Desktop and Documents may belong to it).",
        "请在“访达”中对该文件夹选择“立即下载”，或把它移出 iCloud 云盘（“桌面”和“文稿”可能也在其中）。",
    ),
}
