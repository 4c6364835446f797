"""Godot's text resources, after "TSCN file format" and "Variant" in its documentation: tags in brackets, each followed
by lines KEY = VALUE. Not made from what writes them here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

_TOKENS = re.compile(
    r"""\s*(?:(?P<text>&?"(?:\\.|[^"\\])*")|(?P<number>-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)|(?P<word>[A-Za-z_]\w*)"""
    r"""|(?P<mark>[][{}(),:=]))"""
)


@dataclass(frozen=True)
class Call:
    """A constructor with its arguments: Rect2(0, 0, 1, 1)."""

    name: str
    arguments: tuple[Any, ...]


class Name(str):
    """A StringName: &"idle"."""


@dataclass
class Section:
    """A tag with its own fields, and the properties below it."""

    tag: str
    fields: dict[str, Any]
    properties: dict[str, Any]


def read_tres(text: str) -> list[Section]:
    """Every section; AssertionError for what the grammar does not have."""
    parser = _Parser(text)
    sections: list[Section] = []
    while not parser.done:
        if parser.take("["):
            tag, fields = parser.word(), {}
            while not parser.take("]"):
                key = parser.word()
                parser.need("=")
                assert key not in fields
                fields[key] = parser.value()
            sections.append(Section(tag, fields, {}))
        else:
            key = parser.word()
            parser.need("=")
            assert sections and key not in sections[-1].properties
            sections[-1].properties[key] = parser.value()
    return sections


class _Parser:
    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str]] = []
        at = 0
        while text[at:].strip():
            found = _TOKENS.match(text, at)
            assert found and found.lastgroup, text[at : at + 40]
            self.tokens.append((found.lastgroup, found[found.lastgroup]))
            at = found.end()
        self.at = 0

    @property
    def done(self) -> bool:
        return self.at == len(self.tokens)

    def take(self, mark: str) -> bool:
        if self.tokens[self.at] == ("mark", mark):
            self.at += 1
            return True
        return False

    def need(self, mark: str) -> None:
        assert self.take(mark), f"{mark} is missing before {self.tokens[self.at]}"

    def word(self) -> str:
        kind, token = self.tokens[self.at]
        assert kind == "word", token
        self.at += 1
        return token

    def value(self) -> Any:
        kind, token = self.tokens[self.at]
        self.at += 1
        if kind == "number":
            return float(token) if "." in token or "e" in token else int(token)
        if kind == "text":
            plain = re.sub(
                r"\\(.)", lambda found: {"n": "\n", "t": "\t"}.get(found[1], found[1]), token.strip("&")[1:-1]
            )
            return Name(plain) if token.startswith("&") else plain
        if kind == "word":
            if token in ("true", "false", "null"):
                return {"true": True, "false": False, "null": None}[token]
            self.need("(")
            return Call(token, tuple(self._listed(")")))
        assert token in "[{", token
        if token == "[":
            return self._listed("]")
        found = {}
        while not self.take("}"):
            key = self.value()
            self.need(":")
            assert key not in found
            found[key] = self.value()
            assert self.take(",") or self.tokens[self.at] == ("mark", "}")
        return found

    def _listed(self, end: str) -> list[Any]:
        found = []
        while not self.take(end):
            found.append(self.value())
            assert self.take(",") or self.tokens[self.at] == ("mark", end)
        return found
