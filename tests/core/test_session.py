"""Session: gestures, undo of everything, who is told, and files that never cost the open document."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.core.strategies import looks, masks, texts
from vtuber_studio.core import project
from vtuber_studio.core.errors import FileChanged, StudioError
from vtuber_studio.core.look import Look, Region
from vtuber_studio.core.pose import Face, Pose
from vtuber_studio.core.project import NamedLook, Project, project_bytes, project_from_bytes, read_project
from vtuber_studio.core.session import Session


def test_a_drag_is_one_undo_step() -> None:
    session = Session()
    session.begin("Eye size")
    for value in range(50):
        session.edit(session.look.set(eye_size=value / 50))
    assert session.committed == Look() and session.look.attributes == {"eye_size": 0.98}
    session.commit()
    assert session.undo_label == "Eye size"
    session.undo()
    assert session.look == Look() and not session.can_undo
    session.redo()
    assert session.look.attributes == {"eye_size": 0.98}


def test_an_aborted_gesture_leaves_nothing() -> None:
    session = Session()
    session.begin("Eye size")
    session.edit(Look(seed=5))
    session.abort()
    assert session.look == Look() and not session.can_undo and not session.dirty


def test_undo_during_a_gesture_aborts_it() -> None:
    session = Session()
    session.edit(Look(seed=1), "Seed")
    session.begin("Seed")
    session.edit(Look(seed=2))
    session.undo()
    assert session.look.seed == 1 and not session.in_gesture
    session.undo()
    assert session.look.seed == 0


def test_a_gesture_that_ends_where_it_began_is_no_step() -> None:
    session = Session()
    session.begin("Seed")
    session.edit(Look(seed=1))
    session.edit(Look())
    session.commit()
    assert not session.can_undo


def test_a_new_gesture_commits_the_one_in_progress() -> None:
    session = Session()
    session.begin("One")
    session.edit(Look(seed=1))
    session.begin("Two")
    session.edit(Look(seed=2))
    session.commit()
    session.undo()
    assert session.look.seed == 1 and session.undo_label == "One"


def test_subscribers_hear_of_changes_only() -> None:
    session = Session()
    heard: list[int] = []
    unsubscribe = session.subscribe(lambda document: heard.append(document.look.seed))
    session.edit(Look(seed=1))
    session.edit(Look(seed=1))
    session.set_locks(())
    session.undo()
    session.undo()
    assert heard == [1, 0]
    unsubscribe()
    unsubscribe()
    session.edit(Look(seed=3))
    assert heard == [1, 0]


def test_compare_shows_what_was_before() -> None:
    session = Session()
    session.edit(Look(seed=1))
    assert session.before.project.look == Look()
    session.begin("Seed")
    session.edit(Look(seed=2))
    assert session.before.project.look == Look(seed=1)


def test_undo_covers_the_face_which_is_nothing_to_save(tmp_path: Path) -> None:
    session, smile = Session(), Face({"mouth_form": 1.0}, Pose(yaw=5))
    session.edit(Look(seed=1), "Seed")
    session.save(tmp_path / "a.vtsproj")
    session.begin("Mouth")
    for amount in (0.2, 0.6):
        session.make_face(Face({"mouth_form": amount}))
    session.commit()
    session.make_face(smile, "Smile")
    session.make_face(smile)
    assert session.undo_label == "Smile" and not session.dirty and session.before.face == Face({"mouth_form": 0.6})
    session.edit(Look(seed=2), "Seed")
    session.undo()
    assert (session.look.seed, session.face) == (1, smile)
    session.undo()
    session.undo()
    assert (session.look.seed, session.face) == (1, Face()) and not session.dirty, "a drag is one step here, too"
    session.redo()
    session.redo()
    assert session.face == smile
    session.replace(Project())
    assert session.face == smile and not session.can_undo, "another document, the same face"


def test_undo_covers_favourites_locks_and_the_active_look() -> None:
    session = Session()
    session.edit(Look(seed=1))
    start = session.project
    session.add_favourite("Best")
    session.add_favourite()
    session.rename_favourite(1, "Second best")
    session.remove_favourite(0)
    assert [named.name for named in session.favourites] == ["Second best"]
    session.set_locks({"eye_size"})
    session.add_look("Outfit")
    session.edit(Look(seed=7))
    session.select_look(0)
    session.rename_look(0, "Everyday")
    assert session.look.seed == 1
    session.recall_favourite(0)
    session.remove_look(0)
    assert session.look.seed == 7 and session.locks == {"eye_size"}
    while session.project != start:
        session.undo()
    assert session.look.seed == 1


@pytest.mark.parametrize(("active", "removed", "expected"), [(0, 0, 1), (0, 2, 0), (1, 0, 1), (2, 2, 1), (1, 1, 2)])
def test_removing_a_look_keeps_the_active_one_or_its_neighbour(active: int, removed: int, expected: int) -> None:
    looks = tuple(NamedLook(str(seed), Look(seed=seed)) for seed in range(3))
    session = Session(Project(looks=looks, active=active))
    session.remove_look(removed)
    assert session.look.seed == expected


@given(st.integers(0, 2), st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.booleans()), max_size=8))
def test_moved_and_copied_looks_keep_the_active_one_and_every_step_is_exact(
    active: int, moves: list[tuple[int, int, bool]]
) -> None:
    session = Session(Project(looks=tuple(NamedLook(str(k), Look(seed=k)) for k in range(3)), active=active))
    projects = [session.project]
    for index, to, copied in moves:
        kept = session.project.looks[index]
        seed = kept.look.seed if copied else session.look.seed
        if copied:
            session.duplicate_look(index, "again")
            assert session.project.looks[index] == kept and session.project.looks[index + 1].name == "again"
        else:
            session.move_look(index, to)
            assert session.project.looks[to] == kept
        assert session.look.seed == seed
        projects += [session.project] if session.project != projects[-1] else []
    for at in (0, len(projects) - 1, len(projects) // 2):
        session.go(at)
        assert session.at == at and session.project == projects[at]


def test_what_is_not_there_is_refused() -> None:
    session = Session()
    for act in (session.remove_favourite, session.recall_favourite, session.select_look, session.remove_look):
        with pytest.raises(StudioError):
            act(3)
    with pytest.raises(StudioError, match="at least one"):
        session.remove_look(0)
    with pytest.raises(StudioError, match="no file yet"):
        session.save()
    assert not session.dirty


def test_undoing_to_the_saved_state_is_clean_again(tmp_path: Path) -> None:
    session = Session()
    session.edit(Look(seed=1))
    session.save(tmp_path / "a.vtsproj")
    assert not session.dirty
    session.edit(Look(seed=2))
    assert session.dirty
    session.undo()
    assert not session.dirty
    assert read_project(tmp_path / "a.vtsproj").look.seed == 1


def test_a_gesture_in_progress_is_not_saved(tmp_path: Path) -> None:
    session = Session()
    session.begin("Seed")
    session.edit(Look(seed=1))
    session.save(tmp_path / "a.vtsproj")
    assert read_project(tmp_path / "a.vtsproj").look.seed == 0 and session.dirty


def test_a_bad_file_leaves_the_open_document_untouched(tmp_path: Path) -> None:
    session = Session()
    session.edit(Look(seed=1))
    (tmp_path / "bad.vtsproj").write_bytes(b"PK nothing")
    for path in (tmp_path / "bad.vtsproj", tmp_path / "missing.vtsproj", tmp_path):
        with pytest.raises(StudioError):
            session.open(path)
    with pytest.raises(StudioError):
        session.replace(Project(active=4))
    with pytest.raises(StudioError):
        session.save(tmp_path / "no folder" / "a.vtsproj")
    assert session.look.seed == 1 and session.can_undo and session.path is None and session.dirty


def test_opening_starts_a_new_history(tmp_path: Path) -> None:
    writer = Session()
    writer.edit(Look(seed=9))
    writer.save(tmp_path / "a.vtsproj")
    session = Session()
    session.edit(Look(seed=1))
    session.open(tmp_path / "a.vtsproj")
    assert session.look.seed == 9 and not session.can_undo and not session.dirty
    assert session.path == tmp_path / "a.vtsproj"


def test_what_another_session_wrote_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a.vtsproj"
    one = Session()
    one.save(path)
    two = Session()
    two.open(path)
    for session, seed in ((one, 1), (two, 2)):
        session.edit(Look(seed=seed))
    one.save()
    one.edit(Look(seed=3))
    one.save()
    with pytest.raises(FileChanged, match=r"a\.vtsproj was changed"):
        two.save()
    assert read_project(path).look.seed == 3 and two.dirty and two.path == path
    assert [found.name for found in tmp_path.iterdir()] == ["a.vtsproj"]
    two.save(tmp_path / "b.vtsproj")
    path.unlink()
    one.edit(Look(seed=4))
    one.save()
    assert read_project(path).look.seed == 4, "a file that is gone hides nobody's work"


def test_a_recovered_document_still_has_to_be_saved() -> None:
    session = Session()
    session.replace(Project(), saved=False)
    assert session.dirty


class SessionMachine(RuleBasedStateMachine):
    """Any order of gestures, edits, undo and redo keeps the promises."""

    def __init__(self) -> None:
        super().__init__()
        self.session = Session()
        self.model: list[Project] = [Project()]
        self.at = 0
        self.heard = 0
        self.session.subscribe(lambda _: setattr(self, "heard", self.heard + 1))

    def _expect(self, project: Project) -> None:
        if project != self.model[self.at]:
            self.model = [*self.model[: self.at + 1], project]
            self.at += 1

    @rule(seed=st.integers(0, 3))
    def edit(self, seed: int) -> None:
        changes = self.session.look.seed != seed
        before = self.heard
        self.session.edit(self.session.look.with_(seed=seed))
        assert self.heard - before == changes
        if not self.session.in_gesture:
            self._expect(self.session.project)

    @rule(names=st.frozensets(st.sampled_from("ab")))
    def lock(self, names: frozenset[str]) -> None:
        self.session.set_locks(names)
        if not self.session.in_gesture:
            self._expect(self.session.project)

    @rule()
    def begin(self) -> None:
        if self.session.in_gesture:
            self._expect(self.session.project)
        self.session.begin("Gesture")

    @rule()
    def commit(self) -> None:
        if self.session.in_gesture:
            self._expect(self.session.project)
        self.session.commit()

    @rule()
    def abort(self) -> None:
        self.session.abort()

    @rule()
    def undo(self) -> None:
        if not self.session.in_gesture:
            self.at = max(self.at - 1, 0)
        self.session.undo()

    @rule()
    def redo(self) -> None:
        if not self.session.in_gesture:
            self.at = min(self.at + 1, len(self.model) - 1)
        self.session.redo()

    @precondition(lambda self: not self.session.in_gesture)
    @invariant()
    def the_document_is_the_model(self) -> None:
        assert self.session.project == self.model[self.at]

    @invariant()
    def the_committed_look_is_the_model(self) -> None:
        assert self.session.committed == self.model[self.at].look
        assert self.session.dirty == (self.session.project != self.model[0] or self.session.project != Project())


TestSessionMachine = SessionMachine.TestCase

awkward = texts | st.text(max_size=210) | st.just("half a character \ud800")


class SavingMachine(RuleBasedStateMachine):
    """Whatever is asked of a session, by whatever caller: the document that it holds can be saved and opened."""

    def __init__(self) -> None:
        super().__init__()
        self.patch = pytest.MonkeyPatch()
        few = {field: (3, 2000) for field in project.LIMITS}
        self.patch.setattr(project, "LIMITS", few)  # so that they are reached
        self.session = Session()

    def teardown(self) -> None:
        self.patch.undo()

    def _try(self, act: Callable[[], None]) -> None:
        before = self.session.project
        try:
            act()
        except StudioError as error:
            assert error.message and self.session.project is before

    @rule(look=looks, name=awkward)
    def edit(self, look: Look, name: str) -> None:
        self._try(lambda: self.session.edit(look.set(**{name: 0.5})))

    @rule(value=st.floats() | st.booleans() | st.none() | awkward | st.integers())
    def misuse(self, value: Any) -> None:
        self._try(lambda: self.session.edit(self.session.look.set(eye_size=value)))
        self._try(lambda: self.session.edit(self.session.look.with_(seed=value)))
        self._try(lambda: self.session.edit_project(self.session.project.with_(active=value)))

    @rule(name=awkward)
    def name(self, name: str) -> None:
        self._try(lambda: self.session.add_favourite(name))
        self._try(lambda: self.session.rename_favourite(0, name))
        self._try(lambda: self.session.rename_look(0, name))
        self._try(lambda: self.session.rename(name))
        self._try(lambda: self.session.set_locks([name]))

    @rule(index=st.integers(-1, 3))
    def remove(self, index: int) -> None:
        self._try(lambda: self.session.add_look())
        self._try(lambda: self.session.remove_look(index))
        self._try(lambda: self.session.remove_favourite(index))

    @rule(index=st.integers(-1, 3), to=st.integers(-1, 3))
    def move(self, index: int, to: int) -> None:
        self._try(lambda: self.session.duplicate_look(index))
        self._try(lambda: self.session.move_look(index, to))
        self.session.go(to)

    @rule(mask=masks | st.binary(max_size=20), name=awkward)
    def region(self, mask: Any, name: str) -> None:
        look = self.session.project.look
        self._try(lambda: self.session.edit_whole(look.with_(regions=(*look.regions, Region(name, ("eyes",), mask)))))

    @rule()
    def undo(self) -> None:
        self.session.undo()

    @rule()
    def redo(self) -> None:
        self.session.redo()

    @invariant()
    def what_is_saved_can_be_opened(self) -> None:
        assert project_from_bytes(project_bytes(self.session.project)) == self.session.project


TestSavingMachine = SavingMachine.TestCase
TestSavingMachine.settings = settings(max_examples=25, stateful_step_count=15)
