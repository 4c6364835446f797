"""What an exporter is: a row of a table, and options whose fields are described where they stand."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Literal, TypeVar

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.progress import Progress

Options = TypeVar("Options")
_WORDS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
_READ = (int, float, str, bool)


@dataclass(frozen=True)
class Exporter:
    """``export(draw, shot, options, path)`` yields Progress; closing it leaves ``path`` as it was.

    ``draw`` is what ``draws`` says: ``picture(shot, size) -> image``, or ``layers(shot, scale) -> list of Layer``.
    """

    kind: str  # its name on the command line
    label: str
    use: str  # where the file will be used
    options: type
    suffix: str  # how the file's name ends; empty: a folder
    export: Callable[..., Iterator[Progress]]
    draws: Literal["picture", "layers"] = "picture"
    beside: tuple[str, ...] = ()  # endings of other files that it writes under the same name
    stem: Callable[[str], str] = str  # a name that the program takes, made of any other


def option(
    default: Any,
    tip: str = "",
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
    among: tuple[int, ...] = (),
) -> Any:
    """A field of an options dataclass with what the command line and dialogs say of it; ``low`` goes with ``high``,
    ``among`` are the only numbers that there are."""
    said = {"tip": tip, "low": low, "high": high, "choices": choices, "among": among}
    return dataclasses.field(default=default, metadata=said)


def described(options: type) -> dict[str, dataclasses.Field[Any]]:
    """The fields that a user may give as text, by name."""
    return {field.name: field for field in dataclasses.fields(options) if type(field.default) in _READ}


def read_options(options: type[Options], texts: Mapping[str, str], **given: Any) -> Options:
    """Options of texts by name, and of values that only a program gives; StudioError for the first bad one."""
    fields = described(options)
    for name in texts:
        if name not in fields:
            near = get_close_matches(name, fields, n=2, cutoff=0.65)
            hint = f"Did you mean {' or '.join(near)}?" if near else f"Options are: {', '.join(fields)}."
            raise StudioError(f"There is no option called {name!r}.", hint)
    return checked(options(**{name: _value(fields[name], text) for name, text in texts.items()}, **given))


def checked(options: Options) -> Options:
    """The options themselves; StudioError for the first value outside of what its field says."""
    for name, field in described(type(options)).items():  # type: ignore[arg-type]
        value, said = getattr(options, name), field.metadata
        if said.get("choices") and value not in said["choices"]:
            raise StudioError(f"{name} has no choice {value!r}.", f"Choose one of: {', '.join(said['choices'])}.")
        if said.get("among") and value not in said["among"]:
            raise StudioError(f"{name} cannot be {value}.", f"Give one of {', '.join(map(str, said['among']))}.")
        low, high = said.get("low"), said.get("high")
        if low is not None and not low <= value <= high:
            raise StudioError(f"{name}={value:g} is out of range.", f"Give a number from {low:g} to {high:g}.")
    return options


def _value(field: dataclasses.Field[Any], text: str) -> Any:
    kind: Any = type(field.default)
    try:
        return _WORDS[text.lower()] if kind is bool else kind(text)
    except (KeyError, ValueError) as error:
        wanted = {bool: "yes or no", int: "a whole number", float: "a number"}[kind]
        raise StudioError(f"{field.name}={text} is not understood.", f"Give {wanted}.") from error
