"""Project: one persona with several looks and outfits, and the ``.vtsproj`` file that holds it.

The file is a zip: ``project.json`` (this module's structs), ``masks/*.png``, ``thumbnail.png``. It is opened
from bytes, under caps, and checked whole before anything of it is used.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from vtuber_studio.core.archive import MAX_FILE, pack, unpack
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import read_file, write_atomically
from vtuber_studio.core.fit import Renamed, check_look, fit_look, renamed_look, renamed_palette, require_look
from vtuber_studio.core.look import Look, look_from_json
from vtuber_studio.core.mask import check_masks
from vtuber_studio.core.palette import parse_hex

__all__ = [
    "NamedLook",
    "NamedPalette",
    "Project",
    "TaughtDirection",
    "check_project",
    "fit_look",
    "project_bytes",
    "project_from_bytes",
    "read_look",
    "read_project",
    "require_look",
    "save_project",
]

SCHEMA = 1
SUFFIX = ".vtsproj"
MAX_JSON = 16_000_000  # bytes of project.json, or of a look's own file
_CAPS = {"project.json": MAX_JSON}
_DAMAGED = "Open another copy, or the autosaved one that the studio offers at its start."
Name = Annotated[str, Meta(max_length=200)]


class NamedLook(msgspec.Struct, frozen=True, omit_defaults=True):
    """A look and what the user calls it."""

    name: Name
    look: Look = Look()


class NamedPalette(msgspec.Struct, frozen=True, omit_defaults=True):
    """Colours kept for reuse: material -> "#rrggbb"."""

    name: Name
    colours: dict[str, str] = {}


class TaughtDirection(msgspec.Struct, frozen=True, omit_defaults=True):
    """A direction the user taught a generator: part -> offset in its z at amount 1."""

    name: Name
    generator: str = ""
    z: dict[str, tuple[float, ...]] = {}


class Project(msgspec.Struct, frozen=True, omit_defaults=True):
    """Everything a project file keeps. A value: never changed in place."""

    schema: int = SCHEMA
    looks: Annotated[tuple[NamedLook, ...], Meta(min_length=1, max_length=1000)] = (NamedLook("Look 1"),)
    active: int = 0
    favourites: Annotated[tuple[NamedLook, ...], Meta(max_length=5000)] = ()
    palettes: Annotated[tuple[NamedPalette, ...], Meta(max_length=1000)] = ()
    directions: Annotated[tuple[TaughtDirection, ...], Meta(max_length=1000)] = ()
    locks: frozenset[str] = frozenset()  # attributes that the dice leave alone
    masks: dict[str, bytes] = {}  # name -> PNG; members of their own in the file, never in project.json

    @property
    def look(self) -> Look:
        """The active look."""
        return self.looks[self.active].look

    def with_(self, **changes: Any) -> Project:
        """A copy with some fields replaced."""
        return msgspec.structs.replace(self, **changes)

    def with_look(self, look: Look) -> Project:
        """A copy whose active look is ``look``."""
        named = msgspec.structs.replace(self.looks[self.active], look=look)
        return self.with_(looks=(*self.looks[: self.active], named, *self.looks[self.active + 1 :]))


def renamed_project(project: Project, renamed: Renamed) -> Project:
    """The project under today's names of a generator's attributes, choices, materials and parts."""
    if not any(renamed.values()):
        return project
    names, parts = renamed.get("attributes", {}), renamed.get("parts", {})

    def look(named: NamedLook) -> NamedLook:
        return msgspec.structs.replace(named, look=renamed_look(named.look, renamed))

    return project.with_(
        looks=tuple(map(look, project.looks)),
        favourites=tuple(map(look, project.favourites)),
        palettes=tuple(NamedPalette(row.name, renamed_palette(row.colours, renamed)) for row in project.palettes),
        directions=tuple(
            msgspec.structs.replace(row, z={parts.get(part, part): z for part, z in row.z.items()})
            for row in project.directions
        ),
        locks=frozenset(names.get(name, name) for name in project.locks),
    )


def check_project(project: Project) -> Project:
    """The project itself; StudioError when a value in it is unsound."""
    if not project.looks or not 0 <= project.active < len(project.looks):
        raise StudioError("This project has no active look.", _DAMAGED)
    for named in (*project.looks, *project.favourites):
        check_look(named.look)
    for palette in project.palettes:
        for colour in palette.colours.values():
            parse_hex(colour)
    for direction in project.directions:
        check_look(Look(z=direction.z))
    check_masks(project.masks)
    return project


def project_from_bytes(data: bytes) -> Project:
    """Read a project; StudioError when it is damaged, too large, or made by a newer version."""
    members = unpack(data, _CAPS)
    if "project.json" not in members:
        raise StudioError("This is a zip file, but not a project.", "Choose a .vtsproj file.")
    try:
        schema = msgspec.json.decode(members["project.json"], type=dict[str, Any]).get("schema", SCHEMA)
        if isinstance(schema, int) and schema > SCHEMA:
            raise StudioError(
                f"This project was made by a newer version (format {schema}).",
                "Update VTuber Studio to open it.",
            )
        if schema != SCHEMA:
            raise StudioError(f"This project's format {str(schema)[:20]!r} is unknown.", _DAMAGED)
        project = msgspec.json.decode(members["project.json"], type=Project)
    except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors
        raise StudioError(f"This project is damaged: {error}.", _DAMAGED) from error
    masks = {
        name.removeprefix("masks/").removesuffix(".png"): png
        for name, png in members.items()
        if name.startswith("masks/") and name.endswith(".png")
    }
    return check_project(project.with_(masks=masks))


def project_bytes(project: Project, thumbnail_png: bytes | None = None) -> bytes:
    """The file of a project; the same project always gives the same bytes. StudioError when it is unsound."""
    check_project(project)
    # a default schema would be left out, and a reader of the future must see it
    content = {
        **msgspec.to_builtins(project.with_(masks={}), order="deterministic"),
        "schema": project.schema,
    }
    members = {"project.json": msgspec.json.encode(content, order="deterministic")}
    members |= {"thumbnail.png": thumbnail_png} if thumbnail_png else {}
    members |= {f"masks/{name}.png": png for name, png in sorted(project.masks.items())}
    return pack(members, _CAPS, deflated=("project.json",))


def read_project(path: Path) -> Project:
    """Read a ``.vtsproj``; StudioError with what is wrong with it."""
    return project_from_bytes(read_file(Path(path), MAX_FILE))


def save_project(path: Path, project: Project, thumbnail_png: bytes | None = None) -> None:
    """Replace ``path`` with the project, whole or not at all; StudioError when it cannot be written."""
    write_atomically(Path(path), project_bytes(project, thumbnail_png))


def read_look(path: Path) -> Look:
    """A look from its JSON, or the active look of a project; StudioError when it is neither, or unsound."""
    data = read_file(Path(path), MAX_FILE)
    if data[:2] == b"PK":
        return project_from_bytes(data).look
    if len(data) > MAX_JSON:
        raise StudioError("This look's file is too large.", f"Looks are at most {MAX_JSON // 1_000_000} MB.")
    look = look_from_json(data)
    check_look(look)
    return look
