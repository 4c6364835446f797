"""The one pure function: generator, look, expression, pose and size decide every byte of the picture."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping

import numpy as np
from msgspec import structs

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.image import freeze
from vtuber_studio.core.look import Look
from vtuber_studio.core.part import Cel, Part
from vtuber_studio.core.pose import NEUTRAL, Pose
from vtuber_studio.core.shot import Quality, Shot, shot_of
from vtuber_studio.engine import warp
from vtuber_studio.engine.cache import Frame, RenderCache
from vtuber_studio.engine.compose import shadow_reach, shrink, stack, to_bytes
from vtuber_studio.engine.figure import Ingredients, check_shot, ingredients, scale_for
from vtuber_studio.engine.generator import Generator
from vtuber_studio.engine.manifest import Manifest, manifest_of, networks_of
from vtuber_studio.engine.paint import Coverage, Window, box_size, cel_logits, clipped, cover, intersect, refined, tau
from vtuber_studio.engine.painter import CANVAS, COARSE, CoverageOf, Painter
from vtuber_studio.engine.patch import patches
from vtuber_studio.engine.tidy import tidy

__all__ = ["RenderCache", "compose", "footprint", "render"]

_STRIP = 1_000_000  # pixels of canvas worked on at a time when it is large
_KEPT_FRAMES = 3

Truth = Mapping[str, Mapping[str, tuple[np.ndarray, np.ndarray | None]]]


def render(
    generator: Generator,
    look: Look | Shot,
    expression: Mapping[str, object] | None = None,
    pose: Pose | Mapping[str, object] | None = None,
    size: int = 512,
    cache: RenderCache | None = None,
    quality: Quality = "file",
    window: Window | None = None,
) -> np.ndarray:
    """Image uint8 [size, size, 4], straight alpha, read-only, of a shot, or of a look with what its face does.

    ``size`` 64..8192. ``quality`` "file": averaged from twice the pixels up to 1024; "preview": a third of the time.
    ``window`` (x0, y0, x1, y1): only these pixels of the picture, [y1 - y0, x1 - x0, 4], for the price of as many.
    StudioError for an unknown name or a value out of range. A ``cache`` changes the time, never the picture.
    """
    shot, scale = shot_of(look, expression, pose), scale_for(size, quality)
    painter = painter_of(generator, shot, scale, cache if cache is not None else RenderCache())
    return _picture(painter, shot.look.background, size, require_window(window, size))


def require_window(window: Window | None, size: int) -> Window:
    """The window, the whole picture for None; StudioError when it holds no pixel, or pixels outside the picture."""
    if window is None:
        return 0, 0, size, size
    x0, y0, x1, y1 = (int(side) for side in window)
    if not (0 <= x0 < x1 <= size and 0 <= y0 < y1 <= size):
        raise StudioError(f"There is no window {window} in a picture of {size} pixels.", "Give x0, y0, x1, y1.")
    return x0, y0, x1, y1


def painter_of(generator: Generator, shot: Shot, scale: int, cache: RenderCache, cut: bool = True) -> Painter:
    """The painter of a shot; cels that others clip come whole unless ``cut`` (a cache is for one or the other).

    StudioError for an unknown name or a value out of range.
    """
    manifest = manifest_of(generator)
    shot = check_shot(manifest, shot)
    figure, over = ingredients(manifest, shot), patches(manifest, shot)
    return Painter(manifest, figure, _networks(generator, cache, cut), shot.pose, scale, cache, patches=over)


def compose(manifest: Manifest, truth: Truth, look: Look | Shot, size: int = 512) -> np.ndarray:
    """The picture of exact coverage instead of a network's: part -> cel -> (m [K, H, W], t [H, W] or None).

    Coverage is over each part's box at scale ``scale_for(size)``; colours, clips, shadow, pose as in ``render``.
    """
    scale, shot = scale_for(size), check_shot(manifest, shot_of(look))
    plain = structs.replace(manifest, parts=tuple(structs.replace(entry, variants=None) for entry in manifest.parts))
    figure = ingredients(plain, shot)
    painter = Painter(manifest, figure, _drawings(truth), shot.pose, scale, RenderCache(), whole=True)
    return _picture(painter, shot.look.background, size, (0, 0, size, size))


def footprint(manifest: Manifest, part: str, size: int = 512) -> np.ndarray:
    """bool [size, size]: pixels that an edit of ``part`` may change in the neutral pose."""
    scale = scale_for(size)
    own = [networks_of(entry).values() for entry in manifest.parts if entry.part.name == part]
    windows = [_scaled(network.part.box, scale) for networks in own for network in networks]
    if not windows:
        raise StudioError(f"There is no part called {part!r}.")
    boxes = {cel.name: entry for entry in manifest.parts for cel in entry.part.cels}
    shadow = manifest.shadow
    if shadow and any(boxes[name].part.name == part for name in shadow.casters):
        coarse = min(scale, 2) if scale > 2 else scale
        reach = shadow_reach(shadow, coarse) * scale // coarse + (0 if coarse == scale else scale)
        dx, dy = round(shadow.dx * scale), round(shadow.dy * scale)
        fallen = [
            (x0 + dx - reach, y0 + dy - reach, x1 + dx + reach, y1 + dy + reach) for x0, y0, x1, y1 in windows
        ]
        lit = [network.part.box for name in shadow.receivers for network in networks_of(boxes[name]).values()]
        seen = [intersect(window, _scaled(box, scale)) for window in fallen for box in lit]
        windows += [window for window in seen if window]
    mask = np.zeros((size, size), bool)
    ratio = CANVAS * scale / size
    for x0, y0, x1, y1 in windows:
        low = (int(np.floor(x0 / ratio)), int(np.floor(y0 / ratio)))
        high = (int(np.ceil(x1 / ratio)), int(np.ceil(y1 / ratio)))
        mask[low[1] : high[1], low[0] : high[0]] = True
    return mask


def reach(manifest: Manifest, parts: Collection[str], pose: Pose = NEUTRAL) -> Window:
    """Canvas units (x0, y0, x1, y1) in which the named parts may show in a pose, their shadows included."""
    whole = (0, 0, CANVAS, CANVAS)
    casting = manifest.shadow.casters if manifest.shadow else ()
    coarse = warp.fields(pose, 1.0, whole, COARSE)
    found: list[Window] = []
    for entry in manifest.parts:
        for part in (network.part for network in networks_of(entry).values() if entry.part.name in parts):
            for cel in part.cels:
                if cel.name in casting:
                    return whole
                seen = warp.seen_window(coarse[cel.rides], COARSE, warp.shift(cel, pose), part.box, CANVAS)
                found += [part.box] if pose == NEUTRAL else [seen] if seen else []
    return _union(found) or whole


def _scaled(box: Window, scale: int) -> Window:
    return box[0] * scale, box[1] * scale, box[2] * scale, box[3] * scale


def _networks(generator: Generator, cache: RenderCache, cut: bool) -> CoverageOf:
    """Coverage from the networks' logits."""

    def kept(wanted: Ingredients) -> np.ndarray:
        logits = cache.logits.get(wanted.key, lambda: logits_of(generator, wanted))
        assert logits is not None
        return logits

    return coverage_from(kept, cut)


