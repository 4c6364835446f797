"""Looks of a generator, and documents of other ones: what maps is taken over, what does not is said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec

from vtuber_studio.core.fit import complete_look, default_look, fit_look
from vtuber_studio.core.look import Look
from vtuber_studio.core.project import NamedLook, Project, check_project, renamed_project
from vtuber_studio.core.sampling import random_look
from vtuber_studio.engine.manifest import Manifest

T = TypeVar("T", Look, Project)


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


def stamp(manifest: Manifest) -> str:
    """What a look remembers its generator by: the id, behind its family where there is one."""
    return f"{manifest.family}:{manifest.id}" if manifest.family else manifest.id


def first_look(manifest: Manifest) -> Look:
    """The look that a generator starts with, every value in it."""
    return default_look(manifest.attributes, manifest.materials, stamp(manifest))


def persona(manifest: Manifest, seed: int | str) -> Look:
    """The whole persona of ``seed``, a number or any word; StudioError for what is no seed."""
    return random_look(manifest.attributes, manifest.materials, seed, stamp(manifest), manifest.dice)


def is_foreign(look: Look, manifest: Manifest) -> bool:
    """Was it made for another generator, and no other edition of this one's family?"""
    family, _, made_with = look.generator.rpartition(":")
    return bool(look.generator) and manifest.id != made_with and not (family and family == manifest.family)


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
        looks=tuple(map(fitted, project.looks)), favourites=tuple(map(fitted, project.favourites))
    )
    check_project(value, since=read)  # filled up, it may have grown too large
    return Fitted(value, any(row.foreign for row in done.values()), notes)


def keep(look: Look, manifest: Manifest) -> Look:
    """The look as it is written: it names its generator and holds every value, so that neither another generator nor
    another default will change it silently."""
    whole = complete_look(look, manifest.attributes, manifest.materials)
    return whole if whole.generator else whole.with_(generator=stamp(manifest))


def complete(project: Project, manifest: Manifest) -> Project:
    """The project as it is written: ``keep`` for every look."""

    def whole(named: NamedLook) -> NamedLook:
        look = keep(named.look, manifest)
        return named if look is named.look else msgspec.structs.replace(named, look=look)

    return project.with_(looks=tuple(map(whole, project.looks)), favourites=tuple(map(whole, project.favourites)))
