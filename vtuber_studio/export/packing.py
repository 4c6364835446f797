"""Rectangles into a small sheet: a skyline, lowest place first (Jylänki, "A Thousand Ways to Pack the Bin", 2010,
section 4: bottom-left)."""

from __future__ import annotations

import math
from collections.abc import Sequence

Size = tuple[int, int]
_WIDTHS = 12  # how many widths are tried


def pack(sizes: Sequence[Size], limit: int, gap: int = 0, power_of_two: bool = False) -> tuple[list[Size], Size] | None:
    """(x, y) of each (width, height), ``gap`` around each, and the sheet's size: the smallest area that was found.

    None when no sheet with sides of at most ``limit`` holds them. The same rectangles always lie the same way.
    """
    sizes = [(width + gap, height + gap) for width, height in sizes]  # the other gap is the sheet's left and top
    widest, area = max(width for width, _ in sizes) + gap, sum(width * height for width, height in sizes)
    if power_of_two:
        widths = {1 << k for k in range((widest - 1).bit_length(), limit.bit_length())}
    else:
        widths = {max(widest, round(math.sqrt(area) * (0.8 + 0.06 * k))) for k in range(_WIDTHS)}
    best: tuple[tuple[int, int], list[Size], Size] | None = None
    for width in sorted({*widths, limit}):
        if not widest <= width <= limit:
            continue
        places, right, bottom = _skyline(sizes, width - gap)
        sheet = (right + gap, bottom + gap)
        if power_of_two:
            sheet = power(sheet)
        rank = (sheet[0] * sheet[1], max(sheet))
        if max(sheet) <= limit and (best is None or rank < best[0]):
            best = rank, [(x + gap, y + gap) for x, y in places], sheet
    return best and best[1:]


def power(size: Size) -> Size:
    """The next powers of two."""
    return 1 << (size[0] - 1).bit_length(), 1 << (size[1] - 1).bit_length()


def grid(cell: Size, count: int, columns: int, gap: int) -> tuple[list[Size], Size]:
    """Equal cells row by row, with ``gap`` around each."""
    columns = min(columns or math.ceil(math.sqrt(count)), count)
    rows = math.ceil(count / columns)
    across, down = cell[0] + gap, cell[1] + gap
    places = [(gap + across * (k % columns), gap + down * (k // columns)) for k in range(count)]
    return places, (gap + across * columns, gap + down * rows)


def _skyline(sizes: Sequence[Size], width: int) -> tuple[list[Size], int, int]:
    """Places in a strip of ``width``, and how wide and high it is filled."""
    places: list[Size] = [(0, 0)] * len(sizes)
    line = [(0, 0, width)]  # (x, y, width) of each step, from left to right
    order = sorted(range(len(sizes)), key=lambda k: (-sizes[k][1], -sizes[k][0], k))
    for index in order:
        wide, high = sizes[index]
        y, x = min((_top(line, step[0], wide), step[0]) for step in line if step[0] + wide <= width)
        places[index] = (x, y)
        after = [(x, y + high, wide)]
        for left, top, span in line:
            if left < x:
                after.append((left, top, min(span, x - left)))
            if left + span > x + wide:
                start = max(left, x + wide)
                after.append((start, top, left + span - start))
        line = sorted(after)
    right = max(x + wide for (x, _), (wide, _) in zip(places, sizes, strict=True))
    return places, right, max(y + high for (_, y), (_, high) in zip(places, sizes, strict=True))


def _top(line: Sequence[tuple[int, int, int]], x: int, wide: int) -> int:
    return max(top for left, top, span in line if left < x + wide and left + span > x)
