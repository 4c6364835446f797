"""What hypothesis draws: colours, looks, projects."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from vtuber_studio.core.look import MAX_SEED, Look, Mix, Region, Taught
from vtuber_studio.core.mask import SIDE, Mask, mask_of
from vtuber_studio.core.project import NamedLook, NamedPalette, Project, TaughtDirection

names = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=12)
texts = st.text(st.characters(exclude_categories=["C"]), max_size=12)
unit = st.floats(0, 1)
numbers = st.floats(-1e3, 1e3)
colours = st.from_regex(r"#[0-9a-f]{6}([0-9a-f]{2})?", fullmatch=True)
offsets = st.dictionaries(names, st.lists(numbers, max_size=4).map(tuple), max_size=2)
shifts = st.dictionaries(names, st.tuples(numbers, numbers, numbers), max_size=2)
taught = st.dictionaries(
    names, st.builds(Taught, numbers, st.dictionaries(names, numbers, max_size=2), offsets, shifts), max_size=2
)
directions = st.builds(
    TaughtDirection,
    name=texts,
    generator=texts,
    z=offsets,
    attributes=st.dictionaries(names, numbers, max_size=3),
    palette=shifts,
    keep=st.lists(names, max_size=2).map(tuple),
    right=st.integers(0, 4),
    marked=st.integers(4, 9),
)


def _looks(mixes: st.SearchStrategy[tuple[Mix, ...]]) -> st.SearchStrategy[Look]:
    return st.builds(
        Look,
        generator=texts,
        seed=st.integers(0, MAX_SEED),
        truncation_psi=st.floats(0, 2),
        attributes=st.dictionaries(names, numbers | texts, max_size=4),
        palette=st.dictionaries(names, colours, max_size=3),
        z=offsets,
        directions=offsets,
        taught=taught,
        mixes=mixes,
        background=st.just("transparent") | st.from_regex(r"#[0-9a-f]{6}", fullmatch=True),
    )


def _mask(x: int, y: int) -> Mask:
    canvas = np.zeros((SIDE, SIDE), np.uint8)
    canvas[y : y + 50, x : x + 50] = 255
    return mask_of(canvas)


MASK = _mask(100, 200)
masks = st.sampled_from([MASK, _mask(0, 0), _mask(900, 500)])
_plain = _looks(st.just(()))
mixes = st.lists(st.builds(Mix, names, _plain, unit, unit), max_size=2).map(tuple)
regions = st.builds(
    Region,
    name=texts,
    parts=st.lists(names, max_size=2).map(tuple),
    mask=masks,
    strength=unit,
    hidden=st.booleans(),
    attributes=st.dictionaries(names, numbers | texts, max_size=3),
    palette=st.dictionaries(names, colours, max_size=2),
    z=offsets,
    taught=taught,
    mixes=mixes,
)
looks = st.builds(lambda look, own: look.with_(regions=own), _looks(mixes), st.lists(regions, max_size=2).map(tuple))
named = st.builds(NamedLook, texts, looks)
palettes = st.builds(NamedPalette, texts, st.dictionaries(names, colours, max_size=2))


@st.composite
def projects(draw: st.DrawFn) -> Project:
    """A sound project."""
    own = draw(st.lists(named, min_size=1, max_size=3).map(tuple))
    return Project(
        looks=own,
        active=draw(st.integers(0, len(own) - 1)),
        favourites=draw(st.lists(named, max_size=2).map(tuple)),
        palettes=draw(st.lists(palettes, max_size=2).map(tuple)),
        directions=draw(st.lists(directions, max_size=1).map(tuple)),
        locks=draw(st.frozensets(names, max_size=4)),
    )
