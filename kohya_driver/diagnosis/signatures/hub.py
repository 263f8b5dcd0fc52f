"""What is fetched from Hugging Face: tokenizers, models, and the network on the way."""

from kohya_driver.diagnosis.model import RETRY
from kohya_driver.diagnosis.signature import error, note

SIGNATURES = (
    error("hf.ssl", r"CERTIFICATE_VERIFY_FAILED"),
    error("hf.tokenizer_cache_partial", r"TypeError: expected str, bytes or os\.PathLike object, not NoneType|Can't load tokenizer for", frame=r"from_pretrained\(local_tokenizer_path\)|strategy_base\.py\", line 62, in _load_tokenizer"),
    error("hf.tokenizer_offline", r"Can't load tokenizer for(?: '(?P<name>[^'\n]{1,200})')?", recovery=RETRY),
    error("hf.tokenizer_offline", r"TypeError: expected str, bytes or os\.PathLike object, not NoneType", frame=r"in _?load_tokenizers?\b|Tokenizer\.from_pretrained\(", recovery=RETRY),
    error("hf.unreachable", r"MaxRetryError|ProxyError|Connect(?:ion)?Timeout(?:Error)?\b|NameResolutionError|Max retries exceeded with url|ReadTimeoutError|Temporary failure in name resolution|nodename nor servname", recovery=RETRY),
    error("model.hf_id_failed", r"Cannot load model (?P<name>\S{1,200}): model is not cached locally|model is not found as a file or in Hugging Face"),
    error("model.hf_id_failed", r"OSError|EnvironmentError", words="model is not found as a file or in Hugging Face", frame=r"DiffusionPipeline\.from_pretrained|Pipeline\.from_pretrained|load_models_from_stable_diffusion|_load_target_model"),
    error("vae.load", r"OSError|EnvironmentError", words="exception occurs in loading vae:"),
    error("hf.unreachable", r"LocalEntryNotFoundError|OfflineModeIsEnabled|We couldn't connect to 'https?://|offline mode is enabled", recovery=RETRY),
    note("save.hf_upload", "failed to create HuggingFace repo", "failed to upload to HuggingFace"),
)  # fmt: skip
