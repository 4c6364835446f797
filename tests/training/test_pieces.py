"""A run on a rented machine: every part at once, its result in pieces, put together at home."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from vtuber_studio.cli import app
from vtuber_studio.core.errors import StudioError
from vtuber_studio.engine.bundle import find_bundle, read_bundle
from vtuber_studio.training.config import ACCELERATOR, SHARES, TrainConfig
from vtuber_studio.training.pieces import FILES, join_bundle, split_bundle
from vtuber_studio.training.starter import plan

SMALL = Path(__file__).parents[1] / "data" / "starter-format-1"  # mouth and brows alone
PIECE = 50_000  # bytes


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_all_parts_at_once_then_pieces_then_a_bundle(tmp_path: Path) -> None:
    """By one command, without a run directory of one's own; parts that were not trained come along byte for byte, with
    their history."""
    ways = ["--minutes", "0", "--jobs", "all", "--parts", "brows", "--start", str(find_bundle())]
    done = CliRunner().invoke(
        app, ["train", "starter", *ways, "--bundle", str(tmp_path / "out" / "new"), "--split"], catch_exceptions=False
    )
    pieces = sorted((tmp_path / "out").iterdir())
    assert [path.name for path in pieces] == ["new.zip.part01", "new.zip.part02", "new.zip.sha256"]
    assert max(path.stat().st_size for path in pieces) <= 16 * 1024 * 1024
    assert [Path(line) for line in done.stdout.splitlines()[-3:]] == pieces
    joined = tmp_path / "joined"
    CliRunner().invoke(app, ["train", "join", *map(str, pieces), "--bundle", str(joined)], catch_exceptions=False)
    before, after = (read_bundle(path, full=True).manifest.parts for path in (find_bundle(), joined))
    carried = [[entry for entry in parts if entry.part.name != "brows"] for parts in (before, after)]
    for old, new in zip(*carried, strict=True):
        assert (old.part.name, old.mapping, old.synthesis) == (new.part.name, new.mapping, new.synthesis)
        assert (old.inputs, old.edition, old.figures) == (new.inputs, new.edition, new.figures)
        assert old.provenance.items() <= new.provenance.items() and old.provenance["images"]


def test_pieces_join_in_any_order_and_replace_a_bundle(tmp_path: Path) -> None:
    *pieces, listed = split_bundle(SMALL, tmp_path / "small", PIECE)
    assert 2 < len(pieces) < FILES and all(path.stat().st_size <= PIECE for path in pieces)
    random.Random(4).shuffle(pieces)
    out = shutil.copytree(SMALL, tmp_path / "bundle")
    (out / "old").write_text("goes")
    assert contents(join_bundle(pieces, out)) == contents(SMALL)
    moved = listed.rename(tmp_path / "list.sha256")
    with pytest.raises(StudioError, match="no file"):
        join_bundle(pieces, out)
    assert contents(join_bundle([moved, *pieces], out)) == contents(SMALL)


@pytest.mark.parametrize("fault", ["missing", "damaged", "cut", "mixed", "list"])
def test_what_is_not_whole_changes_nothing(tmp_path: Path, fault: str) -> None:
    *pieces, listed = split_bundle(SMALL, tmp_path / "small", PIECE)
    out = tmp_path / "bundle"
    out.mkdir()
    (out / "old").write_text("stays")
    match fault:
        case "missing":
            del pieces[1]
        case "damaged":
            data = bytearray(pieces[1].read_bytes())
            data[1000] ^= 1
            pieces[1].write_bytes(data)
        case "cut":
            pieces[1].write_bytes(pieces[1].read_bytes()[:-1])
        case "mixed":
            pieces[1] = split_bundle(SMALL, tmp_path / "other", PIECE)[1]
        case "list":
            listed.write_bytes(b"\xff\n")
    with pytest.raises(StudioError, match=r"missing|damaged|one generator|does not list"):
        join_bundle(pieces, out)
    assert contents(out) == {"old": b"stays"}
    assert not list(tmp_path.glob(".export-*"))


def test_too_many_pieces_are_refused(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="files of"):
        split_bundle(SMALL, tmp_path / "small", 20_000)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["--out", "run", "--jobs", "many"], "neither a number"),
        (["--out", "run", "--jobs", "0"], "neither a number"),
        (["--out", "run", "--split"], "--split cuts"),
        ([], "where the run goes"),
    ],
)
def test_a_wrong_wish_is_one_sentence(asked: list[str], said: str) -> None:
    with pytest.raises(StudioError, match=said):
        CliRunner().invoke(app, ["train", "starter", *asked], catch_exceptions=False)


@pytest.mark.parametrize("cores", [1, 2, 12, 16, 64])
def test_on_a_card_all_parts_run_at_once_and_share_the_cores(cores: int) -> None:
    planned = plan(list(SHARES), 8.0, None, cores, cuda=True)
    assert planned.jobs == len(SHARES) and set(planned.minutes.values()) == {8.0}
    drawing = {name: config.workers for name, config in planned.configs.items()}
    assert sum(drawing.values()) == max(cores, len(SHARES)) and min(drawing.values()) >= 1
    assert drawing["hair_front"] >= drawing["brows"]
    assert {config.batch for config in planned.configs.values()} == {ACCELERATOR.batch}


def test_on_a_processor_as_many_run_as_there_are_cores() -> None:
    names = list(SHARES)
    few, many = plan(names, 60.0, None, 4, cuda=False), plan(names, 60.0, None, 32, cuda=False)
    assert few.jobs == 4 and sum(few.minutes.values()) == pytest.approx(4 * 60)
    assert few.minutes["hair_front"] > few.minutes["brows"]
    assert many.jobs == len(names) and set(many.minutes.values()) == {60.0}
    assert set(few.configs.values()) == set(many.configs.values()) == {TrainConfig()}
    assert plan(["mouth"], 5.0, 2, 2, cuda=False).minutes == {"mouth": 5.0}
