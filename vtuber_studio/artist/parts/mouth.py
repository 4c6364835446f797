"""The mouth: one opening that blends between the closed line, an open mouth and five vowels."""

from __future__ import annotations

import numpy as np

from vtuber_studio.artist.brush import Sheet, ellipse, ink, polygon
from vtuber_studio.core.attribute import Value

# half width, rise of the upper edge, drop of the lower edge, roundness, depth of the teeth, height of the tongue
_CLOSED = np.array([14.0, 0.0, 0.0, 0.0, 2.0, 0.0])
_OPENINGS = {
    "mouth_open": np.array([14.5, 2.5, 14.5, 0.15, 4.6, 6.0]),
    "vowel_a": np.array([16.0, 3.5, 17.0, 0.30, 4.8, 7.5]),
    "vowel_i": np.array([18.0, 1.2, 6.6, 0.0, 12.0, 0.0]),
    "vowel_u": np.array([6.6, 3.2, 4.8, 1.0, 0.0, 1.5]),
    "vowel_e": np.array([15.5, 2.0, 10.2, 0.05, 5.4, 4.2]),
    "vowel_o": np.array([9.4, 7.0, 12.6, 1.0, 2.8, 4.6]),
}
_STEPS = np.linspace(np.pi, 0, 25)  # left corner to right corner


def draw(sheet: Sheet, a: dict[str, Value], z: np.ndarray) -> None:
    """Draw the opening, teeth and tongue, and the lips for the values ``a`` and variation ``z`` [8]."""
    share = {key: float(a[key]) for key in _OPENINGS}
    total = max(1.0, sum(share.values()))
    kept = 1 - sum(share.values()) / total
    width, rise, drop, roundness, teeth, tongue = kept * _CLOSED + sum(
        share[key] / total * row for key, row in _OPENINGS.items()
    )
    width *= 1 + 0.27 * float(a["mouth_width"])
    form = float(a["mouth_form"])
    form += 0.2 * (1 - abs(form))  # at rest she smiles a little
    top, low = _edges(width, rise, drop, roundness, form, 291.6 - 3.6 * float(a["mouth_height"]), z)
    _inside(sheet, top, low, teeth, tongue)
    _lips(sheet, a, z, top, low, width, 1 - kept)


def _edges(
    width: float, rise: float, drop: float, roundness: float, form: float, y: float, z: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Upper and lower edge of the opening, [25, 2] each, left to right; the same curve when closed."""
    s, h = np.cos(_STEPS), np.sin(_STEPS)
    width = width * (1 + 0.10 * max(form, 0.0) - 0.06 * max(-form, 0.0))
    x = 256 + 0.4 * z[0] + width * s
    # smiling lifts the corners; the lips of a round mouth cannot follow as far
    bend = (1 - 0.7 * roundness) * np.where(form >= 0, 6.6, 6.0) * form
    rest = (
        y
        + bend * (0.45 - s**2)
        + 0.35 * z[1] * s
        + 0.5 * (1 - roundness) * np.cos(2 * np.pi * s) * (1 + 0.3 * z[2])
    )
    sad = max(-form, 0.0) * (1 - roundness)
    top = rest - (rise + 0.22 * sad * drop) * h ** (1.35 - 0.35 * roundness)
    low = rest + (drop * (1 - 0.18 * sad)) * h ** (0.92 + 0.08 * roundness - 0.14 * sad)
    return np.stack([x, top], 1), np.stack([x, low], 1)


def _inside(sheet: Sheet, top: np.ndarray, low: np.ndarray, teeth: float, tongue: float) -> None:
    gap = float((low - top)[:, 1].max())
    if gap < 0.05:
        return
    sheet.cel("mouth_inside")
    hole = polygon(np.vstack([top, low[::-1]]))
    sheet.fill(hole, "mouth.inside")
    with sheet.clip(hole):
        depth = 0.16 * gap
        sheet.fill(
            polygon(np.vstack([top - [0, 3], (top + [0, depth + 0.7 * teeth])[::-1]])),
            "mouth.line",
            opacity=0.35,
        )
    sheet.cel("teeth_tongue")
    mid = top.mean(axis=0)
    reach = np.abs(np.cos(_STEPS))
    bite = np.minimum(teeth, 0.85 * gap) * (1 - 0.35 * reach**4)
    lower = top + np.stack([0 * bite, bite], 1)
    if teeth > 0.05:
        sheet.fill(polygon(np.vstack([top - [0, 2], lower[::-1]])), "mouth.teeth", opacity=min(1.0, teeth))
    half = 0.5 * (low[-1, 0] - low[0, 0])
    if tongue > 0.05:
        with sheet.clip(hole):
            sheet.fill(
                ellipse(mid[0] + 0.04 * half, float(low[:, 1].max()) + 1.0, 0.62 * half, tongue + 1.0),
                "mouth.tongue",
                opacity=min(1.0, tongue),
            )


def _lips(
    sheet: Sheet,
    a: dict[str, Value],
    z: np.ndarray,
    top: np.ndarray,
    low: np.ndarray,
    width: float,
    opening: float,
) -> None:
    sheet.cel("lips")
    full, y = float(a["lips"]), float(low[12, 1])
    s, h = np.cos(_STEPS), np.sin(_STEPS)
    mid = float(top[12, 0])
    shadow = min(y + 4.4 + 3.0 * full * (1 - 0.3 * opening), 318.6)
    reach = min(0.42 * width, 6.5)
    sheet.fill(
        ink(
            [(mid - reach, shadow - 0.2), (mid, shadow + 0.7), (mid + reach, shadow - 0.2)], 2.2 + 0.2 * z[3]
        ),
        "skin.shade",
    )
    bow = h * (1 - 0.30 * np.exp(-((s / 0.16) ** 2)))
    upper = top - np.stack([0 * h, (0.3 + 3.4 * full) * bow], 1)
    room = float(np.clip((319.5 - y) / 4.7, 0.35, 1.0))  # the lower lip stays on the chin
    under = low + np.stack([0 * h, room * (0.3 + 4.4 * full) * h**1.2], 1)
    shade = min(1.0, 0.15 + 1.6 * full)
    sheet.fill(polygon(np.vstack([top, upper[::-1]])), "mouth.lip", opacity=shade)
    sheet.fill(polygon(np.vstack([low, under[::-1]])), "mouth.lip", opacity=shade)

    weight = 1 + 0.06 * z[4]
    sheet.fill(
        ink(low[::3], list(weight * np.array([1.2, 1.1, 1.3, 1.5, 1.6, 1.5, 1.3, 1.1, 1.2]))), "mouth.line"
    )
    sheet.fill(
        ink(top[::3], list(weight * np.array([1.9, 1.5, 1.4, 1.8, 2.1, 1.8, 1.4, 1.5, 1.9]))), "mouth.line"
    )
    sides = {"none": (), "left": (1,), "both": (-1, 1)}[str(a["fang"])]
    for side in sides:
        at = 12 + side * 5
        root, size = top[at], 1 + 0.25 * min(opening, 1.0)
        tooth = np.array(
            [root + [-2.5 * size, -0.2], root + [2.5 * size, -0.2], root + [0.4 * side, 5.2 * size]]
        )
        edge = np.array(
            [root + [-3.6 * size, -0.9], root + [3.6 * size, -0.9], root + [0.4 * side, 6.9 * size]]
        )
        sheet.fill(polygon(edge), "mouth.line")
        sheet.fill(polygon(tooth), "mouth.teeth")
        sheet.fill(ink(top[max(at - 3, 0) : at + 4], [1.5, 1.9, 1.5]), "mouth.line")
