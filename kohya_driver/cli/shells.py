"""Writes completion scripts for bash, zsh and fish from our own parser, the keys and the engine's options."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kohya_driver.cli.main import build_parser


@dataclass(frozen=True, slots=True)
class _Flag:
    names: tuple[str, ...]
    help: str
    takes_value: bool
    values: tuple[str, ...]
    """What its value may be; empty: any text or file."""
    asked: str
    """What of ours is asked for its values at the moment."""


@dataclass(frozen=True, slots=True)
class _Level:
    """One place in the command line: behind `engine`, behind `engine install` …"""

    trail: str
    commands: Mapping[str, str]
    """The next word, and its help."""
    flags: tuple[_Flag, ...]
    values: tuple[str, ...]
    """What its first argument may be; empty: any text or file."""
    asked: str = ""
    """What of ours is asked for its arguments at the moment."""


_RUNS = "runs list --names"
_PRESETS = "presets list --names"
ASKED: Mapping[str, str] = {
    **dict.fromkeys(("name", "run_name", "run_folder", "runs"), _RUNS),
    **dict.fromkeys(("preset", "preset_name", "from_preset"), _PRESETS),
    "own_preset": f"{_PRESETS} own",
}
"""An argument of this name is a run or a preset. There are others tomorrow, and the script is read once."""


def completion_script(shell: str) -> str:
    """The script for `bash`, `zsh` or `fish`, to be read at the shell's start."""
    levels = tuple(_levels(build_parser((), every=True), (), _known_words()))
    return {"bash": _bash, "zsh": _zsh, "fish": _fish}[shell](levels)


def _known_words() -> dict[str, tuple[str, ...]]:
    """What an argument of this name may be."""
    from kohya_driver.engine.catalogue import load_catalogue
    from kohya_driver.models.catalogue import known_models
    from kohya_driver.preset.model import Preset, Section

    scripts = load_catalogue().scripts
    keys = [
        f"{section}.{name}="
        for section, info in Preset.model_fields.items()
        if isinstance(info.annotation, type) and issubclass(info.annotation, Section)
        for name in info.annotation.model_fields
    ]
    options = {name for options in scripts.values() for name in options}
    return {
        "model": tuple(known_models().models),
        "sets": (*keys, "engine_options."),
        "search": tuple(sorted(options)),
        "script": tuple(scripts),
    }


def _levels(
    parser: argparse.ArgumentParser, trail: tuple[str, ...], known: Mapping[str, tuple[str, ...]]
) -> Iterator[_Level]:
    commands: dict[str, str] = {}
    flags: list[_Flag] = []
    first: tuple[str, ...] | None = None
    asked = ""
    below: dict[str, argparse.ArgumentParser] = {}
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            below = dict(action.choices)
            commands = {choice.dest: choice.help or "" for choice in action._choices_actions}
            continue
        values = tuple(map(str, action.choices or known.get(action.dest, ())))
        if action.option_strings:
            takes_value = action.nargs != 0
            live = ASKED.get(action.dest, "") if takes_value else ""
            flags.append(_Flag(tuple(action.option_strings), _help(action), takes_value, values, live))
        else:
            first = values if first is None else first
            asked = asked or ASKED.get(action.dest, "")
    default = below.get(getattr(parser, "default_action", ""))
    if default:  # `runs --state` is `runs list --state`
        meant = next(_levels(default, trail, known))
        own = {flag.names for flag in flags}
        flags += [flag for flag in meant.flags if flag.names not in own]
    yield _Level(" ".join(trail), commands, tuple(flags), first or (), asked)
    for name, inner in below.items():
        yield from _levels(inner, (*trail, name), known)


def _help(action: argparse.Action) -> str:
    return (action.help or "").replace("%%", "%")


def _cases(levels: Sequence[_Level], *, reply: str, files: str) -> Iterator[str]:
    """The two decisions that bash and zsh share: what follows an option, and what may stand here."""
    yield '    case "$trail $previous" in'
    for level in levels:
        for flag in level.flags:
            if flag.takes_value:
                places = "|".join(f"'{level.trail} {name}'" for name in flag.names)
                what = _what(flag.values, flag.asked, reply=reply, files=files)
                yield f"        {places}) {what}; return ;;"
    yield "    esac"
    yield '    case "$trail:$current" in'
    for level in levels:
        flags = " ".join(name for flag in level.flags for name in flag.names)
        yield f"        '{level.trail}':-*) {reply} '{flags}' ;;"
        what = _what((*level.commands, *level.values), level.asked, reply=reply, files=files)
        yield f"        '{level.trail}':*) {what} ;;"
    yield "    esac"


