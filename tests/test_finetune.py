"""The command: what it tells its owner, and what it leaves when that one is gone."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.engine.bundles import make_bundle
from tests.test_cli import refused, studio
from tests.training.tune.small import QUICK, pictures, run_of, small_base
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.finetuning import EVENTS, PID, Advance, Done, Event, Failed, Picture, checked, decode
from vtuber_studio.core.image import encode_png
from vtuber_studio.engine.assemble import install
from vtuber_studio.engine.shelf import unpacked, zip_bundle
from vtuber_studio.finetune import base_of, begin, finetune


def started(folder: Path, *more: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "vtuber_studio", "finetune", "--resume", str(folder), "--json", "--threads", "1"]
    return subprocess.Popen([*command, *more], stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def until_it_tunes(process: subprocess.Popen[bytes]) -> Event:
    assert process.stdout is not None
    return next(
        event for line in process.stdout if isinstance(event := decode(line), Advance) and event.stage == "tuning"
    )


def test_it_ends_with_its_parent_and_goes_on_with_another(tmp_path: Path) -> None:
    base = small_base(tmp_path / "base")
    folder = run_of(tmp_path / "run", base, pictures(base, 2), minutes=100.0)
    with started(folder, "--tied") as process:
        until_it_tunes(process)
        assert (folder / PID).read_text() == str(process.pid)
        assert process.stdin is not None and process.stdout is not None
        process.stdin.close()
        rest = [decode(line) for line in process.stdout]
    assert process.returncode == 0 and not any(isinstance(event, Done | Failed) for event in rest)
    assert (folder / "state.json").is_file() and not (folder / "bundle").exists() and not (folder / PID).exists()
    (last,) = (event for event in finetune(folder, steps=1, tuning=QUICK) if isinstance(event, Done))
    assert Path(last.bundle, "manifest.json").is_file()
    assert decode((folder / EVENTS).read_bytes().splitlines()[-1]) == last


def test_what_cannot_be_used_is_named_and_nothing_is_made(tmp_path: Path) -> None:
    flat = tmp_path / "flat.png"
    Image.fromarray(np.full((300, 300, 3), 200, np.uint8)).save(flat)
    (tmp_path / "text.png").write_text("no picture")
    given = (flat, tmp_path / "text.png", "--out", tmp_path / "out", "--rights", "own", "--json")
    done = studio("finetune", *given, process=True)
    told = [decode(line.encode()) for line in done.stdout.splitlines()]
    named = {event.name: event for event in told if isinstance(event, Picture)}
    assert named.keys() == {"flat.png", "text.png"} and all(each.trouble and not each.used for each in named.values())
    assert done.returncode == 1 and isinstance(told[-1], Failed) and told[-1].hint
    assert not (tmp_path / "out").exists() and not (tmp_path / "out-run").exists(), "better ones may be given at once"


@pytest.mark.parametrize(
    "given",
    [("--rights", "own"), ("x.png", "--out", "o"), ("x.png", "--out", "o", "--rights", "mine"),
     ("x.png", "--out", "o", "--rights", "own", "--minutes", "nan")],
)  # fmt: skip
def test_what_it_cannot_do_is_one_sentence(given: tuple[str, ...], tmp_path: Path) -> None:
    refused("finetune", *given)


def test_a_run_that_was_carried_elsewhere_finds_its_generator_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VTUBER_STUDIO_HOME", str(tmp_path / "home"))
    base = make_bundle(tmp_path / "base")
    (tmp_path / "her.png").write_bytes(encode_png(np.zeros((64, 64, 4), np.uint8)))
    run = begin(tmp_path / "run", checked(rights="own"), [tmp_path / "her.png"], base)
    assert base_of(run) == base
    zipped = tmp_path / "base.zip"
    zipped.write_bytes(zip_bundle(base))
    shutil.rmtree(base)
    with pytest.raises(StudioError, match="not here"):
        base_of(run)
    with unpacked(zipped) as folder:
        installed = install(folder).folder
    assert base_of(run) == installed
