"""Many looks at once: each in a file of its own, nothing overwritten, one that fails alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.export.conftest import SHOT
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.shot import Shot
from vtuber_studio.export import EXPORTERS, Named, Render, export_batch

COLOURS = ("#ff0000", "#00ff00", "#0000ff")


def rows(kind: str, *names: str, **options: Any) -> list[Named]:
    made = EXPORTERS[kind].options
    return [
        Named(name, SHOT.with_(look=SHOT.look.paint({"hair.base": colour})), made(**options))
        for name, colour in zip(names, COLOURS, strict=False)
    ]


def test_each_look_has_a_file_of_its_own_and_none_is_overwritten(render: Render, tmp_path: Path) -> None:
    (tmp_path / "Mia.png").write_bytes(b"mine")
    many = rows("png", "Mia", "Mia", "Rin/..", size=64)
    steps = list(export_batch(EXPORTERS["png"], render, many, tmp_path, "{name}"))
    assert (tmp_path / "Mia.png").read_bytes() == b"mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["Mia-2.png", "Mia-3.png", "Mia.png", "Rin.png"]
    for name, row in zip(("Mia-2", "Mia-3", "Rin"), many, strict=True):
        with Image.open(tmp_path / f"{name}.png") as image:
            assert np.array_equal(np.array(image), render(row.shot, 64))
    fractions = [step.fraction for step in steps]
    assert fractions == sorted(fractions) and fractions.count(1.0) == 1
    assert steps[-1].figures["files"] == 3
    assert steps[-1].figures["bytes"] == sum(
        path.stat().st_size for path in tmp_path.iterdir() if path.name != "Mia.png"
    )


def test_what_a_kind_writes_beside_its_file_is_not_overwritten_either(render: Render, tmp_path: Path) -> None:
    (tmp_path / "Mia.png").write_bytes(b"mine")
    list(export_batch(EXPORTERS["sheet"], render, rows("sheet", "Mia", size=64, expressions="happy"), tmp_path))
    assert (tmp_path / "Mia.png").read_bytes() == b"mine" and (tmp_path / "Mia-2.json").is_file()


def test_names_are_as_the_program_takes_them(render: Render, tmp_path: Path) -> None:
    list(export_batch(EXPORTERS["vts-item"], render, rows("vts-item", "\u7f8e\u6708", "Mia Moon", size=64), tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["Mia-Moon.png", "persona-picture.png"]


def test_one_that_fails_does_not_stop_the_others(tmp_path: Path, render: Render) -> None:
    many = rows("png", "Mia", "Rin", "Yui", size=64)

    def draw(shot: Shot, size: int) -> np.ndarray:
        if shot.look == many[1].shot.look.with_(background=shot.look.background):
            raise StudioError("No room.", "Make some.")
        return render(shot, size)

    with pytest.raises(StudioError, match=r"2 of 3 were written. Rin: No room."):
        list(export_batch(EXPORTERS["png"], draw, many, tmp_path / "new"))
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["Mia.png", "Yui.png"]


def test_what_cannot_be_leaves_no_folder(render: Render, tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="at most"):
        list(export_batch(EXPORTERS["png"], render, rows("png", "Mia", size=8192, crop="head"), tmp_path / "new"))
    with pytest.raises(StudioError, match="knows no"):
        list(export_batch(EXPORTERS["png"], render, rows("png", "Mia", size=64), tmp_path / "new", "{nam}"))
    with pytest.raises(StudioError, match="nothing to export"):
        list(export_batch(EXPORTERS["png"], render, [], tmp_path / "new"))
    assert not list(tmp_path.iterdir())


def test_a_cancel_keeps_what_is_whole(render: Render, tmp_path: Path) -> None:
    steps = export_batch(EXPORTERS["png"], render, rows("png", "Mia", "Rin", size=64), tmp_path)
    for step in steps:
        if "2 of 2" in step.message:
            break
    steps.close()  # type: ignore[attr-defined]
    assert [path.name for path in tmp_path.iterdir()] == ["Mia.png"]
