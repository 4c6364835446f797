"""A tuning learns, keeps what it knew, goes on where it was killed, and is stopped when it goes wrong."""

from __future__ import annotations

import errno
import json
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from tests.test_cli import refused
from tests.training.tune.small import QUICK, pictures, run_of
from vtuber_studio.core import files
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.finetuning import (
    EVENTS,
    PICTURES,
    PID,
    Advance,
    Done,
    GoingOn,
    Health,
    Paused,
    Stopped,
    ask_to_pause,
    ask_to_stop,
    checked,
    decode,
)
from vtuber_studio.core.image import encode_png
from vtuber_studio.engine.bundle import read_bundle
from vtuber_studio.engine.generator import load_generator
from vtuber_studio.engine.layers import render_layers
from vtuber_studio.engine.render import render
from vtuber_studio.finetune import begin, finetune
from vtuber_studio.training.plot import read_log
from vtuber_studio.training.tune.config import TuneConfig
from vtuber_studio.training.tune.run import Outcome, tune
from vtuber_studio.training.tune.trainer import Fitted, Tuner

STEPS = 8


@pytest.fixture(scope="module")
def some(base: Path) -> list[Fitted]:
    return pictures(base)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, base: Path, some: list[Fitted]) -> Path:
    """A run from its pictures to its bundle."""
    folder = run_of(tmp_path_factory.mktemp("runs") / "run", base, some)
    assert isinstance(list(finetune(folder, steps=STEPS, tuning=QUICK))[-1], Done)
    return folder


def state(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(folder / "state.safetensors")


def same(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[key], b[key]) for key in a)


def test_pictures_come_nearer_and_other_looks_stay(run: Path) -> None:
    told = [decode(line) for line in (run / EVENTS).read_bytes().splitlines()]
    done = told[-1]
    assert isinstance(done, Done) and done.bundle == str(run / "bundle")
    assert done.figures["held_back"] > done.figures["held_back_before"] + 0.5
    assert done.figures["kept"] > 0.9
    ticks = [event for event in told if isinstance(event, Advance)]
    assert [event.fraction for event in ticks] == sorted(event.fraction for event in ticks)
    assert all((run / str(event.sheet)).is_file() for event in ticks if event.sheet)
    assert read_log(run).curves and not (run / PID).exists()


def test_the_bundle_has_detail_and_says_its_origin(base: Path, run: Path, some: list[Fitted]) -> None:
    old, tuned = read_bundle(base).manifest, read_bundle(run / "bundle", full=True).manifest
    assert tuned.family == old.family and tuned.id != old.id
    assert tuned.provenance["tuned"] == {
        "base": old.id, "mode": "quick", "strength": 0.5, "minutes": 0.0, "steps": STEPS, "pictures": 5,
        "rights": "own",
    } | {"minutes": tuned.provenance["tuned"]["minutes"]}  # fmt: skip
    assert "remember faces" in (run / "bundle" / "model_card.md").read_text("utf-8")
    cels = {cel.name: cel for entry in tuned.parts for cel in entry.part.cels}
    assert all(cel.detail == 3 for cel in cels.values() if not cel.soft)
    before, after = (render(load_generator(folder), some[0].shot, size=512) for folder in (base, run / "bundle"))
    wanted, shown = some[0].image.astype(float), some[0].image[..., 3] > 128
    off = [np.abs(each.astype(float) - wanted)[shown, :3].mean() for each in (before, after)]
    assert off[1] < 0.95 * off[0], "what the window paints has come nearer, too"
    apart = list(render_layers(load_generator(run / "bundle"), some[0].shot))
    assert len(apart) > 1, "cels come out apart"


