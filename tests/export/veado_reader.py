"""A reader of .veado files, written from descriptions of the format and not from what writes it here.

Chunks, images and textures: veado.tube, "the file formats". States: the field list of ImHex's pattern for such files.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np


class Bytes:
    """A place in some bytes; reading past their end is an error."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, count: int) -> bytes:
        found = self.data[self.at : self.at + count]
        assert len(found) == count, f"cut off at {self.at}"
        self.at += count
        return found

    def u32(self) -> int:
        return int.from_bytes(self.take(4), "little")

    def double(self) -> float:
        return float(struct.unpack("<d", self.take(8))[0])

    def varint(self) -> int:
        value = shift = 0
        while True:
            byte = self.take(1)[0]
            value += (byte % 128) << shift
            shift += 7
            if byte < 128:
                return value

    def string(self) -> str:
        return self.take(self.varint()).decode("utf-8")

    @property
    def done(self) -> bool:
        return self.at == len(self.data)


@dataclass
class State:
    """What one state says; pictures: closed, open, blink closed, blink open."""

    name: str
    flags: int
    thumbnails: list[int]
    pictures: list[int]
    blink: list[float]
    lists: list[list[Any]]
    mode: str


@dataclass
class Avatar:
    """A whole file."""

    meta: list[str]
    thumbnail: bytes
    states: list[State]
    images: dict[int, np.ndarray]  # AIMG id -> [h, w, 4] of its first frame
    folder: dict[str, int]


def read_veado(data: bytes) -> Avatar:
    """AssertionError for a file that breaks a rule of the format."""
    file = Bytes(data)
    assert file.take(9) == b"VEADOTUBE"
    chunks: dict[int, tuple[bytes, bytes]] = {}
    while True:
        number, kind, length = file.u32(), file.take(4), file.u32()
        if not (number and any(kind) and length):
            break
        assert number not in chunks, "an id twice"
        chunks[number] = kind, file.take(length)
    assert file.done, "something behind the end"
    one = {kind: body for kind, body in chunks.values() if kind in (b"META", b"THMB", b"MLST", b"ASFD")}
    assert sum(kind in one for kind, _ in chunks.values()) == len(one)
    known = {b"META", b"THMB", b"MLST", b"ASFD", b"MSTA", b"AIMG", b"ABMP"}
    assert {kind for kind, _ in chunks.values()} <= known

    def chunk(number: int, kind: bytes) -> Bytes:
        assert chunks[number][0] == kind
        return Bytes(chunks[number][1])

    meta = Bytes(one[b"META"])
    texts = [meta.string() for _ in range(3)]
    listed = Bytes(one[b"MLST"])
    states = []
    while not listed.done:
        states.append(_state(chunk(listed.u32(), b"MSTA")))
    wanted = {number for state in states for number in state.thumbnails + state.pictures}
    images = {}
    for number in wanted:
        body = chunk(number, b"AIMG")
        wide, high, frames = body.u32(), body.u32(), body.varint()
        assert frames == 1
        texture, x, y, _ = body.u32(), body.u32(), body.u32(), body.double()
        assert body.done
        pixels = _texture(chunk(texture, b"ABMP"))
        assert (x, y) == (0, 0) and pixels.shape == (high, wide, 4)
        images[number] = pixels
    return Avatar(texts, one[b"THMB"], states, images, _folder(Bytes(one[b"ASFD"])))


def _state(body: Bytes) -> State:
    name, flags = body.string(), body.u32()
    thumbnails, pictures = [body.u32() for _ in range(4)], [body.u32() for _ in range(4)]
    blink = [body.double() for _ in range(3)]
    lists: list[list[Any]] = [[_effect(body) for _ in range(body.varint())] for _ in range(4)]
    lists.append([(body.string(), body.string()) for _ in range(body.varint())])
    state = State(name, flags, thumbnails, pictures, blink, lists, body.take(4).decode("ascii"))
    assert body.done
    return state


def _effect(body: Bytes) -> tuple[str, list[float]]:
    name, flags = body.string(), body.take(1)[0]
    if flags & 4:
        body.u32()
    elif flags & 2:
        body.string()
    return name, [body.double() for _ in range(body.varint())]


def _texture(body: Bytes) -> np.ndarray:
    wide, high = body.u32(), body.u32()
    assert body.take(4) == b"RAW."
    rows = [np.frombuffer(body.take(4 * wide), np.uint8).reshape(wide, 4) for _ in range(high)]
    assert body.done
    return np.stack(rows[::-1])  # the file begins with the lowest


def _folder(body: Bytes) -> dict[str, int]:
    assert body.take(4) == b"MINI"
    found = {}
    while not body.done:
        name, number = body.string(), body.u32()
        assert name not in found and body.varint() == 0
        found[name] = number
    return found
