"""How the training is started: accelerate's launcher, the command line, the config files."""

from kohya_driver.diagnosis.model import RETRY
from kohya_driver.diagnosis.signature import error, explained, line, note

SIGNATURES = (
    error("acc.config_missing", r"The passed configuration file `?(?P<path>[^`\n]{1,400}?)`? does not exist"),
    error("acc.config_mps_type", r"'MPS' is not a valid DistributedType"),
    error("acc.config_unknown_keys", r"had unknown keys \(\[(?P<name>[^\]\n]{0,400})\]\), please try upgrading your `accelerate`"),
    error("acc.port", r"Tried to launch distributed communication on port `?(?P<value>\d{1,6})`?, but another process is utilizing it"),
    error("proc.one_of_several", r"gloo/[^\n]{0,200}(?:Connection closed by peer|Connection reset by peer|Timed out waiting)|Broken pipe[^\n]{0,80}gloo", recovery=RETRY),
    error("proc.one_of_several", r"(?:ncclRemoteError|remote process exited or there was a network error|NCCL communicator was aborted)", recovery=RETRY),
    line("acc.not_alike", "the machines do not train the same: ", pattern=r"the machines do not train the same: (?P<value>[^\n]{1,300})"),
    error("acc.no_meeting", r"DistNetworkError: [^\n]{0,300}|DistStoreError: [^\n]{0,300}|RendezvousTimeoutError|RendezvousConnectionError"),
    note("acc.defaults_note", "The following values were not passed to `accelerate launch` and had defaults used instead"),
    line("cli.unknown_option", "error: unrecognized arguments:", pattern=r"error: unrecognized arguments: (?P<option>[^\n]{0,300})"),
    line("cli.invalid_choice", "invalid choice:", pattern=r"error: argument (?P<option>--\w{1,80})(?:/\S{1,80})?: invalid choice: (?P<value>'[^'\n]{0,200}')"),
    line("cli.config_not_found", ".toml not found.", pattern=r"(?P<path>[^\s\"'][^\n\"']{0,400}\.toml) not found\."),
    line("cli.output_config_exists", "Config file already exists. Aborting"),
    error("toml.syntax", r"toml\.decoder\.TomlDecodeError: (?P<value>[^\n]{0,300})"),
    explained("ds.args_schema", "Invalid cmdline parsed arguments. This should be a bug", "", error=r"voluptuous|Invalid"),
    error("ds.schema", r"voluptuous\.error\.MultipleInvalid: (?P<value>[^\n]{0,200}) @ data(?P<path>\[[^\n]{0,200})"),
    line("ds.args_schema", "Invalid cmdline parsed arguments. This should be a bug"),
    error("ds.schema", r"voluptuous\.error\.\w{0,20}Invalid: (?P<value>[^\n]{0,200})"),
    error("ds.file_missing", r"file not found ?/ [^:\n]{0,120}: (?P<path>[^\n]{1,400})", frame=r"config_util|\bload_user_config\b"),
    error("ds.bad_ext", r"not supported config file format"),
    error("ds.empty_datasets", r"datasets should not be an empty iterable"),
    error("ds.mixed_styles", r"DreamBooth subset and fine tuning subset cannot be mixed"),
    error("ds.resolution_int", r"'int' object has no attribute 'split'"),
    error("ds.resolution_bad", r"invalid literal for int\(\) with base 10: '(?P<value>[^'\n]{0,100})'", frame=r"in prepare_dataset_args"),
    error("ds.resolution_bad", r"resolution must be 'size' or 'width,height'"),
    error("ds.resolution_missing", r"resolution is required"),
)  # fmt: skip
