"""What of a folder decides the next step, and the step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Pictures:
    """A folder of pictures, or of concept folders such as `6_ningguang`."""

    path: str
    """As one types it from where one is."""
    count: int
    is_ready: bool
    """Whether most of them have a caption."""
    trigger: str = ""
    """The tag with which every caption begins."""


@dataclass(frozen=True, slots=True)
class Project:
    """A preset in a folder, and the training that was made of it last. Paths are as one types them."""

    preset: str = ""
    """Empty where only runs are left."""
    is_readable: bool = True
    engine: str = ""
    """That the preset asks for."""
    run: str = ""
    state: str = ""
    """Of the run: `running`, `unwatched`, `cut off`, `stopped`, `failed` or `succeeded`."""
    is_changed: bool = False
    """Whether the preset was changed after that run began."""
    sources: tuple[str, ...] = ()
    """The folders of photos that it was made from."""
    missing: str = ""
    """The first path that the preset names and that is not there."""


@dataclass(frozen=True, slots=True)
class Here:
    """A folder, and what of the machine matters for it."""

    running: str = ""
    """The folder of the run that trains on this machine now."""
    project: Project | None = None
    """Of this folder itself."""
    below: Project | None = None
    """Of the folder directly in it that was worked on last."""
    pictures: Pictures | None = None
    base: str = ""
    """A base model that lies here."""
    foreign: str = ""
    """A file of settings of another program."""
    engines: tuple[str, ...] = ()
    """That are installed."""
    has_trained: bool = False
    """Whether any run of this machine is known."""


@dataclass(frozen=True, slots=True)
class Step:
    """The next command, and why it is that one."""

    code: str
    """Of the sentence that says how things stand."""
    command: tuple[str, ...]
    values: Mapping[str, object] = field(default_factory=dict)
    blanks: tuple[str, ...] = ()
    """Words of the command that a person has to put in, by the codes of their explanations."""
