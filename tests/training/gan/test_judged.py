"""A part's adversarial phase: its judge sees what the window shows, is told what was asked for, and does no harm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from vtuber_studio.cli import app
from vtuber_studio.core.errors import StudioError
from vtuber_studio.engine.bundle import find_bundle, read_bundle
from vtuber_studio.training import painter, starter
from vtuber_studio.training.config import TrainConfig
from vtuber_studio.training.data import Drawings
from vtuber_studio.training.gan import losses
from vtuber_studio.training.gan.config import JudgeConfig
from vtuber_studio.training.gan.discriminator import PatchDiscriminator
from vtuber_studio.training.gan.judged import JudgedTrainer
from vtuber_studio.training.gan.scenes import Scene, Scenes
from vtuber_studio.training.tables import artist_tables, tables_for
from vtuber_studio.training.trainer import PartTrainer, train_part

NOSE = artist_tables("nose")
QUICK = TrainConfig(batch=2, pool=8, workers=0, bf16=False, tick_seconds=0.0, save_seconds=0.0)
LITTLE = JudgeConfig(side=32, widths=(4, 8), views=1, lead=0, held_out=2, r1_every=2)
CPU = torch.device("cpu")
Batch = tuple[torch.Tensor, torch.Tensor, torch.Tensor]


@pytest.fixture(scope="module")
def drawings() -> Batch:
    c, z, coverage = zip(*(Drawings(NOSE, 1)[index] for index in range(2)), strict=True)
    return torch.stack(c), torch.stack(z), torch.stack(coverage)


def _weights(trainer: PartTrainer) -> dict[str, torch.Tensor]:
    found = {**trainer.network.state_dict(), **{f"average {key}": value for key, value in trainer.average.items()}}
    return found | {f"judge {key}": value for key, value in trainer.more().items()}


def test_a_window_shows_what_the_whole_picture_shows_there() -> None:
    """Drawn by its coverage, or painted by logits; at one pixel a unit, where both are painted by the same formula."""
    tables = artist_tables("hair_front")  # half a logit a unit
    part = tables.part
    logits = 3 * torch.randn(2, part.channels, *part.logits, generator=torch.Generator().manual_seed(1))
    covers = painter.cover_part(part, logits, 1.0)
    maps = [torch.cat([m, *([] if t is None else [t])], 1) for m, t, _ in (covers[cel.name] for cel in part.cels)]
    coverage = (255 * torch.cat(maps, 1)).round().byte()
    scenes = Scenes(tables, 32, 1, CPU)
    scene = scenes.draw(coverage, 2, np.random.default_rng(1))
    inks = {name: own[:1].expand(2, -1, -1) for name, own in scene.inks.items()}
    plain = Scene(
        scene.source, scene.corner, {n: own[:1].expand(4, -1, -1) for n, own in scene.inks.items()},
        scene.ground[:1, :, :1, :1].expand(4, 3, 32, 32), 0 * scene.noise, scene.place,
    )  # fmt: skip
    whole = painter.over(painter.composite(part, logits, inks, 1.0), scene.ground[:1, :, :1, :1])
    made, real = scenes.made(logits, plain), scenes.real(coverage, plain)
    for index, (source, (y, x)) in enumerate(zip(scene.source, scene.corner.tolist(), strict=True)):
        expected = whole[source, :, y : y + 32, x : x + 32]
        assert torch.allclose(made[index], expected, atol=1e-5)
        assert torch.allclose(real[index], expected, atol=8 / 255)  # eight materials, each rounded


def test_the_chance_of_a_scene_is_its_own_and_windows_lie_where_something_is(drawings: Batch) -> None:
    scenes = Scenes(NOSE, 32, 1, CPU)
    a, b, other = (scenes.draw(drawings[2], 4, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert torch.equal(scenes.real(drawings[2], a), scenes.real(drawings[2], b))
    assert not torch.equal(a.ground, other.ground)
    for source, (y, x) in zip(a.source, a.corner.tolist(), strict=True):
        assert drawings[2][source, :, y : y + 32, x : x + 32].max() > 0
    assert a.place.abs().max() <= 1 and (a.corner % 2 == 0).all()


def test_labels_matter() -> None:
    """Of two kinds of pictures each is real under its own label alone: only the projection can tell."""
    torch.manual_seed(1)
    judge = PatchDiscriminator((4, 8), 2)
    optimizer = torch.optim.Adam(judge.parameters(), 1e-2)
    dark, bright = torch.full((1, 3, 8, 8), 0.1), torch.full((1, 3, 8, 8), 0.9)
    pictures, right = torch.cat([dark, bright]), torch.eye(2)
    for _ in range(40):
        loss = losses.cross_entropy(judge(pictures, right), judge(pictures, right.flip(0)))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert judge(pictures, right).min() > 0 > judge(pictures, right.flip(0)).max()
    assert judge(pictures, right).shape == (2, 4, 4)


def test_a_judge_that_is_not_heard_changes_nothing(tmp_path: Path, drawings: Batch) -> None:
    """Neither without a share, nor before it has learned enough."""
    plain = PartTrainer(NOSE, tmp_path, QUICK, "cpu")
    silent = JudgedTrainer(NOSE, tmp_path, QUICK, replace(LITTLE, share=0.0), "cpu")
    early = JudgedTrainer(NOSE, tmp_path, QUICK, replace(LITTLE, lead=100), "cpu")
    heard = JudgedTrainer(NOSE, tmp_path, QUICK, LITTLE, "cpu")
    for _ in range(3):
        plain.train_step(drawings, 0.5 * LITTLE.pace)
        for trainer in (silent, early, heard):
            trainer.train_step(drawings, 0.5)
    own = plain.network.state_dict()
    for trainer in (silent, early):
        assert all(torch.equal(own[key], value) for key, value in trainer.network.state_dict().items())
    assert not all(torch.equal(own[key], value) for key, value in heard.network.state_dict().items())


def test_the_judge_is_heard_as_much_as_it_should(tmp_path: Path, drawings: Batch) -> None:
    trainer = JudgedTrainer(NOSE, tmp_path, QUICK, replace(LITTLE, share=0.5), "cpu")
    own, theirs = torch.randn(2, 3, 8, 8), 0.01 * torch.randn(2, 3, 8, 8)
    pushed = trainer._weight(own, theirs) * theirs
    assert float(pushed.norm() / own.norm()) == pytest.approx(0.5)
    before = trainer.ratio
    doubt = trainer._weight(own, 1e-9 * theirs) * 1e-9 * theirs  # a judge without an opinion is not made loud
    assert trainer.ratio > before and float(doubt.norm()) < 3 * float(own.norm())


def _run(folder: Path, steps: int, resume: bool, batch: Batch) -> JudgedTrainer:
    trainer = JudgedTrainer(NOSE, folder, QUICK, LITTLE, "cpu")
    if resume:
        trainer.load()
    for _ in range(steps):
        trainer.train_step(batch, 0.5)
    trainer.save()
    return trainer


def test_a_resumed_run_ends_as_an_uninterrupted_one(tmp_path: Path, drawings: Batch) -> None:
    whole = _run(tmp_path / "whole", 4, False, drawings)
    _run(tmp_path / "cut", 2, False, drawings)
    cut = _run(tmp_path / "cut", 2, True, drawings)
    a, b = _weights(whole), _weights(cut)
    assert a.keys() == b.keys() and all(torch.equal(a[key], b[key]) for key in a)
    plain = PartTrainer(NOSE, tmp_path / "cut", QUICK, "cpu")
    plain.load()  # coverage alone goes on from it, too, and the bundle is made of it
    assert plain.step == 4


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., list[str]]:
    """Steps from the starter's nose; what was said."""
    start = find_bundle()
    assert tables_for("nose", read_bundle(start).manifest).fits(NOSE)

    def train(steps: int, **options: float) -> list[str]:
        make = partial(JudgedTrainer, judge=replace(LITTLE, **options), device="cpu")
        return [step.message for step in train_part("nose", tmp_path, QUICK, steps=steps, bundle=start, make=make)]

    return train


