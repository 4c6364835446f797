"""A session inside a region: who reads and edits the look reads and edits what it is there, and undo keeps it right."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.strategies import looks, masks
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.look import Look, Region
from vtuber_studio.core.mask import SIDE, mask_of
from vtuber_studio.core.region import still_there, variant, with_region
from vtuber_studio.core.session import Session

MASK = mask_of(np.eye(SIDE, dtype=bool))


@st.composite
def stacks(draw: st.DrawFn) -> tuple[Region, ...]:
    """Up to four regions, some of them alike."""
    one = st.builds(Region, st.sampled_from(["a", "b", "c"]), st.just(("eyes",)), masks)
    return tuple(draw(st.lists(one, min_size=1, max_size=4)))


def begun(*names: str) -> Session:
    """A session whose look has regions of these names."""
    session = Session()
    regions = tuple(Region(name, ("eyes",), MASK) for name in names)
    session.edit_whole(Look(attributes={"eye_size": 0.5}, regions=regions))
    return session


def test_an_edit_inside_leaves_the_outside_alone() -> None:
    session = begun("Streak")
    outside = session.look
    session.enter(0)
    session.edit(session.look.set(eye_size=0.9).paint({"hair.base": "#cc2233"}), "Inside")
    assert session.look.attributes == {"eye_size": 0.9}
    whole = session.project.look
    assert whole.with_(regions=()) == outside.with_(regions=())
    assert whole.regions[0].palette == {"hair.base": "#cc2233"} and variant(whole, whole.regions[0]) == session.look
    session.enter(None)
    session.edit(session.look.set(eye_size=0.1), "Outside")
    assert session.project.look.regions == whole.regions


def test_a_drag_inside_is_one_step_and_esc_takes_it_back() -> None:
    session = begun("Streak")
    session.enter(0)
    session.begin("Eye size")
    for value in (0.6, 0.7, 0.8):
        session.edit(session.look.set(eye_size=value))
    assert session.committed.attributes == {"eye_size": 0.5}
    session.abort()
    assert session.entered == 0 and session.look.attributes == {"eye_size": 0.5}
    session.begin("Eye size")
    session.edit(session.look.set(eye_size=0.6))
    session.commit()
    session.undo()
    assert session.entered == 0 and session.look.attributes == {"eye_size": 0.5}
    session.redo()
    assert session.look.attributes == {"eye_size": 0.6}


def test_the_entered_region_is_followed_where_it_goes() -> None:
    session = begun("a", "b", "c")
    session.enter(1)
    a, b, c = session.project.look.regions
    session.edit_whole(session.project.look.with_(regions=(b, a, c)), "Lower")
    assert session.entered == 0
    session.undo()
    assert session.entered == 1
    session.edit_whole(with_region(session.project.look, 0, None), "Delete a")
    assert session.entered == 0
    session.undo()
    assert session.entered == 1
    session.edit_whole(with_region(session.project.look, 1, None), "Delete b")
    assert session.entered is None and session.look == session.project.look
    session.undo()
    assert session.entered == 1, "what comes back is entered as it was"


def test_a_region_that_comes_again_is_entered_again() -> None:
    session = begun("a")
    look = session.project.look
    new = Region("new", ("eyes",), MASK, palette={"hair.base": "#112233"})
    session.edit_whole(look.with_(regions=(new, *look.regions)), "New region")
    session.enter(0)
    session.undo()
    assert session.entered is None
    session.redo()
    assert session.entered == 0 and session.look.palette == {"hair.base": "#112233"}
    session.undo()
    session.edit_whole(look.with_(seed=9, regions=(*look.regions, new)), "Other look")
    session.undo()
    session.redo()
    assert session.entered is None, "nobody was inside"


def test_another_document_or_look_has_nothing_entered() -> None:
    session = begun("a")
    session.enter(0)
    session.add_favourite()
    assert session.favourites[0].look == session.project.look
    session.add_look()
    assert session.entered is None and session.look.regions
    session.enter(0)
    session.select_look(0)
    assert session.entered is None
    session.enter(0)
    session.replace(session.project)
    assert session.entered is None
    session.enter(0)
    session.edit_whole(Look(seed=7), "Recall")
    assert session.entered is None and session.look == Look(seed=7)


def test_there_is_no_entering_what_is_not_there() -> None:
    session = begun("a")
    with pytest.raises(StudioError, match="no region number 2"):
        session.enter(1)
    assert session.entered is None


@given(stacks(), st.data())
def test_a_step_back_leads_to_the_same_region_or_to_none(stack: tuple[Region, ...], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(stack) - 1))
    after = data.draw(st.permutations(stack).map(tuple) | st.just(stack[:index] + stack[index + 1 :]))
    found = still_there(stack, after, index)
    if stack[index] in after:
        assert found is not None and after[found] == stack[index]
    else:
        assert found is None
    edited = (*stack[:index], stack[index].with_(strength=0.25, name="edited"), *stack[index + 1 :])
    assert still_there(stack, edited, index) == index


@given(looks, looks)
def test_whatever_is_made_inside_is_seen_inside(whole: Look, other: Look) -> None:
    session = Session()
    session.edit_whole(whole)
    if whole.regions:
        session.enter(0)
        inside = session.look.with_(attributes={**session.look.attributes, **other.attributes})
        session.edit(inside)
        assert session.look.attributes == inside.attributes
        assert session.project.look.with_(regions=()) == whole.with_(regions=())
