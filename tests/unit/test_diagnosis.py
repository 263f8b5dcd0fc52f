"""Every failure that is known is told from its text, several causes of one text apart, and what is unknown is said to be."""

from __future__ import annotations

import codecs
import io
import json
import re
from pathlib import Path

import pytest

from kohya_driver import texts
from kohya_driver.diagnosis.classify import _match, diagnose_chunks, diagnose_log, diagnose_text
from kohya_driver.diagnosis.lines import numbered, open_log
from kohya_driver.diagnosis.model import MEMORY, NAN, RETRY, Cause, Diagnosis
from kohya_driver.diagnosis.scan import LAST_LINES, scan
from kohya_driver.diagnosis.signature import Stage
from kohya_driver.diagnosis.signatures import SIGNATURES
from kohya_driver.errors import UsageError
from kohya_driver.preset.model import Preset
from kohya_driver.texts.diagnosis import CAUSES
from tests.unit.diagnosis_samples import (
    BAR,
    BUCKET,
    CACHED,
    LORA,
    MALFORMED,
    NONE_PATH,
    OPTIMIZER,
    SAMPLES,
    SAVE,
    SCHEDULER,
    TOKENIZER,
    TRAIN,
    UNPACK,
    UNREADABLE,
    died,
    launcher,
    logged,
    raised,
)
from tests.unit.diagnosis_samples import (
    NAN as NAN_BAR,
)

NOTES = {sign.kind for sign in SIGNATURES if sign.stage is Stage.NOTE} - {
    sign.kind for sign in SIGNATURES if sign.stage is not Stage.NOTE
}
ENDED = launcher("subprocess.CalledProcessError: Command '['python']' returned non-zero exit status 1.")
SAVED = logged("INFO", "model saved.")


def kinds(diagnosis: Diagnosis) -> list[str]:
    return [note.kind for note in diagnosis.notes]


@pytest.mark.parametrize(("kind", "text"), SAMPLES, ids=[kind for kind, _ in SAMPLES])
def test_sample(kind: str, text: str) -> None:
    found = diagnose_text(text)
    assert kind in kinds(found) if kind in NOTES else found.kind == kind or kind in kinds(found)
    assert found.last_lines
    for cause in (*([found.cause] if found.cause else []), *found.notes):
        assert cause.evidence and all(line.text.strip() for line in cause.evidence)


@pytest.mark.parametrize(("kind", "text"), SAMPLES, ids=[kind for kind, _ in SAMPLES])
def test_sample_as_it_comes_from_the_launcher(kind: str, text: str) -> None:
    """The launcher's own traceback comes last, and changes nothing."""
    if kind.startswith(("log.", "acc.", "proc.", "mps.kernel", "mps.mem")) or "died with" in text:
        return
    found = diagnose_text(text + ENDED)
    assert found.kind == kind or kind in kinds(found)


def test_every_kind_and_every_signature_has_a_sample() -> None:
    told = {kind for kind, _ in SAMPLES}
    assert told == set(CAUSES)
    assert len(told) > 185
    for sign in SIGNATURES:
        texts_of_kind = [text for kind, text in SAMPLES if kind == sign.kind]
        assert any(_match(sign, scan([text.encode()])) for text in texts_of_kind), sign


def test_every_value_of_a_sentence_is_found_somewhere() -> None:
    """A placeholder that no sample fills would always be shown as …."""
    told: dict[str, set[str]] = {}
    for _, text in SAMPLES:
        found = diagnose_text(text)
        for cause in (*([found.cause] if found.cause else []), *found.notes):
            told.setdefault(cause.kind, set()).update(name for name, value in cause.values.items() if value)
    for kind in CAUSES:
        for ending in ("", ".why", ".hint"):
            for template in texts.table("diagnosis")[Cause(kind).code + ending]:
                missing = {part.split("}")[0] for part in template.split("{")[1:]} - told[kind]
                assert not missing, (kind, missing)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        # `expected str … not NoneType`: four causes
        ("hf.tokenizer_offline", raised(NONE_PATH, TOKENIZER)),
        ("hf.tokenizer_cache_partial", raised(NONE_PATH, CACHED)),
        ("save.output_dir_none", raised(NONE_PATH, SAVE)),
        (
            "net.dim_from_weights",
            raised(NONE_PATH, ("networks\\lora.py", 9, "create_network_from_weights", "x")),
        ),
        ("log.unknown", raised(NONE_PATH)),
        # division by zero: a picture, buckets, a setting
        ("img.size_unreadable", UNREADABLE + raised("ZeroDivisionError: division by zero", BUCKET)),
        ("img.zero_div_select", raised("ZeroDivisionError: division by zero", BUCKET)),
        ("cfg.zero_div", raised("ZeroDivisionError: division by zero")),
        # no literal: optimizer, scheduler
        ("opt.literal", raised(MALFORMED, OPTIMIZER)),
        ("sched.literal", raised(MALFORMED, SCHEDULER)),
        # no number: resolution, network
        ("net.kwarg_number", raised("ValueError: invalid literal for int() with base 10: 'x'", LORA)),
        ("log.unknown", raised("ValueError: invalid literal for int() with base 10: 'x'")),
        # a package: of LyCORIS, of networks, of the tagger, any
        ("lycoris.missing", raised("ModuleNotFoundError: No module named 'lycoris.kohya'")),
        ("net.module_missing", raised("ModuleNotFoundError: No module named 'networks.lorra'")),
        ("env.module_missing", raised("ModuleNotFoundError: No module named 'library'")),
        # an argument of the optimizer is not one of a model
        ("opt.bad_kwarg", raised("TypeError: __init__() got an unexpected keyword argument 'a'", OPTIMIZER)),
        ("log.unknown", raised("TypeError: __init__() got an unexpected keyword argument 'a'")),
    ],
)
def test_causes_of_one_text_are_told_apart(kind: str, text: str) -> None:
    assert diagnose_text(text).kind == kind


