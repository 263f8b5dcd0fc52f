"""Apple's graphics and other devices: memory, missing operations, 16-bit numbers on the wrong device."""

from kohya_driver.diagnosis.model import MEMORY, RETRY
from kohya_driver.diagnosis.signature import error, fatal, line, note

_SIZE = r"[\d.]{1,20} \w{1,10}"
_HALF = r"(?:MPS\w{1,30}|c10::Half|c10::BFloat16|struct c10::\w{1,20}|float|torch\.\w{1,30}|CUDA\w{1,30})"

SIGNATURES = (
    # Metal says these to nobody: the engine goes on, and its numbers mean nothing from there on.
    fatal("mps.cmdbuf_oom", "kIOGPUCommandBufferCallbackErrorOutOfMemory", "Insufficient Memory (00000008", recovery=MEMORY),
    fatal("mps.cmdbuf_interactivity", "kIOGPUCommandBufferCallbackErrorImpactingInteractivity", "Impacting Interactivity (0000000e", recovery=RETRY),
    fatal(
        "mps.cmdbuf_error",
        "command buffer exited with error status",
        "The Metal Performance Shaders operations encoded on it may not have completed",
        "Internal Error (0000000e",
        recovery=RETRY,
    ),
    error(
        "mps.oom",
        rf"MPS backend out of memory(?: \(MPS allocated: (?P<value>{_SIZE}), other allocations: {_SIZE}, max allowed: (?P<other>{_SIZE})\))?",
        recovery=MEMORY,
    ),
    error("cuda.oom", r"CUDA out of memory|torch\.(?:cuda\.)?OutOfMemoryError|CUDNN_STATUS_ALLOC_FAILED|CUBLAS_STATUS_ALLOC_FAILED", recovery=MEMORY),
    error(
        "cpu.oom",
        r"DefaultCPUAllocator: (?:can't|not enough)|Unable to allocate [\d.]{1,20} \w{1,10} for an array|(?m:^MemoryError)|\[Errno 12\] Cannot allocate memory|os error 1455|WinError 1455",
        recovery=MEMORY,
    ),
    error("mps.low_watermark", r"invalid low watermark ratio"),
    error("mps.high_watermark", r"invalid high watermark ratio"),
    error("mps.ndarray_limit", r"total bytes of NDArray > 2\*\*32|product of dimension sizes > 2\*\*31|NDArray dimension length > INT_MAX", recovery=MEMORY),
    line(
        "mps.ndarray_limit",
        "total bytes of NDArray > 2**32",
        "product of dimension sizes > 2**31",
        "NDArray dimension length > INT_MAX",
        recovery=MEMORY,
    ),
    error("mps.invalid_buffer", rf"Invalid buffer size: (?P<value>{_SIZE})", recovery=MEMORY),
    line("mps.llvm_infer", "LLVM ERROR: Failed to infer result type", "are not broadcast compatible"),
    error("mps.llvm_infer", r"LLVM ERROR: Failed to infer result type|are not broadcast compatible"),
    error("mps.placeholder", r"Placeholder storage has not been allocated on MPS device"),
    error("mps.device_mismatch", r"Expected all tensors to be on the same device, but (?:found|got)"),
    error("mps.type_mismatch", rf"Input type \({_HALF}\) and (?:weight|bias) type \({_HALF}\) should be the same"),
    error("mps.type_mismatch", r"(?:expected m1 and m2 to|mat1 and mat2 must) have the same dtype|expected scalar type \w{1,20} but found \w{1,20}"),
    error("mps.float64", r"Cannot convert a MPS Tensor to float64 dtype|MPS framework doesn't support float64"),
    error("mps.fp8", r"(?P<value>Float8_e\w{1,20}) to the MPS backend"),
    error("mps.bf16_macos13", r"MPS BFloat16 is only supported on MacOS 14|BFloat16 is not supported on MPS|Trying to convert BFloat16 to the MPS backend"),
    error("opt.bnb_mps_op", r"bitsandbytes::optimizer_update|optimizer_update_8bit_blockwise|Could not run 'bitsandbytes::"),
    error(
        "mps.unsupported_op",
        r"The operator '(?P<name>aten::\S{1,100})' is not currently (?:implemented|supported) for the MPS device",
    ),
    error("mps.unsupported_op", r"Could not run '(?P<name>aten::[^\s']{1,100})' with arguments from the 'MPS' backend"),
    error("mps.autocast_unsupported", r"unsupported autocast device_type 'mps'"),
    error("mps.amp_versions", r"(?P<name>fp16|bf16|Grad Scaler)[^\n]{0,40} with MPS device requires a Pytorch >= (?P<value>2\.\d{1,3})"),
    error("mps.fp16_accelerate", r"fp16 mixed precision requires a (?:GPU|device in [^\n]{1,200}) \(not '?\w{1,10}'?\)"),
    error("mps.bf16_accelerate", r"bf16 mixed precision requires PyTorch >= 1\.10 and a supported device"),
    error("mps.autocast_attr", r"module 'torch\.mps' has no attribute(?: '(?P<name>\w{1,60})')?"),
    error("mps.os_unsupported", r"The MPS backend is supported on MacOS 1[24]|MPS available but not built|PyTorch was not built with MPS"),
    error("mps.cuda_assert", r"Torch not compiled with CUDA enabled"),
    error("mps.half_cpu_conv", r"\"slow_conv2d_cpu\" not implemented for 'Half'"),
    error("mps.half_cpu_other", r"\"(?P<name>\w{1,80})\" not implemented for '(?P<value>Half|BFloat16)'"),
    error("mps.meta_tensor", r"Cannot copy out of meta tensor; no data"),
    error("cuda.kernel_image", r"no kernel image is available for execution on the device|is not compatible with the current PyTorch installation"),
    error("cuda.error", r"CUDA error: (?P<value>[^\n]{1,120})|cuDNN error: \w{1,60}|CUBLAS_STATUS_\w{1,40}", recovery=RETRY),
    line("mps.assertion", "failed assertion `", pattern=r"failed assertion `(?P<error>[^\n']{0,200})", recovery=RETRY),
    line("mps.kernel_panic", "watchdog timeout: no checkins from watchdogd", recovery=RETRY),
    line("mps.mem_growth", "memorystatus: killing", pattern=r"memorystatus: killing (?:largest compressed )?process python", recovery=MEMORY),
    note("mps.fallback_slow", "will fall back to run on the CPU", pattern=r"operator '(?P<name>aten::[^\s']{1,100})'"),
    note("mps.fallback_slow", "will fall back to run on the CPU"),
    note("mps.autocast_dtype", "In MPS autocast, but the target dtype is not supported"),
    note("device.cpu_only", "accelerator device:", pattern=r"accelerator device:\s{0,8}cpu\b"),
)  # fmt: skip
