"""Drawing with named swatches, such that the exact soft coverage of every material can be read off.

A part draws into a Sheet: a display list per cel. Reading replays the list with one-hot colours, three
materials a pass (R, G, B) into 16-bit float surfaces. Source-over and its erasing counterpart are linear in
colour, so what a channel contains is that material's coverage, anti-aliasing and gradients included; only
they are offered here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import skia

from vtuber_studio.core.part import Cel, Part

NOTHING = ""  # painting with it erases

Point = tuple[float, float]


@dataclass
class _Op:
    path: skia.Path
    material: str
    clips: tuple[skia.Path, ...]
    opacity: float = 1.0
    blur: float = 0.0  # standard deviation in canvas units
    fade: tuple[Point, Point] | None = None  # opacity runs from full at the first point to none at the second
    radial: tuple[Point, float] | None = None  # opacity runs from full at the centre to none at the radius


@dataclass
class Coverage:
    """What a cel is made of: ``m`` [K, h, w] float32, one map a material (their sum is alpha), and the ramp
    position ``t`` [h, w] in 0..1, or None for a cel without a ramp."""

    m: np.ndarray
    t: np.ndarray | None


@dataclass
class Sheet:
    """Display lists of one part, filled by its ``draw``."""

    part: Part
    ops: dict[str, list[_Op]] = field(default_factory=dict)
    ramps: dict[str, tuple[Point, Point]] = field(default_factory=dict)
    matrix: skia.Matrix = field(default_factory=skia.Matrix)  # of the whole part; ramps are not moved by it
    _cel: str = ""
    _clips: tuple[skia.Path, ...] = ()

    def cel(self, name: str) -> None:
        """Draw into this cel from now on."""
        if name not in {cel.name for cel in self.part.cels}:
            raise KeyError(f"part {self.part.name} has no cel {name}")
        self._cel = name
        self.ops.setdefault(name, [])

    def ramp(self, start: Point, end: Point) -> None:
        """The current cel's ramp: t = 0 at ``start``, 1 at ``end``, linear between, constant beyond."""
        self.ramps[self._cel] = (start, end)

    def fill(
        self,
        path: skia.Path,
        material: str,
        *,
        opacity: float = 1.0,
        blur: float = 0.0,
        fade: tuple[Point, Point] | None = None,
        radial: tuple[Point, float] | None = None,
    ) -> None:
        """Fill a path with a material (NOTHING erases), optionally blurred or fading out."""
        self.ops[self._cel].append(_Op(path, material, self._clips, opacity, blur, fade, radial))

    def stroke(
        self, points: Sequence[Point] | np.ndarray, width: float | Sequence[float], material: str, **options: Any
    ) -> None:
        """Line of varying width through ``points``, smooth; one width tapers to both ends, several are spread along."""
        self.fill(ink(points, width), material, **options)

    @contextmanager
    def clip(self, path: skia.Path) -> Iterator[None]:
        """Everything drawn inside stays within ``path``."""
        before = self._clips
        self._clips = (*before, path)
        try:
            yield
        finally:
            self._clips = before

    def coverage(self, scale: float = 1.0) -> dict[str, Coverage]:
        """Coverage of every cel over the part's box, ``scale`` pixels to the canvas unit."""
        return {cel.name: self._read(cel, scale) for cel in self.part.cels}

    def _read(self, cel: Cel, scale: float) -> Coverage:
        x0, y0, x1, y1 = self.part.box
        width, height = round((x1 - x0) * scale), round((y1 - y0) * scale)
        maps = np.zeros((len(cel.materials), height, width), np.float32)
        ops = self.ops.get(cel.name, [])
        for first in range(0, len(cel.materials) if ops else 0, 3):
            names = cel.materials[first : first + 3]
            maps[first : first + 3] = _replay(ops, names, (width, height), (x0, y0), scale, self.matrix)
        if not cel.ramp:
            return Coverage(maps, None)
        (ax, ay), (bx, by) = self.ramps.get(cel.name, ((0.0, 1e6), (0.0, 2e6)))
        px = (np.arange(width) + 0.5) / scale + x0
        py = (np.arange(height)[:, None] + 0.5) / scale + y0
        length = max((bx - ax) ** 2 + (by - ay) ** 2, 1e-6)
        t = ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / length
        return Coverage(maps, np.clip(t, 0, 1).astype(np.float32))


