"""What goes wrong, for every kind of the table: what stood there stays, whole, and nothing is left beside it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.export.conftest import SHOT
from tests.fakes import FakeGenerator
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.layer import Layer
from vtuber_studio.core.progress import Progress
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine.figure import within
from vtuber_studio.engine.layers import render_layers
from vtuber_studio.export import EXPORTERS, Render, described

NAMES = {"vts-item": "my-persona"}  # where the program that reads it is particular
# as small and short as a kind allows
SMALL: dict[str, Any] = {"size": 64, "seconds": 0.5, "fps": 6.0, "text": "a", "animation": "blink", "quality": 30}
KINDS = pytest.mark.parametrize("kind", EXPORTERS)
Kept = dict[str, bytes | None]


def draw_layers(shot: Shot, scale: int, **how: Any) -> list[Layer]:
    fake = FakeGenerator()
    return render_layers(fake, within(fake.manifest, shot), scale, **how)


class Export:
    """One kind, ready to be written again and again."""

    def __init__(self, kind: str, render: Render) -> None:
        self.row = EXPORTERS[kind]
        self.draw: Any = draw_layers if self.row.draws == "layers" else render
        table = described(self.row.options)
        given = {name: value for name, value in SMALL.items() if name in table}
        for name in given.keys() & {"size", "fps"}:
            given[name] = type(given[name])(max(given[name], table[name].metadata["low"] or 0))
        if "expressions" in table:
            given["expressions"] = "happy,sad"
        self.options = self.row.options(**given)

    def __call__(self, path: Path) -> Iterator[Progress]:
        return self.row.export(self.draw, SHOT, self.options, path)

    def name(self, stem: str = "she") -> str:
        return f"{NAMES.get(self.row.kind, stem)}{self.row.suffix}"


@pytest.fixture
def export(kind: str, render: Render, tmp_path_factory: pytest.TempPathFactory) -> Export:
    """Skipped where a library of its own is missing."""
    made = Export(kind, render)
    try:
        list(made(tmp_path_factory.mktemp("tried") / made.name()))
    except StudioError as error:
        if "pip install" in error.hint:
            pytest.skip(str(error))
        raise
    return made


def kept(folder: Path) -> Kept:
    """Everything in a folder, by its path."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")
    }


@KINDS
def test_a_target_that_cannot_be_written(kind: str, export: Export, tmp_path: Path) -> None:
    path = tmp_path / export.name()
    if export.row.suffix:
        path.mkdir()
        (path / "inside").write_text("mine")
    else:
        path.write_text("mine")
    before = kept(tmp_path)
    for target in (path, tmp_path / "no" / export.name()):
        with pytest.raises(StudioError) as caught:
            list(export(target))
        assert caught.value.hint
    assert kept(tmp_path) == before


@KINDS
def test_a_disk_that_fills_while_it_is_written(
    kind: str, export: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, calls, full = tmp_path / export.name(), [], {0}

    def fsync(handle: int) -> None:
        if stat.S_ISREG(os.fstat(handle).st_mode):
            calls.append(handle)
            if len(calls) in full:
                raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fsync)
    list(export(path))
    count = len(calls)
    assert count > 0
    if export.row.suffix:
        path.write_bytes(b"what stood there")
    before = kept(tmp_path)
    for failing in {1, count // 2 + 1, count}:
        full = {failing}
        calls.clear()
        with pytest.raises(StudioError, match=r"cannot be written(.|\n)*disk is full"):
            list(export(path))
        assert kept(tmp_path) == before


@KINDS
def test_a_cancel_leaves_nothing(kind: str, export: Export, tmp_path: Path) -> None:
    count = len(list(export(tmp_path / export.name())))
    before = kept(tmp_path)
    for folder in (tmp_path, tmp_path / "new"):
        folder.mkdir(exist_ok=True)
        for steps in {1, count // 2, count - 1}:
            running = export(folder / export.name())
            for _ in range(steps):
                next(running)
            running.close()  # type: ignore[attr-defined]
    assert kept(tmp_path) == before | {"new": None}


@KINDS
def test_any_name(kind: str, export: Export, tmp_path: Path) -> None:
    path = tmp_path / f"ミク 🎀 & “50 %” [#1]{export.row.suffix}"
    if kind in NAMES:
        with pytest.raises(StudioError, match=r"takes no item"):
            list(export(path))
        assert not kept(tmp_path)
        return
    steps = list(export(path))
    assert steps[-1].fraction == 1 and str(path) in steps[-1].message
    beside = {entry.name for entry in tmp_path.iterdir()} - {path.name, path.with_suffix(".png").name}
    assert path.exists() and not beside


@KINDS
def test_two_at_once_leave_a_whole_one(kind: str, export: Export, tmp_path: Path) -> None:
    alone, together = tmp_path / "alone", tmp_path / "together"
    alone.mkdir(), together.mkdir()
    list(export(alone / export.name()))
    for _ in zip(export(together / export.name()), export(together / export.name()), strict=True):
        pass
    assert kept(together) == kept(alone)
