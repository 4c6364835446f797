"""A bundle as a few files of limited size, for ways out of a rented machine that take no more.

The bundle is one zip, cut: ``NAME.zip.part01`` and so on. ``NAME.zip.sha256`` names the pieces in their order, as
``sha256sum`` does; so ``cat NAME.zip.part* > NAME.zip`` joins them without this program, too. Imports no torch.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from vtuber_studio.core.archive import MAX_FILE, pack, unpack
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import make_folder, read_file, write_atomically
from vtuber_studio.engine.bundle import staged

PIECE = 16 << 20  # bytes of a file at most
FILES = 8  # at most, the list of pieces among them
_AGAIN = "Fetch the pieces again, all of them and the .sha256 beside them."


def split_bundle(bundle: Path, target: Path, piece: int = PIECE) -> list[Path]:
    """Write ``bundle``, a folder, as pieces ``target``.zip.partNN of at most ``piece`` bytes and their list, which
    comes last in what is returned. StudioError when that takes more than ``FILES`` files."""
    members = {
        path.relative_to(bundle).as_posix(): path.read_bytes() for path in sorted(bundle.rglob("*")) if path.is_file()
    }
    data = pack(members, {})
    parts = [data[first : first + piece] for first in range(0, len(data), piece)]
    if len(parts) >= FILES:
        raise StudioError(
            f"The generator takes {len(parts) + 1} files of {piece / 2**20:.0f} MiB; {FILES} are allowed.",
            "Export it without --split.",
        )
    make_folder(target.parent)
    sums, paths = "", []
    for number, part in enumerate(parts, 1):
        paths.append(target.with_name(f"{target.name}.zip.part{number:02}"))
        write_atomically(paths[-1], part)
        sums += f"{hashlib.sha256(part).hexdigest()}  {paths[-1].name}\n"
    listed = target.with_name(f"{target.name}.zip.sha256")
    write_atomically(listed, sums.encode())
    return [*paths, listed]


def join_bundle(pieces: Sequence[Path], out: Path) -> Path:
    """Put the bundle back together at ``out``, complete or not at all. ``pieces``: in any order, with their list or
    with it beside them. StudioError when one is missing or damaged."""
    sums = _sums(pieces)
    given = {path.name: path for path in pieces}
    data = b""
    for name, digest in sums.items():
        if name not in given:
            raise StudioError(f"The piece {name} is missing.", _AGAIN)
        part = read_file(given[name], MAX_FILE)
        if hashlib.sha256(part).hexdigest() != digest:
            raise StudioError(f"The piece {name} is damaged: its SHA-256 is not the one in the list.", _AGAIN)
        data += part
    with staged(out) as stage:
        for name, content in unpack(data, {}).items():
            write_atomically(make_folder((stage / name).parent) / Path(name).name, content)
    return out


def _sums(pieces: Sequence[Path]) -> dict[str, str]:
    """Name -> SHA-256 of each piece, in order."""
    lists = [path for path in pieces if path.suffix == ".sha256"] or sorted(
        {path.with_suffix(".sha256") for path in pieces}
    )
    if len(lists) != 1:
        raise StudioError("These are not the pieces of one generator.", "Name the .partNN files of one --split.")
    lines = [line.split() for line in read_file(lists[0], 1 << 16).decode("utf-8", "replace").splitlines()]
    if not lines or any(len(line) != 2 for line in lines):
        raise StudioError(f"{lists[0].name} does not list pieces.", _AGAIN)
    return {name: digest for digest, name in lines}
