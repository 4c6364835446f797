"""The network of the classic FID and of the Inception Score, from a file of weights that the user has.

Nothing is downloaded. The file is the one that the field compares with: the classifier of Szegedy et al. 2016,
"Rethinking the Inception Architecture for Computer Vision", as TensorFlow published it on 5 December 2015, carried
over to PyTorch by pytorch-fid (Apache-2.0), where it is called ``pt_inception-2015-12-05-6726825d.pth``; torch-fidelity
calls the same file ``weights-inception-2015-12-05-6726825d.pth``. 1008 classes, 2048 features.

Pictures are laid on grey by who asks, resized to 299 x 299 (bilinear, edges of pixels in their places, nothing
averaged: as pytorch-fid does) and brought from 0..255 to -1..1. The network is a table: the names of its convolutions
are those of the file, their sizes are the paper's table 1 and figures 5 to 7. Two facts of the published weights are
not in the paper: its mean pooling does not count what lies outside, and its very last pooling takes the largest.
"""

from __future__ import annotations

import hashlib
import io
import pickle
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import read_file

KNOWN = "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2"  # SHA-256
NAME = "pt_inception-2015-12-05-6726825d.pth"
SIDE, FEATURES = 299, 2048
_MOST = 512 << 20  # bytes of a file
_EPSILON = 1e-3
_HINT = f"Give {NAME} of github.com/mseitzer/pytorch-fid (releases, fid_weights)."

Kernel = tuple[int, int, int]  # channels, rows, columns


@dataclass(frozen=True)
class Branch:
    """Convolutions one after the other; the last two of a ``fork`` side by side, both on what was before them."""

    name: str
    kernels: tuple[Kernel, ...]
    fork: bool = False

    @property
    def names(self) -> list[str]:
        """A name for each kernel, as the file has it."""
        if len(self.kernels) == 1:
            return [self.name]
        own = [f"{self.name}_{number}" for number in range(1, len(self.kernels) + 1)]
        return [*own[:-2], f"{own[-2]}a", f"{own[-2]}b"] if self.fork else own


@dataclass(frozen=True)
class Block:
    """Branches side by side on one input, then what is pooled of it. ``halves``: last convolutions and pooling go two
    pixels at a time and stay inside."""

    name: str
    branches: tuple[Branch, ...]
    pooled: int = 0  # channels of a 1 x 1 convolution on the pooled input; 0: it goes on as it is
    pool: Literal["mean", "max"] = "mean"
    halves: bool = False

    @property
    def all(self) -> tuple[Branch, ...]:
        """The branches and that of the pooled input."""
        return (*self.branches, *([Branch("branch_pool", ((self.pooled, 1, 1),))] if self.pooled else []))


STEM: tuple[tuple[str, Kernel, int, int], ...] = (  # name, kernel, stride, padding; a channel of 0 pools
    ("Conv2d_1a_3x3", (32, 3, 3), 2, 0), ("Conv2d_2a_3x3", (32, 3, 3), 1, 0), ("Conv2d_2b_3x3", (64, 3, 3), 1, 1),
    ("", (0, 3, 3), 2, 0), ("Conv2d_3b_1x1", (80, 1, 1), 1, 0), ("Conv2d_4a_3x3", (192, 3, 3), 1, 0),
    ("", (0, 3, 3), 2, 0),
)  # fmt: skip


def _thirty_five(name: str, pooled: int) -> Block:
    """Figure 5: at 35 x 35."""
    return Block(name, (
        Branch("branch1x1", ((64, 1, 1),)), Branch("branch5x5", ((48, 1, 1), (64, 5, 5))),
        Branch("branch3x3dbl", ((64, 1, 1), (96, 3, 3), (96, 3, 3))),
    ), pooled)  # fmt: skip


def _seventeen(name: str, n: int) -> Block:
    """Figure 6: at 17 x 17, 7 x 7 taken apart."""
    across, down = (1, 7), (7, 1)
    return Block(name, (
        Branch("branch1x1", ((192, 1, 1),)), Branch("branch7x7", ((n, 1, 1), (n, *across), (192, *down))),
        Branch("branch7x7dbl", ((n, 1, 1), (n, *down), (n, *across), (n, *down), (192, *across))),
    ), 192)  # fmt: skip


def _eight(name: str, pool: Literal["mean", "max"]) -> Block:
    """Figure 7: at 8 x 8, wider."""
    fork = ((384, 1, 3), (384, 3, 1))
    return Block(name, (
        Branch("branch1x1", ((320, 1, 1),)), Branch("branch3x3", ((384, 1, 1), *fork), fork=True),
        Branch("branch3x3dbl", ((448, 1, 1), (384, 3, 3), *fork), fork=True),
    ), 192, pool)  # fmt: skip


BLOCKS = (
    _thirty_five("Mixed_5b", 32), _thirty_five("Mixed_5c", 64), _thirty_five("Mixed_5d", 64),
    Block("Mixed_6a", (
        Branch("branch3x3", ((384, 3, 3),)), Branch("branch3x3dbl", ((64, 1, 1), (96, 3, 3), (96, 3, 3))),
    ), pool="max", halves=True),
    _seventeen("Mixed_6b", 128), _seventeen("Mixed_6c", 160), _seventeen("Mixed_6d", 160), _seventeen("Mixed_6e", 192),
    Block("Mixed_7a", (
        Branch("branch3x3", ((192, 1, 1), (320, 3, 3))),
        Branch("branch7x7x3", ((192, 1, 1), (192, 1, 7), (192, 7, 1), (192, 3, 3))),
    ), pool="max", halves=True),
    _eight("Mixed_7b", "mean"), _eight("Mixed_7c", "max"),
)  # fmt: skip


