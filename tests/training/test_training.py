"""Losses on known cases; a few real steps lower the loss; a resumed run ends as an uninterrupted one; what is exported
is what torch computes."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
import torch
from msgspec.structs import replace
from safetensors.torch import load_file, save_file
from torch.nn import functional as F

from vtuber_studio.artist import schema
from vtuber_studio.core import files
from vtuber_studio.core.attribute import Attribute, defaults, encode
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import replace_folder
from vtuber_studio.core.part import Part
from vtuber_studio.engine.bundle import find_bundle, inputs_of, read_bundle, write_table
from vtuber_studio.training.bundling import export_bundle
from vtuber_studio.training.config import SHARES, TrainConfig
from vtuber_studio.training.data import Drawings, Pool
from vtuber_studio.training.losses import (
    class_weights,
    coverage_loss,
    soft_iou,
    strays,
    upsampled_phase,
    with_nothing,
)
from vtuber_studio.training.networks import PartNetwork
from vtuber_studio.training.starter import train_starter
from vtuber_studio.training.tables import artist_tables
from vtuber_studio.training.to_onnx import export_part
from vtuber_studio.training.trainer import PartTrainer, fast_bf16, stored_tables, train_part
from vtuber_studio.training.warm import bundle_weights

FIRST = Path(__file__).parents[1] / "data" / "starter-format-1"  # mouth and brows alone
MOUTH = artist_tables("mouth")
PART = MOUTH.part
QUICK = TrainConfig(batch=4, pool=16, workers=0, bf16=False)


@pytest.fixture(scope="module")
def drawings() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    rows = [Drawings(MOUTH, 1)[index] for index in range(4)]
    c, z, coverage = zip(*rows, strict=True)
    return torch.stack(c), torch.stack(z), torch.stack(coverage)


def test_every_part_has_a_share_of_the_time() -> None:
    assert set(SHARES) == {part.name for part in schema.PARTS}


@pytest.mark.parametrize("row", [0, 1])
@pytest.mark.parametrize("column", [0, 1])
def test_a_phase_is_what_interpolation_gives_there(row: int, column: int) -> None:
    x = torch.randn(2, 3, 6, 10, requires_grad=True)
    whole = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)[..., row::2, column::2]
    phase = upsampled_phase(x, row, column)
    assert torch.allclose(phase, whole, atol=1e-6)
    slope = torch.randn_like(phase)
    ours, theirs = (torch.autograd.grad(y, x, slope)[0] for y in (phase, whole))
    assert torch.allclose(ours, theirs, atol=1e-6)


def test_drawings_are_numbered(drawings: tuple[torch.Tensor, ...]) -> None:
    again = Drawings(MOUTH, 1)[2]
    assert all(torch.equal(a[2], b) for a, b in zip(drawings, again, strict=True))
    channels = sum(len(cel.materials) + bool(cel.ramp) for cel in PART.cels)
    assert drawings[2].shape[1:] == (channels, 2 * PART.logits[0], 2 * PART.logits[1])
    other = Drawings(MOUTH, 2)[2]
    assert not torch.equal(again[2], other[2])


def test_the_truth_itself_has_the_least_loss(drawings: tuple[torch.Tensor, ...]) -> None:
    """Logits of the exact coverage beat any shifted or blurred ones, and their soft IoU is nearly 1."""
    targets = drawings[2][..., ::2, ::2].float() / 255
    channels, first = [], 0
    for cel in PART.cels:
        count = len(cel.materials)
        channels.append(torch.log(with_nothing(targets[:, first : first + count]).clamp_min(1e-4)))
        first += count
    logits = torch.cat(channels, 1)
    weights = class_weights(PART, targets)
    # a phase of constant maps is the maps themselves, so compare on maps that are as smooth as they get
    exact = coverage_loss(PART, logits, targets, weights, (0, 0))
    moved = coverage_loss(PART, logits.roll(3, -1), targets, weights, (0, 0))
    nothing = coverage_loss(PART, torch.zeros_like(logits), targets, weights, (0, 0))
    assert exact < moved < nothing
    assert soft_iou(PART, logits, targets) > 0.9 > soft_iou(PART, logits.roll(3, -1), targets)


def test_coverage_that_strays_costs_more_than_an_edge_that_is_a_little_off() -> None:
    truth = torch.zeros(1, 1, 64, 96)
    truth[..., 24:40, 40:60] = 1.0
    free = torch.zeros(1, 64, 96, requires_grad=True)
    strays(torch.sigmoid(free), truth).backward()
    push = free.grad[0]  # type: ignore[index]
    assert push[8, 8] > 0 and push[0, 50] > 0 and push[63, 95] > 0
    assert push[20:44, 36:64].abs().max() == 0  # at the drawing and its edges cross-entropy alone decides
    covered = torch.ones_like(truth)
    assert strays(torch.ones(1, 64, 96), covered) == 0  # what runs off its box may


def test_the_pool_shows_every_drawing_and_forgets_old_ones() -> None:
    pool = Pool(MOUTH, QUICK)
    for _ in range(6):
        c, z, coverage = pool.batch()
    assert len(c) == len(z) == len(coverage) == 4 and coverage.dtype == torch.uint8
    assert len(pool.kept) <= QUICK.pool


def test_a_few_steps_lower_the_loss(tmp_path: Path, drawings: tuple[torch.Tensor, ...]) -> None:
    trainer = PartTrainer(MOUTH, tmp_path, QUICK, "cpu")
    losses = [float(trainer.train_step(drawings, 1.0)[0]) for _ in range(12)]
    assert losses[-1] < 0.6 * losses[0]


def test_a_resumed_run_ends_as_an_uninterrupted_one(tmp_path: Path) -> None:
    def run(folder: Path, steps: int, resume: bool) -> None:
        trainer = PartTrainer(MOUTH, folder, QUICK, "cpu")
        if resume:
            trainer.load()
        pool = Pool(MOUTH, QUICK, trainer.step)
        for _ in range(steps):
            trainer.train_step(pool.batch(), 0.5)
        trainer.save()

    run(tmp_path / "whole", 6, False)
    run(tmp_path / "cut", 4, False)
    run(tmp_path / "cut", 2, True)
    states = []
    for name in ("whole", "cut"):
        trainer = PartTrainer(MOUTH, tmp_path / name, QUICK, "cpu")
        trainer.load()
        states.append((trainer.step, trainer.network.state_dict(), trainer.average))
    assert states[0][0] == states[1][0] == 6
    for a, b in zip(states[0][1:], states[1][1:], strict=True):
        assert all(torch.equal(a[key], b[key]) for key in a)


def test_train_part_counts_steps_and_saves_when_closed(tmp_path: Path) -> None:
    progress = list(train_part("mouth", tmp_path / "a", QUICK, steps=3))
    assert progress[-1].fraction == 1.0 and progress[-1].figures["images"] == 12
    running = train_part("mouth", tmp_path / "b", TrainConfig(batch=4, workers=0, tick_seconds=0.0), steps=50)
    next(running)
    running.close()  # type: ignore[attr-defined]
    assert json.loads((tmp_path / "b" / "state.json").read_bytes())["images"] >= 4


def test_a_full_disk_keeps_the_old_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    list(train_part("mouth", tmp_path, QUICK, steps=2))
    before = (tmp_path / "state.safetensors").read_bytes()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch, pytest.raises(StudioError, match="disk is full") as caught:
        patch.setattr(files.os, "fsync", full)  # asked before anything takes the old one's place
        list(train_part("mouth", tmp_path, QUICK, steps=2, resume=True))
    assert str(tmp_path) in caught.value.message
    assert (tmp_path / "state.safetensors").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["state.json", "state.safetensors"]
    assert list(train_part("mouth", tmp_path, QUICK, steps=2, resume=True))[-1].figures["images"] == 4 * QUICK.batch


def test_a_damaged_checkpoint_is_one_sentence(tmp_path: Path) -> None:
    trainer = PartTrainer(MOUTH, tmp_path, QUICK, "cpu")
    trainer.save()
    path = tmp_path / "state.safetensors"
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(StudioError, match="checkpoint of mouth"):
        trainer.load()


@pytest.mark.parametrize("lost", ["counters", "average"])
def test_an_incomplete_checkpoint_is_one_sentence(tmp_path: Path, lost: str) -> None:
    PartTrainer(MOUTH, tmp_path, QUICK, "cpu").save()
    path = tmp_path / "state.safetensors"
    tensors = {key: value for key, value in load_file(path).items() if not key.startswith(f"{lost}.")}
    save_file(tensors, path, None if lost == "counters" else {"step": "1", "images": "4", "seconds": "1"})
    with pytest.raises(StudioError, match="checkpoint of mouth"):
        PartTrainer(MOUTH, tmp_path, QUICK, "cpu").load()


def test_a_checkpoint_of_other_tables_is_refused(tmp_path: Path) -> None:
    """The same number of inputs in another order would feed every slider to its neighbour."""
    PartTrainer(MOUTH, tmp_path, QUICK, "cpu").save()
    first, *others = MOUTH.attributes
    for attributes in ((*others, first), (replace(first, high=2.0), *others)):
        with pytest.raises(StudioError, match="another order"):
            PartTrainer(replace(MOUTH, attributes=attributes), tmp_path, QUICK, "cpu").load()
    told = replace(MOUTH, attributes=(replace(first, tip="Other words.", default=0.5), *others))
    PartTrainer(told, tmp_path, QUICK, "cpu").load()


def test_a_checkpoint_that_does_not_say_what_it_sees_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "mouth"
    PartTrainer(MOUTH, folder, QUICK, "cpu").save()
    path = folder / "state.safetensors"
    save_file(load_file(path), path, {"step": "1", "images": "4", "seconds": "1"})
    with pytest.raises(StudioError, match="checkpoint of mouth"):
        next(train_part("mouth", folder, QUICK, steps=1, resume=True))


def test_a_run_keeps_to_what_it_learns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows in an order of the run's own are taken from its checkpoint when it goes on."""
    mine = replace(MOUTH, attributes=MOUTH.attributes[::-1], expressions=MOUTH.expressions[:-1])
    list(train_part("mouth", tmp_path, QUICK, steps=1, tables=mine))
    list(train_part("mouth", tmp_path, QUICK, steps=1, resume=True))
    assert stored_tables(tmp_path) == mine
    monkeypatch.setitem(schema.EDITIONS, "mouth", MOUTH.edition + 1)
    with pytest.raises(StudioError, match=f"the artist draws edition {MOUTH.edition + 1}"):
        list(train_part("mouth", tmp_path, QUICK, steps=1, resume=True))


