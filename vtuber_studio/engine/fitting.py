"""Looks of a generator, and documents of other ones: what maps is taken over, what does not is said."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from vtuber_studio.core.acts import Cast
from vtuber_studio.core.attribute import Attribute
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.fit import complete_look, default_look, fit_look
from vtuber_studio.core.kept import TaughtDirection
from vtuber_studio.core.look import Look
from vtuber_studio.core.moves import moves
from vtuber_studio.core.part import Material, Part
from vtuber_studio.core.project import MAX_NAME, MadeWith, NamedLook, Project, check_project, read_look, renamed_project
from vtuber_studio.core.sampling import random_look
from vtuber_studio.engine.manifest import Manifest

T = TypeVar("T", Look, Project)
_FILES = (".json", ".png", ".vtsproj")  # that hold looks


@dataclass(frozen=True)
class Fitted(Generic[T]):
    """A look or a project as far as a generator knows it. ``foreign``: it was made for another one, and may look
    different even where everything mapped. ``notes``: a sentence for each thing that did not map."""

    value: T
    foreign: bool
    notes: tuple[str, ...]

    @property
    def changed(self) -> bool:
        """True when saving it in its own place would lose what it was."""
        return self.foreign or bool(self.notes)


def tables(manifest: Manifest) -> tuple[tuple[Attribute, ...], tuple[Material, ...], tuple[Part, ...]]:
    """Attributes, materials and parts: what a look is said in."""
    return manifest.attributes, manifest.materials, tuple(entry.part for entry in manifest.parts)


def require_known(direction: TaughtDirection, manifest: Manifest) -> TaughtDirection:
    """The direction itself, under today's names; StudioError when the generator has nothing of what it moves."""
    direction = renamed_project(Project(directions=(direction,)), manifest.renamed).directions[0]
    if not moves(direction, *tables(manifest)):
        hint = "Open it with the generator that it was taught with."
        raise StudioError(f"This generator has nothing of what {direction.name!r} moves.", hint)
    return direction


def stamp(manifest: Manifest) -> str:
    """What a look remembers its generator by: the id, behind its family where there is one."""
    return f"{manifest.family}:{manifest.id}" if manifest.family else manifest.id


def made_with(manifest: Manifest) -> MadeWith:
    """What a project remembers its generator by."""
    return MadeWith(manifest.name[:MAX_NAME], stamp(manifest))


def first_look(manifest: Manifest) -> Look:
    """The look that a generator starts with, every value in it."""
    return default_look(manifest.attributes, manifest.materials, stamp(manifest))


def persona(manifest: Manifest, seed: int | str) -> Look:
    """The whole persona of ``seed``, a number or any word; StudioError for what is no seed."""
    return random_look(manifest.attributes, manifest.materials, seed, stamp(manifest), manifest.dice)


def look_called(words: str, manifest: Manifest) -> Look:
    """The look of a file, if there is one called so, or else the persona of a seed: what a user may type."""
    path = Path(words).expanduser()
    if path.suffix and path.is_file():
        return fit(read_look(path), manifest).value
    if path.suffix.lower() in _FILES:
        raise StudioError(f"There is no file {path}.", "Check the name, or give a seed.")
    return persona(manifest, words)


def cast_of(manifest: Manifest, toward: str = "") -> Cast:
    """What clips need to know of a generator; ``toward``: whom she may become (``look_called``)."""
    parts = tuple(entry.part for entry in manifest.parts)
    other = look_called(toward, manifest) if toward.strip() else None
    return Cast(manifest.expressions, manifest.attributes, manifest.materials, parts, manifest.dice, other)


def is_of(stamp: str, manifest: Manifest) -> bool:
    """Does the stamp name this very generator?"""
    return stamp.rpartition(":")[2] == manifest.id


def of_family(stamp: str, manifest: Manifest) -> bool:
    """Does it name an edition of this generator's family?"""
    family = stamp.rpartition(":")[0]
    return bool(family) and family == manifest.family


def is_foreign(look: Look, manifest: Manifest) -> bool:
    """Was it made for another generator, and no other edition of this one's family?"""
    return bool(look.generator) and not is_of(look.generator, manifest) and not of_family(look.generator, manifest)


