"""Sentences about resolution, buckets and batches."""

TEXTS = {
    "dataset.picture_too_small": (
        "{count} picture(s) have a side shorter than `bucket_reso_steps`: {names}.",
        "有 {count} 张图片的某一边小于 `bucket_reso_steps`：{names}。",
    ),
    "dataset.picture_too_small.hint": (
        "With `bucket_no_upscale` they fit no bucket. Take them out, or switch that off.",
        "开启 `bucket_no_upscale` 时它们放不进任何分桶。请移走这些图片，或关闭该选项。",
    ),
    "dataset.picture_not_resolution": (
        "{count} picture(s) do not have exactly the training resolution: {names}.",
        "有 {count} 张图片的尺寸与训练分辨率不完全一致：{names}。",
    ),
    "dataset.picture_not_resolution.hint": (
        "Set `enable_bucket = true`, or `cache_latents = true`.",
        "请设置 `enable_bucket = true` 或 `cache_latents = true`。",
    ),
    "dataset.bucket_step": (
        "`bucket_reso_steps` is {step}; for this kind of base model it must be a multiple of {divisor}.",
        "`bucket_reso_steps` 为 {step}；对于这类底模，它必须是 {divisor} 的倍数。",
    ),
    "dataset.bucket_step.hint": ("Leave it out, or set it to {divisor}.", "请去掉该项，或设为 {divisor}。"),
    "dataset.bucket_minimum": (
        "`min_bucket_reso` ({minimum}) is larger than the shorter side of the resolution ({side}).",
        "`min_bucket_reso`（{minimum}）大于分辨率的短边（{side}）。",
    ),
    "dataset.bucket_minimum.hint": ("Set it to {side} or less.", "请设为 {side} 或更小。"),
    "dataset.bucket_maximum": (
        "`max_bucket_reso` ({maximum}) is smaller than the longer side of the resolution ({side}).",
        "`max_bucket_reso`（{maximum}）小于分辨率的长边（{side}）。",
    ),
    "dataset.bucket_maximum.hint": ("Set it to {side} or more.", "请设为 {side} 或更大。"),
    "dataset.bucket_minimum_zero": (
        "`min_bucket_reso` ({minimum}) is smaller than `bucket_reso_steps` ({step}), at which the engine stops.",
        "`min_bucket_reso`（{minimum}）小于 `bucket_reso_steps`（{step}），引擎会因此中断。",
    ),
    "dataset.bucket_minimum_zero.hint": ("Set it to {step} or more.", "请设为 {step} 或更大。"),
    "dataset.bucket_resolution": (
        "The resolution is smaller than `bucket_reso_steps` ({step}).",
        "分辨率小于 `bucket_reso_steps`（{step}）。",
    ),
    "dataset.bucket_resolution.hint": ("Choose a larger resolution.", "请选择更大的分辨率。"),
    "dataset.validation_none": (
        "`validation_split = {share}` of {count} picture(s) leaves none for validation.",
        "`validation_split = {share}` 对 {count} 张图片来说，分不出验证图片。",
    ),
    "dataset.validation_none.hint": ("Raise it, or leave it out.", "请调大该值，或去掉它。"),
    "dataset.validation_overlap": (
        "With `validation_split = {share}` of {count} pictures the engine puts one picture in both parts.",
        "`validation_split = {share}` 用于 {count} 张图片时，引擎会把同一张图片同时用于训练和验证。",
    ),
    "dataset.validation_overlap.hint": (
        "Choose a share that gives a whole number of pictures.",
        "请选择能得到整数张图片的比例。",
    ),
    "dataset.picture_enlarged": (
        "{count} picture(s) are blown up more than {times} times, and what is learnt from them is blurred: {names}.",
        "有 {count} 张图片会被放大到 {times} 倍以上，学到的内容会模糊：{names}。",
    ),
    "dataset.picture_enlarged.hint": (
        "Use larger pictures, a smaller resolution, or `bucket_no_upscale = true`.",
        "请使用更大的图片、更小的分辨率，或设置 `bucket_no_upscale = true`。",
    ),
    "dataset.picture_cropped": (
        "Without buckets the engine cuts {count} picture(s) to the shape of the resolution, the middle stays: {names}.",
        "未启用分桶，引擎会把 {count} 张图片按分辨率的形状裁剪，只留中间：{names}。",
    ),
    "dataset.picture_cropped.hint": (
        "Set `enable_bucket = true` to keep them whole.",
        "请设置 `enable_bucket = true` 以保留整张图片。",
    ),
    "dataset.short_batches": (
        "{small} of {total} buckets hold fewer pictures ({count} in all) than a batch of {batch_size}: each costs a step that is not full.",
        "{total} 个分桶中有 {small} 个（共 {count} 张图片）少于批次大小 {batch_size}：每个都要多占一个不满的步。",
    ),
    "dataset.short_batches.hint": (
        "Lower train_batch_size, raise num_repeats, or crop pictures to fewer shapes.",
        "请减小 train_batch_size、增大 num_repeats，或把图片裁成更少的几种形状。",
    ),
    "dataset.many_buckets": (
        "{count} picture(s) with repeats are spread over {total} buckets: with a batch size of {batch_size} many steps are not full.",
        "{count} 张图片（含重复）分散在 {total} 个分桶中：批次大小为 {batch_size} 时，很多步都不满。",
    ),
    "dataset.many_buckets.hint": (
        "Crop pictures to fewer shapes, or set train_batch_size to 1.",
        "请把图片裁成更少的几种形状，或把 train_batch_size 设为 1。",
    ),
    "dataset.bucket_limits_unused": (
        "With `bucket_no_upscale` the engine does not use `{name}`.",
        "开启 `bucket_no_upscale` 时，引擎不使用 `{name}`。",
    ),
    "dataset.bucket_limits_unused.hint": ("Remove one of the two.", "请删除两者之一。"),
    "dataset.resolution_small": (
        "{side} pixels are few for {family}: it was made for 1024 and draws badly below 768.",
        "{side} 像素对 {family} 来说偏小：它按 1024 训练，低于 768 时效果很差。",
    ),
    "dataset.resolution_small.hint": ("Set the resolution to 1024, or 768.", "请把分辨率设为 1024 或 768。"),
    "dataset.resolution_large": (
        "{side} pixels are many for {family}: it was made for 512; more memory and time bring little beyond 768.",
        "{side} 像素对 {family} 来说偏大：它按 512 训练，超过 768 只会多占内存和时间。",
    ),
    "dataset.resolution_large.hint": ("Set the resolution to 512, or 768.", "请把分辨率设为 512 或 768。"),
}
