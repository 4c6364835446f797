""".veado files, read by a parser that was written from the format's description."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.export.conftest import SHOT
from tests.export.veado_reader import read_veado
from vtuber_studio.core.emotions import FACES
from vtuber_studio.core.errors import StudioError
from vtuber_studio.export import EXPORTERS, Render, VeadoOptions, export_veado
from vtuber_studio.export.folders import states


def test_every_state_holds_its_four_pictures(render: Render, tmp_path: Path) -> None:
    path = tmp_path / "ミク.veado"
    options = VeadoOptions(size=72, expressions="neutral,surprised,wink")
    steps = list(export_veado(render, SHOT, options, path))
    assert [step.fraction for step in steps] == sorted(step.fraction for step in steps) and steps[-1].fraction == 1
    avatar = read_veado(path.read_bytes())
    assert avatar.meta[0].startswith("VTuber Studio") and len(avatar.states) == 3
    assert [state.name for state in avatar.states] == ["Neutral", "Surprised", "Wink"]
    for state, face in zip(avatar.states, ("neutral", "surprised", "wink"), strict=True):
        seen = SHOT.with_(expression={**SHOT.expression, **FACES[face]})
        wanted = states(seen, options.mouth)
        assert list(wanted) == ["closed", "open", "blink-closed", "blink-open"]  # the order that the format wants
        for number, shot in zip(state.pictures, wanted.values(), strict=True):
            assert np.array_equal(avatar.images[number], render(shot, 72))
        assert state.thumbnails == state.pictures and not any(state.lists)
        shortest, longest = state.blink[1:]
        assert 0.05 < state.blink[0] < 0.5 < shortest < longest and state.mode == "PRES"
    assert sorted(avatar.folder.values()) == sorted(avatar.images)
    with Image.open(io.BytesIO(avatar.thumbnail)) as thumbnail:
        assert thumbnail.format == "PNG" and thumbnail.size == (72, 72)


def test_what_cannot_be_is_refused(render: Render, tmp_path: Path) -> None:
    for options, said in (
        (VeadoOptions(size=2048, expressions=",".join(FACES)), "larger than 256 MB"),
        (VeadoOptions(expressions="grin"), "no expression called 'grin'"),
    ):
        with pytest.raises(StudioError, match=said):
            list(export_veado(render, SHOT, options, tmp_path / "a.veado"))
    assert not list(tmp_path.iterdir())
    assert "experimental" in EXPORTERS["veado"].label
