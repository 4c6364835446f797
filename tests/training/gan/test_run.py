"""A run from a folder of pictures to a generator; what stops it, and what is left then."""

from __future__ import annotations

import errno
import json
import shutil
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from tests.training.gan.little import QUICK, SIDE, discs, write
from vtuber_studio.cli_train import _until_interrupted
from vtuber_studio.core import files
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.look import Look
from vtuber_studio.engine.generator import load_generator
from vtuber_studio.engine.manifest import can
from vtuber_studio.engine.render import render
from vtuber_studio.training.gan import pictures
from vtuber_studio.training.gan.bundling import export_gan
from vtuber_studio.training.gan.config import GanConfig, checked
from vtuber_studio.training.gan.run import read_config, train_gan
from vtuber_studio.training.gan.trainer import GanTrainer


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve discs, a file that is no picture, and one that is too small."""
    made = write(tmp_path_factory.mktemp("pictures"), discs(12, side=40))
    (made / "broken.png").write_bytes(b"no picture")
    Image.new("RGBA", (4, 4)).save(made / "tiny.png")
    return made


def _run(folder: Path | None, out: Path, config: GanConfig = QUICK, **options: object) -> list[str]:
    return [step.message for step in train_gan(folder, out, config, **options)]  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def begun(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of two steps."""
    run = tmp_path_factory.mktemp("begun") / "run"
    _run(folder, run, steps=2)
    return run


@pytest.fixture
def run(begun: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(begun, tmp_path / "run"))


def _weights(run: Path) -> dict[str, torch.Tensor]:
    config = read_config(run)
    trainer = GanTrainer(pictures.load(run), run, config, "cpu")
    trainer.load()
    return {**trainer.average, "p": torch.tensor(trainer.adaptive.p), "step": torch.tensor(trainer.step)}


def test_what_cannot_be_used_is_named_and_skipped(folder: Path, tmp_path: Path) -> None:
    said = [step.message for step in pictures.prepare(folder, tmp_path, SIDE)]
    data, told = pictures.load(tmp_path), json.loads((tmp_path / "pictures.json").read_bytes())
    assert data.images.shape == (12, 4, SIDE, SIDE)
    assert not data.opaque and not data.classes
    assert len(told["skipped"]) == 2
    assert any("broken.png" in one for one in said) and any("tiny.png" in one for one in said)
    assert said[-1] == "12 pictures, 2 skipped"


def test_pictures_of_all_sizes_are_cut_to_the_square_in_their_middle(tmp_path: Path) -> None:
    made = tmp_path / "mixed"
    made.mkdir()
    for number, size in enumerate([(64, 32), (32, 64), (16, 16), (8, 8), (100, 33)]):
        Image.new("RGB", size, (255, 0, 0)).save(made / f"{number}.png")
    wide = Image.new("RGB", (64, 16), (0, 0, 255))
    wide.paste((0, 255, 0), (24, 0, 40, 16))
    wide.save(made / "wide.jpg", quality=100)
    list(pictures.prepare(made, tmp_path / "run", SIDE))
    images = pictures.load(tmp_path / "run").images
    assert len(images) == 6 and pictures.load(tmp_path / "run").opaque
    assert (images[:5, 0] == 255).all() and (images[:5, 1:3] == 0).all()
    assert images[5, 1].mean() > 240 and images[5, 2].mean() < 20


def test_transparent_pixels_lend_no_colour(tmp_path: Path) -> None:
    made = tmp_path / "half"
    made.mkdir()
    image = np.zeros((64, 64, 4), np.uint8)
    image[..., 0] = 255  # red, unseen
    image[:, 1::2] = (0, 0, 255, 255)
    for number in range(4):
        Image.fromarray(image).save(made / f"{number}.png")
    list(pictures.prepare(made, tmp_path / "run", SIDE))
    images = pictures.load(tmp_path / "run").images
    assert (images[:, 0] == 0).all() and (images[:, 2] == 255).all()
    assert abs(int(images[0, 3, 5, 5]) - 128) <= 1


