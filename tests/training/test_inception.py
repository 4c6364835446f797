"""The network of FID and the Inception Score, through files of weights as users have them."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from vtuber_studio.core.errors import StudioError
from vtuber_studio.training.inception import BLOCKS, FEATURES, Inception, shapes

CLASSES = 12


def weights(**changed: torch.Tensor) -> dict[str, torch.Tensor]:
    """Random ones by name, as the published file holds them, that keep what goes through them of one size."""
    rng = torch.Generator().manual_seed(0)
    made = {}
    for name, shape in shapes():
        if len(shape) > 1:
            size = (shape[0] or CLASSES, *shape[1:])
            made[name] = torch.randn(size, generator=rng) * math.sqrt(2 / math.prod(shape[1:]))
        else:
            made[name] = torch.rand(shape, generator=rng) + (0.5 if name.endswith(("weight", "var")) else -0.5)
    return {**made, "fc.bias": torch.zeros(CLASSES), **changed}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of them, 90 MB."""
    path = tmp_path_factory.mktemp("inception") / "weights.pth"
    torch.save(weights(), path)
    return path


@pytest.fixture(scope="module")
def eye(file: Path) -> Inception:
    return Inception(file)


def test_the_network_is_as_large_as_the_published_one() -> None:
    """94 convolutions of 17,216 channels; 21.77 million numbers are learned in front of the classifier: so many has
    Keras' InceptionV3, whose normalisation has no gain."""
    found = dict(shapes())
    kernels = {name: shape for name, shape in found.items() if name.endswith("conv.weight")}
    channels = sum(shape[0] for shape in kernels.values())
    assert (len(kernels), channels) == (94, 17_216)
    assert sum(math.prod(shape) for shape in kernels.values()) + channels == 21_768_352
    assert found["fc.weight"] == (0, FEATURES)


def test_features_and_shares_of_a_picture(eye: Inception) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (40, 30, 3)).astype(np.float32)
    features, shares = eye(picture)
    assert features.shape == (FEATURES,) and shares.shape == (CLASSES,)
    assert (features >= 0).all() and features.max() > 0.01
    assert shares.sum() == pytest.approx(1) and not eye.known and "other weights" in eye.note
    assert (eye(picture)[0] == features).all()
    assert (eye(255 - picture)[0] != features).any()


def test_a_block_is_what_the_paper_draws(eye: Inception, file: Path) -> None:
    """The first block of figure 5, written out."""
    loaded = torch.load(file, weights_only=True)
    x = torch.rand(1, 192, 9, 9)

    def one(x: torch.Tensor, name: str) -> torch.Tensor:
        keys = [loaded[f"Mixed_5b.{name}.bn.{key}"] for key in ("running_mean", "running_var", "weight", "bias")]
        kernel = loaded[f"Mixed_5b.{name}.conv.weight"]
        return F.relu(F.batch_norm(F.conv2d(x, kernel, padding=kernel.shape[-1] // 2), *keys, eps=1e-3))

    around = F.conv2d(F.pad(x, (1, 1, 1, 1)), torch.ones(192, 1, 3, 3), groups=192)
    count = F.conv2d(F.pad(torch.ones_like(x), (1, 1, 1, 1)), torch.ones(192, 1, 3, 3), groups=192)
    wanted = [
        one(x, "branch1x1"),
        one(one(x, "branch5x5_1"), "branch5x5_2"),
        one(one(one(x, "branch3x3dbl_1"), "branch3x3dbl_2"), "branch3x3dbl_3"),
        one(around / count, "branch_pool"),
    ]
    found = torch.cat([*eye._branches(BLOCKS[0], x)], 1)
    assert torch.allclose(found, torch.cat(wanted, 1), atol=1e-4)


def test_the_last_pooling_takes_the_largest_and_blocks_that_halve_stay_inside(eye: Inception) -> None:
    sizes = [35, 35, 35, 35, 17, 17, 17, 17, 17, 8, 8]
    channels = [192, 256, 288, 288, 768, 768, 768, 768, 768, 1280, 2048, 2048]
    for block, side, before, after in zip(BLOCKS, sizes, channels[:-1], channels[1:], strict=True):
        made = torch.cat([*eye._branches(block, torch.rand(1, before, side, side))], 1)
        assert made.shape == (1, after, *([(side - 1) // 2] * 2 if block.halves else [side] * 2)), block.name
    assert [block.pool for block in BLOCKS[-2:]] == ["mean", "max"]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: {"fc.weight": torch.zeros(3)}, "another network"),
        (lambda: weights(**{"Mixed_7c.branch1x1.conv.weight": torch.zeros(320, 2048, 3, 3)}), "another network"),
        (lambda: weights(**{"fc.weight": torch.full((CLASSES, FEATURES), float("nan"))}), "damaged"),
        (lambda: [1, 2], "by name"),
        (lambda: Path("code"), "no weights of PyTorch"),
    ],
)
def test_other_files_are_refused(make: Callable[[], object], said: str, tmp_path: Path) -> None:
    torch.save(make(), tmp_path / "other.pth")
    with pytest.raises(StudioError, match=said) as error:
        Inception(tmp_path / "other.pth")
    assert "pytorch-fid" in str(error.value.hint)


def test_files_that_are_no_weights_at_all(tmp_path: Path) -> None:
    for data in (b"", b"no weights", b"PK\x03\x04" + bytes(40)):
        (tmp_path / "x.pth").write_bytes(data)
        with pytest.raises(StudioError, match="no weights of PyTorch"):
            Inception(tmp_path / "x.pth")
    with pytest.raises(StudioError, match="no file"):
        Inception(tmp_path / "nowhere.pth")
