"""Figures of parts painted alone fall where the painting is worse."""

from __future__ import annotations

import numpy as np
import pytest

from vtuber_studio.core.errors import StudioError
from vtuber_studio.engine.bundle import read_bundle
from vtuber_studio.engine.generator import OnnxGenerator, load_generator
from vtuber_studio.training.alone import evaluate_parts


class Timid(OnnxGenerator):
    """The starter with everything less sure: its edges are soft."""

    def synthesize(self, name: str, ws: np.ndarray) -> np.ndarray:
        return 0.3 * super().synthesize(name, ws)


def test_softer_edges_are_seen_in_every_figure() -> None:
    starter = load_generator()
    timid = Timid(read_bundle(starter.folder))
    sharp, soft = (evaluate_parts(each, ["nose"], 1)["nose"] for each in (starter, timid))
    assert sharp["looks"] == soft["looks"] == 1
    for figure in ("psnr_512", "psnr_2048", "edges_2048", "iou"):
        assert soft[figure] < sharp[figure], figure
    assert soft["lines_2048"] <= sharp["lines_2048"] <= 1 and 0.8 < sharp["edges_2048"] < 1.2


def test_a_part_that_is_not_there_is_named() -> None:
    with pytest.raises(StudioError, match="no part 'tail'"):
        evaluate_parts(load_generator(), ["tail"], 1)
