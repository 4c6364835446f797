"""Figures of runs: of a judge that knows, of one that does not, and of pictures that are made well or badly."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.test_cli import studio
from tests.training.gan.little import QUICK, discs, write
from tests.training.test_inception import weights
from vtuber_studio.core.errors import StudioError
from vtuber_studio.training.gan import pictures
from vtuber_studio.training.gan.figures import evaluate_gan
from vtuber_studio.training.gan.run import read_config, train_gan
from vtuber_studio.training.gan.trainer import GanTrainer


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eighty discs, sixteen of them held out; two steps."""
    folder = tmp_path_factory.mktemp("run")
    list(train_gan(write(folder / "discs", discs(80, side=40)), folder / "run", replace(QUICK, held_out=0.2), steps=2))
    return folder / "run"


def _with_judge(run: Path, judge: str) -> Path:
    """The run with a judge that says yes or no to everything, or yes to what is bright."""
    trainer = GanTrainer(pictures.load(run), run, read_config(run), "cpu")
    trainer.load()
    with torch.no_grad():
        trainer.judge.out.weight.zero_()
        trainer.judge.out.bias.fill_(1.0 if judge == "yes" else -1.0)
    trainer.save()
    return run


def test_a_judge_that_says_yes_to_everything_is_right_half_of_the_time(run: Path) -> None:
    for judge, right in (("yes", 1.0), ("no", 0.0)):
        found = evaluate_gan(_with_judge(run, judge), 24)["judge"]
        assert found == {"seen": right, "held_out": right, "made": 1 - right, "accuracy": 0.5}


def test_a_beginner_is_told_from_pictures_that_it_never_saw(run: Path) -> None:
    found = evaluate_gan(run, 32)
    assert found["made"] == 32 and found["pictures"] == {"seen": 64, "held_out": 16} and found["trained_with"] == 16
    assert found["beside"] == "held_out" and found["samples_a_second"] > 0
    assert found["two_sample"]["accuracy"] > 0.8 and found["two_sample"]["p"] < 0.01
    assert found["recall"] == 0 and found["diversity"]["made"] < 0.5 * found["diversity"]["pictures"]
    assert evaluate_gan(run, 32)["judge"] == found["judge"], "the same every time"


def test_a_painter_of_the_pictures_themselves_is_not_told_from_them(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    more = torch.from_numpy(discs(64, seed=9)).float() / 255
    premultiplied = torch.cat([more[:, :3] * more[:, 3:], more[:, 3:]], 1)
    turns = iter(premultiplied.split(16))
    monkeypatch.setattr("vtuber_studio.training.gan.figures.painted", lambda *_: next(turns))
    found = evaluate_gan(run, 64)
    assert found["two_sample"]["p"] > 0.05 and found["precision"] > 0.8 and found["recall"] > 0.8


def test_few_pictures_have_the_judges_figures_alone(tmp_path: Path) -> None:
    list(train_gan(write(tmp_path / "few", discs(6)), tmp_path / "run", QUICK, steps=1))
    found = evaluate_gan(tmp_path / "run", 16)
    assert found["judge"]["held_out"] is None or found["pictures"]["held_out"] == 1
    assert "two_sample" not in found and found["judge"]["seen"] is not None


def test_the_command_measures_a_run_with_a_file_of_weights(run: Path, tmp_path: Path) -> None:
    torch.save(weights(), tmp_path / "weights.pth")
    done = studio("evaluate", "--run", run, "--looks", "16", "--inception", tmp_path / "weights.pth", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["fid"] > 0 and found["inception_score"]["made"] >= 1 and "other weights" in found["inception"]
    assert "other weights" in done.stderr


def test_a_damaged_run_is_named(run: Path, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    for name in ("config.json", "pictures.json", "pictures.npy"):
        (tmp_path / "run" / name).write_bytes((run / name).read_bytes())
    with pytest.raises(StudioError, match="snapshot"):
        evaluate_gan(tmp_path / "run", 16)
    (tmp_path / "run" / "state.safetensors").write_bytes(b"half")
    with pytest.raises(StudioError, match="snapshot"):
        evaluate_gan(tmp_path / "run", 16)
    np.save(tmp_path / "run" / "pictures.npy", np.zeros(3))
    with pytest.raises(StudioError, match="pictures"):
        evaluate_gan(tmp_path / "run", 16)
