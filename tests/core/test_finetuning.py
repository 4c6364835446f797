"""What a fine-tune and the window say to each other."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtuber_studio.core import finetuning as ft
from vtuber_studio.core.errors import StudioError

_TEXT, _NUMBER = st.text(max_size=40), st.floats(allow_nan=False, allow_infinity=False)
_FIGURES = st.dictionaries(_TEXT, _NUMBER, max_size=3)
_EVENTS = st.one_of(
    st.builds(
        ft.Advance,
        stage=st.sampled_from(("reading", "fitting", "tuning", "exporting")),
        fraction=st.floats(0, 1),
        message=_TEXT,
        left_s=st.none() | _NUMBER,
        figures=_FIGURES,
        sheet=st.none() | _TEXT,
    ),
    st.builds(ft.Picture, name=_TEXT, used=st.booleans(), trouble=_TEXT, psnr=st.none() | _NUMBER),
    st.builds(ft.Health, kind=_TEXT, message=_TEXT, hint=_TEXT),
    st.just(ft.Paused()),
    st.just(ft.GoingOn()),
    st.builds(ft.Done, bundle=_TEXT, message=_TEXT, kept=st.sampled_from(("last", "best")), figures=_FIGURES),
    st.just(ft.Stopped()),
    st.builds(ft.Failed, message=_TEXT, hint=_TEXT),
)


@given(_EVENTS)
def test_an_event_is_one_line_and_comes_back(event: ft.Event) -> None:
    line = ft.encode(event)
    assert b"\n" not in line
    assert ft.decode(line) == event


@given(st.binary(max_size=60))
def test_what_is_no_event_is_none(line: bytes) -> None:
    assert ft.decode(line) is None


def test_a_warning_of_a_library_is_no_event() -> None:
    assert ft.decode(b"UserWarning: something") is None
    assert ft.decode(b'{"event":"unheard of"}') is None


@pytest.mark.parametrize(
    "options",
    [{}, {"rights": "stolen"}, {"rights": "own", "mode": "huge"}, {"rights": "own", "minutes": -1.0},
     {"rights": "own", "strength": float("nan")}, {"rights": "own", "speed": 3}],
)  # fmt: skip
def test_a_configuration_that_cannot_be_is_refused(options: dict[str, object]) -> None:
    with pytest.raises(StudioError, match=r"must be|cannot be tuned|There is no"):
        ft.checked(**options)


def test_a_run_remembers_what_it_was_told(tmp_path: Path) -> None:
    run = ft.Run(
        config=ft.checked(rights="own", minutes=2.5), pictures=("a.png",), base="b", base_id="c", created="2026-01-01"
    )
    ft.write_run(tmp_path / "run", run)
    assert ft.read_run(tmp_path / "run") == run
    (tmp_path / "run" / ft.RUN).write_bytes(b"{}")
    with pytest.raises(StudioError, match="damaged"):
        ft.read_run(tmp_path / "run")


def test_a_run_is_asked_by_files(tmp_path: Path) -> None:
    assert ft.asked(tmp_path) == ""
    ft.ask_to_pause(tmp_path, True)
    assert ft.asked(tmp_path) == "pause"
    ft.ask_to_stop(tmp_path, keep=True)
    assert ft.asked(tmp_path) == "keep"  # graver than to wait
    ft.ask_to_stop(tmp_path, keep=False)
    assert ft.asked(tmp_path) == "discard"
    (tmp_path / ft.STOP).unlink()
    ft.ask_to_pause(tmp_path, False)
    assert ft.asked(tmp_path) == ""
