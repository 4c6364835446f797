"""Many looks, a file each: named by a pattern, none over one that is there, one failure no end of the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import make_folder
from vtuber_studio.core.names import check_pattern, free_path, patterned
from vtuber_studio.core.progress import Progress
from vtuber_studio.core.shot import Shot
from vtuber_studio.export.exporter import Exporter


@dataclass(frozen=True)
class Named:
    """A shot, what it is called, and the options that it is exported with."""

    name: str
    shot: Shot
    options: Any


def export_batch(
    exporter: Exporter,
    draw: Callable[..., Any],
    rows: Sequence[Named],
    folder: Path,
    pattern: str = "{name}",
    project: str = "",
) -> Iterator[Progress]:
    """Write one file (or folder) a row into ``folder``; closing it leaves those that are whole.

    StudioError at the end names the first that could not be written, when all others are.
    """
    check_pattern(pattern)
    if not rows:
        raise StudioError("There is nothing to export.", "Keep a favourite first (F).")
    new = not folder.exists()
    make_folder(folder)
    failed: list[tuple[str, StudioError]] = []
    size = 0
    for number, row in enumerate(rows):
        stem = exporter.stem(patterned(pattern, row.name, number + 1, project))
        path = free_path(folder / f"{stem}{exporter.suffix}", exporter.beside)
        try:
            with closing(exporter.export(draw, row.shot, row.options, path)) as steps:  # type: ignore[type-var]
                for step in steps:
                    size += step.figures.get("bytes", 0)
                    said = f"{number + 1} of {len(rows)}, {row.name}: {step.message}"
                    yield Progress(min((number + step.fraction) / len(rows), 0.999), said)
        except StudioError as error:
            failed.append((row.name, error))
    done = len(rows) - len(failed)
    if failed:
        if new and not done:
            folder.rmdir()
        name, first = failed[0]
        raise StudioError(f"{done} of {len(rows)} were written. {name}: {first.message}", first.hint)
    yield Progress(1.0, f"Written: {done} to {folder}", {"path": str(folder), "files": done, "bytes": size})
