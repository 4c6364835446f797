"""What files are called after names, and by patterns; nothing is ever in the way of something."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.names import check_pattern, file_stem, free_path, patterned


@pytest.mark.parametrize(
    ("name", "stem"),
    [("Mia Moon", "Mia Moon"), ("<b>&Mia</b>/..", "bMiab"), ("\u7f8e\u6708", "\u7f8e\u6708"), ("*?", "")],
)
def test_a_name_makes_a_file_name(name: str, stem: str) -> None:
    assert file_stem(name) == stem


def test_a_free_path_is_one_that_nothing_has(tmp_path: Path) -> None:
    assert free_path(tmp_path / "a.json") == tmp_path / "a.json"
    for taken in ("a.json", "a-2.json", "a-3.png"):
        (tmp_path / taken).touch()
    assert free_path(tmp_path / "a.json") == tmp_path / "a-3.json"
    assert free_path(tmp_path / "a.json", (".png",)) == tmp_path / "a-4.json"
    assert free_path(tmp_path / "a-3.json", (".png",)) == tmp_path / "a-4.json"


def test_a_pattern_is_filled_in() -> None:
    assert patterned("{project} {number} {name}", "Mia/..", 7, "Sky") == "Sky 07 Mia"
    assert patterned("{name}", "*?", 3) == "3" and patterned("{project}", "a", 4) == "4"


@pytest.mark.parametrize("pattern", ["{nam}", "", " ", "a/b", "..\\{name}", "{name.__class__}", "{0}"])
def test_a_pattern_that_means_nothing_is_refused(pattern: str) -> None:
    with pytest.raises(StudioError):
        check_pattern(pattern)


@given(st.text(), st.integers(1, 10_000), st.text())
def test_whatever_she_is_called_the_file_stays_in_its_folder(name: str, number: int, project: str) -> None:
    stem = patterned("{project}-{name}", name, number, project)
    assert stem and Path(stem).name == stem and stem not in (".", "..")
