"""Undo is exact: after two hundred operations of any kind each step back and forth shows the same bits as before."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np

from tests.fakes import ATTRIBUTES, DEFAULT, DICE, EXPRESSIONS, MATERIALS, PARTS, FakeGenerator
from vtuber_studio.core.dice import COLOURS, neighbour, roll, roll_part, vary
from vtuber_studio.core.look import Look, Region
from vtuber_studio.core.mask import mask_of
from vtuber_studio.core.mixing import take
from vtuber_studio.core.one_part import reset_part
from vtuber_studio.core.palette import recolour
from vtuber_studio.core.pose import Face, Pose
from vtuber_studio.core.project import Project, project_bytes, project_from_bytes
from vtuber_studio.core.region import with_region
from vtuber_studio.core.schemes import group_turned
from vtuber_studio.core.session import Session
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine import selection
from vtuber_studio.engine.render import RenderCache, render

OPERATIONS = 200
SIZE = 64
GENERATOR = FakeGenerator()
NAMES = [part.name for part in PARTS]


class Hand:
    """Does what a user does, through the doors that the window uses, as a seeded random says."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.session = Session(Project().with_look(DEFAULT))

    def act(self) -> None:
        """One operation; what can be done nowhere now does nothing."""
        self.random.choice(ACTS)(self)

    def colour(self) -> str:
        return f"#{self.random.randrange(1 << 24):06x}"

    def slide(self) -> None:
        """A drag in several moves: one step."""
        row = self.random.choice([row for row in ATTRIBUTES if not row.choices])
        self.session.begin(row.label)
        for _ in range(4):
            value = self.random.uniform(row.low, row.high)
            self.session.edit(self.session.look.set(**{row.name: value}))
        self.random.choice([self.session.commit, self.session.commit, self.session.abort])()

    def choose(self) -> None:
        row = self.random.choice([row for row in ATTRIBUTES if row.choices])
        self.session.edit(self.session.look.set(**{row.name: self.random.choice(row.choices)}))

    def paint(self) -> None:
        name, look = self.random.choice(MATERIALS).name, self.session.look
        whole = look.through(lambda one: one.with_(palette=recolour(MATERIALS, one.palette, "hair.base", "#884422")))
        turned = look.with_(palette=group_turned(MATERIALS, look.palette, ["hair.base", "eye.iris"], 70.0))
        self.session.edit(self.random.choice([look.paint({name: self.colour()}), whole, turned]))

    def roll(self) -> None:
        session, part, seed = self.session, self.random.choice(PARTS), self.random.randrange(1000)
        look, group = session.look, self.random.choice([None, COLOURS, "Hair"])
        made = [
            lambda: roll(look, ATTRIBUTES, MATERIALS, PARTS, seed, session.locks, group, DICE),
            lambda: roll_part(look, ATTRIBUTES, PARTS, part, seed, session.locks, DICE),
            lambda: vary(look, ATTRIBUTES, MATERIALS, PARTS, seed, session.locks, rules=DICE),
            lambda: neighbour(look, ATTRIBUTES, MATERIALS, PARTS, seed, 0.4, None, session.locks, DICE),
            lambda: reset_part(look, ATTRIBUTES, part.name),
        ]
        session.edit(self.random.choice(made)())

    def mix(self) -> None:
        if self.session.favourites:
            source = self.random.choice(self.session.favourites).look
            kind, amount = self.random.choice(["shape", "colour"]), self.random.choice([0.0, 0.3, 1.0])
            self.session.edit(take(self.session.look, source, self.random.sample(NAMES, 2), kind, amount))

    def favour(self) -> None:
        session, favourites = self.session, self.session.favourites
        if len(favourites) < 3:
            session.add_favourite()
        else:
            place = self.random.randrange(len(favourites))
            self.random.choice([session.remove_favourite, session.recall_favourite])(place)

    def change_looks(self) -> None:
        session, looks = self.session, self.session.project.looks
        if len(looks) < 3:
            session.add_look()
        else:
            place = self.random.randrange(len(looks))
            self.random.choice([session.select_look, session.remove_look])(place)

    def lock(self) -> None:
        self.session.set_locks(self.random.sample([row.name for row in (*ATTRIBUTES, *MATERIALS)], 2))

    def make_face(self) -> None:
        row = self.random.choice(EXPRESSIONS)
        pose = Pose(yaw=self.random.uniform(-12, 12), roll=self.random.uniform(-8, 8))
        self.session.make_face(Face({row.name: self.random.random()}, pose))

    def add_region(self) -> None:
        session, look = self.session, self.session.project.look
        if len(look.regions) < 4:
            mask = selection.feather(self.stroke(selection.half(bool(self.random.randrange(2)))), 9)
            region = Region(f"{len(look.regions)}", tuple(self.random.sample(NAMES, 2)), mask_of(mask))
            session.edit_whole(look.with_(regions=(*look.regions, region)))
            session.enter(len(look.regions))

    def enter(self) -> None:
        self.session.enter(self.random.choice([None, *range(len(self.session.project.look.regions))]))

    def stroke(self, base: np.ndarray) -> np.ndarray:
        made, places = base.copy(), [self.random.uniform(300, 700) for _ in range(4)]
        selection.stroke(made, (*places[:2], 1.0), (*places[2:], 0.5), 40.0, 0.5)
        return made

    def draw(self) -> None:
        """A stroke of several moves: one step."""
        entered = self.session.entered
        if entered is None:
            return
        self.session.begin("Mask")
        for _ in range(3):
            self.change_region(lambda array: self.stroke(array))
        self.session.commit()

    def reshape(self) -> None:
        changes = [selection.mirrored, selection.inverted, lambda array: selection.grow(array, 12)]
        self.change_region(self.random.choice(changes))

    def change_region(self, change: Callable[[np.ndarray], np.ndarray]) -> None:
        entered, look = self.session.entered, self.session.project.look
        if entered is not None and (array := change(look.regions[entered].mask.array)).any():
            region = look.regions[entered].with_(mask=mask_of(array))
            self.session.edit_whole(with_region(look, entered, region))

    def arrange(self) -> None:
        """Strength, eye, parts, place in the stack, and away with it."""
        entered, look = self.session.entered, self.session.project.look
        if entered is None:
            return
        region, stack = look.regions[entered], list(look.regions)
        self.random.shuffle(stack)
        changed = [
            region.with_(strength=self.random.random()),
            region.with_(hidden=not region.hidden),
            region.with_(parts=tuple(self.random.sample(NAMES, 1))),
            None,
        ]
        looks = [*(with_region(look, entered, one) for one in changed), look.with_(regions=tuple(stack))]
        self.session.edit_whole(self.random.choice(looks))

    def go_back(self) -> None:
        """A few steps back, some of them forth again."""
        back = self.random.randrange(4)
        for _ in range(back):
            self.session.undo()
        for _ in range(self.random.randrange(back + 1)):
            self.session.redo()


