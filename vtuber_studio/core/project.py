"""Project: one persona with several looks and outfits, and the ``.vtsproj`` file that holds it.

The file is a zip: ``project.json`` (this module's structs), ``thumbnail.png``, and ``masks/DIGEST.png``, each mask
once, however many looks have it: in ``project.json`` they say its digest. It is opened from bytes, under caps, and
checked whole before anything of it is used. Schema 1 had the masks in the looks, as a look's own file has.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from vtuber_studio.core.archive import MAX_FILE, MAX_MEMBER, pack, unpack
from vtuber_studio.core.carried import carried_look
from vtuber_studio.core.decode import decode_versioned
from vtuber_studio.core.direction import is_direction
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import digest_of, read_file, write_atomically
from vtuber_studio.core.fit import Renamed, fit_look, renamed_look, renamed_palette, require_look
from vtuber_studio.core.kept import MAX_NAME, Kept, Name, TaughtDirection, check_direction, check_name, encoded
from vtuber_studio.core.look import Look, look_from_json
from vtuber_studio.core.mask import Mask, mask_from_png, named, reader
from vtuber_studio.core.palette import parse_hex
from vtuber_studio.core.png import SIGNATURE
from vtuber_studio.core.sound import check_look

__all__ = [
    "MAX_NAME",
    "MadeWith",
    "NamedLook",
    "NamedPalette",
    "Project",
    "TaughtDirection",
    "check_project",
    "fit_look",
    "open_project",
    "project_bytes",
    "project_from_bytes",
    "read_look",
    "read_project",
    "require_look",
    "save_project",
]

SCHEMA = 2
OLDEST = 1  # schema that is still read
SUFFIX = ".vtsproj"
MAX_JSON = 16_000_000  # bytes of project.json, or of a look's own file
_CAPS = {"project.json": MAX_JSON}
_DAMAGED = "Open another copy, or the autosaved one that the studio offers at its start."
# what a project keeps many of -> how many at most, and bytes of their JSON at most: together less than MAX_JSON
LIMITS = {
    "looks": (1000, 4_000_000),
    "favourites": (1000, 10_000_000),
    "palettes": (1000, 500_000),
    "directions": (1000, 1_000_000),
    "locks": (1000, 200_000),
}
# different masks at most; theirs are 1 to 50 kB each, and if all were of noise, saving would say that it is too much
MOST_MASKS = {"looks": 900, "favourites": 900}


class NamedLook(Kept, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A look and what the user calls it."""

    look: Look = Look()


