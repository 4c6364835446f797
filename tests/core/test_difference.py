"""CIEDE2000 against the published pairs, and CIELAB against known colours."""

from __future__ import annotations

import numpy as np
import pytest

from vtuber_studio.core.difference import ciede2000, cielab

# of the test data of Sharma, Wu & Dalal (2005), table 1: two colours and their difference
PAIRS = [
    ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
    ((50.0, -1.3802, -84.2814), (50.0, 0.0, -82.7485), 1.0000),
    ((50.0, 0.0, 0.0), (50.0, -1.0, 2.0), 2.3669),
    ((50.0, 2.4900, -0.0010), (50.0, -2.4900, 0.0009), 7.1792),
    ((50.0, 2.4900, -0.0010), (50.0, -2.4900, 0.0011), 7.2195),
    ((50.0, -0.0010, 2.4900), (50.0, 0.0009, -2.4900), 4.8045),
    ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
    ((50.0, 2.5, 0.0), (58.0, 24.0, 15.0), 19.4535),
    ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
    ((90.8027, -2.0831, 1.4410), (91.1528, -1.6435, 0.0447), 1.4441),
    ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
]


@pytest.mark.parametrize(("a", "b", "wanted"), PAIRS)
def test_the_published_pairs(a: tuple[float, ...], b: tuple[float, ...], wanted: float) -> None:
    assert ciede2000(np.array(a), np.array(b)) == pytest.approx(wanted, abs=5e-5)
    assert ciede2000(np.array(b), np.array(a)) == pytest.approx(wanted, abs=5e-5)


def test_known_colours() -> None:
    lab = cielab(np.array([[1.0, 1, 1], [0, 0, 0], [1, 0, 0]]))
    assert np.abs(lab - [[100, 0, 0], [0, 0, 0], [53.24, 80.09, 67.20]]).max() < 0.02