@pytest.mark.parametrize(
    ("frame", "option"),
    [(OPTIMIZER, "optimizer_args"), (SCHEDULER, "lr_scheduler_args"), (TRAIN, "network_args")],
)
def test_the_option_is_named(frame: tuple[str, int, str, str], option: str) -> None:
    cause = diagnose_text(raised(UNPACK, frame)).cause
    assert cause is not None and option in cause.message


def test_the_first_traceback_counts() -> None:
    second = raised("MemoryError")
    assert diagnose_text(raised("ImportError: No xformers") + second).kind == "attn.xformers_missing"


def test_chained_exceptions_are_one_traceback() -> None:
    text = raised("requests.exceptions.ConnectionError: Max retries exceeded with url: /x")
    text += "\nDuring handling of the above exception, another exception occurred:\n\n" + raised(
        "ValueError: no"
    )
    found = diagnose_text("first\n" + text)
    assert found.kind == "hf.unreachable"
    assert found.cause is not None and found.cause.evidence[0].number == 5  # the line, not the header


def test_a_traceback_after_which_it_trained_on_ended_nothing() -> None:
    later = BAR.replace("1/12", "2/12")
    assert diagnose_text(BAR + "\n" + raised("RuntimeError: x") + later + SAVED).kind == ""
    assert diagnose_text(BAR + "\n" + raised("RuntimeError: x") + later).kind == "log.unfinished"


def test_only_the_end_of_a_traceback() -> None:
    """As people quote it in a forum."""
    assert diagnose_text("ImportError: No xformers\n").kind == "attn.xformers_missing"
    assert diagnose_text(f"{NONE_PATH}\n").kind == "log.unknown"


def test_tracebacks_in_frames() -> None:
    """`rich` draws them so in logs of older kohya_ss."""
    text = "\n".join(
        [
            "╭───────────── Traceback (most recent call last) ─────────────╮",
            "│ D:\\kohya_ss\\train_network.py:873 in <module>              │",
            "│                                                             │",
            "│   870 │   args = parser.parse_args()                        │",
            "│ ❱ 873 │   train(args)                                       │",
            "│ D:\\kohya_ss\\library\\train_util.py:5098 in get_optimizer   │",
            "│ ❱ 5098 │   │   key, value = arg.split('=')                  │",
            "╰─────────────────────────────────────────────────────────────╯",
            UNPACK,
            "",
        ]
    )
    found = diagnose_text(text)
    assert found.kind == "args.no_equals"
    assert found.cause is not None and found.cause.values["option"] == "optimizer_args"


def test_messages_that_rich_spreads_over_lines() -> None:
    text = (
        "2026-11-25 20:00:26 ERROR    No data found. Please verify   train_network.py:576\n"
        "                             arguments (train_data_dir must                     \n"
        "                             be the parent of folders with                      \n"
    )
    assert diagnose_text(text).kind == "data.none_found"


def test_no_pictures_and_why() -> None:
    said = logged("WARNING", "ignore directory without repeats / 無視します: ning")
    found = diagnose_text(said + dict(SAMPLES)["data.none_found"], status=0)
    assert found.kind == "data.none_found" and "data.no_repeats_in_name" in kinds(found)


