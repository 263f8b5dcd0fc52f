"""Every rule on the line that it was made for, and what needs more than one line."""

from __future__ import annotations

import json
import math
import time

import pytest

from kohya_driver.events.model import (
    Announced,
    BucketMade,
    CheckpointRemoved,
    EpochStarted,
    Event,
    LogMessage,
    ModelSaved,
    PhaseChanged,
    Progress,
    Record,
    Resumed,
    SavingCheckpoint,
    StateSaved,
    StepDone,
    Traceback,
    Validated,
)
from kohya_driver.events.parse import MetricsReader, Parser, read_body
from kohya_driver.events.rules import METAL, METAL_RULES, RULES, Rule
from kohya_driver.events.traceback import LINE_LIMIT, LINES_KEPT

EXPECTED: dict[str, tuple[Event, ...]] = {
    "settings": (PhaseChanged("loading"),),
    "tokenizer": (PhaseChanged("loading"),),
    "cached_sizes": (),
    "sizes": (),
    "bucket": (BucketMade(128, 64, 2),),
    "device": (Announced("device", "cpu"),),
    "base": (PhaseChanged("loading"),),
    "cache_latents": (PhaseChanged("caching"),),
    "cache_texts": (PhaseChanged("caching"),),
    "network": (PhaseChanged("preparing"), Announced("network", "networks.lora")),
    "optimizer": (PhaseChanged("preparing"),),
    "header": (PhaseChanged("preparing"),),
    "images": (Announced("images", 6),),
    "validation_images": (Announced("validation_images", 0),),
    "regularization_images": (Announced("regularization_images", 0),),
    "batches_per_epoch": (Announced("batches_per_epoch", 6),),
    "epochs": (Announced("epochs", 2),),
    "batch_size": (Announced("batch_size", "1"),),
    "accumulation": (Announced("accumulation", 1),),
    "steps": (Announced("steps", 12),),
    "epoch": (PhaseChanged("training"), EpochStarted(1, 2)),
    "sampling": (PhaseChanged("sampling"),),
    "saving": (PhaseChanged("saving"), SavingCheckpoint("/Users/ming/lora/out/ningguang-000001.safetensors")),
    "removing": (CheckpointRemoved("/Users/ming/lora/out/ningguang-step00000002.safetensors"),),
    "saving_state": (PhaseChanged("saving"),),
    "saving_last_state": (PhaseChanged("saving"),),
    "state": (StateSaved("/Users/ming/lora/out/ningguang-000001-state"),),
    "model_saved": (ModelSaved(),),
    "nan_latents": (LogMessage("warning", "NaN found in latents, replacing with zeros"),),
}


def parse(*lines: str) -> list[Event]:
    parser = Parser()
    return [event for line in lines for event in parser.feed(line)] + list(parser.flush())


def logged(text: str, level: str = "INFO", source: str = "train_util.py:1") -> str:
    return f"{'':20}{level:8} {text}{'':60}{source}"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_rule_reads_its_sample(rule: Rule) -> None:
    assert parse(rule.sample) == list(EXPECTED[rule.name])
    assert [other.name for other in RULES if other.pattern.match(rule.sample)] == [rule.name]


def test_every_rule_has_an_expectation() -> None:
    assert [rule.name for rule in RULES] == list(EXPECTED)


def test_a_logged_line_is_read_like_a_printed_one() -> None:
    assert parse(logged("model saved.")) == [ModelSaved()]
    assert parse("2026-11-22 21:28:40 INFO     model saved.      train_network.py:1729") == [ModelSaved()]


def test_a_warning_keeps_its_text_and_its_source() -> None:
    assert parse(logged("no regularization images", "WARNING")) == [
        LogMessage("warning", "no regularization images", "train_util.py:1")
    ]


def test_a_message_of_several_lines_is_one_message() -> None:
    more = " " * 29 + "second line" + " " * 300
    assert parse(logged("first", "ERROR"), more, "something printed", more) == [
        LogMessage("error", "first\nsecond line", "train_util.py:1")
    ]


def test_a_lycoris_warning() -> None:
    assert parse("2026-11-22 21:35:19|[LyCORIS]-WARNING: Using bypass mode") == [
        LogMessage("warning", "Using bypass mode", "lycoris")
    ]


