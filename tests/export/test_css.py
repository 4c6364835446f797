"""CSS sheets, read by tinycss2 and laid out by hand: what an element shows is a single rendering."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import pytest
import tinycss2
from PIL import Image

from tests.export.conftest import SHOT
from vtuber_studio.export import LayoutOptions, Render, export_css
from vtuber_studio.export.clips import clips_of


def declarations(content: list[Any]) -> dict[str, list[Any]]:
    """Property -> its tokens, blanks left out; an error of the parser fails."""
    found = {}
    for node in tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True):
        assert node.type == "declaration", node
        found[node.name] = [token for token in node.value if token.type != "whitespace"]
    return found


def shown(said: dict[str, list[Any]], sheet: np.ndarray) -> np.ndarray:
    """What an element with these declarations shows, its margin included."""
    wide, high = (int(said[name][0].value) for name in ("width", "height"))
    x, y = (-int(token.value) for token in said["background-position"])
    top, right, bottom, left = (int(token.value) for token in said["margin"])
    assert all(token.unit == "px" for name in ("width", "height", "margin") for token in said[name])
    out = np.zeros((top + high + bottom, left + wide + right, 4), np.uint8)
    out[top : top + high, left : left + wide] = sheet[y : y + high, x : x + wide]
    return out


@pytest.mark.parametrize(
    "options",
    [
        LayoutOptions(size=64),
        LayoutOptions(size=64, preset="animations", seconds=1, text="ai", layout="grid", extrude=1),
        LayoutOptions(size=64, preset="blink", trim=False),
    ],
)
def test_what_css_shows_is_a_single_rendering(options: LayoutOptions, render: Render, tmp_path: Path) -> None:
    path = tmp_path / 'ミク "50% #1".css'
    list(export_css(render, SHOT, options, path))
    rules = tinycss2.parse_stylesheet(path.read_text("utf-8"), skip_comments=True, skip_whitespace=True)
    assert not [rule for rule in rules if rule.type == "error"]
    selectors = {tinycss2.serialize(rule.prelude).strip(): rule for rule in rules if rule.type == "qualified-rule"}
    moves = {
        tinycss2.serialize(rule.prelude).strip(): rule
        for rule in rules
        if rule.type == "at-rule" and rule.at_keyword == "keyframes"
    }
    base, *own = selectors
    address = next(
        token
        for token in declarations(selectors[base].content)["background"]
        if token.type in ("url", "function")
    )
    name = address.value if address.type == "url" else address.arguments[0].value
    assert unquote(name) == path.with_suffix(".png").name
    with Image.open(path.with_name(unquote(name))) as image:
        sheet = np.array(image)
    clips = clips_of(SHOT, options)
    assert own == [f"{base}.{clip.name}" for clip in clips] and len(moves) == sum(len(c.frames) > 1 for c in clips)
    for selector, clip in zip(own, clips, strict=True):
        said = declarations(selectors[selector].content)
        wanted = [render(frame.shot, 64) for frame in clip.frames]
        assert np.array_equal(*(image * (image[..., 3:] > 0) for image in (shown(said, sheet), wanted[0])))
        if len(clip.frames) == 1:
            assert "animation" not in said
            continue
        title, seconds, how, again = said["animation"]
        total = sum(frame.ms for frame in clip.frames)
        assert (round(1000 * seconds.value), how.value, again.value) == (total, "step-end", "infinite")
        steps = tinycss2.parse_blocks_contents(moves[title.value].content, skip_comments=True, skip_whitespace=True)
        assert len(steps) == len(wanted) + 1
        for step, frame, drawn, since in zip(
            steps, clip.frames, wanted, np.cumsum([0, *(frame.ms for frame in clip.frames)]), strict=False
        ):
            percent = next(token for token in step.prelude if token.type == "percentage")
            assert abs(percent.value / 100 * total - since) < 0.01 * frame.ms
            found = shown(declarations(step.content), sheet)
            assert np.array_equal(*(image * (image[..., 3:] > 0) for image in (found, drawn)))
