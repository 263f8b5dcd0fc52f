"""Words of the notifications about a training."""

TEXTS = {
    "notify.title": ("kohya-driver: {name}", "kohya-driver：{name}"),
    "notify.succeeded": ("The LoRA is trained: {final}", "LoRA 训练完成：{final}"),
    "notify.failed": ("The training failed. {reason}", "训练失败。{reason}"),
    "notify.stopped": ("The training was stopped.", "训练已停止。"),
    "notify.recovered": (
        "The training broke off and goes on by itself from step {step}.",
        "训练中断后已自动从第 {step} 步继续。",
    ),
    "notify.trouble": ("{said} {done}", "{said}{done}"),
    "notify.policy.stop": ("The training is ended.", "训练将结束。"),
    "notify.policy.warn": ("The training goes on.", "训练仍在继续。"),
    "notify.policy.recover": (
        "It goes on from the last train state.",
        "将从最近的训练状态继续。",
    ),
}