ACTS: list[Callable[[Hand], None]] = [
    *(Hand.slide, Hand.choose, Hand.paint, Hand.roll, Hand.mix, Hand.favour, Hand.change_looks, Hand.lock),
    *(Hand.make_face, Hand.add_region, Hand.enter, Hand.draw, Hand.draw, Hand.reshape, Hand.arrange, Hand.go_back),
    *(Hand.slide, Hand.paint),
]


def picture(look: Look, face: Face, cache: RenderCache | None) -> bytes:
    """Its pixels."""
    shot = Shot(look, dict(face.expression), face.pose)
    return render(GENERATOR, shot, size=SIZE, cache=cache, quality="preview").tobytes()


def seen(session: Session, cache: RenderCache) -> bytes:
    """What the canvas would show."""
    return picture(session.project.look, session.face, cache)


def test_every_step_shows_the_same_bits_again() -> None:
    hand, cache = Hand(1), RenderCache()
    session, pictures, done = hand.session, dict[int, bytes](), 0
    while done < OPERATIONS:
        before = session._history
        hand.act()
        done += session._history is not before  # some find nothing to do
        pictures = {at: bits for at, bits in pictures.items() if at < len(session._history.steps)}
        pictures[session._history.at] = seen(session, cache)
    assert len(pictures) > OPERATIONS / 2 and len(set(pictures.values())) > OPERATIONS / 4, "they are not all alike"
    moments: dict[int, Project] = {}
    while session.can_undo:
        session.undo()
        at = session._history.at
        moments[at] = session.project
        assert at not in pictures or seen(session, cache) == pictures[at], f"back before {session.redo_label}"
    assert session.project == Project().with_look(DEFAULT)
    while session.can_redo:
        session.redo()
        at = session._history.at
        assert session.project == moments.get(at, session.project)
        if at % 4 == 0 and at in pictures:
            assert seen(session, cache) == pictures[at], f"forth to {session.undo_label}"
    for project in [*moments.values()][::20]:  # a step that was saved and opened is the same picture, without any cache
        again = project_from_bytes(project_bytes(project))
        assert again == project and picture(again.look, Face(), cache) == picture(again.look, Face(), None)
