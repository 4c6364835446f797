"""Weights of a bundle for a network whose tables have grown since: what has the same name keeps its weights.

Sliders, choices, materials and boxes come and go as the artist grows; whatever a bundle already paints need not be
learned again.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import onnx
import torch
from torch import Tensor
from torch.nn import functional as F

from vtuber_studio.core.attribute import Attribute
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.part import Part
from vtuber_studio.engine.bundle import Input, read_bundle
from vtuber_studio.engine.manifest import networks_of

Name = tuple[str | int, ...]
_NEW_MATERIAL = -3.0  # its logit everywhere: what was never trained begins as almost nothing


def bundle_weights(
    folder: Path, part: Part, rows: Sequence[Attribute], own: dict[str, Tensor], network: str = ""
) -> dict[str, Tensor]:
    """A state dict like ``own`` with the weights that the bundle has for ``part``, or for its ``network`` when it has
    one of that name; its initializers carry the state dict's names. ``rows``: what the network sees now. KeyError when
    the bundle lacks the part."""
    own = {key: value.cpu() for key, value in own.items()}  # the bundle's are there, whatever device trains
    manifest = read_bundle(folder).manifest
    entry = {entry.part.name: entry for entry in manifest.parts}[part.name]
    entry = networks_of(entry).get(network, entry)
    weights: dict[str, Tensor] = {}
    for file in (entry.mapping, entry.synthesis):
        graph = onnx.load(folder / file.path, load_external_data=False).graph
        arrays = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in graph.initializer}
        weights |= {key: torch.from_numpy(array.astype("float32")) for key, array in arrays.items()}
    head = f"synthesis.layers.{entry.num_ws - 1}."
    try:
        weights["synthesis.const"] = _moved(weights["synthesis.const"], entry.part, part, own["synthesis.const"])
        key = "mapping.layers.0.weight"
        old, new = _inputs(entry.inputs, entry.part.z_dim), _inputs(rows, part.z_dim)
        weights[key] = _matched(weights[key].T, old, new, torch.zeros_like(own[key]).T, kin=True).T
        old, new = _outputs(entry.part), _outputs(part)
        for name, value in (("weight", 0.0), ("bias", _NEW_MATERIAL)):
            fresh = torch.full_like(own[head + name], value)
            if name == "bias":
                fresh[[str(role).startswith("detail") for _, role, _ in new]] = 0.0  # colours as they are
            found = weights[head + name].reshape(-1, *fresh.shape[1:])
            weights[head + name] = _matched(found, old, new, fresh, kin=False)
        return {key: weights[key].reshape(value.shape) for key, value in own.items()}
    except (KeyError, RuntimeError, ValueError) as error:
        raise StudioError(f"The bundle's {part.name} has another shape.", "Train this part anew.") from error


def _inputs(rows: Sequence[Attribute | Input], z_dim: int) -> list[Name]:
    """A name for every number that the mapping network takes: (row, choice or "") of c, then those of z."""
    return [(row.name, choice) for row in rows for choice in row.choices or ("",)] + [("z", k) for k in range(z_dim)]


def _outputs(part: Part) -> list[Name]:
    """A name for every channel before the last pixel shuffle: (cel, material or role, sub-pixel)."""
    names: list[Name] = []
    for cel in part.cels:
        roles = list(cel.materials) if cel.soft else ["nothing", *cel.materials, *(["t"] if cel.ramp else [])]
        roles += [f"detail {k}" for k in range(cel.detail)]
        names += [(cel.name, role, k) for role in roles for k in range(4)]
    return names


def _matched(weights: Tensor, old: list[Name], new: list[Name], fresh: Tensor, *, kin: bool) -> Tensor:
    """Rows of ``weights`` by name in the order of ``new``. What has none takes the mean of its kin, if wanted (a new
    choice begins between the others), or else its row of ``fresh``."""
    found = dict(zip(old, weights, strict=True))
    rows = []
    for name, own in zip(new, fresh, strict=True):
        others = [row for other, row in found.items() if kin and other[0] == name[0]]
        rows.append(found[name] if name in found else torch.stack(others).mean(0) if others else own)
    return torch.stack(rows)


def _moved(const: Tensor, old: Part, new: Part, like: Tensor) -> Tensor:
    """The constant [1, channels, h, w] under the new box: moved by whole cells, or resampled where that will not do."""
    unit = 16 * (old.box[2] - old.box[0]) / old.logits[1]  # canvas units a cell
    if 16 * (new.box[2] - new.box[0]) / new.logits[1] != unit:
        return F.interpolate(const, like.shape[-2:], mode="bilinear", align_corners=False)
    left, top = ((old.box[k] - new.box[k]) / unit for k in (0, 1))
    ys = torch.arange(like.shape[-2]) - round(top)
    xs = torch.arange(like.shape[-1]) - round(left)
    return const[..., ys.clamp(0, const.shape[-2] - 1)[:, None], xs.clamp(0, const.shape[-1] - 1)]
