"""What a part's judge is shown: windows of its composites, twice as fine as the logits, in random palettes over random
grounds. The artist's exact coverage and the network's are painted by the same formulas (``training.painter``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from msgspec import structs
from torch import Tensor
from torch.nn import functional as F

from vtuber_studio.artist import schema
from vtuber_studio.core.palette import resolve, to_hex
from vtuber_studio.core.sampling import random_look
from vtuber_studio.engine.paint import inks
from vtuber_studio.engine.tables import PartTables
from vtuber_studio.training.losses import cel_slices
from vtuber_studio.training.painter import composite, lay, over, paint

PALETTES = 128  # half of them the dice's, half of them with every base by chance
NOISE = 0.01  # on every pixel: the truth's coverage has 256 steps, which is not what there is to judge
_STEP = 4  # pixels: where a window may be centred is looked for on so coarse a grid


@dataclass(frozen=True)
class Scene:
    """Windows of n composites, their colours and grounds."""

    source: Tensor  # int64 [n]: which of a batch each window is of
    corner: Tensor  # int64 [n, 2]: y, x of its first pixel, even
    inks: Mapping[str, Tensor]  # cel -> [n, 4 or 8, K]
    ground: Tensor  # [n, 3, side, side]
    noise: Tensor  # [n, 3, side, side]
    place: Tensor  # [n, 2]: its middle in the box, -1..1


class Scenes:
    """Draws scenes of one part, and paints them."""

    def __init__(self, tables: PartTables, side: int, seed: int, device: torch.device) -> None:
        self.part, self.side, self.device = tables.part, side, device
        colours = palettes(tables, seed)
        self.inks = {
            cel.name: torch.from_numpy(np.stack([inks(cel, own) for own in colours])).to(device)
            for cel in self.part.cels
        }
        margin = side // 2 + 2
        self.window = structs.replace(self.part, box=(0, 0, 2 * margin, 2 * margin), logits=(margin, margin))

    def draw(self, coverage: Tensor, views: int, rng: np.random.Generator) -> Scene:
        """``views`` windows of each drawing of ``coverage`` (uint8 [n, channels, H, W]), about pixels that it covers;
        the chance is ``rng``'s."""
        n, _, height, width = coverage.shape
        source, corners = np.repeat(np.arange(n), views), []
        shown = coverage[..., ::_STEP, ::_STEP].amax(1).cpu().numpy()
        for index in source:
            found = np.argwhere(shown[index]) * _STEP
            middle = found[rng.integers(len(found))] if len(found) else np.array([height, width]) // 2
            corner = np.clip(middle - self.side // 2, 0, [height - self.side, width - self.side])
            corners.append(corner // 2 * 2)
        corner = np.array(corners)
        count, shape = len(source), (len(source), 3, self.side, self.side)
        chosen = torch.from_numpy(rng.integers(0, PALETTES, count))
        ends = rng.random((2, count, 3, 1, 1), np.float32)
        angle, at = rng.uniform(0, 2 * np.pi, (count, 1, 1)), np.linspace(-1, 1, self.side)
        along = np.cos(angle) * at[:, None] + np.sin(angle) * at
        shares = (0.5 + along[:, None] / np.sqrt(8)).astype(np.float32)
        ground = ends[0] + shares * (ends[1] - ends[0])
        noise = rng.standard_normal(shape, np.float32)
        place = 2 * (corner + self.side / 2) / np.array([height, width]) - 1
        return Scene(
            torch.from_numpy(source).to(self.device),
            torch.from_numpy(corner).to(self.device),
            {name: own[chosen] for name, own in self.inks.items()},
            torch.from_numpy(ground).to(self.device),
            torch.from_numpy(NOISE * noise).to(self.device),
            torch.from_numpy(place.astype(np.float32)).to(self.device),
        )

    def real(self, coverage: Tensor, scene: Scene) -> Tensor:
        """RGB [n, 3, side, side] of the scene as the artist's coverage (uint8) has it."""
        maps = _windows(coverage, scene.source, scene.corner, self.side).float() / 255
        own = {}
        for cel, _, first in cel_slices(self.part):
            count = len(cel.materials)
            t = maps[:, first + count : first + count + 1] if cel.ramp else None
            own[cel.name] = maps[:, first : first + count], t
        canvas = maps.new_zeros(())
        for cel in sorted(self.part.cels, key=lambda cel: cel.depth):
            m, t = own[cel.name]
            m = m * own[cel.clip][0].sum(1, keepdim=True) if cel.clip else m
            layer = paint((m, t, None), scene.inks[cel.name])
            canvas = lay(canvas.expand_as(layer), layer, cel.blend)
        return over(canvas, scene.ground) + scene.noise

    def made(self, logits: Tensor, scene: Scene) -> Tensor:
        """The same as a network's ``logits`` [batch, channels, h, w] have it."""
        around = F.pad(logits, (1, 1, 1, 1), mode="replicate")
        own = _windows(around, scene.source, scene.corner // 2, self.window.logits[0])
        image = composite(self.window, own, scene.inks, 1.0)[..., 2:-2, 2:-2]
        return over(image, scene.ground) + scene.noise


def palettes(tables: PartTables, seed: int) -> list[dict[str, np.ndarray]]:
    """PALETTES times a colour [4] for every material of a part; derived ones follow their sources."""
    rng, found = np.random.default_rng([seed, 2]), []
    known = {row.name for row in tables.materials}
    for number in range(PALETTES):
        if number % 2:
            look = random_look(schema.ATTRIBUTES, schema.MATERIALS, int(rng.integers(2**31)), "", schema.DICE)
            chosen = {name: colour for name, colour in look.palette.items() if name in known}
        else:
            chosen = {row.name: to_hex(rng.random(3)) for row in tables.materials if row.colour}
        found.append(resolve(tables.materials, chosen))
    return found


def _windows(maps: Tensor, source: Tensor, corner: Tensor, side: int) -> Tensor:
    """[n, channels, side, side] of ``maps`` [batch, channels, H, W] from ``corner`` on."""
    places = zip(source.tolist(), corner.tolist(), strict=True)
    pieces = [maps[b, :, y : y + side, x : x + side] for b, (y, x) in places]
    return torch.stack(pieces)
