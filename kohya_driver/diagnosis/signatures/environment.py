"""The engine's packages, and the system that they run on."""

from kohya_driver.diagnosis.model import MEMORY
from kohya_driver.diagnosis.signature import error, line, note

_ARCH = r"incompatible architecture \(have '(?P<value>x86_64|arm64[^'\n]{0,40})', need '(?P<other>arm64[^'\n]{0,40}|x86_64)'"

SIGNATURES = (
    error("env.arch", _ARCH),
    line("env.arch", "incompatible architecture (have", pattern=_ARCH),
    error("env.torchvision", r"operator torchvision::nms does not exist"),
    error("env.numpy2", r"A module that was compiled using NumPy 1\.x cannot be run in\s{1,20}NumPy 2|numpy\.core\.multiarray failed to import|numpy\.dtype size changed"),
    line("env.numpy2", "A module that was compiled using NumPy 1.x cannot be run in"),
    error("env.hf_cached_download", r"cannot import name '(?P<name>\w{1,80})' from 'huggingface_hub"),
    error("env.protobuf", r"Descriptors cannot (?:not )?be created directly"),
    line("env.omp", "OMP: Error #15: Initializing libomp", "OMP: Error #15: Initializing libiomp"),
    error("env.deepspeed", r"deepspeed is not installed"),
    line("env.deepspeed", "deepspeed is not installed"),
    error("env.tagger_onnx", r"No module named '(?P<name>tensorflow|onnxruntime)\b"),
    line("env.tagger_onnx", "No matching distribution found for onnxruntime-gpu"),
    error("env.module_missing", r"ModuleNotFoundError: No module named '(?P<name>[\w.]{1,120})'"),
    line("env.gui_thread", "NSInternalInconsistencyException", pattern=r"NSInternalInconsistencyException[^\n]{0,400}[Mm]ain [Tt]hread"),
    line("proc.leaked_semaphore", "leaked semaphore objects", pattern=r"resource_tracker: There appear to be \d{1,9} leaked semaphore objects", recovery=MEMORY),
    note("noise.deepspeed_syntax", 'SyntaxWarning: "is not" with'),
)  # fmt: skip
