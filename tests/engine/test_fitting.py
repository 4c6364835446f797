"""Documents of other generators: what maps is kept, what does not is said, and editions of a family are one."""

from __future__ import annotations

import msgspec
import pytest

from tests.fakes import fake_manifest
from vtuber_studio.core.look import Look
from vtuber_studio.core.project import NamedLook, Project
from vtuber_studio.engine.fitting import complete, fit, fit_project, stamp

OWN = msgspec.structs.replace(fake_manifest(), id="b2", family="figures")


@pytest.mark.parametrize(
    ("generator", "foreign"),
    [("", False), ("b2", False), ("figures:b2", False), ("figures:a1", False), ("a1", True), ("others:a1", True)],
)
def test_editions_of_a_family_are_one(generator: str, foreign: bool) -> None:
    fitted = fit(Look(generator=generator).set(face_width=0.5), OWN)
    assert fitted.foreign == fitted.changed == foreign and fitted.notes == ()
    assert fitted.value.attributes["face_width"] == 0.5
    assert fitted.value.generator == ("" if foreign else generator)


def test_generators_without_a_family_are_strangers() -> None:
    alone = msgspec.structs.replace(OWN, family="")
    assert fit(Look(generator="a1"), alone).foreign and fit(Look(generator=":a1"), alone).foreign
    assert not fit(Look(generator="b2"), alone).foreign


def test_a_project_says_each_thing_once() -> None:
    odd = Look(generator="a1").set(tail=1.0, face_width=0.5)
    project = Project(looks=(NamedLook("One", odd), NamedLook("Two", Look())), favourites=(NamedLook("Three", odd),))
    fitted = fit_project(project, OWN)
    assert fitted.foreign and len(fitted.notes) == 1 and "tail" in fitted.notes[0]
    assert fitted.value.look.attributes["face_width"] == 0.5 and "tail" not in fitted.value.look.attributes
    assert [named.name for named in fitted.value.looks] == ["One", "Two"]


def test_what_is_written_says_whose_it_is_and_every_value() -> None:
    project = Project(looks=(NamedLook("One", Look()), NamedLook("Two", Look(generator="figures:a1"))))
    written = complete(project, OWN)
    assert [named.look.generator for named in written.looks] == [stamp(OWN), "figures:a1"]
    assert written.look.attributes["front_style"] == "round" and written.look.palette["hair.base"] == "#4060c0"
    assert not fit_project(written, OWN).changed and complete(written, OWN) == written
