"""A render callable over the fake generator, and a shot of it."""

from __future__ import annotations

import numpy as np
import pytest

from tests.fakes import DEFAULT, FakeGenerator
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine.figure import within
from vtuber_studio.engine.render import RenderCache
from vtuber_studio.engine.render import render as render_shot
from vtuber_studio.export import Render

SHOT = Shot(DEFAULT)


@pytest.fixture(scope="session")
def render() -> Render:
    fake, cache = FakeGenerator(), RenderCache()

    def draw(shot: Shot, size: int) -> np.ndarray:
        return render_shot(fake, within(fake.manifest, shot), size=size, cache=cache, quality="preview")

    return draw
