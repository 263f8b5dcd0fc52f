"""Words for what happens in a run: its phases and the engine's bars."""

TEXTS = {
    "event.phase.starting": ("Starting the engine", "正在启动引擎"),
    "event.phase.loading": ("Loading", "正在加载"),
    "event.phase.caching": ("Caching the pictures", "正在缓存潜空间"),
    "event.phase.preparing": ("Preparing", "正在准备"),
    "event.phase.training": ("Training", "正在训练"),
    "event.phase.sampling": ("Drawing samples", "正在生成预览图"),
    "event.phase.saving": ("Saving", "正在保存"),
    "event.phase.finished": ("Finished", "已结束"),
    "event.bar.names_of_cache_files": ("names of cache files", "缓存文件名"),
    "event.bar.image_sizes": ("picture sizes", "图片尺寸"),
    "event.bar.get_image_size": ("picture sizes", "图片尺寸"),
    "event.bar.read_caption": ("captions", "读取标签"),
    "event.bar.caching_latents": ("latents", "潜空间"),
    "event.bar.caching_text_encoder_outputs": ("text encoder outputs", "文本编码器输出"),
    "event.bar.sample": ("sample", "预览图"),
    "event.bar.validation_steps": ("validation", "验证"),
    "event.bar.epoch_validation_steps": ("validation of the epoch", "本轮验证"),
    "event.outcome.succeeded": ("Done", "训练完成"),
    "event.outcome.failed": ("Failed", "训练失败"),
    "event.outcome.stopped": ("Stopped", "已停止"),
}