def _what(words: Sequence[str], asked: str, *, reply: str, files: str) -> str:
    """What stands at a place: words that are known, names that are asked for, else a file."""
    if words:
        return f"{reply} '{' '.join(words)}'"
    return f"_kohya_driver_names {asked}" if asked else files


def _trails(levels: Sequence[_Level]) -> str:
    return "|".join(
        f"'{level.trail} {name}'" if level.trail else f"' {name}'"
        for level in levels
        for name in level.commands
    )


_BASH = """\
# bash completion for kohya-driver:  source <(kohya-driver completion bash)
_kohya_driver_reply() {{
    COMPREPLY=($(compgen -W "$1" -- "$current"))
    # macOS has bash 3.2, without compopt.
    [[ ${{COMPREPLY[0]}} == *[.=] ]] && type compopt &>/dev/null && compopt -o nospace
    return 0
}}
_kohya_driver_names() {{
    local IFS=$'\n'
    COMPREPLY=($(compgen -W "$(kohya-driver "$@" 2>/dev/null)" -- "$current"))
}}
_kohya_driver() {{
    local current="${{COMP_WORDS[COMP_CWORD]}}" previous="${{COMP_WORDS[COMP_CWORD-1]}}" trail="" word
    COMPREPLY=()
    [[ $current == = || $previous == = ]] && return
    for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
        case "$trail $word" in
            {trails}) trail="${{trail:+$trail }}$word" ;;
        esac
    done
{cases}
}}
complete -o default -F _kohya_driver kohya-driver
"""


def _bash(levels: Sequence[_Level]) -> str:
    # With an empty reply, -o default completes file names.
    cases = "\n".join(_cases(levels, reply="_kohya_driver_reply", files=":"))
    return _BASH.format(trails=_trails(levels), cases=cases)


_ZSH = """\
#compdef kohya-driver
# zsh completion for kohya-driver:  kohya-driver completion zsh > a folder of $fpath/_kohya-driver
_kohya_driver_reply() {{
    local -a plain open
    local word
    for word in ${{=1}}; do
        case "$word" in *[.=]) open+=("$word") ;; *) plain+=("$word") ;; esac
    done
    compadd -a plain
    compadd -S '' -a open
    return 0
}}
_kohya_driver_names() {{
    local -a names
    names=(${{(f)"$(kohya-driver "$@" 2>/dev/null)"}})
    compadd -a names
    # A preset may be a file too.
    [[ $1 == runs && ${{#names}} -gt 0 ]] || _files
    return 0
}}
_kohya_driver() {{
    local current="${{words[CURRENT]}}" previous="${{words[CURRENT-1]}}" trail="" word
    for word in "${{(@)words[2,CURRENT-1]}}"; do
        case "$trail $word" in
            {trails}) trail="${{trail:+$trail }}$word" ;;
        esac
    done
{cases}
}}
if [[ $funcstack[1] == _kohya-driver ]]; then _kohya_driver; else compdef _kohya_driver kohya-driver; fi
"""


def _zsh(levels: Sequence[_Level]) -> str:
    cases = "\n".join(_cases(levels, reply="_kohya_driver_reply", files="_files"))
    return _ZSH.format(trails=_trails(levels), cases=cases)


_FISH = """\
# fish completion for kohya-driver:  kohya-driver completion fish > ~/.config/fish/completions/kohya-driver.fish
function __kohya_driver_trail
    set -l trail ""
    for word in (commandline -opc)[2..-1]
        switch "$trail $word"
            case {trails}
                set trail (string trim -- "$trail $word")
        end
    end
    test "$trail" = "$argv[1]"
end
{lines}
"""


def _fish(levels: Sequence[_Level]) -> str:
    lines = "\n".join(line for level in levels for line in _fish_lines(level))
    return _FISH.format(trails=_trails(levels).replace("|", " "), lines=lines)


def _fish_lines(level: _Level) -> Iterator[str]:
    start = f"complete -c kohya-driver -n \"__kohya_driver_trail '{level.trail}'\""
    for name, text in level.commands.items():
        yield f"{start} -f -a {name} -d {_quoted(text)}"
    if level.values:
        yield f"{start} -a {_quoted(' '.join(level.values))}"
    if level.asked:
        yield f"{start} -a {_quoted(_fish_asked(level.asked))}"
    for flag in level.flags:
        names = " ".join(
            f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in flag.names
        )
        words = _fish_asked(flag.asked) if flag.asked else " ".join(flag.values)
        value = (
            f" {'-r' if flag.asked else '-x'} -a {_quoted(words)}"
            if words
            else " -r"
            if flag.takes_value
            else ""
        )
        yield f"{start} {names}{value} -d {_quoted(flag.help)}"


def _fish_asked(asked: str) -> str:
    return f"(kohya-driver {asked} 2>/dev/null)"


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