def _replay(
    ops: list[_Op], names: Sequence[str], size: tuple[int, int], origin: Point, scale: float, matrix: skia.Matrix
) -> np.ndarray:
    """[len(names), h, w]: the share of each named material, every other one painted as black."""
    info = skia.ImageInfo.Make(*size, skia.ColorType.kRGBA_F16_ColorType, skia.AlphaType.kPremul_AlphaType)
    pixels = np.zeros((size[1], size[0], 4), np.float16)
    surface = skia.Surface.MakeRasterDirect(info, pixels)
    canvas = surface.getCanvas()
    canvas.scale(scale, scale)
    canvas.translate(-origin[0], -origin[1])
    canvas.concat(matrix)
    for op in ops:
        colour = [float(len(names) > i and names[i] == op.material) for i in range(3)]
        full = skia.Color4f(*colour, op.opacity)
        paint = skia.Paint(AntiAlias=True, Color4f=full)
        ends = [skia.Color4f(*colour, alpha).toColor() for alpha in (1.0, 0.0)]  # the paint's own alpha scales them
        if op.fade:
            paint.setShader(skia.GradientShader.MakeLinear([skia.Point(*p) for p in op.fade], ends))
        if op.radial:
            paint.setShader(skia.GradientShader.MakeRadial(skia.Point(*op.radial[0]), op.radial[1], ends))
        if op.blur:
            paint.setMaskFilter(skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, op.blur, True))
        if op.material == NOTHING:
            paint.setBlendMode(skia.BlendMode.kDstOut)
        canvas.save()
        for path in op.clips:
            canvas.clipPath(path, skia.ClipOp.kIntersect, True)
        canvas.drawPath(op.path, paint)
        canvas.restore()
    surface.flushAndSubmit()
    return np.moveaxis(pixels[..., : len(names)].astype(np.float32), -1, 0)


# --- shapes ---------------------------------------------------------------------------------------------


def spline(points: Sequence[Point] | np.ndarray, closed: bool = False, per: int = 10) -> np.ndarray:
    """[n, 2] points on the centripetal-like Catmull-Rom curve through ``points``."""
    p = np.asarray(points, float)
    if len(p) < 3 and not closed:
        return np.linspace(p[0], p[-1], per + 1)
    if closed:
        p = np.vstack([p[-1:], p, p[:2]])
    else:
        p = np.vstack([2 * p[0] - p[1], p, 2 * p[-1] - p[-2]])
    u = np.linspace(0, 1, per, endpoint=False)[:, None]
    a, b, c, d = (p[first : len(p) - 3 + first, None] for first in range(4))  # every piece at once: [pieces, 1, 2]
    out = 0.5 * (2 * b + (c - a) * u + (2 * a - 5 * b + 4 * c - d) * u**2 + (3 * b - a - 3 * c + d) * u**3)
    return out.reshape(-1, 2) if closed else np.vstack([out.reshape(-1, 2), p[-2:-1]])


def polygon(points: Sequence[Point] | np.ndarray) -> skia.Path:
    """Closed path with straight edges."""
    path = skia.Path()
    path.addPoly(list(map(skia.Point, *np.asarray(points, float).T.tolist())), True)
    return path


def blob(points: Sequence[Point] | np.ndarray) -> skia.Path:
    """Closed smooth path through the points."""
    return polygon(spline(points, closed=True))


def ellipse(x: float, y: float, rx: float, ry: float) -> skia.Path:
    """Axis-parallel ellipse."""
    return skia.Path().addOval(skia.Rect.MakeLTRB(x - rx, y - ry, x + rx, y + ry))


def ink(points: Sequence[Point] | np.ndarray, width: float | Sequence[float], per: int = 10) -> skia.Path:
    """Outline of a pen stroke through ``points``: its width is spread along the stroke, or tapers to both ends.

    ``per``: points of the outline for each one given; few where they are close together.
    """
    line = spline(points, per=per)
    along = np.linspace(0, 1, len(line))
    widths = np.asarray(width, float)
    if widths.ndim == 0:
        half = 0.5 * widths * np.sqrt(np.clip(np.sin(np.pi * (0.04 + 0.92 * along)), 0, 1))
    else:
        half = 0.5 * np.interp(along, np.linspace(0, 1, len(widths)), widths)
    step = np.gradient(line, axis=0)
    normal = (
        np.stack([-step[:, 1], step[:, 0]], 1) / np.maximum(np.hypot(step[:, 0], step[:, 1]), 1e-6)[:, None]
    )
    path = polygon(np.vstack([line + normal * half[:, None], (line - normal * half[:, None])[::-1]]))
    path.setFillType(skia.PathFillType.kWinding)
    return path


def mirror(points: Sequence[Point] | np.ndarray, axis: float = 256.0) -> np.ndarray:
    """Points reflected at the vertical line x = ``axis``, order reversed so that outlines keep their turn."""
    p = np.asarray(points, float).copy()
    p[:, 0] = 2 * axis - p[:, 0]
    return p[::-1]
