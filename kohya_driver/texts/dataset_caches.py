"""Sentences about the engine's cache files."""

TEXTS = {
    "dataset.latents_size": (
        "Cached latents (.npz) of another picture size lie beside {count} picture(s), and the engine would "
        "believe them: {names}.",
        "有 {count} 张图片旁边的潜空间缓存（.npz）与图片尺寸不符，而引擎会以缓存为准：{names}。",
    ),
    "dataset.latents_size.hint": (
        "Delete the .npz files in this folder; they are made again when needed.",
        "请删除该文件夹中的 .npz 文件；需要时会重新生成。",
    ),
    "dataset.latents_resolution": (
        "{count} file(s) of cached latents were made for another resolution, and the engine would train on them "
        "as they are: {names}.",
        "有 {count} 个潜空间缓存文件是按其他分辨率生成的，引擎会直接拿来训练：{names}。",
    ),
    "dataset.latents_resolution.hint": (
        "Delete the .npz files in this folder; they are made again when needed.",
        "请删除该文件夹中的 .npz 文件；需要时会重新生成。",
    ),
    "dataset.cache_broken": (
        "{count} cache file(s) are damaged, at which the engine stops: {names}.",
        "有 {count} 个缓存文件已损坏，引擎会因此中断：{names}。",
    ),
    "dataset.cache_broken.hint": (
        "Delete them; they are made again when needed.",
        "请删除它们；需要时会重新生成。",
    ),
    "dataset.latents_nan": (
        "{count} file(s) of cached latents hold no valid numbers; the engine would train these pictures as grey: {names}.",
        "有 {count} 个潜空间缓存文件含无效数值 (NaN)，引擎会把这些图片当成灰色训练：{names}。",
    ),
    "dataset.latents_nan.hint": (
        "Delete them and set `no_half_vae = true` under [precision]: the VAE broke in 16 bit.",
        "请删除它们，并在 [precision] 下设置 `no_half_vae = true`：VAE 在 16 位下出错了。",
    ),
    "dataset.latents_stale": (
        "{count} picture(s) changed after their latents were cached; the engine would train on the old ones: {names}.",
        "有 {count} 张图片在缓存潜空间之后又改过，引擎会用旧的缓存训练：{names}。",
    ),
    "dataset.latents_stale.hint": (
        "Delete these .npz files, unless the folder was merely copied.",
        "请删除这些 .npz 文件（如果只是复制了文件夹则不必）。",
    ),
    "dataset.latents_old_name": (
        "{count} .npz file(s) have the name that older engines gave, and the engine takes them before its own: {names}.",
        "有 {count} 个 .npz 文件是旧版引擎的命名，引擎会优先使用它们：{names}。",
    ),
    "dataset.latents_old_name.hint": (
        "Delete them; they are made again when needed.",
        "请删除它们；需要时会重新生成。",
    ),
    "dataset.latents_other_base": (
        "The cached latents here were made with {made_with}; the engine does not notice that the model is another one.",
        "这里的潜空间缓存是用 {made_with} 生成的；引擎不会发现现在换了模型。",
    ),
    "dataset.latents_other_base.hint": (
        "Delete the .npz files in this folder, unless both models have the same VAE.",
        "请删除该文件夹中的 .npz 文件，除非两个模型的 VAE 相同。",
    ),
    "dataset.text_cache_stale": (
        "{count} caption(s) changed after they were cached; the engine would train on the old ones: {names}.",
        "有 {count} 个标签在缓存之后又改过，引擎会用旧的训练：{names}。",
    ),
    "dataset.text_cache_stale.hint": (
        "Delete these _te_outputs.npz files, unless the folder was merely copied.",
        "请删除这些 _te_outputs.npz 文件（如果只是复制了文件夹则不必）。",
    ),
    "dataset.text_cache_other_base": (
        "The cached captions here were made with {made_with}; the engine does not notice that the model is another one.",
        "这里的文本缓存是用 {made_with} 生成的；引擎不会发现现在换了模型。",
    ),
    "dataset.text_cache_other_base.hint": (
        "Delete the _te_outputs.npz files in this folder.",
        "请删除该文件夹中的 _te_outputs.npz 文件。",
    ),
    "dataset.text_cache_other_length": (
        "The cached captions here were made for {length} tokens, not for the present max_token_length.",
        "这里的文本缓存是按 {length} 个词元生成的，与现在的 max_token_length 不同。",
    ),
    "dataset.text_cache_other_length.hint": (
        "Delete the _te_outputs.npz files in this folder.",
        "请删除该文件夹中的 _te_outputs.npz 文件。",
    ),
    "dataset.text_cache_ignores": (
        "Cached text-encoder outputs are made of the bare captions; the engine would ignore `{name}` without a word.",
        "文本编码器缓存只用原始标签生成；引擎会一声不响地忽略 `{name}`。",
    ),
    "dataset.text_cache_ignores.hint": (
        "Write it into the caption files, or remove cache_text_encoder_outputs.",
        "请直接写进标签文件，或删除 cache_text_encoder_outputs。",
    ),
    "dataset.cache_check_off": (
        "`skip_cache_check` makes the engine take any cache file as it is, also one of another picture size.",
        "`skip_cache_check` 会让引擎不加检查地使用任何缓存文件，哪怕图片尺寸不符。",
    ),
    "dataset.cache_check_off.hint": ("Remove it; the check takes seconds.", "请删除；检查只需几秒。"),
}