@pytest.mark.parametrize("change", ["range", "choice", "row", "cel"])
def test_what_the_artist_cannot_draw_is_not_trained(tmp_path: Path, change: str) -> None:
    fang = MOUTH.attributes[-1]
    tables = {
        "range": replace(MOUTH, expressions=(replace(MOUTH.expressions[0], high=3.0),)),
        "choice": replace(MOUTH, attributes=(replace(fang, choices=("none", "golden")),)),
        "row": replace(MOUTH, attributes=(replace(fang, name="beard"),)),
        "cel": replace(MOUTH, part=replace(PART, cels=PART.cels[:1])),
    }[change]
    with pytest.raises(StudioError, match="artist"):
        next(train_part("mouth", tmp_path, QUICK, steps=1, tables=tables))


def test_a_users_bundle_can_be_trained_further(tmp_path: Path) -> None:
    """Its mouth has the sliders of its maker, in her order; they stay, and all the rest is copied byte for byte."""
    mine = replace(MOUTH, attributes=MOUTH.attributes[::-1], expressions=MOUTH.expressions[:-1])
    list(train_part("mouth", tmp_path / "a" / "mouth", QUICK, steps=1, tables=mine))
    first = export_bundle(tmp_path / "a", tmp_path / "mine", FIRST, "Mine")
    list(train_part("mouth", tmp_path / "b" / "mouth", QUICK, steps=1, bundle=first))
    again = export_bundle(tmp_path / "b", tmp_path / "further", first)
    old, one, two = (read_bundle(folder) for folder in (FIRST, first, again))
    mouths = [next(e for e in bundle.manifest.parts if e.part.name == "mouth") for bundle in (one, two)]
    assert mouths[0].inputs == mouths[1].inputs == inputs_of(mine.rows)
    assert mouths[0].synthesis.sha256 != mouths[1].synthesis.sha256
    assert mouths[1].provenance["images"] > mouths[0].provenance["images"]
    brows = [next(e for e in bundle.manifest.parts if e.part.name == "brows") for bundle in (old, one, two)]
    assert brows[0].inputs == brows[1].inputs == brows[2].inputs
    assert brows[0].provenance.items() <= brows[2].provenance.items() and brows[0].figures == brows[2].figures
    for file in (brows[0].mapping, brows[0].synthesis):
        assert old.read(file) == one.read(file) == two.read(file)
    offered = {row.name for row in two.manifest.attributes + two.manifest.expressions}
    assert MOUTH.expressions[-1].name not in offered and {MOUTH.attributes[0].name, "brow_shape"} <= offered
    assert two.manifest.name == "Mine" and two.manifest.family == "starter"


