"""A network's output with nothing where nothing is meant: no rim along its box, no specks beside the figure.

Networks leave faint traces where training hardly looked: in the corners of their boxes, or a few pixels far from
everything. Both are taken away once per run of a network, on its own grid, before anything is painted.
"""

from __future__ import annotations

import cv2
import numpy as np

from vtuber_studio.core.part import Cel, Part
from vtuber_studio.engine.paint import cel_logits, lead, least_lead

_CANVAS = 512
_FAINT, _SURE = 0.15, 0.40  # coverage: an island nowhere surer than the one goes, one that is than the other stays
_RIM = 12.0  # units: a lesser island that reaches no farther into the box than this is none
_AWAY = 40.0  # logits by which what goes is pushed down

Sides = tuple[bool, bool, bool, bool]


def tidy(part: Part, logits: np.ndarray) -> np.ndarray:
    """The output [C, h, w] of a part's network, tidied; a new array."""
    logits = np.array(logits, np.float32)
    x0, y0, x1, y1 = part.box
    closed = (x0 > 0, y0 > 0, x1 < _CANVAS, y1 < _CANVAS)  # figures run off the canvas's own edges
    _, height, width = logits.shape
    rim = np.zeros((height, width), bool)
    for border, shut in zip((rim[:, 0], rim[0], rim[:, -1], rim[-1]), closed, strict=True):
        border |= shut
    reach = (min(_RIM, (x1 - x0) / 8) * width / (x1 - x0), min(_RIM, (y1 - y0) / 8) * height / (y1 - y0))
    for cel, own in zip(part.cels, cel_logits(part, logits).values(), strict=True):
        own[0] += _push(cel, own, rim, closed, reach) * (-1.0 if cel.soft else 1.0)
    return logits


def _push(cel: Cel, logits: np.ndarray, rim: np.ndarray, closed: Sides, reach: tuple[float, float]) -> np.ndarray:
    """[h, w]: logits by which nothing has to gain on what is painted."""
    ahead = lead(cel, logits)
    shown = (ahead > least_lead(cel)) & ~rim
    count, labels, stats, _ = cv2.connectedComponentsWithStats(shown.astype(np.uint8), connectivity=8)
    kept = np.ones(count, np.float32)
    if count > 1:
        best = np.full(count, -np.inf, np.float32)
        np.maximum.at(best, labels[shown], ahead[shown])
        if not cel.soft:  # what is soft may be faint
            kept[1:] = np.clip((1 / (1 + np.exp(-best[1:])) - _FAINT) / (_SURE - _FAINT), 0, 1)
        left, top, wide, high, area = stats.T
        right, bottom = left + wide, top + high
        rows, columns = rim.shape
        ends = (right <= reach[0], bottom <= reach[1], columns - left <= reach[0], rows - top <= reach[1])
        beside = np.any([end & shut for end, shut in zip(ends, closed, strict=True)], axis=0)
        kept[beside & (area < area[1:].max())] = 0.0
    kept[0] = 1.0
    push = np.minimum(-np.log(np.maximum(kept, 1e-30)), _AWAY).astype(np.float32)[labels]
    push[rim] = _AWAY
    return push
