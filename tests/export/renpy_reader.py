"""Ren'Py's ``layeredimage``: its grammar, and which pictures a ``show`` puts on the screen, after its documentation
("Layered Images": the statements layeredimage, attribute, group and always). Not made from what writes them here."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

_STRING = r'"(?:\\.|[^"\\])*"'
_TOKEN = re.compile(rf"\s*(?:(?P<value>{_STRING}|\([^()]*\)|\[[^\[\]]*\]|-?\d[\d.]*)|(?P<word>[^\s:()\[\]\"]+))")
_CONDITIONS = ("if_all", "if_any", "if_not")
_PROPERTIES = (*_CONDITIONS, "pos", "xpos", "ypos", "anchor", "at", "zoom", "alpha")


@dataclass
class Shown:
    """A layer: ``attribute`` is empty for one that is always there; ``image`` is None for ``null``."""

    attribute: str
    group: str
    image: str | None
    default: bool = False
    said: dict[str, Any] = field(default_factory=dict)

    @property
    def place(self) -> tuple[int, int]:
        return self.said.get("pos", (0, 0))


@dataclass
class LayeredImage:
    """Layers from back to front."""

    name: str
    layers: list[Shown]

    @property
    def groups(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for layer in self.layers:
            if layer.group:
                found.setdefault(layer.group, []).append(layer.attribute)
        return found

    def show(self, attributes: Sequence[str]) -> list[Shown]:
        """What ``show NAME ATTRIBUTES`` shows; AssertionError for what conflicts or is unknown."""
        wanted = set(attributes)
        assert wanted <= {layer.attribute for layer in self.layers}, "unknown attributes"
        banned = {
            other for group in self.groups.values() for one in wanted & set(group) for other in group if other != one
        }
        assert not wanted & banned, "attributes that conflict"
        wanted |= {layer.attribute for layer in self.layers if layer.default and layer.attribute not in banned}
        return [layer for layer in self.layers if layer.image is not None and self._shown(layer, wanted)]

    @staticmethod
    def _shown(layer: Shown, wanted: set[str]) -> bool:
        every, some, none = (_listed(layer.said.get(name, [])) for name in _CONDITIONS)
        return (
            (not layer.attribute or layer.attribute in wanted)
            and set(every) <= wanted
            and (not some or bool(set(some) & wanted))
            and not set(none) & wanted
        )


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def read_layered_image(text: str) -> LayeredImage:
    """The one ``layeredimage`` of a script; AssertionError for a line that the grammar does not have."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert all("\t" not in line for line in lines), "Ren'Py takes no tabs"
    head = re.fullmatch(r"layeredimage ([a-z]\w*(?: \w+)*):", lines[0])
    assert head, lines[0]
    image = LayeredImage(head[1], [])
    depth = len(lines[1]) - len(lines[1].lstrip())
    group, inner = "", 0
    for line in lines[1:]:
        indent, words = len(line) - len(line.lstrip()), line.split(maxsplit=1)
        if indent == depth:
            group, inner = "", 0
        else:
            assert group and indent > depth and inner in (0, indent), line
            inner = indent
        if words[0] == "group" and indent == depth:
            found = re.fullmatch(r"group (\w+):", line.strip())
            assert found, line
            group = found[1]
            continue
        assert words[0] in ("always", "attribute") and (indent > depth or words[0] in ("always", "attribute")), line
        image.layers.append(_layer(words[0], words[1], group if indent > depth else ""))
    for members in image.groups.values():
        assert len(set(members)) == len(members)
    for name in image.groups:
        assert sum(layer.default for layer in image.layers if layer.group == name) <= 1
    return image


def _layer(kind: str, rest: str, group: str) -> Shown:
    tokens = _tokens(rest)
    layer = Shown("", group, None)
    if kind == "attribute":
        name, token = tokens.pop(0)
        assert name == "word" and re.fullmatch(r"[\w-]+", token) and not token.startswith("-"), rest
        layer.attribute = token
    null = False
    while tokens:
        what, token = tokens.pop(0)
        if what == "value":
            assert layer.image is None and isinstance(token, str), rest
            layer.image = token
        elif token in ("default", "null"):
            assert kind == "attribute", rest
            layer.default |= token == "default"
            null |= token == "null"
        else:
            assert token in _PROPERTIES and token not in layer.said, rest
            what, value = tokens.pop(0)
            assert what == "value", rest
            layer.said[token] = value
    assert null != (layer.image is not None), f"a picture, or null: {rest}"
    return layer


def _tokens(text: str) -> list[tuple[str, Any]]:
    found, at = [], 0
    while at < len(text):
        token = _TOKEN.match(text, at)
        assert token and token.lastgroup in ("value", "word"), text[at:]
        found.append((token.lastgroup, ast.literal_eval(token["value"]) if token["value"] else token["word"]))
        at = token.end()
    return found
