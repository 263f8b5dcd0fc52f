"""Optimizer, scheduler, precision, loss: what is learnt with, and the numbers given to it."""

from kohya_driver.diagnosis.signature import error, silent

_LITERAL = r"ValueError: malformed node or string|SyntaxError: [^\n]{0,120}"
_OPTIMIZER, _SCHEDULER = "in get_optimizer", r"in get_scheduler_fix"

SIGNATURES = (
    # the attention and the optimizer that the machine cannot do
    error("opt.bnb_dlopen", r"libbitsandbytes_\w{1,40}\.(?:so|dylib)[^\n]{0,400}(?:not a mach-o file|no such file|incompatible architecture)"),
    error("opt.bnb_missing", r"No bitsandbytes\b|No module named 'bitsandbytes'"),
    error("attn.xformers_missing", r"No xformers\b|No module named 'xformers'"),
    error("attn.xformers_noop", r"No operator found for `?memory_efficient_attention_\w{1,20}`?"),
    error("opt.missing_pkg", r"No (?P<name>dadaptation|Prodigy|lion_pytorch|schedulefree|wandb)\b"),
    error("opt.missing_pkg", r"No module named '(?P<name>dadaptation|prodigyopt|lion_pytorch|schedulefree|wandb|prodigyplus|pytorch_optimizer)[\w.]{0,60}'"),
    # the optimizer
    error("opt.prodigy_lrs", r"Setting different lr values in different parameter groups is only supported for values of 0"),
    error("opt.empty", r"optimizer got an empty parameter list"),
    error("opt.unknown", r"module 'torch\.optim' has no attribute '(?P<value>\w{1,80})'"),
    error("opt.bad_kwarg", r"__init__\(\) got an unexpected keyword argument '(?P<name>\w{1,80})'", frame=_OPTIMIZER),
    error("opt.lr_negative", r"ValueError: Invalid learning rate: (?P<value>\S{1,40})"),
    error("opt.literal", _LITERAL, frame=_OPTIMIZER),
    error("sched.literal", _LITERAL, frame=_SCHEDULER),
    error("args.no_equals", r"not enough values to unpack \(expected 2, got 1\)", frame=_OPTIMIZER, option="optimizer_args"),
    error("args.no_equals", r"not enough values to unpack \(expected 2, got 1\)", frame=_SCHEDULER, option="lr_scheduler_args"),
    error("args.no_equals", r"not enough values to unpack \(expected 2, got 1\)", frame=r"net_arg\.split", option="network_args"),
    error("args.no_equals", r"not enough values to unpack \(expected 2, got 1\)"),
    # the scheduler
    error("sched.warmup", r"does not require `num_warmup_steps`\. Set None or 0"),
    error("sched.unknown", r"'?(?P<value>[^\s']{0,60})'? is not a valid SchedulerType"),
    error("sched.adafactor_only", r"adafactor scheduler must be used with Adafactor optimizer"),
    error("sched.adafactor_index", r"IndexError: list index out of range", frame=r"name\.split\(\":\"\)\[1\]"),
    error("sched.min_lr", r"One of min_lr or min_lr_rate should be set"),
    error("sched.poly_lr_end", r"lr_end \((?P<value>\S{1,40})\) must be smaller than initial lr \((?P<other>\S{1,40})\)"),
    error("sched.warmup_str", r"unsupported operand type\(s\) for -: '(?:int' and 'str|str' and 'int)'"),
    # precision, loss, noise
    error("prec.full", r"(?P<name>full_(?:fp16|bf16)|fp8_base) requires mixed precision"),
    error("prec.unknown", r"Unknown mixed_precision mode: (?P<value>[^\s.]{1,60})"),
    error("loss.unknown", r"Unsupported Loss Type|Unknown Huber loss schedule"),
    error("noise.rules", r"(?P<error>adaptive_noise_scale requires noise_offset|scale_v_pred_loss_like_noise_pred can be enabled only with|v_pred_like_loss cannot be enabled)"),
    error("step.index", r"IndexError: tuple index out of range", frame=r"in (?:encode_tokens|get_hidden_states|_?get_hidden)", option="clip_skip"),
    error("step.index", r"index 1000 is out of bounds for dimension 0 with size 1000", option="min_timestep, max_timestep"),
    silent("train.no_steps", "total optimization steps", pattern=r"total optimization steps[^\n]{0,40}: 0$"),
    error("cfg.seed", r"Seed must be between 0 and 2\*\*32 - 1"),
)  # fmt: skip
