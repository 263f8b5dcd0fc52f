"""Samples, saved files, resuming, records of a run."""

from kohya_driver.diagnosis.signature import error, line, note

_SAVE = r"in save_model\b|in save_(?:sd_)?model_on_\w{1,40}|in save_weights\b"
_SAMPLE = r"in sample_images(?:_common)?\b"

SIGNATURES = (
    # the disk
    error("save.disk_full", r"No space left on device|code: 28, kind: StorageFull|\[Errno 28\]|WinError 112"),
    line("save.disk_full", "No space left on device"),
    error("os.tcc", r"\[Errno 1\] Operation not permitted(?:: '(?P<path>[^'\n]{1,400})')?"),
    error("os.icloud", r"\[Errno 11\] Resource deadlock avoided(?:: '(?P<path>[^'\n]{1,400})')?"),
    # samples
    error("sample.no_prompts", r"stat: path should be string, bytes, os\.PathLike or integer, not NoneType", frame=_SAMPLE),
    error("sample.bad_ext", r"cannot access local variable 'prompts'|local variable 'prompts' referenced before assignment"),
    error("sample.toml_shape", r"KeyError: '(?P<name>subset|prompt)'", frame=_SAMPLE + r"|in load_prompts\b"),
    note("sample.missing_file", "No prompt file", pattern=r"No prompt file ?/ [^:\n]{0,120}: (?P<path>[^\n]{1,400})"),
    # saved files
    error("save.output_dir_none", r"expected str, bytes or os\.PathLike object, not NoneType", frame=_SAVE + r"|os\.makedirs\(args\.output_dir"),
    error("save.output_name_slash", r"Error while serializing: (?:IoError|I/O error)[^\n]{0,10}(?:Os \{ code: 2\b|No such file or directory)"),
    error("save.dir_unwritable", r"FileExistsError|PermissionError|FileNotFoundError|OSError|Error while serializing: (?P<error>[^\n]{1,200})", frame=_SAVE),
    # resuming
    error("resume.finished", r"max_train_steps should be greater than initial step"),
    error("resume.missing", r"Tried to find (?P<path>[^\n]{1,400}?) but folder does not exist"),
    error("resume.mismatch", r"Error\(s\) in loading state_dict for \w{1,40}", frame=r"in resume_from_local_or_hf_if_specified"),
    error("resume.files", r"No such file or directory: '(?P<path>[^'\n]{0,400}(?:optimizer\.bin|pytorch_model\.bin|model\.safetensors|scheduler\.bin|random_states_\d{1,4}\.pkl))'", frame=r"load_state|resume_from"),
    error("resume.files", r"No such file or directory: '(?P<path>[^'\n]{0,400}(?:optimizer\.bin|pytorch_model\.bin|scheduler\.bin))'"),
    error("resume.param_groups", r"loaded state dict (?:contains a parameter group that doesn't match|has a different number of parameter groups)"),
    # records
    error("log.tensorboard_dir", r"logging_dir is required when log_with is tensorboard"),
    error("log.wandb_key", r"api_key not configured"),
    error("log.level", r"module 'logging' has no attribute '(?P<value>\w{1,60})'"),
)  # fmt: skip
