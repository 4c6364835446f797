"""What files are called: after someone, as a pattern says, and so that none is overwritten."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from vtuber_studio.core.errors import StudioError

WORDS = ("name", "number", "project")  # of a pattern


def file_stem(name: str) -> str:
    """What a file may be called after someone: letters, digits, spaces and dashes; empty when nothing is left."""
    return re.sub(r"[^\w\- ]+", "", name).strip()[:60]


def free_path(path: Path, beside: Collection[str] = ()) -> Path:
    """``path``, or with the next number behind its name that nothing has yet, neither with one of the endings
    ``beside``."""
    stem, number = re.sub(r"-\d+$", "", path.stem), 1
    while path.exists() or any(path.with_suffix(suffix).exists() for suffix in beside):
        number += 1
        path = path.with_name(f"{stem}-{number}{path.suffix}")
    return path


def numbered(stem: str, taken: set[str]) -> str:
    """The stem, numbered when one that is ``taken`` has it, whatever its case; it is taken then."""
    name, count = stem, 1
    while name.casefold() in taken:
        count += 1
        name = f"{stem}-{count}"
    taken.add(name.casefold())
    return name


def check_pattern(pattern: str) -> None:
    """StudioError for words in braces that mean nothing, and for what would be a folder."""
    for word in re.findall(r"\{([^{}]*)\}", pattern):
        if word not in WORDS:
            known = ", ".join(f"{{{name}}}" for name in WORDS)
            raise StudioError(f"The names' pattern knows no {{{word}}}.", f"It knows {known}.")
    if not pattern.strip():
        raise StudioError("The files need names.", "Write for example {name}.")
    if set(pattern) & set('/\\:*?"<>|\0'):
        raise StudioError("A file's name cannot hold any of / \\ : * ? \" < > |.", "Leave them out of the pattern.")


def patterned(pattern: str, name: str, number: int, project: str = "") -> str:
    """A file's name without its ending: ``{name}``, ``{number}`` and ``{project}`` of a checked pattern filled in."""
    filled = {"name": file_stem(name) or f"{number}", "number": f"{number:02}", "project": file_stem(project)}
    return re.sub(r"\{(\w+)\}", lambda found: filled[found[1]], pattern).strip(" -_.") or f"{number}"