@pytest.mark.parametrize("mode", ["quick", "full"])
def test_killed_and_resumed_it_ends_the_same(
    base: Path, some: list[Fitted], tmp_path: Path, mode: Literal["quick", "full"]
) -> None:
    config = replace(QUICK, mode=mode, judge=0.05)
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    events = tune(Tuner(base, some, whole, config, "cpu"), Outcome(), steps=STEPS)
    for _ in range(3):
        next(events)  # reports: the snapshot is one of the first, steps since then die with their process
    shutil.copytree(whole, killed)
    assert json.loads((killed / "state.json").read_text("utf-8"))["step"] < 4
    list(events)
    outcome = Outcome()
    list(tune(Tuner(base, some, killed, config, "cpu"), outcome, steps=STEPS))
    assert same(state(killed), state(whole))
    assert outcome.first is not None and outcome.first.kept == 1.0, "it still knows where it began"


def test_asked_to_stop_while_it_fits_it_keeps_what_is_fitted(
    base: Path, some: list[Fitted], tmp_path: Path
) -> None:
    folder = run_of(tmp_path / "run", base, some[:3])
    for name in ("1", "2"):
        (folder / "fits" / f"{name}.json").unlink()
    events = finetune(folder, steps=1, tuning=QUICK)
    told = []
    for event in events:
        told.append(event)
        if isinstance(event, Advance) and event.stage == "fitting":
            ask_to_pause(folder, True)
        if isinstance(event, Paused):
            ask_to_stop(folder, True)
    assert [type(event) for event in told if isinstance(event, Paused | GoingOn)] == [Paused, GoingOn]
    assert isinstance(told[-1], Done) and not (folder / "fits" / "1.json").exists()
    assert read_bundle(folder / "bundle").manifest.provenance["tuned"]["pictures"] == 1


def test_a_judge_that_learns_far_too_fast_does_no_harm(base: Path, some: list[Fitted], tmp_path: Path) -> None:
    config = replace(QUICK, mode="full", judge_rate=50 * QUICK.judge_rate, judge_alone=0.0)
    tuner, outcome = Tuner(base, some, tmp_path, config, "cpu"), Outcome()
    before = tuner.marks()
    list(tune(tuner, outcome, steps=STEPS))
    assert outcome.marks is not None and outcome.marks.judged >= before.judged
    assert all(weight.isfinite().all() for weight in tuner.moving.values())


def test_stopped_and_kept_or_discarded(base: Path, some: list[Fitted], tmp_path: Path) -> None:
    for keep in (True, False):
        folder = run_of(tmp_path / f"run {keep}", base, some[:2])
        events = finetune(folder, steps=10_000, tuning=QUICK)
        told = [next(event for event in events if isinstance(event, Advance) and event.stage == "tuning")]
        ask_to_stop(folder, keep)
        told += events
        assert isinstance(told[-1], Done if keep else Stopped)
        assert (folder / "bundle" / "manifest.json").is_file() == keep


def test_a_rate_that_is_far_too_high_is_taken_back(
    base: Path, some: list[Fitted], tmp_path: Path
) -> None:
    config = replace(QUICK, rate=100 * QUICK.rate, warmup=0.0, clip=1e9, tick_steps=2)
    outcome = Outcome()
    tuner = Tuner(base, some, tmp_path, config, "cpu")
    before = tuner.marks()
    told = list(tune(tuner, outcome, steps=10))
    found = [event for event in told if isinstance(event, Health)]
    assert found and found[0].kind == "diverged" and found[0].message.endswith(".") and found[0].hint
    assert outcome.marks is not None and outcome.marks.judged >= before.judged
    assert tuner.eased < 1
    assert 0.0 not in [event.figures.get("loss") for event in told if isinstance(event, Advance)], "no step, no loss"


