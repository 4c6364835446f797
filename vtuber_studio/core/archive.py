"""Zip files of ours, and from anywhere: every limit is checked before anything is packed or unpacked.

Both directions ask the same questions, so what is packed can be unpacked. Members are stored or deflated: those two
unpack piece by piece, where bz2 and lzma would make gigabytes of a few bytes at the first call.
"""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Iterable, Mapping

from vtuber_studio.core.errors import StudioError

MAX_FILE = 256_000_000  # bytes of the zip
MAX_MEMBER = 50_000_000  # bytes of a member, unpacked
MAX_TOTAL = 250_000_000  # bytes of all members, unpacked
MAX_MEMBERS = 2000
MAX_NAME = 200
MAX_RATIO = 100  # unpacked : packed, for members above RATIO_FLOOR
RATIO_FLOOR = 1_000_000
_DAMAGED = "Open another copy, or the autosaved one that the studio offers at its start."
_LESS = "Delete some favourites, looks or masks."
_ENCRYPTED = 0x1


def pack(
    members: Mapping[str, bytes],
    caps: Mapping[str, int],
    deflated: Iterable[str] = (),
    what: str = "project",
    hint: str = _LESS,
) -> bytes:
    """A zip of the members in their order, the same bytes for the same members; StudioError when one is too large.

    ``caps``: bytes a member may have where that is not ``MAX_MEMBER``. ``deflated`` names what packs well.
    """
    try:
        _check_sizes([(name, len(data)) for name, data in members.items()], caps)
    except _TooMuch as error:
        raise StudioError(f"This {what} has grown too large for one file.", hint) from error
    buffer, small = io.BytesIO(), set(deflated)
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members.items():
            # what packs suspiciously well would be refused as a zip bomb: store it plainly
            pack = name in small and len(zlib.compress(data)) * (MAX_RATIO // 2) > len(data)
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.external_attr = 0o644 << 16
            archive.writestr(info, data, zipfile.ZIP_DEFLATED if pack else zipfile.ZIP_STORED)
    return buffer.getvalue()


def unpack(data: bytes, caps: Mapping[str, int], what: str = "project", hint: str = _DAMAGED) -> dict[str, bytes]:
    """Members of a zip by name; StudioError when it is damaged, or holds more than it may. ``what`` it should be and
    the ``hint`` go into the sentence."""
    # zipfile would build a record for each entry of a forged directory: count their signatures first
    if data.count(b"PK\x01\x02") > 2 * MAX_MEMBERS:
        raise StudioError(f"This {what} holds more files than a {what} may.", hint)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            _check_infos(infos, len(data), caps)
            return {info.orig_filename: _read(archive, info) for info in infos}
    except _TooMuch as error:
        raise StudioError(f"{error} in this {what} unpacks to more than a {what} may hold.", hint) from error
    except _Forbidden as error:
        raise StudioError(f"This {what} holds {error}.", hint) from error
    except Exception as error:  # zipfile and zlib raise a dozen types on damaged bytes
        raise StudioError(f"This is not a readable {what}, or it is damaged.", hint) from error


class _TooMuch(Exception):
    """Carries the words for what is too large."""


class _Forbidden(Exception):
    """Carries the words for what has no place in a zip of ours."""


def _check_sizes(sizes: list[tuple[str, int]], caps: Mapping[str, int]) -> None:
    if len(sizes) > MAX_MEMBERS or sum(size for _, size in sizes) > MAX_TOTAL:
        raise _TooMuch("What lies")
    for name, size in sizes:
        if size > caps.get(name, MAX_MEMBER):
            raise _TooMuch(repr(name[:60]))


def _check_infos(infos: list[zipfile.ZipInfo], length: int, caps: Mapping[str, int]) -> None:
    _check_sizes([(info.orig_filename, info.file_size) for info in infos], caps)
    if sum(info.compress_size for info in infos) > length:  # members that lie over each other
        raise _TooMuch("What lies")
    seen: set[str] = set()
    for info in infos:
        name = info.orig_filename
        if (
            name in seen
            or len(name) > MAX_NAME
            or name.startswith("/")
            or ".." in name.split("/")
            or set(name) & set("\\:\0")
            or stat.S_ISLNK(info.external_attr >> 16)
        ):
            raise _Forbidden(f"a forbidden name, {name[:60]!r}")
        seen.add(name)
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or info.flag_bits & _ENCRYPTED:
            raise _Forbidden(f"{name[:60]!r}, packed in a way that is not read here")
        if info.file_size > max(RATIO_FLOOR, MAX_RATIO * info.compress_size):
            raise _TooMuch(repr(name[:60]))


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    with archive.open(info) as member:
        data = member.read(info.file_size + 1)
    if len(data) != info.file_size:  # the directory lied
        raise _TooMuch(repr(info.orig_filename[:60]))
    return data
