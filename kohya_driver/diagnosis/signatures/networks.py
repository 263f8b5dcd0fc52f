"""The LoRA itself: its module, its arguments, LoRA files to begin with."""

from kohya_driver.diagnosis.signature import error, line

_PATH = r"expected str, bytes or os\.PathLike object, not NoneType"
_LORA = r"networks[\\/]\w{1,40}\.py\", line \d{1,6}, in "

SIGNATURES = (
    error("lycoris.missing", r"No module named 'lycoris"),
    error("lycoris.duplicate_name", r"duplicated lora name: (?P<name>lora_\S{1,200})"),
    error("lycoris.preset", r"cannot read preset file"),
    line("lycoris.preset", "Error: cannot read preset file"),
    error("lycoris.algo", r"KeyError: '(?P<value>\w{1,60})'", frame=r"lycoris"),
    error("net.module_missing", r"No module named 'networks\.(?P<name>\w{1,80})'"),
    error("net.module_none", r"'NoneType' object has no attribute 'startswith'", frame=r"import_module\(args\.network_module\)"),
    error("net.block_dims", r"(?P<name>(?:conv_)?block_(?:dims|alphas)) must have (?P<value>\d{1,4}) elements"),
    error("net.lr_weight", r"not enough arguments for format string", frame=r"networks[\\/]lora\.py\", line \d{1,6}, in get_list"),
    error("net.weights_missing", r"FileNotFoundError: No such file or directory: \"?(?P<path>[^\"\n]{1,400}\.(?:safetensors|pt|ckpt))"),
    error("net.weights_missing", r"FileNotFoundError: \[Errno 2\] No such file or directory: '(?P<path>[^'\n]{1,400})'", frame=_LORA + r"(?:load_weights|create_network_from_weights)"),
    error("net.weights_rank", r"Error\(s\) in loading state_dict for \w{0,20}(?:LoRA|Lycoris|OFT|DyLoRA)\w{0,20}Network", frame=r"in load_weights"),
    error("net.dim_from_weights", _PATH, frame=r"in create_network_from_weights"),
    error("net.dylora", r"rank must be a multiple of unit|conv_dim must be same as network_dim"),
    error("net.oft", r"apply_unet must be True"),
    error("net.dropout", r"dropout probability has to be between 0 and 1, but got (?P<value>\S{1,30})"),
    error("net.dim_negative", r"Trying to create tensor with negative dimension (?P<value>-\d{1,9})", frame=_LORA),
    error("net.kwarg_number", r"ValueError: (?:invalid literal for int\(\) with base 10|could not convert string to float): (?P<value>'[^'\n]{0,100}')", frame=_LORA + r"create_network"),
)  # fmt: skip
