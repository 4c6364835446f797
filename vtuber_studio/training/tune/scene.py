"""A whole figure through the painter in torch: what ``engine.render`` draws of a shot, with gradients to the networks.

A scene is a shot made ready: what each part's network is given, its inks, and where the pose moves each cel. The cast
shadow is drawn, but no gradient passes through it: hair is not moved to put its shadow right.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from vtuber_studio.core.part import Blend, Cel, Part
from vtuber_studio.core.pose import NEUTRAL
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine import warp
from vtuber_studio.engine.figure import check_shot, ingredients, shadow_tint
from vtuber_studio.engine.manifest import Manifest
from vtuber_studio.engine.paint import Window, inks
from vtuber_studio.engine.painter import CANVAS, COARSE, slots
from vtuber_studio.engine.tidy import tidy
from vtuber_studio.training.painter import cover_part, lay, paint

Layer = tuple[Window, Tensor]  # a window of the canvas and its pixels [1, 4, h, w]
Networks = Mapping[str, Callable[[Tensor, Tensor], Tensor]]  # (c [n, c_dim], z [n, z_dim]) -> logits [n, C, h, w]


@dataclass(frozen=True)
class Asked:
    """What one part is asked to be: ``c`` [1, c_dim], ``z`` [1, z_dim], ``inks`` [1, 4 or 8, K] a cel."""

    part: Part
    network: str
    c: Tensor
    z: Tensor
    inks: dict[str, Tensor]


@dataclass(frozen=True)
class Scene:
    """A shot made ready for pictures of ``scale`` pixels a canvas unit. ``asked``: parts that paint something;
    ``moved``: cel -> (window of the canvas, grid [1, h, w, 2] over its part's box), where the pose moves it."""

    manifest: Manifest
    scale: float
    asked: dict[str, Asked]
    moved: dict[str, tuple[Window, Tensor]]
    upright: bool
    tint: Tensor | None  # [1, 3, 1, 1] of the cast shadow

    @property
    def size(self) -> int:
        """Pixels a side."""
        return round(CANVAS * self.scale)


def make_scene(manifest: Manifest, shot: Shot, scale: float, device: torch.device | str = "cpu") -> Scene:
    """The scene of a shot; its regions are left out. StudioError for an unknown name or a value out of range."""
    shot = check_shot(manifest, shot)
    found = ingredients(manifest, shot)
    asked = {
        name: Asked(
            own.part,
            own.network,
            torch.from_numpy(own.c)[None].to(device),
            torch.from_numpy(own.z)[None].to(device),
            {cel.name: torch.from_numpy(inks(cel, own.colours))[None].to(device) for cel in own.part.cels},
        )
        for name, own in found.items()
        if not own.empty
    }
    tint = None
    if manifest.shadow:
        first = manifest.shadow.receivers[0]
        receiver = next(entry.part.name for entry in manifest.parts for cel in entry.part.cels if cel.name == first)
        tint = torch.from_numpy(shadow_tint(manifest, found[receiver]))[None, :, None, None].to(device)
    moved = {} if shot.pose == NEUTRAL else _moved(asked, shot, scale, device)
    return Scene(manifest, scale, asked, moved, shot.pose == NEUTRAL, tint)


def _moved(
    asked: Mapping[str, Asked], shot: Shot, scale: float, device: torch.device | str
) -> dict[str, tuple[Window, Tensor]]:
    size, found = round(CANVAS * scale), {}
    whole, step = (0, 0, size, size), max(1, round(COARSE * scale))
    fields, coarse = (warp.fields(shot.pose, scale, whole, each) for each in (1, step))
    for own in asked.values():
        x0, y0, x1, y1 = own.part.box
        for cel in own.part.cels:
            by = warp.shift(cel, shot.pose)
            window = warp.seen_window(coarse[cel.rides], step, by, own.part.box, size)
            if window is None:
                continue
            x, y = warp.source_maps(fields[cel.rides], window, by)
            # from pixel centres at whole numbers of the canvas to -1..1 over the box
            across, down = (
                2 * (at + np.float32(0.5) - low * scale) / ((high - low) * scale) - 1
                for at, low, high in ((x, x0, x1), (y, y0, y1))
            )
            grid = torch.from_numpy(np.stack([across, down], -1).astype(np.float32))[None]
            found[cel.name] = window, grid.to(device)
    return found


def scene_logits(networks: Networks, scene: Scene, tidied: bool = True) -> dict[str, Tensor]:
    """Logits [1, C, h, w] of every part that paints something, tidied as the engine does it."""
    found = {}
    for name, own in scene.asked.items():
        logits = networks[own.network](own.c, own.z)
        if tidied:
            raw = logits.detach()[0].cpu().numpy()
            logits = logits + torch.from_numpy(tidy(own.part, raw) - raw)[None].to(logits.device)
        found[name] = logits
    return found


def paint_scene(scene: Scene, logits: Mapping[str, Tensor]) -> Tensor:
    """Premultiplied RGBA [1, 4, S, S] of the whole figure."""
    layers = {
        cel.name: layer
        for name, own in scene.asked.items()
        for cel, layer in _layers(scene, own, logits[name])
        if layer is not None
    }
    canvas = next(iter(logits.values())).new_zeros(1, 4, scene.size, scene.size)
    for slot in slots(scene.manifest):
        layer = layers.get(slot.cel.name) if slot.cel else _shadow(scene, layers)
        blend: Blend = slot.cel.blend if slot.cel else "multiply"
        if layer is not None:
            (x0, y0, x1, y1), pixels = layer
            canvas[..., y0:y1, x0:x1] = lay(canvas[..., y0:y1, x0:x1].clone(), pixels, blend)
    return canvas


def _layers(scene: Scene, own: Asked, logits: Tensor) -> Iterator[tuple[Cel, Layer | None]]:
    """Each cel as it lies on the canvas; None for one that the pose has turned out of sight."""
    x0, y0, x1, y1 = (round(side * scene.scale) for side in own.part.box)
    for name, coverage in cover_part(own.part, logits, scene.scale).items():
        cel = next(cel for cel in own.part.cels if cel.name == name)
        flat = paint(coverage, own.inks[name])
        if scene.upright:
            yield cel, ((x0, y0, x1, y1), flat)
        elif name in scene.moved:
            window, grid = scene.moved[name]
            yield cel, (window, F.grid_sample(flat, grid, "bilinear", "zeros", align_corners=False))
        else:
            yield cel, None


@torch.no_grad()
def _shadow(scene: Scene, layers: Mapping[str, Layer]) -> Layer | None:
    """As ``engine.compose.shadow_layer``: the casters' alpha, moved and blurred, on what receives it."""
    shadow, size = scene.manifest.shadow, scene.size
    assert shadow is not None and scene.tint is not None
    cast, face = (_alpha(layers, names, size) for names in (shadow.casters, shadow.receivers))
    if cast is None or face is None:
        return None
    dx, dy = round(shadow.dx * scene.scale), round(shadow.dy * scene.scale)
    cast = F.pad(cast, (dx, -dx, dy, -dy))
    deviation, reach = shadow.blur * scene.scale, math.ceil(3 * shadow.blur * scene.scale)
    if reach:
        at = torch.arange(-reach, reach + 1, device=cast.device, dtype=cast.dtype)
        kernel = torch.exp(-at.square() / (2 * deviation**2))
        kernel = kernel / kernel.sum()
        cast = F.conv2d(cast, kernel.view(1, 1, 1, -1), padding=(0, reach))
        cast = F.conv2d(cast, kernel.view(1, 1, -1, 1), padding=(reach, 0))
    alpha = shadow.strength * cast * face
    return (0, 0, size, size), torch.cat([alpha * scene.tint, alpha], 1)


def _alpha(layers: Mapping[str, Layer], names: Sequence[str], size: int) -> Tensor | None:
    """[1, 1, S, S]: where any of these cels lies; None where none does."""
    found = None
    for name in names:
        if name in layers:
            (x0, y0, x1, y1), pixels = layers[name]
            found = pixels.new_zeros(1, 1, size, size) if found is None else found
            place = found[..., y0:y1, x0:x1]
            torch.maximum(place, pixels[:, 3:], out=place)
    return found