def fit(look: Look, manifest: Manifest) -> Fitted[Look]:
    """A look for this generator; StudioError when its structure is unsound."""
    parts = [entry.part for entry in manifest.parts]
    fitted, notes = fit_look(look, manifest.attributes, manifest.materials, parts, manifest.renamed)
    foreign = is_foreign(look, manifest)
    return Fitted(fitted.with_(generator="") if foreign else fitted, foreign, notes)


def fit_project(project: Project, manifest: Manifest) -> Fitted[Project]:
    """A sound project with every look for this generator, sound again; each note once."""
    read, project = project, renamed_project(project, manifest.renamed)
    done = {id(named): fit(named.look, manifest) for named in (*project.looks, *project.favourites)}

    def fitted(named: NamedLook) -> NamedLook:
        look = done[id(named)].value
        return named if look == named.look else msgspec.structs.replace(named, look=look)

    notes = tuple(dict.fromkeys(note for row in done.values() for note in row.notes))
    value = project.with_(
        looks=tuple(map(fitted, project.looks)),
        favourites=tuple(map(fitted, project.favourites)),
        generator=made_with(manifest),
    )
    check_project(value, since=read)  # filled up, it may have grown too large
    return Fitted(value, any(row.foreign for row in done.values()), notes)


def keep(look: Look, manifest: Manifest) -> Look:
    """The look as it is written: it names its generator and holds every value, so that neither another generator nor
    another default will change it silently."""
    whole = complete_look(look, manifest.attributes, manifest.materials)
    return whole if whole.generator else whole.with_(generator=stamp(manifest))


def complete(project: Project, manifest: Manifest) -> Project:
    """The project as it is written: it names its generator, and ``keep`` for every look."""

    def whole(named: NamedLook) -> NamedLook:
        look = keep(named.look, manifest)
        return named if look is named.look else msgspec.structs.replace(named, look=look)

    return project.with_(
        looks=tuple(map(whole, project.looks)),
        favourites=tuple(map(whole, project.favourites)),
        generator=made_with(manifest),
    )


@dataclass(frozen=True)
class Lost:
    """What a project no longer says under other tables, by the labels that the old ones gave it."""

    settings: tuple[str, ...]
    colours: tuple[str, ...]
    mixes: tuple[str, ...]
    variation: bool  # offsets without a name

    def __bool__(self) -> bool:
        return bool(self.settings or self.colours or self.mixes or self.variation)


def lost(before: Project, after: Project, old: Manifest, new: Manifest) -> Lost:
    """What ``before``, made for ``old``, says and ``after``, fitted to ``new``, does not. What stood at its default is
    no loss. Each label once, in the order of the tables."""
    names, materials, parts = (new.renamed.get(kind, {}) for kind in ("attributes", "materials", "parts"))
    settings: set[str] = set()
    colours: set[str] = set()
    mixes: set[str] = set()
    variation = False
    said, kept = ([*each.looks, *each.favourites] for each in (renamed_project(before, new.renamed), after))
    given = [*before.looks, *before.favourites]
    for was, now_said, left in zip(given, said, kept, strict=True):
        own, said_look, look = was.look, now_said.look, left.look
        settings |= {
            row.name
            for row in old.attributes
            if own.attributes.get(row.name, row.default) != row.default
            and said_look.attributes.get(now := names.get(row.name, row.name)) != look.attributes.get(now)
        }
        colours |= {
            row.name
            for row in old.materials
            if own.palette.get(row.name, row.colour) != row.colour
            and said_look.palette.get(now := materials.get(row.name, row.name)) != look.palette.get(now)
        }
        there = {mix.part for mix in look.mixes}
        mixes |= {mix.part for mix in own.mixes if parts.get(mix.part, mix.part) not in there}
        variation |= not (said_look.z.keys() <= look.z.keys() and said_look.directions.keys() <= look.directions.keys())
    return Lost(
        tuple(row.label for row in old.attributes if row.name in settings),
        tuple(row.label for row in old.materials if row.name in colours),
        tuple(entry.part.label for entry in old.parts if entry.part.name in mixes),
        variation,
    )