STATUS = LogMessage("error", "Error: command buffer exited with error status.", METAL)
CAUSE = LogMessage("error", "Internal Error (0000000e:Internal Error)", METAL)
METAL_SAID = {
    "aborted": "Execution of the command buffer was aborted due to an error during execution. Insufficient Memory "
    "(00000008:kIOGPUCommandBufferCallbackErrorOutOfMemory)",
    "status": STATUS.text,
    "cause": CAUSE.text,
    "array": "[MPSNDArray, initWithBuffer:descriptor:] Error: buffer is not large enough. Must be 1024 bytes",
}
# pytorch issue 125442, whole, and the torn bars of stable-diffusion-webui issue 9973 around its first line
METAL_LINES = [
    "steps:  40%|####      | 12/30 [36:03<53:52, 179.58s/it]Error: command buffer exited with error status.| 42/60 [40:16]",
    "\tThe Metal Performance Shaders operations encoded on it may not have completed.",
    "\tError: ",
    "\t(null)",
    "\tInternal Error (0000000e:Internal Error)",
    "\t<AGXG13XFamilyCommandBuffer: 0x3601ec380>",
    "    label = <none> ",
    "    device = <AGXG13XDevice: 0x11f3b5400>",
    "        name = Apple M1 Pro ",
    "    retainedReferences = 1",
]


@pytest.mark.parametrize("rule", METAL_RULES, ids=lambda rule: rule.name)
@pytest.mark.parametrize(
    "before", ["", "\t", "2026-10-28 15:32:03.023 python[79002:15860] ", "                    INFO     "]
)
def test_an_error_of_the_graphics_part_wherever_it_stands(rule: Rule, before: str) -> None:
    assert Parser().feed(before + rule.sample) == (LogMessage("error", METAL_SAID[rule.name], METAL),)


def test_errors_of_the_graphics_part_behind_a_bar_once_each() -> None:
    parser = Parser()
    events = [event for _ in range(1000) for line in METAL_LINES for event in parser.feed(line)]
    assert events == [PhaseChanged("training"), Progress("steps", 12, 30), STATUS, CAUSE]


def test_errors_of_the_graphics_part_are_told_again_after_a_new_start() -> None:
    parser = Parser()
    lines = [*METAL_LINES, "Loading settings from /x/config.toml...", *METAL_LINES]
    told = [event for line in lines for event in parser.feed(line) if isinstance(event, LogMessage)]
    assert told == [STATUS, CAUSE, STATUS, CAUSE]


def test_an_error_of_the_graphics_part_within_a_traceback_and_a_message() -> None:
    parser = Parser()
    lines = [
        "Traceback (most recent call last):",
        '  File "x.py", line 1',
        *METAL_LINES[4:5],
        "ValueError: x",
    ]
    events = [*(event for line in lines for event in parser.feed(line)), *parser.flush()]
    assert events == [CAUSE, Traceback("\n".join([lines[0], lines[1], lines[3]]))]


@pytest.mark.parametrize(
    "line",
    [
        "a caption about a command buffer, (0000000e: a smile), NDArray",
        "the command buffer was full",
        "steps:  40%|####      | 12/30 [36:03<53:52, 179.58s/it, avr_loss=0.1]",
    ],
)
def test_what_only_looks_like_an_error_of_the_graphics_part(line: str) -> None:
    assert not [event for event in Parser().feed(line) if isinstance(event, LogMessage)]


def test_plain_python_warnings_say_nothing() -> None:
    assert parse('deepspeed_utils.py:131: SyntaxWarning: "is not" with a literal.', "  x is not y") == []


BAR = "steps:  25%|██▌       | 3/12 [00:16<00:48,  5.39s/it, avr_loss=1.11]"


def test_the_training_bar_starts_training_and_carries_the_loss() -> None:
    assert parse(BAR) == [PhaseChanged("training"), Progress("steps", 3, 12, 1.11)]


@pytest.mark.parametrize("behind", ["", "  ", "\x20" * 20])
def test_a_log_line_directly_behind_a_bar(behind: str) -> None:
    assert parse(BAR + behind + logged("model saved.").lstrip())[-1] == ModelSaved()


def test_several_bars_in_one_line_and_a_traceback_behind_them() -> None:
    events = parse(BAR + BAR.replace("3/12", "4/12") + "Traceback (most recent call last):", "ValueError: no")
    assert events == [
        PhaseChanged("training"),
        Progress("steps", 3, 12, 1.11),
        Progress("steps", 4, 12, 1.11),
        Traceback("Traceback (most recent call last):\nValueError: no"),
    ]


def test_a_bar_drawn_again_says_nothing() -> None:
    broken = BAR.replace("1.11", "nan")
    events = parse(BAR, BAR, broken, broken)
    assert [repr(event) for event in events[1:]] == [
        repr(Progress("steps", 3, 12, 1.11)),
        repr(Progress("steps", 3, 12, math.nan)),
    ]


