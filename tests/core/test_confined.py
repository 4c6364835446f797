"""A child's work: answers, errors in words, and an end to whatever hangs or swells."""

from __future__ import annotations

import sys

import pytest

from vtuber_studio.core.confined import Confined, Overrun
from vtuber_studio.core.errors import StudioError

TASK = "tests.core.tasks:misbehave"
LONG = 100.0  # seconds


def test_answers_come_back_one_after_the_other_and_errors_in_words(caplog: pytest.LogCaptureFixture) -> None:
    with Confined(TASK, 500) as child:
        for text in (b"", b"abc", b"large" * 1_000_000):  # more than a pipe holds
            assert child.ask(text, LONG) == text[::-1]
        with pytest.raises(StudioError) as caught:
            child.ask(b"refuse", LONG)
        assert (caught.value.message, caught.value.hint) == ("This is not right.", "Do this.")
        assert child.ask(b"print", LONG) == b"tnirp"  # what is printed is no answer
        with pytest.raises(Overrun):
            child.ask(b"fail", LONG)
        assert "ZeroDivisionError" in caplog.text, "the log knows what the sentence does not say"
        assert child.ask(b"still there", LONG) == b"ereht llits"


@pytest.mark.parametrize(("what", "seconds"), [("hang", 0.5), ("die", LONG), ("swell", LONG)])
def test_what_hangs_dies_or_swells_is_an_overrun(what: str, seconds: float) -> None:
    if what == "swell" and sys.platform != "linux":
        pytest.skip("memory is limited on Linux only")
    with Confined(TASK, 500) as child, pytest.raises(Overrun):
        child.ask(what.encode(), seconds)
    assert child._process.returncode is not None


def test_where_no_process_can_be_started_it_is_an_overrun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(Overrun):
        Confined(TASK, 500)


def test_a_task_that_is_not_there_is_an_overrun() -> None:
    with Confined("tests.core.tasks:nothing", 500) as child, pytest.raises(Overrun):
        child.ask(b"a", LONG)
