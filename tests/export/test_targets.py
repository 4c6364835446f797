"""Where exports are used: every kind has a place, and the guide says how to get there."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

from vtuber_studio.export import EXPORTERS, checked
from vtuber_studio.export.targets import TARGETS

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "export.md"


def test_every_kind_is_the_target_of_some_use() -> None:
    assert {target.kind for target in TARGETS.values()} == set(EXPORTERS)
    places = [target.place for target in TARGETS.values()]
    assert len(set(places)) == 1 + sum(one != other for one, other in pairwise(places))
    for target in TARGETS.values():
        checked(target.exporter.options(**target.options))


def test_the_guide_has_three_steps_and_a_picture_for_each_kind_and_place() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", text, re.M) == list(dict.fromkeys(target.place for target in TARGETS.values()))
    sections = re.split(r"^### ", text, flags=re.M)[1:]
    headings = " ".join(section.splitlines()[0] for section in sections)
    for kind in EXPORTERS:
        assert f"`{kind}`" in headings, kind
    for section in sections:
        assert len(re.findall(r"^\d\. ", section, re.M)) == 3 and "![" in section, section.splitlines()[0]
    pictures = [GUIDE.parent / name for name in re.findall(r"!\[[^]]+\]\(([^)]+)\)", text)]
    assert all(picture.is_file() for picture in pictures) and len(pictures) == len(sections) + 1
    assert sum(picture.stat().st_size for picture in set(pictures)) < 500_000