class NamedPalette(Kept, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Colours kept for reuse: material -> "#rrggbb"."""

    colours: dict[str, str] = {}


class MadeWith(Kept, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """The generator that a project is drawn with: its name, and ``family:id`` as looks remember it."""

    stamp: Annotated[str, Meta(max_length=300)] = ""


class Project(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Everything a project file keeps. A value: never changed in place."""

    schema: int = SCHEMA
    name: Name = ""  # of the persona
    looks: tuple[NamedLook, ...] = (NamedLook("Look 1"),)
    active: int = 0
    favourites: tuple[NamedLook, ...] = ()
    palettes: tuple[NamedPalette, ...] = ()
    directions: tuple[TaughtDirection, ...] = ()
    locks: frozenset[str] = frozenset()  # attributes that the dice leave alone
    generator: MadeWith = MadeWith("")

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


class _ProjectFile(Project, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    masks: dict[str, bytes] = {}  # a table of schema 1; nothing ever filled it


def renamed_project(project: Project, renamed: Renamed) -> Project:
    """The project under today's names of a generator's attributes, choices, materials and parts."""
    if not any(renamed.values()):
        return project
    names, parts = {**renamed.get("attributes", {}), **renamed.get("materials", {})}, renamed.get("parts", {})

    def look(named: NamedLook) -> NamedLook:
        return msgspec.structs.replace(named, look=renamed_look(named.look, renamed))

    return project.with_(
        looks=tuple(map(look, project.looks)),
        favourites=tuple(map(look, project.favourites)),
        palettes=tuple(NamedPalette(row.name, renamed_palette(row.colours, renamed)) for row in project.palettes),
        directions=tuple(
            msgspec.structs.replace(
                row,
                z={parts.get(part, part): z for part, z in row.z.items()},
                attributes={names.get(name, name): offset for name, offset in row.attributes.items()},
                palette={names.get(name, name): offset for name, offset in row.palette.items()},
                keep=tuple(names.get(name, parts.get(name, name)) for name in row.keep),
            )
            for row in project.directions
        ),
        locks=frozenset(names.get(name, name) for name in project.locks),
    )


_PLAIN = Project()


def check_project(project: Project, since: Project | None = None) -> Project:
    """The project itself; StudioError when a file of it could not be opened again.

    What it shares with ``since``, a sound project, is not looked at again: editors ask at every step.
    """
    sound = type(project.active) is int and bool(project.looks) and 0 <= project.active < len(project.looks)
    if project.schema != SCHEMA or not sound:
        raise StudioError("This project has no active look.", _DAMAGED)
    check_name(project.name)
    if since is None or project.generator is not since.generator:
        _check_item(project.generator, MadeWith)
    known = {id(item) for field in LIMITS for item in getattr(since, field, ())}
    for field, (most, most_bytes) in LIMITS.items():
        items = getattr(project, field)
        if since is not None and items is getattr(since, field):
            continue
        if type(items) is not type(getattr(_PLAIN, field)):
            raise StudioError(f"The {field} of this project are of the wrong kind.", "Give a tuple, or a set of locks.")
        if len(items) > most:
            raise StudioError(f"A project keeps at most {most} {field}.", "Delete some first.")
        masks: dict[str, Mask] = {}
        if len(encoded(items, masks)) > most_bytes:
            raise StudioError(f"The {field} of this project take too much room.", "Delete some first.")
        if len(masks) > MOST_MASKS.get(field, 0):
            raise StudioError(f"The {field} of this project have too many masks.", "Delete some regions first.")
        for item in items:
            if id(item) not in known:
                _check_item(item, type(item) if isinstance(item, Kept) else str)
    return project


def _check_item(item: Any, kind: type) -> None:
    """StudioError unless a look, palette, direction or lock is sound, and read from a file would be the same."""
    if isinstance(item, Kept):
        check_name(item.name)
    masks: dict[str, Mask] = {}
    try:
        same = msgspec.json.decode(encoded(item, masks), type=kind, dec_hook=reader(masks.get)) == item
    except (ValueError, RecursionError) as error:
        raise StudioError("This holds a value of the wrong kind.", "Use plain numbers and texts.") from error
    if not same:
        raise StudioError("This holds a value that a file would change.", "Use plain numbers and texts.")
    if isinstance(item, NamedLook):
        check_look(item.look)
    elif isinstance(item, TaughtDirection):
        check_direction(item)
    elif isinstance(item, NamedPalette):
        for colour in item.colours.values():
            parse_hex(colour)


def _unpack(data: bytes) -> Project:
    """The project in a file, not yet checked; StudioError when it is none."""
    members = unpack(data, _CAPS)
    if "project.json" not in members:
        raise StudioError("This is a zip file, but not a project.", "Choose a .vtsproj file.")
    most = sum(MOST_MASKS.values())
    opened = 0

    def mask(digest: str) -> Mask | None:
        nonlocal opened
        opened += 1
        png = members.get(f"masks/{digest}.png")
        return None if png is None or opened > most else mask_from_png(png)

    file = decode_versioned(
        members["project.json"], _ProjectFile, "project", "schema", SCHEMA, _DAMAGED, OLDEST, reader(mask)
    )
    fields = {name: getattr(file, name) for name in Project.__struct_fields__}
    return Project(**{**fields, "schema": SCHEMA})


def project_from_bytes(data: bytes) -> Project:
    """Read a project; StudioError when it is damaged, too large, or made by a newer version."""
    return check_project(_unpack(data))


def project_bytes(project: Project, thumbnail_png: bytes | None = None) -> bytes:
    """The file of a project; the same project always gives the same bytes. StudioError when it is unsound.

    What was packed is unpacked before it is handed out: no file is replaced by one that cannot be opened.
    """
    check_project(project)
    masks: dict[str, Mask] = {}
    content = {
        **msgspec.to_builtins(project, enc_hook=named(masks), order="deterministic"),
        "schema": SCHEMA,  # a default would be left out, and a reader of the future must see it
    }
    members = {"project.json": msgspec.json.encode(content, order="deterministic")}
    members |= {"thumbnail.png": thumbnail_png} if thumbnail_png and len(thumbnail_png) <= MAX_MEMBER else {}
    members |= {f"masks/{digest}.png": mask.to_png() for digest, mask in sorted(masks.items())}
    packed = pack(members, _CAPS, deflated=("project.json",))
    if len(packed) > MAX_FILE or _unpack(packed) != project:
        raise StudioError("This project could not be opened again, so it was not saved.", "Undo the last steps.")
    return packed


def open_project(path: Path) -> tuple[Project, str]:
    """A ``.vtsproj`` and its file's digest; StudioError with what is wrong with it."""
    data = read_file(Path(path), MAX_FILE)
    return project_from_bytes(data), digest_of(data)


def read_project(path: Path) -> Project:
    """A ``.vtsproj`` alone; StudioError with what is wrong with it."""
    return open_project(path)[0]


def save_project(path: Path, project: Project, thumbnail_png: bytes | None = None, over: str = "") -> str:
    """Replace ``path`` with the project, whole or not at all; its file's digest. StudioError when it cannot be
    written, FileChanged when ``over`` is given and another file than that one stands there by now."""
    data = project_bytes(project, thumbnail_png)
    write_atomically(Path(path), data, over)
    return digest_of(data)


def named_look(project: Project, name: str) -> Look:
    """The look of a project that is called so, else the favourite; StudioError, which lists them, when none is."""
    kept = (*project.looks, *project.favourites)
    for same in (str, str.casefold):
        for each in kept:
            if same(each.name) == same(name):
                return each.look
    names = ", ".join(dict.fromkeys(each.name for each in kept if each.name))
    raise StudioError(f"This project has no look called {name[:MAX_NAME]!r}.", f"It has: {names[:500]}.")


def read_look(path: Path, name: str = "") -> Look:
    """A look from its JSON, from the picture that it made, or of a project: the active one, or the one called ``name``.
    StudioError when the file is none of them, or unsound, or has none of that name."""
    data = read_file(Path(path), MAX_FILE)
    if data[:2] == b"PK":
        project = project_from_bytes(data)
        return named_look(project, name) if name else project.look
    if name:
        raise StudioError("Only a project has looks with names.", "Leave the name out, or give a .vtsproj file.")
    if data.startswith(SIGNATURE):
        carried = carried_look(data)
        if carried is None:
            raise StudioError("This picture carries no look.", "Choose one that was exported with its look.")
        return carried
    if len(data) > MAX_JSON:
        raise StudioError("This look's file is too large.", f"Looks are at most {MAX_JSON // 1_000_000} MB.")
    try:
        look = look_from_json(data)
    except StudioError:
        if is_direction(data):
            hint = "Import it in the Directions panel, or give it to --direction."
            raise StudioError("This is a slider that was taught, not a look.", hint) from None
        raise
    check_look(look)
    return look