def coverage_from(logits_for: Callable[[Ingredients], np.ndarray], cut: bool = True) -> CoverageOf:
    """Coverage from each part's logits, wherever they come from; cels that others clip come whole unless ``cut``."""
    ready: dict[tuple[bytes, float], np.ndarray] = {}

    def coverage_of(wanted: Ingredients, cel: Cel, scale: float, window: Window | None) -> Coverage | None:
        part, name = wanted.part, (wanted.key, scale)
        if name not in ready:
            ready[name] = refined(part, logits_for(wanted), scale)
        channels, size, sharpness = cel_logits(part, ready[name]), box_size(part, scale), tau(scale)
        own = cover(cel, channels[cel.name], size, window, sharpness)
        if not (cut and cel.clip) or own is None:
            return own
        by = next(other for other in part.cels if other.name == cel.clip)
        return clipped(own, cover(by, channels[by.name], size, own.window, sharpness), cel)

    return coverage_of


def logits_of(generator: Generator, wanted: Ingredients) -> np.ndarray:
    """[C, h, w] of one part, tidied."""
    return tidy(wanted.part, raw_logits(generator, wanted))


def raw_logits(generator: Generator, wanted: Ingredients) -> np.ndarray:
    """[C, h, w] of one part, as its network answers."""
    name = wanted.network
    ws = generator.map(name, wanted.c[None], wanted.z[None])
    if len(wanted.directions):
        _, axes, deviations = generator.directions(name)
        count = min(len(axes), len(wanted.directions))
        amounts = wanted.directions[:count] * deviations[:count]
        ws = ws + np.einsum("k,kld->ld", amounts, axes[:count])[None]
    return generator.synthesize(name, np.asarray(ws, np.float32))[0]