def test_licence_and_model_card_tell_of_each_part(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    shutil.copytree(FIRST, theirs)
    write_table(theirs, {**read_bundle(FIRST).table, "licence": "CC-BY-4.0"})
    (theirs / "LICENSE").write_text("Name the maker.")
    list(train_part("mouth", tmp_path / "run" / "mouth", QUICK, steps=1))
    out = export_bundle(tmp_path / "run", tmp_path / "out", theirs)
    manifest = read_bundle(out).manifest
    assert manifest.licence == "CC-BY-4.0 AND CC0-1.0"
    assert {e.part.name: e.provenance["licence"] for e in manifest.parts} == {"mouth": "CC0-1.0", "brows": "CC-BY-4.0"}
    card, licence = ((out / name).read_text("utf-8") for name in ("model_card.md", "LICENSE"))
    assert "| brows | 1 | drawings of the program's own artist | CC-BY-4.0 |" in card and "sell" not in card
    assert "Name the maker." in licence and "CC0" in licence


@pytest.mark.parametrize("broken", ["loss", "gradient"])
def test_a_run_that_diverges_keeps_its_last_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    list(train_part("mouth", tmp_path, QUICK, steps=2))
    before = (tmp_path / "state.safetensors").read_bytes()
    sound = PartTrainer.loss

    def loss(self: PartTrainer, *batch: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        value, logits = sound(self, *batch)
        if broken == "loss" and self.step == 3:
            value = value * float("nan")
        elif self.step == 3:
            value.register_hook(lambda gradient: gradient * float("inf"))
        return value, logits

    monkeypatch.setattr(PartTrainer, "loss", loss)
    with pytest.raises(StudioError, match="mouth diverged"):
        list(train_part("mouth", tmp_path, QUICK, steps=4, resume=True))
    assert (tmp_path / "state.safetensors").read_bytes() == before


def test_bf16_is_left_where_it_would_be_emulated(monkeypatch: pytest.MonkeyPatch) -> None:
    for native in (True, False):
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda native=native: {"avx512_bf16": native}, raising=False)
        assert fast_bf16(torch.device("cpu")) is native


def test_a_bundle_that_cannot_be_replaced_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stage, out, retired = (tmp_path / name for name in ("stage", "out", "retired"))
    for folder in (stage, out):
        folder.mkdir()
        (folder / "manifest.json").write_text(folder.name)
    replace = os.replace

    def busy(source: Path, target: Path) -> None:
        if source == stage:
            raise PermissionError(13, "Permission denied")
        replace(source, target)

    monkeypatch.setattr(os, "replace", busy)
    with pytest.raises(StudioError, match="cannot be written"):
        replace_folder(stage, out, retired)
    assert (out / "manifest.json").read_text() == "out"
    monkeypatch.undo()
    replace_folder(stage, out, retired)
    assert (out / "manifest.json").read_text() == "stage"


def test_the_exported_part_is_what_torch_computes(tmp_path: Path, drawings: tuple[torch.Tensor, ...]) -> None:
    trainer = PartTrainer(MOUTH, tmp_path, QUICK, "cpu")
    for _ in range(3):
        trainer.train_step(drawings, 1.0)
    row = export_part(trainer, tmp_path / "bundle")
    assert row.figures["max_difference_from_torch"] < 1e-3
    import onnx

    model = onnx.load(tmp_path / "bundle" / row.synthesis.path)
    names = {tensor.name for tensor in model.graph.initializer}
    own = {key for key in trainer.network.state_dict() if key.startswith("synthesis.")}
    assert own <= names  # a bundle can be trained further: its names are the state dict's
    stored = np.sum([np.prod(tensor.dims) for tensor in model.graph.initializer])
    weights = sum(value.numel() for key, value in trainer.network.state_dict().items() if key in own)
    assert stored < 1.2 * weights  # no convolution is stored twice



def test_bad_runs_are_refused(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="no part called 'tail'"):
        next(train_starter(tmp_path / "run", 1.0, ["tail"]))
    with pytest.raises(StudioError, match="holds no run"):
        next(train_starter(tmp_path / "none", 1.0, resume=True))
    with pytest.raises(StudioError, match="has not trained"):
        export_bundle(tmp_path, tmp_path / "bundle")
    assert not (tmp_path / "bundle").exists()


def test_weights_outlive_a_growing_schema() -> None:
    """New choices, sliders and materials, another order, a higher box: what the bundle painted stays the same."""
    starter = find_bundle()
    manifest = read_bundle(starter).manifest
    old = next(entry.part for entry in manifest.parts if entry.part.name == "eyewear")
    old_rows = tuple(row for row in manifest.attributes if "eyewear" in row.parts)
    kind, *others = old_rows
    tilt = Attribute("tilt", "Tilt", "Accessories", ("eyewear",))
    rows = (tilt, replace(kind, choices=("none", "goggles", *kind.choices[1:])), *others)
    (x0, y0, x1, y1), (height, width) = old.box, old.logits
    cell = 16 * (x1 - x0) // width
    cel = replace(old.cels[0], materials=("deco.base", *old.cels[0].materials))
    new = replace(old, box=(x0, y0 - cell, x1, y1), logits=(height + 16, width), cels=(cel,))

    def painted(part: Part, rows: tuple[Attribute, ...]) -> torch.Tensor:
        network = PartNetwork(part, sum(row.size for row in rows), TrainConfig())
        network.load_state_dict(bundle_weights(starter, part, rows, network.state_dict()))
        c = encode(rows, {**defaults(rows), kind.name: "square", "tilt": 0.7})
        with torch.no_grad():
            return network(torch.from_numpy(c)[None], torch.ones(1, part.z_dim))[0]

    before, after = painted(old, old_rows), painted(new, rows)
    below = slice(height // 2, None)  # away from the edge that moved; from afar the new border still shows a little
    kept = [0, *range(2, len(after))]  # nothing, then the materials that the bundle knows
    change = (after[kept].softmax(0)[:, 16:][:, below] - before.softmax(0)[:, below]).abs()  # what is seen of it
    assert change.max() < 0.05 and change.mean() < 1e-4
    assert (after[1] < after[kept].max(0).values).all()  # the new paint is nowhere yet
    with pytest.raises(KeyError):
        bundle_weights(starter, replace(old, name="tail"), rows, {})


_PARENT = """
import sys
from pathlib import Path
from vtuber_studio.training.starter import train_starter

if __name__ == "__main__":
    for step in train_starter(Path(sys.argv[1]), 60.0, ["mouth"], jobs=1):
        pass
"""


def test_children_end_with_a_killed_parent_and_save_first(tmp_path: Path) -> None:
    script, run = tmp_path / "parent.py", tmp_path / "run"
    script.write_text(_PARENT)
    parent = subprocess.Popen([sys.executable, str(script), str(run)], stderr=subprocess.DEVNULL)
    family: list[psutil.Process] = []
    try:
        deadline = time.monotonic() + 60
        while len(family) < 2 and time.monotonic() < deadline:  # the trainer and who draws for it
            time.sleep(0.2)
            family = [child for child in psutil.Process(parent.pid).children(recursive=True) if _works(child)]
        assert len(family) >= 2
    finally:
        parent.kill()
        parent.wait()
    _gone, alive = psutil.wait_procs(family, timeout=60)
    for process in alive:
        process.kill()
    assert not alive
    assert (run / "mouth" / "state.safetensors").is_file()


def _works(process: psutil.Process) -> bool:
    """Whether it is one of multiprocessing's workers and not its own helper, the resource tracker."""
    return "spawn_main" in " ".join(process.cmdline())
