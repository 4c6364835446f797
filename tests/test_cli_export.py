"""``vtuber-studio export``: the table's kinds, their own options, and what is refused before anything is drawn."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from tests.test_cli import refused, studio
from vtuber_studio.core.carried import carried_look
from vtuber_studio.core.look import Look
from vtuber_studio.core.project import NamedLook, Project, save_project
from vtuber_studio.export import EXPORTERS


def test_every_kind_is_listed_with_its_options() -> None:
    said = studio("export", "--list")
    assert said.returncode == 0
    rows = json.loads(studio("export", "--list", "--json").stdout)
    assert list(rows) == list(EXPORTERS)
    for row in EXPORTERS.values():
        assert f"\n{row.kind} " in f"\n{said.stdout}" and row.label and row.use
        for name in rows[row.kind]["options"]:
            assert f"--{name.replace('_', '-')} " in said.stdout


def test_an_exported_png_is_the_rendered_one(tmp_path: Path) -> None:
    face = ("--seed", "7", "--expression", "smile", "--pose", "yaw=8", "--set", "hair.base=#cc3355")
    done = studio("export", "png", tmp_path / "a.png", *face, "--size", "96", "--background=#00b140")
    assert done.returncode == 0 and done.stdout.strip() == str(tmp_path / "a.png")
    assert studio("render", tmp_path / "b.png", *face, "--size", "96", "--background", "#00b140").returncode == 0
    with Image.open(tmp_path / "a.png") as a, Image.open(tmp_path / "b.png") as b:
        assert a.size == (96, 96) and a.tobytes() == b.tobytes()
    assert carried_look((tmp_path / "a.png").read_bytes()) is not None
    assert studio("export", "png", tmp_path / "a.png", *face, "--no-look", "--size", "96").returncode == 0
    assert carried_look((tmp_path / "a.png").read_bytes()) is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "KIND and OUT"),
        (("png",), "KIND and OUT"),
        (("gfi", "a.gif"), "no kind called 'gfi'"),
        (("png", "a.jpg"), "Call it a.png"),
        (("png", "a.png", "--sise", "64"), "Did you mean size?"),
        (("png", "a.png", "--size", "big"), "Give a whole number"),
        (("png", "a.png", "--size", "9000"), "from 28 to 8192"),
        (("png", "a.png", "--size"), "has no value"),
        (("png", "a.png", "b.png"), "'b.png' is not understood"),
        (("png", "a.png", "--size", "64", "--expression", "grin=1"), "no expression called 'grin'"),
        (("png", "no folder/a.png", "--size", "64"), "no folder"),
    ],
)
def test_what_cannot_be_exported_is_refused(
    words: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert said in refused("export", *words)
    assert not list(tmp_path.iterdir())


def test_all_favourites_or_all_looks_of_a_project_are_exported(tmp_path: Path) -> None:
    one, two = Look(seed=3), Look(seed=4)
    project = Project(
        name="Hana", looks=(NamedLook("Day", one), NamedLook("Night", two)), favourites=(NamedLook("Best", two),)
    )
    save_project(tmp_path / "hana.vtsproj", project)
    said = ("--size", "64", "--set", "hair.base=#cc3355")
    done = studio(
        "export", "png", tmp_path / "looks", "--looks-of", tmp_path / "hana.vtsproj", "--pattern", "{project}-{name}",
        *said,
    )
    assert done.returncode == 0, done.stderr
    done = studio("export", "png", tmp_path / "kept", "--favourites-of", tmp_path / "hana.vtsproj", *said)
    assert done.returncode == 0 and done.stdout.strip() == str(tmp_path / "kept")
    assert sorted(path.name for path in (tmp_path / "looks").iterdir()) == ["Hana-Day.png", "Hana-Night.png"]
    night, best = (tmp_path / "looks" / "Hana-Night.png").read_bytes(), (tmp_path / "kept" / "Best.png").read_bytes()
    assert night == best != (tmp_path / "looks" / "Hana-Day.png").read_bytes()
    carried = carried_look(best)
    assert carried is not None and carried.palette["hair.base"] == "#cc3355"
    assert "Leave the other" in refused("export", "png", "a", "--looks-of", tmp_path / "hana.vtsproj", "--seed", "1")
