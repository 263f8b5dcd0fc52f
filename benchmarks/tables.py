"""What was kept of two-step trainings, as Markdown in English (0) and Chinese (1): printed by the scripts, and put into the documents."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent.parent / "tests" / "golden" / "starts"
MILLION, GB = 1_000_000, 1_000_000_000

NETWORKS = (
    "| type | layers | numbers trained | file | memory | with checkpointing | a step | loads in diffusers |",
    "| 类型 | 层数 | 训练的参数 | 文件 | 内存 | 开启检查点时 | 每步 | diffusers 能否加载 |",
)
OPTIMIZERS = (
    "| `optimizer.type` | what it is for | keeps for each number | rate | a step of a training |",
    "| `optimizer.type` | 用途 | 每个参数另存 | 学习率 | 训练中的一步 |",
)
MORE_OPTIMIZERS = (
    "| `optimizer.type` | keeps for each number | a step of a training |",
    "| `optimizer.type` | 每个参数另存 | 训练中的一步 |",
)
FAILING = ("| `optimizer.type` | how it ends |", "| `optimizer.type` | 结果 |")
SCHEDULERS = (
    "| scheduler | arguments that were tried | rates of the two steps |",
    "| 调度器 | 试用的参数 | 两步的学习率 |",
)
PRESETS = ("| preset | started | losses |", "| 预设 | 启动 | 损失 |")
LOADS = {
    "all": ("yes", "能"),
    "some": ("{} of {} layers", "{} / {} 层"),
    "none": ("no", "不能"),
}
UNITS = {"million": ("{:.2f} million", "{:.2f} 百万"), "seconds": ("{:.2f} s", "{:.2f} 秒")}


def kept(name: str) -> Mapping[str, Any]:
    """Everything of one script: date, machine, engine, rows."""
    found: Mapping[str, Any] = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    return found


def network_table(index: int) -> Iterator[str]:
    yield NETWORKS[index]
    yield "|---" * 8 + "|"
    yield from (network_row(row, index) for row in kept("networks")["rows"])


def network_row(row: Mapping[str, Any], index: int) -> str:
    return _row(
        f"`{row['name']}`",
        str(row["layers"]),
        UNITS["million"][index].format(row["trained"] / MILLION),
        f"{row['file_bytes'] / MILLION:.1f} MB",
        f"{row['memory_bytes'] / GB:.2f} GB",
        f"{row['memory_checkpointing_bytes'] / GB:.2f} GB" if row["memory_checkpointing_bytes"] else "–",
        UNITS["seconds"][index].format(row["step_seconds"]),
        _loads(row, index),
    )


def optimizer_table(index: int, purposes: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    """Those that there is a sentence for."""
    yield OPTIMIZERS[index]
    yield "|---" * 5 + "|"
    trained, stepped = _by_name("optimizers"), _by_name("stepped")
    for name, purpose in purposes.items():
        rate, kept_numbers = stepped[name]["rates"][0], _kept(trained, stepped, name)
        yield _row(
            f"`{name}`{_waiting(trained, name)}",
            purpose[index],
            kept_numbers,
            f"{rate:g}",
            _trained(trained, name, index),
        )


def more_optimizers_table(index: int, told: Collection[str], others: Collection[str]) -> Iterator[str]:
    """All others that work.

    Args:
        told: those of the other table.
        others: what is no optimizer.
    """
    yield MORE_OPTIMIZERS[index]
    yield "|---" * 3 + "|"
    trained, stepped = _by_name("optimizers"), _by_name("stepped")
    for name, row in stepped.items():
        if not row["reason"] and name not in told and name not in others:
            yield _row(
                f"`{name}`{_waiting(trained, name)}",
                _kept(trained, stepped, name),
                _trained(trained, name, index),
            )


def failing_table(index: int, others: Collection[str]) -> Iterator[str]:
    yield FAILING[index]
    yield "|---" * 2 + "|"
    for name, row in _by_name("stepped").items():
        if row["reason"] and name not in others:
            yield _row(f"`{name}`", f"`{row['reason'][:120].replace('|', '/').replace('`', '')}`")


def scheduler_table(index: int, names: Sequence[str], arguments: Mapping[str, str]) -> Iterator[str]:
    yield SCHEDULERS[index]
    yield "|---" * 3 + "|"
    rows = _by_name("stepped")
    for name in names:
        tried = arguments.get(name, "")
        rates = ", ".join(f"{rate:.3g}" for rate in rows[name]["rates"])
        yield _row(f"`{name}`", tried and f"`{{ {tried} }}`", rates)


def _by_name(name: str) -> Mapping[str, Mapping[str, Any]]:
    return {row["name"]: row for row in kept(name)["rows"]}


def _kept(
    trained: Mapping[str, Mapping[str, Any]], stepped: Mapping[str, Mapping[str, Any]], name: str
) -> str:
    """Of the training where there was one: what is small beside a layer of true size is not small beside a tiny one."""
    return f"{trained[name]['copies'] if name in trained else stepped[name]['kept']:g}"


def _trained(trained: Mapping[str, Mapping[str, Any]], name: str, index: int) -> str:
    return UNITS["seconds"][index].format(trained[name]["step_seconds"]) if name in trained else "–"


def _waiting(trained: Mapping[str, Mapping[str, Any]], name: str) -> str:
    """A mark for those that moved nothing in two steps."""
    return " \\*" if name in trained and not trained[name]["moved"] else ""


def preset_table(index: int) -> Iterator[str]:
    yield PRESETS[index]
    yield "|---" * 3 + "|"
    for row in kept("presets_started")["rows"]:
        losses = ", ".join(f"{loss:.4f}" for loss in row["losses"])
        yield _row(
            f"`{row['name']}`", ("two steps", "两步")[index] if row["trains"] else row["reason"], losses
        )


def _loads(row: Mapping[str, Any], index: int) -> str:
    taken, whole = row["diffusers_layers"], row["layers"]
    if not taken or not row["diffusers_changed"]:
        return LOADS["none"][index]
    return LOADS["all"][index] if taken == whole else LOADS["some"][index].format(taken, whole)


def _row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"