def test_asked_to_stop() -> None:
    assert diagnose_text(BAR, stopped=True).kind == "proc.sigterm_int"
    assert diagnose_text(BAR, status=-15).kind == "proc.sigterm_int"
    assert diagnose_text(BAR, status=130).kind == "proc.sigterm_int"
    nan = diagnose_text(BAR + NAN_BAR, stopped=True)
    assert nan.kind == "proc.sigterm_int" and kinds(nan) == ["train.nan_loss"]
    assert (
        diagnose_text(raised("RuntimeError: Invalid buffer size: 3 GB") + died("SIGTERM", 15)).kind
        == "mps.invalid_buffer"
    )


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (-9, "proc.sigkill"),
        (137, "proc.sigkill"),
        (-6, "proc.sigabrt"),
        (-11, "proc.sigsegv"),
        (-10, "proc.sigsegv"),
        (1, "acc.exit_status"),
        (0, "log.unfinished"),
        (None, "log.unfinished"),
    ],
)
def test_exit_status_alone(status: int | None, kind: str) -> None:
    assert diagnose_text(BAR, status=status).kind == kind


@pytest.mark.parametrize(
    ("text", "recovery"),
    [
        (dict(SAMPLES)["mps.oom"], MEMORY),
        (BAR + died("SIGKILL", 9), MEMORY),
        (dict(SAMPLES)["dl.worker_died"], MEMORY),
        (BAR + NAN_BAR, NAN),
        (dict(SAMPLES)["hf.unreachable"], RETRY),
        (dict(SAMPLES)["mps.cmdbuf_error"], RETRY),
        (dict(SAMPLES)["mps.cmdbuf_interactivity"], RETRY),
        (BAR + died("SIGBUS", 10), RETRY),
        (dict(SAMPLES)["toml.syntax"], ""),
        (dict(SAMPLES)["opt.bnb_missing"], ""),
        (dict(SAMPLES)["log.unknown"], ""),
        (BAR + died("SIGTERM", 15), ""),
    ],
)
def test_whether_trying_again_can_help(text: str, recovery: str) -> None:
    assert diagnose_text(text).recovery == recovery


def test_metal_spoils_a_run_that_goes_on_unless_its_loss_stays_a_number() -> None:
    metal = dict(SAMPLES)["mps.cmdbuf_error"]
    assert diagnose_text(metal + BAR).kind == "mps.cmdbuf_error"
    assert diagnose_text(metal + BAR + SAVED).kind == ""
    assert diagnose_text(metal + NAN_BAR + "\n" + SAVED).kind == "mps.cmdbuf_error"


def test_a_loss_that_came_back_is_no_failure() -> None:
    back = BAR.replace("1/12", "3/12")
    assert diagnose_text(NAN_BAR + back + "\n" + SAVED).kind == ""


def test_unknown_failures_show_the_engines_words() -> None:
    found = diagnose_text(raised("RuntimeError: something new\nwith two lines") + ENDED)
    assert found.kind == "log.unknown" and found.failed
    assert found.cause is not None and "something new" in found.cause.message
    assert found.traceback.startswith("Traceback") and found.traceback.endswith("two lines")


def test_of_several_trainings_the_last_counts() -> None:
    begin = logged("INFO", "Loading settings from /x/config.toml...")
    failed = begin + raised("ImportError: No xformers") + ENDED
    healthy = begin + BAR + SAVED
    assert diagnose_text(failed + healthy).kind == ""
    assert diagnose_text(healthy + failed).kind == "attn.xformers_missing"


def test_a_part_of_a_log(tmp_path: Path) -> None:
    """A run that was tried twice has both attempts in one log."""
    log = tmp_path / "engine.log"
    first = raised("ImportError: No xformers").encode()
    log.write_bytes(first + (BAR + SAVED).encode())
    assert diagnose_log(log).kind == ""
    log.write_bytes(first + BAR.encode())
    assert diagnose_log(log, start=len(first)).kind == "log.unfinished"


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode(),
        lambda text: codecs.BOM_UTF8 + text.encode(),
        lambda text: text.encode("utf-16"),
        lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace("\n", "\r\n").encode("utf-16"),
    ],
)
def test_encodings_and_pieces(encode: object) -> None:
    assert callable(encode)
    text = logged("INFO", "画像") + UNREADABLE + raised("ZeroDivisionError: division by zero", BUCKET)
    data = encode(text)
    whole = diagnose_chunks([data])
    assert whole.kind == "img.size_unreadable"
    assert whole.cause is not None and whole.cause.evidence[0].number == 2
    for size in (1, 7, 64):
        pieces = [data[at : at + size] for at in range(0, len(data), size)]
        assert diagnose_chunks(pieces).kind == whole.kind


def test_a_log_in_another_encoding_is_read_as_far_as_it_can_be() -> None:
    text = raised("ImportError: No xformers / 没有安装").encode("gbk")
    assert diagnose_chunks([text]).kind == "attn.xformers_missing"