def test_a_bar_drawn_again_does_not_end_sampling() -> None:
    events = parse(BAR, "generating sample images at step / サンプル画像生成 ステップ: 3", BAR)
    assert events[-1] == PhaseChanged("sampling")


def test_other_values_in_the_training_bar() -> None:
    line = (
        "steps:  17%|█▋| 1/6 [00:05<00:29,  5.85s/it, Average key norm=0.00177, Keys Scaled=0, avr_loss=1.15]"
    )
    assert parse(line)[-1] == Progress("steps", 1, 6, 1.15)


def test_validation_does_not_look_like_training() -> None:
    line = "validation steps:  12%|█▎  | 1/8 [00:01<00:07,  1.11s/it, val_avg_loss=0.97, timestep=200]"
    assert parse(line) == [Progress("validation steps", 1, 8)]


def test_a_bar_without_a_name_is_about_what_was_said_before() -> None:
    line = " 33%|███▎      | 1/3 [00:00<00:01,  1.21it/s]"
    assert parse(logged("caching latents with caching strategy."), line)[-1] == Progress(
        "caching latents", 1, 3
    )


CRASH = (
    "Traceback (most recent call last):",
    '  File "train_network.py", line 1913, in <module>',
    "    trainer.train(args)",
    "AssertionError: bucket_reso_steps is 32. it must be divisible by 64.",
    "bucket_reso_stepsが32です。64で割り切れる必要があります",
)
LAUNCHER = (
    "Traceback (most recent call last):",
    '  File "accelerate/commands/launch.py", line 1423, in <module>',
    "    main()",
)
FAILED = "subprocess.CalledProcessError: Command '['python']' returned non-zero exit status 1."
DIED = "subprocess.CalledProcessError: Command '['python']' died with <Signals.SIGKILL: 9>."


def test_the_first_traceback_with_its_whole_message_and_not_the_launchers() -> None:
    assert parse(*CRASH, *LAUNCHER, FAILED) == [Traceback("\n".join(CRASH))]


def test_a_chained_exception_belongs_to_it() -> None:
    chain = (
        *CRASH[:3],
        "KeyError: 1",
        "",
        "During handling of the above exception, another exception occurred:",
        "",
    )
    assert parse(*chain, *CRASH, *LAUNCHER, FAILED) == [Traceback("\n".join((*chain, *CRASH)))]


def test_a_second_traceback_is_not_told() -> None:
    assert parse(*CRASH, "steps", *CRASH[:3], "ValueError: again") == [
        Traceback("\n".join((*CRASH, "steps"))),
    ]


def test_a_traceback_that_training_survived_does_not_hide_the_next() -> None:
    events = parse(*CRASH, BAR, *CRASH[:3], "ValueError: again")
    assert [event for event in events if isinstance(event, Traceback)] == [
        Traceback("\n".join(CRASH)),
        Traceback("\n".join((*CRASH[:3], "ValueError: again"))),
    ]


def test_a_signal_is_read_from_the_launchers_traceback() -> None:
    assert parse(*LAUNCHER, DIED) == [LogMessage("error", "died with <Signals.SIGKILL: 9>", "accelerate")]


def test_the_launchers_interrupt_may_come_before_the_trainers() -> None:
    own = (*CRASH[:3], "KeyboardInterrupt")
    assert parse(*LAUNCHER, "KeyboardInterrupt", *own) == [Traceback("\n".join(own))]


def test_exceptions_that_python_ignores_are_not_the_cause() -> None:
    assert parse("Exception ignored in: <function x>", *CRASH[:3], "OSError: late", *CRASH) == [
        Traceback("\n".join(CRASH))
    ]


def test_a_huge_traceback_keeps_its_beginning_and_its_end() -> None:
    lines = [f"    frame {i} " + "x" * 5000 for i in range(5000)]
    (event,) = parse(CRASH[0], *lines, "RuntimeError: the end")
    assert isinstance(event, Traceback)
    kept = event.text.splitlines()
    assert len(kept) == 2 * LINES_KEPT
    assert (kept[0], kept[-1]) == (CRASH[0], "RuntimeError: the end")
    assert max(map(len, kept)) <= LINE_LIMIT


@pytest.mark.parametrize(
    "line",
    [
        " " * 65536,
        "%|" * 32768,
        " " * 30000 + "%|" * 10000,
        "a: " * 20000 + "%|",
        BAR * 900,
        "2026-01-01 00:00:00 INFO     " + " " * 60000 + "x",
        "  num train images * repeats / " + "1" * 60000 + "x",
        "save train state to " + "x at epoch 1 step " * 3000 + "y",
        "(000000 " + "Aa " * 20000,
        "Execution of the command buffer was aborted due to an error(" * 1000,
        "NDArray" + "[MPSNDArray" * 5000,
    ],
    ids=range(11),
)
def test_no_line_takes_long(line: str) -> None:
    began = time.process_time()
    parse(line)
    assert time.process_time() - began < 1.0


