"""Zip files from anywhere: what is packed unpacks, and no member of a few bytes becomes gigabytes."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtuber_studio.core import archive
from vtuber_studio.core.archive import pack, unpack
from vtuber_studio.core.errors import StudioError

NAMES = st.text("abcdefgh/._-", min_size=1, max_size=40).filter(
    lambda name: name[0] != "/" and name[-1] != "/" and ".." not in name.split("/")
)


@given(st.dictionaries(NAMES, st.binary(max_size=200), max_size=5))
def test_what_is_packed_unpacks(members: dict[str, bytes]) -> None:
    data = pack(members, {}, deflated=members)
    assert unpack(data, {}) == members and pack(members, {}, deflated=members) == data


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_only_stored_and_deflated_members_are_unpacked(method: int) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as zipped:
        zipped.writestr("project.json", b"{}")
    with pytest.raises(StudioError, match="packed in a way"):
        unpack(buffer.getvalue(), {})


def test_a_directory_that_lies_about_sizes_unpacks_to_no_more_than_it_says() -> None:
    """The bomb that says it is small."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("a", bytes(3_000_000))
    data = bytearray(buffer.getvalue())
    entry = data.index(b"PK\x01\x02")
    struct.pack_into("<I", data, entry + 24, 500)
    with pytest.raises(StudioError):
        unpack(bytes(data), {})


def test_members_that_lie_over_each_other_are_refused() -> None:
    """Two entries of the directory, one piece of the file."""
    content, buffer = b"x" * 900, io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as zipped:
        zipped.writestr("a", content)
    data = buffer.getvalue()
    start, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    twice = data[:start] + 2 * data[start:end] + data[end:]
    tail = bytearray(twice[start + 2 * (end - start) :])
    struct.pack_into("<HHI", tail, 8, 2, 2, 2 * (end - start))
    forged = bytearray(twice[: start + 2 * (end - start)] + tail)
    second = forged.rindex(b"PK\x01\x02")
    forged[second + 46] = ord("b")
    with pytest.raises(StudioError):
        unpack(bytes(forged), {})


def test_both_directions_ask_the_same_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    members = {"a": bytes(600), "b": bytes(600)}
    data = pack(members, {})
    for name, value in (("MAX_TOTAL", 1000), ("MAX_MEMBERS", 1), ("MAX_MEMBER", 500)):
        with monkeypatch.context() as patch:
            patch.setattr(archive, name, value)
            with pytest.raises(StudioError, match="too large"):
                pack(members, {})
            with pytest.raises(StudioError, match="unpacks"):
                unpack(data, {})
    with pytest.raises(StudioError, match="unpacks"):
        unpack(data, {"a": 599})
