"""Generator: a loaded bundle. Immutable; ``map(part, c, z) -> ws`` and ``synthesize(part, ws) -> logits``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from vtuber_studio.core.attribute import defaults, encode
from vtuber_studio.core.errors import StudioError
from vtuber_studio.engine.bundle import Bundle, BundlePart, File, Manifest, find_bundle, read_bundle
from vtuber_studio.engine.figure import part_rows
from vtuber_studio.engine.manifest import Shapes, networks_of
from vtuber_studio.engine.onnx_check import LARGE_BATCH
from vtuber_studio.engine.ort import default_threads, make_session

if TYPE_CHECKING:
    import onnxruntime

_SAMPLES = LARGE_BATCH  # latents behind the principal directions
_AXES = 8
_SEED = 20240
_HINT = "Close other programs, or use another generator."


class GeneratorError(StudioError):
    """A network failed, or its answer is not one: another generator should take over."""


class Generator(Protocol):
    """What ``render`` needs. Used by one thread at a time."""

    @property
    def manifest(self) -> Manifest:
        """The tables."""

    def map(self, network: str, c: np.ndarray, z: np.ndarray) -> np.ndarray:
        """ws float32 [n, num_ws, w_dim] from c [n, c_dim] and z [n, z_dim]; ``network``: see ``networks_of``."""

    def synthesize(self, network: str, ws: np.ndarray) -> np.ndarray:
        """logits float32 [n, channels, h, w] from ws [n, num_ws, w_dim]."""

    def directions(self, network: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(w_avg [L, D], axes [k, L, D], standard deviations [k]): where z leads, at default attributes."""

    def ask(self, role: str, **inputs: np.ndarray) -> dict[str, np.ndarray]:
        """What a network that paints no part answers; StudioError when there is none."""


def principal_directions(generator: Generator, network: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """PCA of ws over z at default attributes (Härkönen et al. 2020, "GANSpace", section 2.1), with a fixed seed."""
    manifest = generator.manifest
    entry = next(networks_of(entry)[network] for entry in manifest.parts if network in networks_of(entry))
    rows = part_rows(manifest, network)
    z = np.random.Generator(np.random.Philox(_SEED)).standard_normal((_SAMPLES, entry.part.z_dim))
    c = np.repeat(encode(rows, defaults(rows))[None], _SAMPLES, 0)
    ws = generator.map(network, c, z.astype(np.float32))
    mean = ws.mean(0)
    spread = (ws - mean).reshape(_SAMPLES, -1).astype(np.float64)
    _, values, axes = np.linalg.svd(spread, full_matrices=False)
    count = min(_AXES, entry.part.z_dim, len(values))
    axes, deviations = axes[:count], values[:count] / np.sqrt(_SAMPLES)
    largest = np.abs(axes).argmax(1)
    axes *= np.sign(axes[np.arange(count), largest])[:, None]  # the sign of a singular vector is arbitrary
    return mean, axes.reshape(count, *mean.shape).astype(np.float32), deviations.astype(np.float32)


class OnnxGenerator:
    """A bundle run by onnxruntime; ORT sessions are made at first use."""

    def __init__(self, bundle: Bundle, threads: int | None = None) -> None:
        self._bundle = bundle
        self._threads = threads or default_threads()
        self._entries = {name: own for entry in bundle.manifest.parts for name, own in networks_of(entry).items()}
        self._sessions: dict[str, onnxruntime.InferenceSession] = {}
        self._directions: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]] = {}

    def __getstate__(self) -> dict[str, Any]:
        """Without ORT sessions: they belong to one process, and the first use makes them anew."""
        return {**self.__dict__, "_sessions": {}}

    @property
    def manifest(self) -> Manifest:
        """The tables."""
        return self._bundle.manifest

    @property
    def folder(self) -> Path:
        """Where the bundle lies."""
        return self._bundle.folder

    def map(self, network: str, c: np.ndarray, z: np.ndarray) -> np.ndarray:
        """ws float32 [n, num_ws, w_dim]."""
        entry = self._entry(network)
        return self._run(entry.mapping, "ws", (entry.num_ws, entry.w_dim), c=c, z=z)

    def synthesize(self, network: str, ws: np.ndarray) -> np.ndarray:
        """logits float32 [n, channels, h, w]."""
        entry = self._entry(network)
        return self._run(entry.synthesis, "logits", (entry.part.channels, *entry.part.logits), ws=ws)

    def directions(self, network: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(w_avg [L, D], axes [k, L, D], standard deviations [k])."""
        if network not in self._directions:
            self._directions[network] = principal_directions(self, network)
        return self._directions[network]

    def ask(self, role: str, **inputs: np.ndarray) -> dict[str, np.ndarray]:
        """Every output [n, ...] of a network that paints no part, from its inputs [n, ...]."""
        network = self.manifest.networks.get(role)
        if network is None:
            raise StudioError(f"This generator has no {role}.", "Use the starter, which has one.")
        return self._answers(network.file, network.outputs, inputs)

    def _entry(self, network: str) -> BundlePart:
        if network not in self._entries:
            raise StudioError(f"There is no part called {network!r}.", f"Parts are: {', '.join(self._entries)}.")
        return self._entries[network]

    def _run(self, file: File, output: str, shape: tuple[int, ...], **feed: np.ndarray) -> np.ndarray:
        """The network's only answer [n, *shape]."""
        return self._answers(file, {output: shape}, feed)[output]

    def _answers(self, file: File, outputs: Shapes, feed: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """The network's answers, looked at every time: what they were at its examination may be past."""
        arrays = {name: np.ascontiguousarray(value, np.float32) for name, value in feed.items()}
        try:
            if file.path not in self._sessions:
                self._sessions[file.path] = make_session(self._bundle.read(file), self._threads)
            answers = dict(zip(outputs, self._sessions[file.path].run(list(outputs), arrays), strict=True))
        except StudioError as error:  # its files are gone, or others by now
            raise GeneratorError(error.message, error.hint) from error
        except Exception as error:  # onnxruntime raises types of its own
            raise GeneratorError(f"The generator failed in {file.path}.", _HINT) from error
        batch = len(next(iter(arrays.values())))
        for name, answer in answers.items():
            right = answer.dtype == np.float32 and answer.shape == (batch, *outputs[name])
            if not right or not np.isfinite(answer).all():
                what = f"{file.path} of this generator answers with something else than it should."
                raise GeneratorError(what, _HINT)
        return answers


def load_generator(path: str | Path | None = None, threads: int | None = None) -> OnnxGenerator:
    """The generator in a bundle's folder, or of that name; the starter for None. StudioError when it is unsound."""
    return OnnxGenerator(read_bundle(find_bundle(path)), threads)