@pytest.mark.parametrize("count", [0, 3])
def test_too_few_pictures_are_refused_and_nothing_is_made(count: int, tmp_path: Path) -> None:
    made = write(tmp_path / "few", discs(count))
    with pytest.raises(StudioError, match="no pictures" if count == 0 else "Only 3"):
        _run(made, tmp_path / "run", steps=1)
    assert not (tmp_path / "run").exists()


def test_folders_are_classes(tmp_path: Path) -> None:
    for name in ("cat", "dog"):
        write(tmp_path / "all" / name, discs(4))
    list(pictures.prepare(tmp_path / "all", tmp_path / "run", SIDE))
    data = pictures.load(tmp_path / "run")
    assert data.classes == ("cat", "dog")
    assert data.labels.tolist() == [0] * 4 + [1] * 4


def test_a_resumed_run_ends_as_an_uninterrupted_one(folder: Path, tmp_path: Path) -> None:
    config = replace(QUICK, schedule="constant", judge_schedule="constant", warmup=0.0)
    _run(folder, tmp_path / "whole", config, steps=4)
    _run(folder, tmp_path / "parts", config, steps=2)
    _run(None, tmp_path / "parts", resume=True, steps=2)
    whole, parts = _weights(tmp_path / "whole"), _weights(tmp_path / "parts")
    assert all(torch.equal(value, parts[key]) for key, value in whole.items())
    assert int(whole["step"]) == 4


def test_stopping_saves_and_leaves_samples_and_a_log(folder: Path, tmp_path: Path) -> None:
    calls = iter(range(100))
    _run(folder, tmp_path / "run", minutes=10, stop=lambda: next(calls) >= 3)
    assert int(_weights(tmp_path / "run")["step"]) == 3
    assert list((tmp_path / "run" / "samples").glob("*.png"))
    lines = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    assert lines[-1]["images"] == 24
    assert {"real", "fake", "r_t", "diversity", "loss", "p"} <= set(lines[-1])


def test_control_c_asks_a_run_to_stop_and_twice_ends_the_program() -> None:
    found = signal.signal(signal.SIGINT, signal.default_int_handler)  # in the background it would be ignored
    before = signal.getsignal(signal.SIGINT)
    with _until_interrupted() as stop:
        assert not stop()
        signal.raise_signal(signal.SIGINT)
        assert stop()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before
    signal.signal(signal.SIGINT, found)


def test_a_run_is_not_begun_twice_nor_resumed_where_none_is(folder: Path, begun: Path, tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="already holds"):
        _run(folder, begun, steps=1)
    with pytest.raises(StudioError, match="holds no run"):
        _run(None, tmp_path / "other", resume=True, steps=1)


def test_a_run_does_not_lie_among_its_pictures(folder: Path) -> None:
    """Its sheets of samples would be pictures of the next one."""
    with pytest.raises(StudioError, match="among the pictures"):
        _run(folder, folder / "run", steps=1)
    assert not (folder / "run").exists()


def test_a_damaged_configuration_is_named(run: Path) -> None:
    told = json.loads((run / "config.json").read_bytes())
    for damage, said in (({"batch": 0}, "batch must be"), ({"rate": "fast"}, "cannot be read")):
        (run / "config.json").write_text(json.dumps(told | damage))
        with pytest.raises(StudioError, match=said):
            _run(None, run, resume=True, steps=1)