def test_a_step_that_is_not_finite_changes_nothing_and_the_run_goes_on(
    base: Path, some: list[Fitted], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tuner, outcome = Tuner(base, some, tmp_path, QUICK, "cpu"), Outcome()
    whole, poisoned = tuner.learned[1], iter([True])
    paint = Tuner.painted

    def painted(self: Tuner, picture: object) -> torch.Tensor:
        made = paint(self, picture)  # type: ignore[arg-type]
        return made * float("nan") if picture is whole and torch.is_grad_enabled() and next(poisoned, False) else made

    monkeypatch.setattr(Tuner, "painted", painted)
    told = list(tune(tuner, outcome, steps=STEPS))
    assert [event.kind for event in told if isinstance(event, Health)] == ["diverged"]
    assert outcome.ended == "done" and outcome.marks is not None and outcome.first is not None
    assert outcome.marks.judged > outcome.first.judged and tuner.eased < 1


def test_one_picture_many_times_is_no_set(base: Path, some: list[Fitted], tmp_path: Path) -> None:
    outcome = Outcome()
    told = list(tune(Tuner(base, some[:1] * 50, tmp_path, QUICK, "cpu"), outcome, steps=10))
    assert [event.kind for event in told if isinstance(event, Health)] == ["same"]
    assert outcome.ended == "ill" and outcome.kept == "best"


def test_little_memory_means_fewer_pictures_at_a_time_and_the_same_steps(
    base: Path, some: list[Fitted], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = replace(QUICK, batch=4)
    whole = Tuner(base, some, tmp_path / "whole", config, "cpu")
    whole.train_step(0.5)
    short = Tuner(base, some, tmp_path / "short", config, "cpu")
    loss = Tuner._picture_loss
    seen: list[int] = []

    def hungry(self: Tuner, picture: object, number: int) -> torch.Tensor:
        seen.append(self.micro)
        if self.micro > 1:
            raise torch.OutOfMemoryError("out of memory")
        return loss(self, picture, number)  # type: ignore[arg-type]

    monkeypatch.setattr(Tuner, "_picture_loss", hungry)
    told = list(tune(short, Outcome(), steps=1))
    assert [event.kind for event in told if isinstance(event, Health)] == ["memory", "memory"] and short.micro == 1
    for key, weight in whole.moving.items():
        assert torch.allclose(weight, short.moving[key], atol=1e-3), key


def test_on_a_full_disk_it_waits_and_what_was_saved_stays(
    base: Path, some: list[Fitted], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = replace(QUICK, save_seconds=0.0, tick_steps=1000)
    tuner, outcome = Tuner(base, some, tmp_path, config, "cpu"), Outcome()
    requests = iter(["", "", "", "discard"])
    sync, full = os.fsync, [False]

    def fsync(file: int) -> None:
        if full[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        sync(file)

    monkeypatch.setattr(files.os, "fsync", fsync)
    list(tune(tuner, Outcome(), steps=2))
    before = state(tmp_path)
    full[0] = True
    told = list(tune(tuner, outcome, steps=9, asked=lambda: next(requests, "discard")))  # type: ignore[arg-type, return-value]
    assert [type(event) for event in told] == [Advance, Health, Paused] and "disk" in told[1].hint.lower()  # type: ignore[union-attr]
    assert same(before, state(tmp_path))


def test_a_damaged_snapshot_is_one_sentence(base: Path, run: Path, some: list[Fitted], tmp_path: Path) -> None:
    for name in ("state", "best"):
        (tmp_path / f"{name}.safetensors").write_bytes((run / f"{name}.safetensors").read_bytes()[:-100])
    with pytest.raises(StudioError, match="snapshot"):
        list(tune(Tuner(base, some, tmp_path, QUICK, "cpu"), Outcome(), steps=STEPS))


def test_a_run_and_its_outcome_push_nothing_aside(tmp_path: Path, some: list[Fitted]) -> None:
    own = tmp_path / PICTURES / "mine.png"
    own.parent.mkdir()
    own.write_bytes(before := encode_png(some[0].image))
    with pytest.raises(StudioError, match="folder of its own"):
        begin(tmp_path, checked(rights="own"), [own], None)
    assert "would be lost" in refused("finetune", own, "--out", own.parent, "--rights", "own")
    assert own.read_bytes() == before and [each.name for each in tmp_path.rglob("*")] == [PICTURES, "mine.png"]


def test_a_run_of_other_options_is_described(run: Path) -> None:
    told = json.loads((run / "state.json").read_text("utf-8"))
    assert told["step"] == STEPS and TuneConfig(**{**told["config"], "betas": (0.9, 0.99)}) == QUICK
