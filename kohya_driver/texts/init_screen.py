"""What `init` shows while it works and at its end."""

TEXTS = {
    "init_screen.step.scan": ("reading pictures", "读取图片"),
    "init_screen.step.crop": ("cropping", "裁剪"),
    "init_screen.step.download": ("fetching the tagger", "下载打标模型"),
    "init_screen.step.tag": ("tagging", "打标"),
    "init_screen.step.build": ("building", "生成"),
    "init_screen.step.sheet": ("drawing the contact sheet", "绘制缩略图总览"),
    "init_screen.step.audit": ("looking it over", "检查"),
    "init_screen.progress": ("{step}  {done} of {of}", "{step}  {done}/{of}"),
    "init_screen.waiting": (
        "Another `init` works on {project}; waiting for it to end.",
        "另一个 `init` 正在处理 {project}；等待它结束。",
    ),
    "init_screen.made": ("{project} is ready.", "{project} 已就绪。"),
    "init_screen.would": (
        "This is what would be done; nothing was written.",
        "将会这样做；没有写入任何内容。",
    ),
    "init_screen.counts": (
        "{added} new, {changed} made anew, {removed} removed, {unchanged} as before",
        "新增 {added}，重做 {changed}，移除 {removed}，不变 {unchanged}",
    ),
    "init_screen.concept": (
        "{folder}: {pictures} picture(s), each {repeats} time(s) an epoch ({why})",
        "{folder}：{pictures} 张图片，每轮各 {repeats} 次（{why}）",
    ),
    "init_screen.repeats.asked": ("as you said", "按您的要求"),
    "init_screen.repeats.auto": (
        "reckoned from the number of pictures; {total} an epoch",
        "按图片数量计算；每轮共 {total} 次",
    ),
    "init_screen.repeats.style": (
        "usual for this style; --repeats changes it",
        "这种风格的常用值；可用 --repeats 修改",
    ),
    "init_screen.repeats.folder": ("from the folder's name", "来自文件夹名"),
    "init_screen.repeats.kept": ("as you have named the folder", "按您给文件夹起的名字"),
    "init_screen.repeats.reg": ("regularization", "正则化"),
    "init_screen.family": (
        "base model: {family}, trained at {resolution}",
        "底模：{family}，以 {resolution} 训练",
    ),
    "init_screen.captions": (
        "captions: {source} from your own, {tags} by the tagger, {trigger} the trigger word alone, {kept} changed by you",
        "标签：沿用您的 {source}，打标 {tags}，仅触发词 {trigger}，您改过的 {kept}",
    ),
    "init_screen.tagger": ("tagger: {model}", "打标模型：{model}"),
    "init_screen.sheet": (
        "Look at the crops, the doubtful first:  {sheet}",
        "查看裁剪结果，有疑问的在前：{sheet}",
    ),
    "init_screen.overrides": (
        "What you want otherwise goes into {file}; then run `kohya-driver init {project}` again.",
        "想改的写进 {file}，然后再运行 `kohya-driver init {project}`。",
    ),
    "init_screen.next": ("Next:  kohya-driver train {preset}", "下一步：kohya-driver train {preset}"),
}