def _drawings(truth: Truth) -> CoverageOf:
    """Coverage from drawings."""

    def coverage_of(wanted: Ingredients, cel: Cel, scale: float, window: Window | None) -> Coverage | None:
        own = _drawing(truth, wanted.part, cel)
        if own is None or not cel.clip:
            return own
        by = next(other for other in wanted.part.cels if other.name == cel.clip)
        return clipped(own, _drawing(truth, wanted.part, by), cel)

    return coverage_of


def _drawing(truth: Truth, part: Part, cel: Cel) -> Coverage | None:
    m, t = truth[part.name][cel.name]
    covered = m.max(0) > 0
    rows, columns = np.flatnonzero(covered.any(1)), np.flatnonzero(covered.any(0))
    if not len(rows):
        return None
    whole = Coverage(0, 0, np.asarray(m, np.float32), np.asarray(t, np.float32) if cel.ramp and t is not None else None)
    return whole.crop((int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1))


def _picture(painter: Painter, background: str, size: int, window: Window) -> np.ndarray:
    if not painter.whole:
        return freeze(_strips(painter, background, size, window))
    frame, (x0, y0, x1, y1) = _frame(painter, background, size == painter.size), window
    if frame.image is not None:
        whole = window == painter.canvas
        return frame.image if whole else freeze(np.ascontiguousarray(frame.image[y0:y1, x0:x1]))
    return freeze(to_bytes(shrink(frame.canvas, (0, 0), painter.size / size, window), background))


def _frame(painter: Painter, background: str, full: bool) -> Frame:
    """The whole canvas, and its image if it is wanted in ``full``; with a kept frame only what changed is redrawn,
    which gives the same bits."""
    frames = painter.cache.frames
    name: Hashable = (painter.manifest.id, painter.scale)
    last = frames.pop(name, None)
    keys = [painter.key(slot) for slot in painter.slots]
    layers = [painter.layer(slot) for slot in painter.slots]
    windows = [layer.window if layer else None for layer in layers]
    everything = painter.canvas
    changed: Window | None = everything
    canvas = last.canvas if last else np.empty((4, painter.size, painter.size), np.float32)
    if last:
        moved = [
            window
            for index, key in enumerate(keys)
            if key != last.keys[index]
            for window in (windows[index], last.windows[index])
            if window
        ]
        changed = _union(moved)
    if changed:
        stack(canvas, [layer for layer in layers if layer], changed)
    image = last.image if last and full else None
    redraw = everything if last is None or image is None or last.background != background else changed
    if full and (redraw or image is None):
        x0, y0, x1, y1 = redraw or everything
        image = np.empty((painter.size, painter.size, 4), np.uint8) if image is None else image.copy()
        image[y0:y1, x0:x1] = to_bytes(canvas[:, y0:y1, x0:x1], background)
    frame = Frame(keys, windows, canvas, background, None if image is None else freeze(image))
    frames[name] = frame
    while len(frames) > _KEPT_FRAMES:
        frames.pop(next(iter(frames)))
    return frame


def _strips(painter: Painter, background: str, size: int, window: Window) -> np.ndarray:
    """A large picture, or a window of it, some rows at a time."""
    x0, y0, x1, y1 = window
    image = np.empty((y1 - y0, x1 - x0, 4), np.uint8)
    full, ratio = painter.size, painter.size / size
    left, right = int(np.floor(x0 * ratio)), min(int(np.ceil(x1 * ratio)), full)
    step = max(1, int(_STRIP / (right - left) / ratio))
    for first in range(y0, y1, step):
        last = min(first + step, y1)
        strip = (left, int(np.floor(first * ratio)), right, min(int(np.ceil(last * ratio)), full))
        layers = [layer for slot in painter.slots if (layer := painter.layer(slot, strip))]
        canvas = np.empty((4, strip[3] - strip[1], right - left), np.float32)
        stack(canvas, layers, strip, strip[:2])
        if size != full:
            canvas = shrink(canvas, strip[:2], ratio, (x0, first, x1, last))
        image[first - y0 : last - y0] = to_bytes(canvas, background)
    return image


def _union(windows: list[Window]) -> Window | None:
    if not windows:
        return None
    x0, y0, x1, y1 = zip(*windows, strict=True)
    return min(x0), min(y0), max(x1), max(y1)
