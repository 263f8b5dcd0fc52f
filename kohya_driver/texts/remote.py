"""Sentences about runs that train on another machine."""

TEXTS: dict[str, tuple[str, str]] = {
    "remote.local_run": ("{run} is a run of this machine.", "{run} 是本机上的训练。"),
    "remote.local_run.hint": (
        "There is nothing to be fetched. `kohya-driver watch` shows it.",
        "不需要取回任何东西。用 `kohya-driver watch` 查看。",
    ),
    "remote.on": (
        "Trains on {machine} ({host}). Fetched from there: {time}.",
        "在 {machine} 上训练（{host}）。取回时间：{time}。",
    ),
    "remote.not_yet": (
        "Trains on {machine} ({host}). Nothing was fetched from there yet.",
        "在 {machine} 上训练（{host}）。尚未取回任何内容。",
    ),
    "remote.unreachable": ("{host} does not answer: {reason}", "{host} 没有回应：{reason}"),
    "remote.unreachable.hint": (
        "`sky status` tells whether that machine is up; a stopped one is started again by `sky start`. What was fetched before is still here.",
        "`sky status` 会说明那台机器是否在运行；停机的可用 `sky start` 重新启动。之前取回的内容仍在这里。",
    ),
    "remote.no_rsync": (
        "rsync, which fetches the run's files, is not on this machine.",
        "本机没有用来取回训练文件的 rsync。",
    ),
    "remote.no_rsync.hint": (
        "Install it: `brew install rsync`, or `sudo apt-get install rsync`.",
        "请安装：`brew install rsync`，或 `sudo apt-get install rsync`。",
    ),
    "remote.cannot_resume": (
        "{run} was trained on {host}, where its train states lie.",
        "{run} 是在 {host} 上训练的，训练状态也在那里。",
    ),
    "remote.cannot_resume.hint": (
        "Go on there: `ssh {host}`, or train it here with `kohya-driver train` and the run's resolved.toml.",
        "请在那里继续：`ssh {host}`；或用该次训练的 resolved.toml 在本机运行 `kohya-driver train`。",
    ),
}
