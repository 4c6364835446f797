"""The measured step is the trained one, and every phase of it is told."""

from __future__ import annotations

import json

import pytest
import torch
from typer.testing import CliRunner

from vtuber_studio.cli import app
from vtuber_studio.core.errors import StudioError


def test_a_part_is_measured_in_phases() -> None:
    threads = torch.get_num_threads()
    told = CliRunner().invoke(app, ["bench", "--training", "--part", "brows", "--json"], catch_exceptions=False)
    torch.set_num_threads(threads)
    (figures,) = json.loads(told.stdout).values()
    phases = figures["percent"]
    assert list(phases) == ["draw", "forward", "loss", "backward", "clip", "adam", "muon", "ema"]
    assert sum(phases.values()) == pytest.approx(100, abs=1)
    assert phases["backward"] > phases["ema"]
    assert figures["images_a_second"] * figures["ms_an_image"] == pytest.approx(1000, rel=0.01)


@pytest.mark.parametrize(
    ("asked", "said"),
    [(["--part", "brows"], "--part belongs"), (["--training", "--part", "tail"], "no part called 'tail'")],
)
def test_a_wrong_question_is_one_sentence(asked: list[str], said: str) -> None:
    with pytest.raises(StudioError, match=said):
        CliRunner().invoke(app, ["bench", *asked], catch_exceptions=False)
