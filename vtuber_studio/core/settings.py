"""Settings: frozen preferences. What differs from the defaults is stored as JSON in the config folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import make_folder, read_bytes, write_atomically
from vtuber_studio.core.paths import config_dir

MAX_RECENT = 12
MAX_COLOURS = 10
_MAX_BYTES = 1_000_000
Colour = Annotated[str, Meta(pattern=r"^(transparent|checker|#[0-9a-fA-F]{6})\Z")]


Options = dict[str, bool | int | float | str]  # of an export, by name
Whom = Literal["shown", "favourite", "favourites", "looks"]


class Order(msgspec.Struct, frozen=True, omit_defaults=True):
    """An export as it was asked for: whom, for what, with which options, and where to."""

    target: str
    path: str  # the file; of many, their folder
    options: Options = {}
    whom: Whom = "shown"
    name: str = ""  # of the favourite
    digest: str = ""  # of the favourite's look
    pattern: str = "{name}"  # what many are called
    project: str = ""  # the project's file

    @property
    def many(self) -> bool:
        """True when it writes a file for each of several looks."""
        return self.whom in ("favourites", "looks")


class Settings(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the user prefers; it never changes a picture that is asked for by name and size."""

    preview_size: Annotated[int, Meta(ge=128, le=2048)] = 512  # pixels a side
    idle_animation: bool = True  # blink and breathe when left alone
    background: Colour = "checker"  # behind the figure on the canvas: checker, transparent or #rrggbb
    export_look: bool = True  # pictures carry the look that made them
    export_target: str = "png"  # chosen last
    export_options: dict[str, Options] = {}  # target -> what was set last
    exports: Annotated[tuple[Order, ...], Meta(max_length=MAX_RECENT)] = ()  # the last one of a project, newest first
    recent_files: Annotated[tuple[str, ...], Meta(max_length=MAX_RECENT)] = ()  # newest first
    recent_colours: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^#[0-9a-f]{6}\Z")], ...], Meta(max_length=MAX_COLOURS)
    ] = ()  # newest first
    window_geometry: str = ""  # base64 of Qt's saveGeometry
    window_state: str = ""  # base64 of Qt's saveState
    favourites_folded: bool = False  # a slim row even where there is room
    threads: Annotated[int, Meta(ge=0, le=256)] = 0  # 0: choose by the processor
    generator: str = ""  # name or folder of the bundle to open with; empty: the starter
    autosave_seconds: Annotated[int, Meta(ge=2, le=3600)] = 20

    def with_(self, **changes: Any) -> Settings:
        """A copy with some fields replaced; StudioError when a value is out of its range."""
        try:
            return msgspec.convert(msgspec.to_builtins(msgspec.structs.replace(self, **changes)), Settings)
        except (msgspec.MsgspecError, TypeError) as error:
            raise StudioError(f"This is no value for {', '.join(changes)}.", "Choose another one.") from error

    def with_recent(self, path: Path) -> Settings:
        """A copy with ``path`` at the head of the recent files, if its name can be written down as text."""
        name = str(path.absolute())
        try:
            name.encode()
        except UnicodeEncodeError:
            return self
        kept = [name, *(other for other in self.recent_files if other != name)]
        return self.with_(recent_files=tuple(kept[:MAX_RECENT]))


def settings_path() -> Path:
    """Where settings are stored."""
    return config_dir() / "settings.json"


def load_settings(path: Path | None = None) -> Settings:
    """Stored settings, or the defaults when there are none; a damaged file is kept aside as ``.bad``."""
    path = path or settings_path()
    try:
        return msgspec.json.decode(read_bytes(path, _MAX_BYTES), type=Settings)
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError, RecursionError):  # msgspec's errors are ValueErrors
        try:
            os.replace(path, path.with_name(path.name + ".bad"))
        except OSError:
            pass  # a folder that cannot be written must not keep the program from starting
        return Settings()


def save_settings(settings: Settings, path: Path | None = None) -> None:
    """Store what differs from the defaults, atomically; StudioError when the folder cannot be written."""
    path = path or settings_path()
    data = msgspec.json.format(msgspec.json.encode(settings), indent=2)
    make_folder(path.parent)
    write_atomically(path, data)
