"""Figures that a generator keeps, on its card and on pages."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from vtuber_studio.cli import app
from vtuber_studio.core import paths
from vtuber_studio.core.errors import StudioError
from vtuber_studio.engine.bundle import read_bundle, read_manifest
from vtuber_studio.engine.manifest_file import table_bytes
from vtuber_studio.engine.measured import KINDS, Measured, filled, keep, kept
from vtuber_studio.engine.papers import model_card

DATA = Path(__file__).parents[1] / "data"
SETS = {"pictures": 9, "kid": {"mean": 0.0123456789, "low": -0.1, "high": 0.1}, "precision": 1.0, "recall": 0.5,
        "diversity": {"parts": {"eyes": 0.75, "mouth": 1.5}}}  # fmt: skip
MEASURED = Measured("vtuber-studio evaluate --sets", "2026-11-27", "", "a machine | of mine", SETS)


@pytest.fixture
def folder(starter_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(starter_folder, tmp_path / "bundle"))


@pytest.fixture(scope="module")
def starter_folder() -> Path:
    return paths.resources() / "generators" / "starter"


def test_figures_are_kept_and_change_nothing_else(folder: Path) -> None:
    before = read_bundle(folder)
    card = (folder / "model_card.md").read_text("utf-8").partition("\n## Figures\n")[0]
    keep(before, "sets", MEASURED)
    after = read_bundle(folder, full=True)
    assert after.manifest.id == before.manifest.id
    assert kept(after.manifest)["sets"].figures["kid"]["mean"] == 0.012346, "five digits"
    bare = [{key: value for key, value in each.table.items() if key != "figures"} for each in (before, after)]
    assert bare[0] == bare[1]
    said = (folder / "model_card.md").read_text("utf-8")
    assert said.startswith(card.rstrip("\n")) and said.count("## Figures") == 1
    assert "| precision, recall | 1.000, 0.500 |" in said and "a machine / of mine" in said
    assert "density" not in said, "what was not measured has no row"
    keep(after, "sets", Measured("again", "2026-11-28", "", "", {"pictures": 10}))
    again = (folder / "model_card.md").read_text("utf-8")
    assert again.count("## Figures") == 1 and "`again`" in again and "precision" not in again.partition("## Figures")[2]


def test_figures_of_an_earlier_edition_say_so(folder: Path) -> None:
    manifest = read_manifest(folder)
    own = Measured("c", "d", manifest.id[:12], "m", SETS)
    assert "last change" not in _section(keep(read_bundle(folder), "sets", own))
    other = Measured("c", "d", "0123456789ab", "m", SETS)
    assert "before its last change" in _section(keep(read_bundle(folder), "sets", other))


def _section(manifest: object) -> str:
    return filled("<!-- figures: sets -->\nold\n<!-- /figures -->", manifest)  # type: ignore[arg-type]


def test_a_page_holds_tables_and_keeps_its_words(folder: Path, tmp_path: Path) -> None:
    keep(read_bundle(folder), "sets", MEASURED)
    page = tmp_path / "page.md"
    page.write_text("# Mine\n\n<!-- figures: sets -->\nold\n<!-- /figures -->\n\nand <!-- figures: run -->\n"
                    "<!-- /figures -->\nends\n", "utf-8")  # fmt: skip
    for _ in range(2):
        done = CliRunner().invoke(app, ["evaluate", "--page", str(page), "--generator", str(folder)])
        assert done.exit_code == 0, done.output
        text = page.read_text("utf-8")
        assert text.startswith("# Mine\n\n<!-- figures: sets -->\n\n`vtuber-studio") and text.endswith("-->\nends\n")
        assert "| eyes | 0.75 |" in text and "old" not in text and "keeps no figures of this kind" in text


def test_what_cannot_be_kept_or_filled_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="older format"):
        keep(read_bundle(DATA / "starter-format-1"), "sets", MEASURED)
    with pytest.raises(StudioError, match="no place"):
        filled("# Nothing", read_manifest(folder))
    for arguments in (["--page", "x.md", "--sets"], ["--page", "x.md", "--keep"]):
        with pytest.raises(StudioError, match="measures nothing"):
            CliRunner().invoke(app, ["evaluate", *arguments], catch_exceptions=False, standalone_mode=False)
    with pytest.raises(StudioError, match="no file"):
        CliRunner().invoke(app, ["evaluate", "--page", str(tmp_path / "x.md")], catch_exceptions=False,
                           standalone_mode=False)  # fmt: skip


def test_figures_from_anywhere_do_no_harm(folder: Path) -> None:
    strange = {
        "sets": {**{key: "|\n" for key in ("command", "made", "of", "machine")}, "figures": {"kid": "x", "recall": [],
                 "frechet": 10**400, "diversity": {"parts": {"a": 10**400, "b": {"|": 1}, "c": []}}}},
        "looks": [1], "unknown": {"a": 1}, "sliders": {"command": 1},
    }  # fmt: skip
    data, manifest = table_bytes({**read_bundle(folder).table, "figures": strange})
    assert list(kept(manifest)) == ["sets"] and json.loads(data)["figures"] == strange
    assert "| what |" in model_card(manifest) and "KID" not in model_card(manifest)
    assert "| a |  |" in _section(manifest)


def test_the_starter_says_how_good_it_is(starter_folder: Path) -> None:
    """Its card and the page in the documents have the figures that its manifest keeps."""
    manifest = read_manifest(starter_folder)
    assert {"looks", "sets", "sliders", "reader"} <= set(kept(manifest))
    page = (Path(__file__).parents[2] / "docs" / "figures.md").read_text("utf-8")
    card = (starter_folder / "model_card.md").read_text("utf-8")
    rows = [line for line in model_card(manifest).partition("## Figures")[2].splitlines() if line.startswith("|")]
    assert not [row for row in rows if row not in page], "run `vtuber-studio evaluate --page docs/figures.md`"
    assert not [row for row in rows if row not in card]
    assert all(f"figures: {kind} " in page for kind in KINDS if kind != "run")