def metric(step: int, loss: float | str, *, sync: bool = True, **lr: float) -> str:
    rates = ", ".join(f'"lr/{name}": {value}' for name, value in lr.items())
    word = f'"{loss}"' if isinstance(loss, str) else loss
    return (
        f'{{"time": 1.5, "step": {step}, "sync": {str(sync).lower()}, "values": '
        f'{{"loss/current": {word}, "loss/average": 0.5{", " if rates else ""}{rates}}}}}'
    )


def test_micro_steps_become_one_step_with_their_mean() -> None:
    reader = MetricsReader()
    assert reader.feed(metric(0, 0.25, sync=False, unet=1e-4)) is None
    assert reader.feed(metric(1, 0.5, unet=1e-4, group1=1e-4)) == StepDone(1, 0.375, 0.5, {"unet": 1e-4})
    assert reader.feed(metric(2, 0.9, group1=2e-4)) == StepDone(2, 0.9, 0.5, {"group1": 2e-4})


def test_words_for_numbers_that_are_not_finite() -> None:
    read = MetricsReader().feed(metric(1, "NaN"))
    assert isinstance(read, StepDone) and math.isnan(read.loss)
    read = MetricsReader().feed(metric(1, "-Infinity"))
    assert isinstance(read, StepDone) and read.loss == -math.inf
    assert read_body("[NaN, -Infinity]")[1] == -math.inf


def test_half_a_surrogate_pair_is_read_too() -> None:
    """A path on Linux may have one: what is no UTF-8 there."""
    line = json.dumps({"event": "state", "path": "/\udcff"})
    assert MetricsReader().feed(line) == StateSaved("/\udcff")


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{",
        metric(1, 0.5)[:-9],
        "[]",
        "3",
        '{"time": 1, "step": 1, "sync": true, "values": {"loss/current": "much"}}',
        '{"time": 1, "step": null, "sync": true, "values": {"loss/current": 1}}',
        '{"time": 1, "step": Infinity, "sync": true, "values": {"loss/current": 1}}',
        "[" * 10000,
    ],
)
def test_a_torn_line_is_passed_over(line: str) -> None:
    reader = MetricsReader()
    assert reader.feed(line) is None
    assert reader.feed(metric(1, 0.25)) == StepDone(1, 0.25, 0.5, {})


RESUMED = '{"event": "resumed", "step": %d, "epoch": 1, "path": "/s"}'


def micro(step: int, loss: float, *, sync: bool) -> str:
    values = {"loss/current": loss, "loss/average": 0.5}
    return json.dumps({"time": 1, "step": step, "sync": sync, "values": values})


@pytest.mark.parametrize(("resumed", "mean"), [(5, 0.5), (4, 0.75)])
def test_the_micro_steps_of_a_step_that_was_done_but_not_told(resumed: int, mean: float) -> None:
    """Killed between the train state of step 5 and its last line: that line comes when it goes on; from step 4 on all of it is done anew."""
    reader = MetricsReader()
    assert reader.feed(micro(4, 0.25, sync=False)) is None
    assert isinstance(reader.feed(RESUMED % resumed), Resumed)
    assert reader.feed(micro(5, 0.75, sync=True)) == StepDone(5, mean, 0.5, {})


def validation(when: str, loss: object, step: int = 12) -> str:
    values = {f"loss/validation/{when}_average": loss, f"loss/validation/{when}_divergence": 0.0625}
    return json.dumps({"time": 1, "step": step, "sync": True, "values": values})


@pytest.mark.parametrize("when", ["step", "epoch"])
def test_a_validation_is_told_with_the_step_after_which_it_was_made(when: str) -> None:
    reader = MetricsReader()
    assert reader.feed(metric(12, 0.25)) == StepDone(12, 0.25, 0.5, {})
    assert reader.feed(validation(when, 0.5)) == Validated(12, 0.5, 0.0625)
    event = reader.feed(validation(when, "NaN", 13))
    assert isinstance(event, Validated) and math.isnan(event.loss)
    record = Record(1.0, 2.0, event)
    again = Record.from_json(json.loads(json.dumps(record.to_json(), allow_nan=False)))
    assert isinstance(again.event, Validated) and math.isnan(again.event.loss)


def test_values_of_an_epoch_are_no_step() -> None:
    line = '{"time": 1, "step": 1, "sync": true, "values": {"loss/epoch_average": 0.5}}'
    assert MetricsReader().feed(line) is None