def shapes() -> Iterator[tuple[str, tuple[int, ...]]]:
    """Every tensor that the network needs, and its shape; the classifier's rows are as many as the file has."""
    channels = 3
    for name, (out, *size), _, _ in STEM:
        if out:
            yield from _of_one(name, (out, channels, *size))
            channels = out
    for block in BLOCKS:
        total = 0 if block.pooled else channels
        for branch in block.all:
            inputs = before = channels
            for index, (name, (out, *size)) in enumerate(zip(branch.names, branch.kernels, strict=True)):
                second = branch.fork and index == len(branch.kernels) - 1
                yield from _of_one(f"{block.name}.{name}", (out, before if second else inputs, *size))
                before, inputs = inputs, out
            total += sum(out for out, *_ in branch.kernels[-2 if branch.fork else -1 :])
        channels = total
    yield "fc.weight", (0, channels)


def _of_one(name: str, shape: tuple[int, ...]) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield f"{name}.conv.weight", shape
    yield from ((f"{name}.bn.{key}", shape[:1]) for key in ("weight", "bias", "running_mean", "running_var"))


class Inception:
    """What the network sees in a picture. ``note``: whose weights these are, one line; ``known``: the field's."""

    def __init__(self, path: Path) -> None:
        """Read a file of weights. StudioError, with where to get it, when it does not hold this network."""
        data = read_file(path, _MOST)
        digest = hashlib.sha256(data).hexdigest()
        self.known = digest == KNOWN
        whose = "Inception of 5 December 2015" if self.known else "other weights: compare with no published figure"
        self.note = f"{whose} (SHA-256 {digest[:12]})"
        self._weights = _folded(_read(data, path))

    def __call__(self, picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(features [2048], shares of the classes [k], 1 in sum) of a picture [H, W, 3] in 0..255.

        The shares are without the last layer's bias, as Salimans et al. 2016 took them.
        """
        x = torch.from_numpy(np.ascontiguousarray(picture, np.float32).transpose(2, 0, 1))[None]
        x = F.interpolate(x, (SIDE, SIDE), mode="bilinear", align_corners=False) / 127.5 - 1
        with torch.inference_mode():
            features = self._features(x.contiguous(memory_format=torch.channels_last)).double()
            shares = (features @ self._weights["fc.weight"][0].double().T).softmax(1)
        return features[0].numpy(), shares[0].numpy()

    def _features(self, x: Tensor) -> Tensor:
        for name, _, stride, padding in STEM:
            x = self._convolve(x, name, stride, padding) if name else F.max_pool2d(x, 3, 2)
        for block in BLOCKS:
            x = torch.cat([*self._branches(block, x)], 1)
        return x.mean((2, 3))

    def _branches(self, block: Block, x: Tensor) -> Iterator[Tensor]:
        stride, padding = (2, 0) if block.halves else (1, 1)
        for branch in block.branches:
            own, names = x, [f"{block.name}.{name}" for name in branch.names]
            for name in names[:-2] if branch.fork else names[:-1]:
                own = self._convolve(own, name)
            for name in names[-2 if branch.fork else -1 :]:
                yield self._convolve(own, name, stride, 0 if block.halves else None)
        if block.pool == "max":
            pooled = F.max_pool2d(x, 3, stride, padding)
        else:
            pooled = F.avg_pool2d(x, 3, stride, padding, count_include_pad=False)
        yield self._convolve(pooled, f"{block.name}.branch_pool") if block.pooled else pooled

    def _convolve(self, x: Tensor, name: str, stride: int = 1, padding: int | None = None) -> Tensor:
        weight, bias = self._weights[name]
        rows, columns = weight.shape[2:]
        around = ((rows - 1) // 2, (columns - 1) // 2) if padding is None else (padding, padding)
        return F.conv2d(x, weight, bias, stride, around).relu_()


def _read(data: bytes, path: Path) -> dict[str, Tensor]:
    try:
        found = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    except (RuntimeError, ValueError, EOFError, KeyError, OSError, pickle.UnpicklingError, zipfile.BadZipFile) as error:
        raise StudioError(f"{path.name} holds no weights of PyTorch.", _HINT) from error
    if not isinstance(found, dict):
        raise StudioError(f"{path.name} holds no weights by name.", _HINT)
    for name, shape in shapes():
        own = found.get(name)
        if not isinstance(own, Tensor) or tuple(own.shape[shape[0] == 0 :]) != shape[shape[0] == 0 :]:
            raise StudioError(f"{path.name} holds another network: its {name} does not fit.", _HINT)
        if not own.is_floating_point() or not own.isfinite().all():
            raise StudioError(f"{path.name} is damaged: its {name} holds no numbers.", _HINT)
    return found


def _folded(tensors: dict[str, Tensor]) -> dict[str, tuple[Tensor, Tensor | None]]:
    """Convolutions with the normalisation behind them in their weights."""
    folded: dict[str, tuple[Tensor, Tensor | None]] = {"fc.weight": (tensors["fc.weight"].float(), None)}
    for name in (key.removesuffix(".conv.weight") for key, _ in shapes() if key.endswith(".conv.weight")):
        gain, shift, mean, variance = (
            tensors[f"{name}.bn.{key}"].double() for key in ("weight", "bias", "running_mean", "running_var")
        )
        scale = gain / (variance.clamp(min=0) + _EPSILON).sqrt()
        weight = (tensors[f"{name}.conv.weight"].double() * scale[:, None, None, None]).float()
        folded[name] = (weight.contiguous(memory_format=torch.channels_last), (shift - mean * scale).float())
    return folded
