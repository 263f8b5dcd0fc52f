"""What is wrong with a folder of concept folders (`6_NingGuang`)."""

from __future__ import annotations

from pathlib import Path

from kohya_driver.dataset.scan import count_pictures, find_subsets, folder_repeats, subfolders
from kohya_driver.errors import Finding, error, warning


def check_layout(parent: Path) -> tuple[Finding, ...]:
    """Check a folder that should hold concept folders (`6_NingGuang`): the usual mistakes, each with its fix."""
    if not parent.is_dir():
        return (error("dataset.not_a_folder" if parent.exists() else "dataset.folder_missing", parent),)
    concepts = find_subsets(parent)
    loose = count_pictures(parent)
    if concepts:
        stray = [warning("dataset.loose_pictures", parent, count=loose)] if loose else []
        return (*stray, *_check_unnamed(parent))
    if loose:
        code = "dataset.concept_folder_given" if _is_concept(parent) else "dataset.pictures_without_concept"
        return (error(code, parent, count=loose, name=parent.name, parent=parent.parent),)
    unnamed = _check_unnamed(parent)
    inner = [path.name for path in subfolders(parent) if find_subsets(path)]
    if inner:
        return (error("dataset.project_folder_given", parent, name=inner[0]),)
    return unnamed or (error("dataset.no_concepts", parent),)


def _is_concept(folder: Path) -> bool:
    found = folder_repeats(folder.name)
    return found is not None and found[0] >= 1


def _check_unnamed(parent: Path) -> tuple[Finding, ...]:
    """Folders with pictures that the engine ignores for their names."""
    with_pictures = [path for path in subfolders(parent) if count_pictures(path)]
    below_one = [path for path in with_pictures if (folder_repeats(path.name) or (1,))[0] < 1]
    no_number = [path for path in with_pictures if folder_repeats(path.name) is None]
    make = warning if find_subsets(parent) else error
    return (
        *(make("dataset.repeats_missing", path, name=path.name) for path in no_number),
        *(error("dataset.repeats_below_one", path, name=path.name) for path in below_one),
    )