def test_a_full_disk_is_named_and_the_last_snapshot_stays(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (run / "state.safetensors").read_bytes()

    def full(*_args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(files.os, "fsync", full)
        with pytest.raises(StudioError, match="cannot be written"):
            _run(None, run, resume=True, steps=2)
    assert (run / "state.safetensors").read_bytes() == before
    assert not list(run.glob(".*"))
    _run(None, run, resume=True, steps=1)


def test_a_damaged_snapshot_is_named(run: Path) -> None:
    (run / "state.safetensors").write_bytes(b"nothing")
    with pytest.raises(StudioError, match="cannot be used"):
        _run(None, run, resume=True, steps=1)


def test_a_step_that_is_not_finite_goes_back_to_the_last_snapshot(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original, bad = GanTrainer.generator_loss, iter([True])

    def sometimes(self: GanTrainer) -> torch.Tensor:
        return original(self) * (float("nan") if self.step == 3 and next(bad, False) else 1.0)

    monkeypatch.setattr(GanTrainer, "generator_loss", sometimes)
    said = _run(None, run, resume=True, steps=4)
    assert any("Back to 16 pictures" in one for one in said)
    assert all(value.isfinite().all() for value in _weights(run).values())
    assert json.loads((run / "state.json").read_bytes())["eased"] == 0.5


def test_a_run_that_always_diverges_ends_with_its_last_snapshot(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = GanTrainer.generator_loss
    monkeypatch.setattr(GanTrainer, "generator_loss", lambda self: original(self) * float("nan"))
    with pytest.raises(StudioError, match="diverged 4 times"):
        _run(None, run, resume=True, steps=4)
    assert int(_weights(run)["step"]) == 2


def test_options_that_cannot_be_are_refused() -> None:
    for options in ({"model": "vae"}, {"resolution": 100}, {"batch": 1}, {"rate": -1.0}, {"codes": 99}):
        with pytest.raises(StudioError):
            checked(**options)
    assert checked(model="dcgan", resolution=128) == GanConfig(resolution=128, model="dcgan")


@pytest.mark.parametrize("model", ["style", "dcgan"])
def test_a_run_becomes_a_generator_that_is_like_any_other(model: str, tmp_path: Path) -> None:
    for name in ("cat", "dog"):
        write(tmp_path / "all" / name, discs(6))
    config = replace(QUICK, model=model, codes=1)
    _run(tmp_path / "all", tmp_path / "run", config, steps=3)
    generator = load_generator(export_gan(tmp_path / "run", tmp_path / "bundle", "Discs"))
    manifest = generator.manifest
    assert [row.name for row in manifest.attributes] == ["kind", "code_1"]
    assert manifest.attributes[0].choices == ("cat", "dog")
    assert all(can(manifest, what) for what in ("attributes", "palette", "directions", "mixing"))
    plain = render(generator, Look(), size=128)
    assert (plain != render(generator, Look().set(kind="dog", code_1=1.0), size=128)).any()
    red = render(generator, Look().with_(palette={"picture.tint": "#ff0000"}), size=128)
    assert (red[..., 1:3] == 0).all() and (red[..., 3] == plain[..., 3]).all()
    moved = render(generator, Look().with_(directions={"picture": (2.0,)}), size=128)
    assert (moved != plain).any()


def test_what_the_window_shows_is_what_was_trained(tmp_path: Path) -> None:
    """At the network's own resolution a picture is that of the trainer, within the rounding of weights and bytes."""
    opaque = discs(8)
    opaque[:, 3] = 255
    _run(write(tmp_path / "opaque", opaque), tmp_path / "run", steps=3)
    generator = load_generator(export_gan(tmp_path / "run", tmp_path / "bundle"))
    (entry,) = generator.manifest.parts
    z = np.random.default_rng(1).normal(size=(1, entry.part.z_dim)).astype(np.float32)
    logits = generator.synthesize("picture", generator.map("picture", np.zeros((1, 0), np.float32), z))
    trainer = GanTrainer(pictures.load(tmp_path / "run"), tmp_path / "run", read_config(tmp_path / "run"), "cpu")
    trainer.load()
    trainer.generator.load_state_dict(trainer.average)
    with torch.no_grad():
        wanted = trainer.generator(torch.zeros(1, 0), torch.from_numpy(z)).numpy()
    assert np.abs(logits - wanted).max() < 0.02
    assert (render(generator, Look(), size=64)[..., 3] == 255).all()
