"""History behaves like a list with a cursor, whatever is done to it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vtuber_studio.core.history import start

OPERATIONS = st.lists(st.integers(0, 5) | st.sampled_from(["undo", "redo"]), max_size=60)


@given(OPERATIONS, st.integers(1, 8))
def test_any_sequence_of_operations_matches_a_plain_model(operations: list[int | str], limit: int) -> None:
    history = start(0, limit)
    values, at = [0], 0
    for operation in operations:
        if operation == "undo":
            history, at = history.undo(), max(at - 1, 0)
        elif operation == "redo":
            history, at = history.redo(), min(at + 1, len(values) - 1)
        else:
            history = history.push(f"set {operation}", int(operation))
            if operation != values[at]:
                values = [*values[: at + 1], int(operation)][-limit:]
                at = len(values) - 1
        assert [step.value for step in history.steps] == values and history.at == at
        assert history.value == values[at] and history.previous == values[max(at - 1, 0)]
        assert history.can_undo == (at > 0) and history.can_redo == (at < len(values) - 1)
        assert bool(history.undo_label) <= history.can_undo and bool(history.redo_label) == history.can_redo


@given(st.lists(st.integers(), min_size=1, max_size=20, unique=True))
def test_undoing_everything_and_redoing_everything_comes_back(values: list[int]) -> None:
    full = start("start")
    for value in values:
        full = full.push("step", str(value))
    history = full
    for _ in values:
        history = history.undo()
    assert history.value == "start" and not history.can_undo
    for _ in values:
        history = history.redo()
    assert history == full


def test_the_labels_say_what_would_happen() -> None:
    history = start(0).push("first", 1).push("second", 2).undo()
    assert (history.undo_label, history.redo_label) == ("first", "second")
    assert history.push("third", 3).redo_label == ""


def test_an_old_history_is_not_changed_by_a_new_one() -> None:
    old = start(0).push("first", 1)
    old.undo().push("other", 2)
    assert old.value == 1 and len(old.steps) == 2


@given(st.lists(st.integers(0, 30), min_size=1, max_size=12), st.lists(st.integers(-3, 15), max_size=6))
def test_going_anywhere_is_undo_and_redo_by_any_number(values: list[int], places: list[int]) -> None:
    history = start(-1)
    for value in values:
        history = history.push("set", value)
    for place in places:
        history = history.go(place)
        nearest = min(max(place, 0), len(history.steps) - 1)
        stepped = history
        while stepped.can_undo:
            stepped = stepped.undo()
        for _ in range(nearest):
            stepped = stepped.redo()
        assert history == stepped and history.at == nearest
