"""Files of base models and VAEs: the wrong architecture, a broken download, another kind of file."""

from kohya_driver.diagnosis.signature import error, line

_SHAPE = r"torch\.Size\(\[\d{1,6}, (?:768|1024)\]\)"
_HEADER = r"Error while deserializing header: "

SIGNATURES = (
    error("model.sdxl_in_sd_script", r"Error\(s\) in loading state_dict for UNet2DConditionModel:\s{0,20}Missing key\(s\) in state_dict: \"down_blocks\.0\.attentions"),
    error("model.sd_in_sdxl_script", r"Error\(s\) in loading state_dict for SdxlUNet2DConditionModel"),
    error("model.inpainting", r"size mismatch for conv_in\.weight[^\n]{0,200}\[320, 9, 3, 3\]"),
    error("model.v2_mismatch", rf"size mismatch for [^\n]{{0,200}}attn2\.to_[kv]\.weight[^\n]{{0,100}}{_SHAPE}[^\n]{{0,100}}{_SHAPE}"),
    error("model.path_invalid", r"The provided pretrained_model_name_or_path \"(?P<path>[^\"\n]{0,400})\" is neither a valid local path nor a valid repo id"),
    error("model.path_none", r"lstat: path should be string, bytes or os\.PathLike, not NoneType"),
    error("model.sdxl_v2", r"v2 cannot be enabled in SDXL training"),
    error("st.truncated", _HEADER + r"(?:MetadataIncompleteBuffer|InvalidHeaderDeserialization|[Ii]ncomplete metadata)"),
    error("st.not_safetensors", _HEADER + r"(?:HeaderTooLarge|header too large)"),
    error("st.empty", _HEADER + r"(?:HeaderTooSmall|header too small)"),
    error("ckpt.pickle_bad", r"UnpicklingError: invalid load key, '(?P<value>[^\n]{1,10}?)'"),
    error("ckpt.weights_only", r"Weights only load failed"),
    error("ckpt.zip_trunc", r"PytorchStreamReader failed reading zip archive"),
    error("ckpt.eof", r"EOFError: Ran out of input"),
    line("vae.load", "exception occurs in loading vae:", pattern=r"exception occurs in loading vae: (?P<error>[^\n]{0,200})"),
)  # fmt: skip