def test_lines_have_the_numbers_of_an_editor() -> None:
    data = b"a\r\nb\rc\rd\ne"
    assert [*numbered([data])] == [(1, "a"), (2, "b"), (2, "c"), (2, "d"), (3, "e")]


def test_the_last_lines_are_always_there() -> None:
    lines = [f"line {number}" for number in range(100)]
    found = diagnose_text("\n".join(lines) + "\n" + BAR + BAR.replace("1/12", "2/12"))
    assert len(found.last_lines) == LAST_LINES
    assert found.last_lines[-1].number == 101 and "2/12" in found.last_lines[-1].text
    assert found.last_lines[-2].text == "line 99"
    assert found.line_count == 101


def test_json() -> None:
    data = json.loads(json.dumps(diagnose_text(dict(SAMPLES)["mps.oom"]).to_json()))
    assert data["kind"] == data["cause"]["kind"] == "mps.oom"
    assert data["cause"]["values"] == {"value": "17.51 GB", "other": "18.13 GB"}
    assert "17.51 GB" in data["cause"]["message"] and data["cause"]["hint"]
    assert diagnose_text(SAVED).to_json()["cause"] is None


def test_a_value_that_the_log_does_not_tell() -> None:
    cause = diagnose_text(raised("RuntimeError: MPS backend out of memory")).cause
    assert cause is not None and "…" in cause.message


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"", "diagnosis.empty"), (b" \n", "diagnosis.empty"), (b"PK\x03\x04\0\0", "diagnosis.not_text")],
)
def test_what_is_no_log(data: bytes, code: str, tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    path.write_bytes(data)
    for log in (path, io.BytesIO(data)):
        with pytest.raises(UsageError) as caught:
            open_log(log)
        assert caught.value.code == code


def test_a_log_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        open_log(tmp_path / "no.log")
    assert caught.value.code == "diagnosis.no_file"
    with pytest.raises(UsageError) as caught:
        open_log(tmp_path)
    assert caught.value.code == "diagnosis.unreadable"


def test_zeros_at_the_end_are_of_a_crash_of_the_machine() -> None:
    data = (BAR + "\n" * 5000).encode() + bytes(4096)
    assert diagnose_chunks(open_log(io.BytesIO(data))).kind == "log.unfinished"


WINDOWS = """12:34:56-789012 INFO     Start training LoRA Standard ...
prepare tokenizer
[Dataset 0]
caching latents.
steps:   0%|                                                     | 0/1500 [00:00<?, ?it/s]
epoch 1/10
{error}steps:   0%|                                                     | 0/1500 [00:12<?, ?it/s]
Traceback (most recent call last):
  File "C:\\Python310\\lib\\runpy.py", line 196, in _run_module_as_main
    return _run_code(code, main_globals, None,
  File "D:\\kohya_ss\\venv\\Scripts\\accelerate.EXE\\__main__.py", line 7, in <module>
  File "D:\\kohya_ss\\venv\\lib\\site-packages\\accelerate\\commands\\launch.py", line 637, in simple_launcher
    raise subprocess.CalledProcessError(returncode=process.returncode, cmd=cmd)
subprocess.CalledProcessError: Command '['D:\\\\kohya_ss\\\\venv\\\\Scripts\\\\python.exe', 'train_network.py']' returned non-zero exit status {status}.
12:36:11-973914 INFO     Training has ended.
"""


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (
            raised("torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 MiB"),
            1,
            "cuda.oom",
        ),
        (raised("RuntimeError: \"slow_conv2d_cpu\" not implemented for 'Half'"), 1, "mps.half_cpu_conv"),
        ("", 3221225477, "proc.sigsegv"),
        ("", 3221225786, "proc.sigterm_int"),
        ("", 1, "acc.exit_status"),
    ],
)
def test_a_log_of_kohya_ss_on_windows(error: str, status: int, kind: str) -> None:
    text = WINDOWS.format(error=error, status=status)
    assert diagnose_text(text.replace("\n", "\r\n")).kind == kind
    assert diagnose_chunks([text.encode("utf-16")]).kind == kind


def test_keys_of_presets_that_hints_name_exist() -> None:
    sections = {name: info.annotation for name, info in Preset.model_fields.items()}
    named = {
        (section, key)
        for pair in texts.table("diagnosis").values()
        for sentence in pair
        for section, key in re.findall(r"\[(\w+)\] (\w+)", sentence)
        if (section in sections and key.isascii() and "_" in key)
        or key in ("dim", "args", "type", "base", "vae", "weights")
    }
    assert len(named) > 40
    for section, key in named:
        assert key in getattr(sections[section], "model_fields", {}), (section, key)
