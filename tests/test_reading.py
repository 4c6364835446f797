"""The starter's reader: floors that its figures must not fall below, on portraits that it never saw and on drawings
by another hand."""

from __future__ import annotations

import numpy as np
import pytest

from tests.other_hand import draw
from vtuber_studio.artist import schema
from vtuber_studio.core.difference import ciede2000, cielab
from vtuber_studio.core.palette import parse_hex
from vtuber_studio.engine.bundle import find_bundle, read_bundle
from vtuber_studio.engine.generator import OnnxGenerator, load_generator
from vtuber_studio.engine.reading import read_look
from vtuber_studio.engine.render import render
from vtuber_studio.training.reader.figures import judge


@pytest.fixture(scope="module")
def starter() -> OnnxGenerator:
    return load_generator(threads=1)


def test_it_learned_the_drawings_of_today(starter: OnnxGenerator) -> None:
    networks = starter.manifest.networks.values()
    for network in networks:
        assert network.editions == schema.EDITIONS, "train the reader again: vtuber-studio train reader"
    assert sum((find_bundle() / network.file.path).stat().st_size for network in networks) <= 4_000_000
    assert read_bundle(find_bundle(), full=True).manifest == starter.manifest


def test_portraits_that_it_never_saw_are_read_in_changed_styles(starter: OnnxGenerator) -> None:
    figures = judge(starter, 16)
    assert figures["choices"]["mean"] > 0.7
    assert figures["ranges"]["side_locks"] > 0.3
    assert max(figures["points"].values()) < 0.02
    for name in ("hair.base", "skin.base", "cloth.base"):
        assert figures["colours"][name] < 3
    assert figures["colours"]["eye.iris"] < 14


def test_colours_hold_for_another_hand(starter: OnnxGenerator) -> None:
    apart: dict[str, list[float]] = {}
    for seed in range(8):
        drawing = draw(seed)
        reading = read_look(starter, drawing.image)
        for name, colour in drawing.colours.items():
            own = parse_hex(reading.look.palette[name])[:3].astype(float)
            far = float(ciede2000(cielab(np.array(colour) / 255), cielab(own)))
            apart.setdefault(name, []).append(far if name in reading.sure else 100.0)
    assert max(float(np.median(each)) for each in apart.values()) < 10


def test_what_is_no_portrait_still_gives_a_look_that_can_be_drawn(starter: OnnxGenerator) -> None:
    rng = np.random.default_rng(0)
    for shape in ((1, 1), (7, 300), (300, 7), (64, 64)):
        picture = rng.integers(0, 256, (*shape, 4), np.uint8)
        for image in (picture, np.zeros_like(picture)):
            render(starter, read_look(starter, image).shot, size=64, quality="preview")