def test_a_network_that_forgets_goes_back(run: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    """Once its head is turned around it paints the opposite; what is saved in the end is sound."""
    sound, forgotten = JudgedTrainer.train_step, []

    def step(self: JudgedTrainer, batch: Batch, rate: float, *rest: object) -> tuple[torch.Tensor, torch.Tensor]:
        result = sound(self, batch, rate)
        if self.step == 2 and not forgotten:
            forgotten.append(self)
            self.network.synthesis.layers[-1].weight.data.mul_(-1)
        return result

    monkeypatch.setattr(JudgedTrainer, "train_step", step)
    said = run(4)
    assert [text for text in said if "dB worse than it began" in text and "Back to" in text]
    (trainer,) = forgotten
    figures, finding = trainer.look()
    assert finding is None and trainer.eased == 0.5 and figures["psnr"] > 15


def test_a_step_that_is_not_finite_goes_back(run: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    sound, broken = JudgedTrainer.answers, []

    def answers(self: JudgedTrainer, windows: torch.Tensor, *given: Any, **how: Any) -> torch.Tensor:
        if self.step == 2 and torch.is_grad_enabled() and not broken:
            broken.append(self)
            windows = windows * float("nan")
        return sound(self, windows, *given, **how)

    monkeypatch.setattr(JudgedTrainer, "answers", answers)
    assert [text for text in run(4) if "diverged" in text and "Back to" in text]


def test_one_that_is_beyond_help_ends_with_a_sentence(run: Callable[..., list[str]]) -> None:
    with pytest.raises(StudioError, match="dB worse than it began") as caught:
        run(40, lost=-100.0)
    assert "--share" in caught.value.hint


def test_the_command_says_what_does_not_go_together(tmp_path: Path) -> None:
    def said(*words: str) -> str:
        result = CliRunner().invoke(app, ["train", "starter", "--out", str(tmp_path / "run"), *words])
        return str(result.exception)

    assert "after coverage has been learned" in said("--adversarial")
    assert "--share belongs to --adversarial" in said("--share", "0.5")


def test_a_run_remembers_its_judge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unable(_: str) -> None:
        raise OSError("no processes")

    judge = replace(LITTLE, share=0.25)
    monkeypatch.setattr(starter.multiprocessing, "get_context", unable)
    for run, asked in (("judged", judge), ("plain", None)):
        with pytest.raises(OSError, match="no processes"):  # it is written before anything starts
            next(starter.train_starter(tmp_path / run, 1.0, ["nose"], bundle=find_bundle(), judge=asked))
        assert starter.run_judge(tmp_path / run) == asked
