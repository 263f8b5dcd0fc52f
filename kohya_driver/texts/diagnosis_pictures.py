"""Sentences about pictures, captions and their caches, as a log tells of them: what happened, why, what to do."""

CAUSES = {
    "data.none_found": (
        ("The engine found no pictures and trained nothing.", "引擎没有找到图片，什么也没有训练。"),
        (
            "It wants the folder above: one that holds folders named like `6_ningguang`, with .png, .jpg, .jpeg, .webp or .bmp "
            "directly inside. The notes tell which folders it passed over.",
            "它要的是上一层文件夹：里面有类似 `6_ningguang` 的文件夹，图片（.png、.jpg、.jpeg、.webp、.bmp）直接放在其中。"
            "下面的附注会说明跳过了哪些文件夹。",
        ),
        (
            "Give [dataset] train_data_dir the folder with the pictures; `kohya-driver plan PRESET` counts what is found. "
            "Elsewhere name the folder above it.",
            "把 [dataset] train_data_dir 设为图片所在的文件夹；`kohya-driver plan PRESET` 会数出找到多少张。"
            "用其他程序时，请指定它的上一层文件夹。",
        ),
    ),
    "data.not_a_folder": (
        ("A folder of pictures does not exist: {path}", "图片文件夹不存在：{path}"),
        ("The path is mistyped, or the disk is not connected.", "路径写错，或磁盘没有连接。"),
        ("Correct the path in [dataset].", "请改正 [dataset] 中的路径。"),
    ),
    "data.no_repeats_in_name": (
        ("A folder was passed over, as its name does not begin with a number: {path}", "文件夹被跳过，因为名称不以数字开头：{path}"),
        ("Without a dataset config the engine reads only folders named `<repeats>_<words>`, such as `6_ningguang`.", "没有数据集配置时，引擎只读取名称形如“<重复次数>_<文字>”的文件夹，例如 `6_ningguang`。"),
        ("Rename it; or use a preset, where [dataset] num_repeats says the same.", "请改名；或使用预设，用 [dataset] num_repeats 来设置。"),
    ),
    "data.zero_repeats": (
        ("A folder was passed over, as it is to be shown less than once: {path}", "文件夹被跳过，因为重复次数小于 1：{path}"),
        ("The number in its name, or num_repeats, is 0 or less.", "名称中的数字或 num_repeats 是 0 或更小。"),
        ("Give 1 or more.", "请设为 1 或更大。"),
    ),
    "data.empty_folder": (
        ("A folder has no pictures: {path}", "文件夹里没有图片：{path}"),
        (
            "Only .png, .jpg, .jpeg, .webp and .bmp directly in the folder count; .heic, .gif and .tiff do not, nor do folders inside it.",
            "只算直接放在文件夹里的 .png、.jpg、.jpeg、.webp、.bmp；.heic、.gif、.tiff 和其中的子文件夹都不算。",
        ),
        ("Put the pictures there, or convert them.", "请把图片放进去，或转换格式。"),
    ),
    "caption.none_used": (
        ("{value} pictures were trained without a caption.", "有 {value} 张图片训练时没有标签。"),
        (
            "They have no caption file, or the files have another ending than the one looked for (the engine's own is .caption).",
            "它们没有标签文件，或文件的扩展名与引擎查找的不同（引擎默认是 .caption）。",
        ),
        ('[dataset] caption_extension = ".txt", and a .txt file beside each picture.', '设置 [dataset] caption_extension = ".txt"，并在每张图片旁放一个 .txt 文件。'),
    ),
    "ds.caption_empty": (
        ("A caption file is empty: {path}", "标签文件是空的：{path}"),
        ("The engine stops at an empty one.", "遇到空的标签文件，引擎会停下。"),
        ("Write a caption into it, or delete the file.", "请写入标签，或删除该文件。"),
    ),
    "ds.caption_encoding": (
        ("A caption file is not in UTF-8: {path}", "标签文件不是 UTF-8 编码：{path}"),
        ("It was saved in another encoding, such as GBK or UTF-16.", "它以其他编码保存，例如 GBK 或 UTF-16。"),
        ("Save it again as UTF-8 in a text editor.", "请用文本编辑器另存为 UTF-8。"),
    ),
    "ds.meta_missing": (
        ("The file with the captions does not exist: {path}", "标签数据文件不存在：{path}"),
        ("The path in metadata_file or in_json is wrong.", "metadata_file 或 in_json 中的路径不对。"),
        ("Correct the path, or use caption files beside the pictures.", "请改正路径，或改用放在图片旁的标签文件。"),
    ),
    "ds.resize_interp": (
        ("{value} is no way to scale pictures.", "{value} 不是可用的缩放方式。"),
        ("The name is misspelt.", "名称拼写错误。"),
        ("[dataset] resize_interpolation: lanczos, nearest, bilinear, bicubic, area or box; or leave it out.", "[dataset] resize_interpolation 可以是 lanczos、nearest、bilinear、bicubic、area 或 box；也可以不写。"),
    ),
    "cap.separator": (
        ("The text between tags is empty.", "标签之间的分隔符是空的。"),
        ("caption_separator is set to nothing, and captions cannot be split at nothing.", "caption_separator 设成了空，无法据此拆分标签。"),
        ('[dataset] caption_separator = ",", or leave it out.', '设置 [dataset] caption_separator = ","，或不写。'),
    ),
    "img.size_unreadable": (
        ("A picture cannot be read: {path}", "无法读取图片：{path}"),
        ("The file is empty or damaged, or no picture. The engine only warns, and then divides by its size, which is 0.", "文件是空的、已损坏，或不是图片。引擎只给出警告，随后用它的尺寸（0）做除法而出错。"),
        ("Remove it or save it again; `kohya-driver plan PRESET` finds all of them.", "请删除或重新保存它；`kohya-driver plan PRESET` 会找出所有这样的图片。"),
    ),
    "img.zero_div_select": (
        ("The bucket for a picture has a side of 0.", "某张图片的分桶有一边为 0。"),
        ("With bucket_no_upscale, a picture has a side smaller than the step between buckets.", "开启 bucket_no_upscale 时，有图片的一边小于分桶步长。"),
        ("[dataset] bucket_no_upscale = false; or remove very small pictures.", "设置 [dataset] bucket_no_upscale = false；或去掉很小的图片。"),
    ),
    "img.truncated": (
        ("A picture is cut off.", "有图片不完整。"),
        ("Its copy or download was broken off. The line with `Error loading file`, if there is one, names it.", "复制或下载时中断。如果有 `Error loading file` 一行，那里写着是哪张。"),
        ("Copy it again or remove it; `kohya-driver plan PRESET` finds all of them.", "请重新复制或删除它；`kohya-driver plan PRESET` 会找出所有这样的图片。"),
    ),
    "img.unidentified": (
        ("A file is no picture that can be read: {path}", "该文件不是可读取的图片：{path}"),
        (
            "Its name says picture, but inside is something else: HEIC or AVIF with its name changed, a web page, or a Mac's `._` file.",
            "文件名像图片，内容却不是：改了扩展名的 HEIC 或 AVIF、网页，或 Mac 的 `._` 文件。",
        ),
        ("Convert it, or delete it.", "请转换格式，或删除它。"),
    ),
    "img.load_error_path": (
        ("The engine stopped at this file: {path}", "引擎在处理这个文件时停下：{path}"),
        ("Something in it could not be read; the traceback says what.", "其中有无法读取的内容，报错信息里写明了原因。"),
        ("Save it again in another program, or remove it.", "请用其他软件重新保存，或删除它。"),
    ),
    "img.too_large_nobucket": (
        ("A picture is larger than the training size, and nothing may be done about it.", "有图片大于训练尺寸，而又不允许处理它。"),
        ("Buckets and cropping are both off, and latents are not cached.", "分桶和裁剪都关闭了，也没有缓存潜变量。"),
        ("[dataset] enable_bucket = true, or [training] cache_latents = true.", "设置 [dataset] enable_bucket = true，或 [training] cache_latents = true。"),
    ),
    "img.too_small_nobucket": (
        ("A picture is smaller than the training size, and nothing may be done about it.", "有图片小于训练尺寸，而又不允许处理它。"),
        ("Buckets are off, and latents are not cached.", "分桶关闭，也没有缓存潜变量。"),
        ("[dataset] enable_bucket = true, or [training] cache_latents = true.", "设置 [dataset] enable_bucket = true，或 [training] cache_latents = true。"),
    ),
    "mask.conditioning": (
        ("The masks do not fit the pictures ({value}).", "蒙版与图片不对应（{value}）。"),
        ("A picture has no mask, a mask has no picture, or their sizes differ.", "有图片缺少蒙版、有蒙版缺少图片，或尺寸不同。"),
        ("One mask for each picture, of the same name and size, and nothing else in that folder.", "每张图片配一个同名、同尺寸的蒙版，该文件夹里不要放别的。"),
    ),
    "bucket.steps": (
        ("bucket_reso_steps is {value} and must be a multiple of {other}.", "bucket_reso_steps 是 {value}，必须是 {other} 的倍数。"),
        ("Bucket sizes must fit the model: 64 for SD 1.x and 2.x, 32 for SDXL.", "分桶尺寸要符合模型要求：SD 1.x 和 2.x 为 64，SDXL 为 32。"),
        ("[dataset] bucket_reso_steps = 64 (SDXL: 32), or leave it out.", "设置 [dataset] bucket_reso_steps = 64（SDXL 为 32），或不写。"),
    ),
    "bucket.minmax": (
        ("{name} does not go with the training size.", "{name} 与训练尺寸不符。"),
        ("The smallest bucket must not be above the training size, the largest not below it.", "最小分桶不能大于训练尺寸，最大分桶不能小于训练尺寸。"),
        ("Correct [dataset] min_bucket_reso and max_bucket_reso, or leave them out.", "请改正 [dataset] min_bucket_reso 和 max_bucket_reso，或不写。"),
    ),
    "cache.color_crop": (
        ("Cached pictures cannot be varied in colour or cropping.", "缓存的图片不能再随机变色或裁剪。"),
        ("cache_latents keeps each picture as it is; color_aug and random_crop would change it every time.", "cache_latents 会固定每张图片，而 color_aug 和 random_crop 每次都要改变它。"),
        ("[dataset] color_aug = false, random_crop = false; or [training] cache_latents = false.", "设置 [dataset] color_aug = false、random_crop = false；或 [training] cache_latents = false。"),
    ),
    "cache.stack_size": (
        ("Pictures of one batch have different sizes: {value} and {other}.", "同一批图片的尺寸不同：{value} 和 {other}。"),
        ("Picture caches (*.npz) of an earlier training with other sizes are used again; the engine does not check them.", "沿用了之前其他尺寸训练留下的图片缓存（*.npz），引擎不会检查。"),
        ("Delete the .npz files beside the pictures; `kohya-driver plan PRESET` names those that do not fit.", "请删除图片旁的 .npz 文件；`kohya-driver plan PRESET` 会指出哪些不符。"),
    ),
    "cache.npz_corrupt": (
        ("A picture cache is damaged: {path}", "图片缓存已损坏：{path}"),
        ("A training was ended while it wrote this .npz file.", "写这个 .npz 文件时训练被中断了。"),
        ("Delete the file; it is made anew.", "请删除该文件，它会重新生成。"),
    ),
    "cache.nan_latents": (
        ("A picture became a cache without numbers (NaN).", "某张图片的缓存是无效数值（NaN）。"),
        ("The VAE overflowed in 16 bit, as SDXL's does.", "VAE 在 16 位下溢出，SDXL 的 VAE 就会这样。"),
        ("[precision] no_half_vae = true, and delete the .npz files beside the pictures.", "设置 [precision] no_half_vae = true，并删除图片旁的 .npz 文件。"),
    ),
    "cache.vae_batch_zero": (
        ("No pictures at once were asked for while caching.", "缓存时每次处理的图片数设成了 0。"),
        ("vae_batch_size is 0.", "vae_batch_size 是 0。"),
        ("[training] vae_batch_size = 1 or more, or leave it out.", "设置 [training] vae_batch_size = 1 或更大，或不写。"),
    ),
    "te.cache_conflict": (
        ("Cached captions cannot be changed while training.", "缓存的标签在训练中不能改变。"),
        ("cache_text_encoder_outputs keeps each caption as it is; shuffling and dropping tags would change it.", "cache_text_encoder_outputs 会固定每条标签，而打乱或丢弃标签会改变它。"),
        (
            "[training] cache_text_encoder_outputs = false; or [dataset] shuffle_caption = false and no caption dropout or token warmup.",
            "设置 [training] cache_text_encoder_outputs = false；或 [dataset] shuffle_caption = false，且不用标签丢弃和 token 预热。",
        ),
    ),
    "te.cache_train": (
        ("The text encoder cannot be trained while its outputs are cached.", "缓存了文本编码器的输出，就不能再训练它。"),
        ("cache_text_encoder_outputs puts the text encoder away.", "cache_text_encoder_outputs 会把文本编码器移走。"),
        ("[network] train_unet_only = true.", "设置 [network] train_unet_only = true。"),
    ),
    "dl.worker_died": (
        ("A helper that reads pictures died.", "一个读取图片的进程意外结束。"),
        ("Mostly for lack of memory: each helper takes nearly a gigabyte.", "多半是内存不足：每个进程要占将近 1 GB。"),
        ("[training] max_data_loader_n_workers = 0.", "设置 [training] max_data_loader_n_workers = 0。"),
    ),
    "dl.too_many_files": (
        ("Too many files were open.", "打开的文件太多。"),
        ("A Mac allows 256 at once unless told otherwise, and each helper that reads pictures needs many.", "Mac 默认最多同时打开 256 个文件，而每个读图进程都要用到很多。"),
        ("[training] max_data_loader_n_workers = 0; or `ulimit -n 4096` before starting.", "设置 [training] max_data_loader_n_workers = 0；或在启动前运行 `ulimit -n 4096`。"),
    ),
    "dl.pickle": (
        ("Something could not be handed to the helpers that read pictures.", "有内容无法交给读取图片的进程。"),
        ("On a Mac and on Windows helpers are started anew, and not everything can be sent to them.", "在 Mac 和 Windows 上，读图进程是重新启动的，有些内容无法传给它们。"),
        ("[training] max_data_loader_n_workers = 0.", "设置 [training] max_data_loader_n_workers = 0。"),
    ),
    "dl.share_mps": (
        ("Data on the graphics part was to be shared with the helpers that read pictures.", "试图把图形处理器上的数据分享给读图进程。"),
        ("That works with main memory only.", "只有主内存中的数据才能分享。"),
        ("[training] max_data_loader_n_workers = 0.", "设置 [training] max_data_loader_n_workers = 0。"),
    ),
    "dl.persistent": (
        ("Helpers are to be kept between epochs, but there are none.", "要求在各轮之间保留读图进程，但根本没有读图进程。"),
        ("persistent_data_loader_workers goes only with max_data_loader_n_workers above 0.", "persistent_data_loader_workers 要求 max_data_loader_n_workers 大于 0。"),
        ("[training] persistent_data_loader_workers = false.", "设置 [training] persistent_data_loader_workers = false。"),
    ),
}  # fmt: skip
