"""Generator bundles: a folder with ``manifest.json``, ONNX files, ``LICENSE`` and ``model_card.md``.

Reading, writing, finding, listing and installing bundles. A bundle is data from
anywhere: every hash is checked at every start, every file wholly before it is used for the first time (see
``onnx_check``); pickles and external data are never read.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import msgspec

from vtuber_studio.core import paths
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import make_folder, read_bytes, replace_folder, sweep, write_atomically
from vtuber_studio.core.plain import described
from vtuber_studio.engine.manifest import BundlePart, File, Input, Manifest, Shadow, inputs_of, network_files
from vtuber_studio.engine.manifest_check import check_file
from vtuber_studio.engine.manifest_file import Table, named_files, read_table, table_bytes
from vtuber_studio.engine.onnx_check import examiner

__all__ = [
    "Bundle", "BundlePart", "File", "Input", "Manifest", "Shadow", "find_bundle", "inputs_of", "install_bundle",
    "list_bundles", "make_file", "read_bundle", "read_manifest", "staged", "write_manifest", "write_table",
]  # fmt: skip

STARTER = "starter"
MAX_MANIFEST = 4_000_000
MAX_FILE = 256_000_000
MAX_FILES = 500
_WEIGHTS = (".onnx", ".safetensors")  # what a bundle may carry
_TEXTS = ("LICENSE", "model_card.md")
_HINT = "Use another copy of this generator, or download it again."


@dataclass(frozen=True)
class Bundle:
    """A checked bundle in ``folder``; ``table`` is its manifest as stored, in today's format, unknown fields kept."""

    folder: Path
    manifest: Manifest
    table: Table

    def read(self, file: File) -> bytes:
        """A file's bytes, read once and matching their hash; StudioError when they do not."""
        return _read_file(self.folder, file)

    def text(self, name: str) -> bytes:
        """The bytes of ``LICENSE`` or ``model_card.md``; empty when there is none, or no plain file of sound size."""
        path = self.folder / name
        try:
            return b"" if path.is_symlink() else read_bytes(path, MAX_MANIFEST)
        except OSError:
            return b""


def make_file(folder: Path, path: str) -> File:
    """The manifest's entry for a file that lies in ``folder``."""
    return File(path, hashlib.sha256((folder / path).read_bytes()).hexdigest())


def write_manifest(folder: Path, manifest: Manifest) -> Manifest:
    """Write ``manifest.json`` last, its id filled in; StudioError when its tables are unsound."""
    return write_table(folder, msgspec.to_builtins(manifest))


def write_table(folder: Path, table: Table) -> Manifest:
    """The same for tables as plain values, which may hold fields that this program does not know."""
    data, manifest = table_bytes(table)
    write_atomically(folder / "manifest.json", data)
    return manifest


def read_bundle(folder: Path, *, full: bool = False) -> Bundle:
    """The bundle in ``folder``, checked; StudioError with one sentence when anything is wrong.

    Networks are examined wholly when ``full``, or when their bytes were never examined on this machine. What
    ships with the program is trusted by its hashes.
    """
    folder = Path(folder)
    table, manifest = read_table(_read_manifest(folder))
    shipped = folder.resolve().is_relative_to(paths.resources().resolve())
    with examiner(again=full) as examine:
        for file, inputs, outputs in network_files(manifest):
            data = _read_file(folder, file)
            if full or not shipped:
                examine(data, file, inputs, outputs)
    return Bundle(folder, manifest, table)


def read_manifest(folder: Path) -> Manifest:
    """The checked tables of a bundle, without a look at its other files; StudioError when they are unsound."""
    return read_table(_read_manifest(folder))[1]


def find_bundle(name_or_path: str | Path | None = None) -> Path:
    """Folder of a bundle given by path or by name; the starter for None. StudioError when there is none."""
    if name_or_path is None:
        name_or_path = STARTER
    if not isinstance(name_or_path, str | os.PathLike):
        raise StudioError(f"A generator's name or folder is wanted, not {described(name_or_path)}.", "Give a text.")
    given = Path(name_or_path)
    places = [given] if given.is_absolute() or len(given.parts) != 1 else [*_shelves(given), given]
    for place in places:
        if (place / "manifest.json").is_file():
            return place
    if name_or_path == STARTER:
        raise StudioError("The starter generator is missing.", "Install the program again, or give a generator.")
    raise StudioError(f"There is no generator in {str(name_or_path)!r}.", "Give a folder that holds a manifest.json.")


def list_bundles() -> list[Path]:
    """Folders of all bundles: shipped ones, then installed ones."""
    shelves = [paths.resources() / "generators", paths.data_dir() / "generators"]
    return [
        folder
        for shelf in shelves
        if shelf.is_dir()
        for folder in sorted(shelf.iterdir())
        if not folder.name.startswith(".") and (folder / "manifest.json").is_file()
    ]


def install_bundle(folder: Path) -> Bundle:
    """Check a bundle wholly and copy it, and nothing else, to the user's generators; the old one stays on error.

    The manifest goes over byte for byte, with every file that it names, also in fields that only a newer program
    knows: that one then finds the bundle whole.
    """
    source = read_bundle(folder, full=True)
    manifest = _read_manifest(folder)
    files = {file.path: file for file in named_files(source.table)}
    if len(files) > MAX_FILES:
        raise StudioError("This generator has too many files.", _HINT)
    shelf = paths.data_dir() / "generators"
    slug = re.sub(r"[^a-z0-9]+", "-", source.manifest.name.lower()).strip("-")[:40] or "generator"
    target = shelf / f"{slug}-{source.manifest.id[:8]}"
    temporary = shelf / f".{target.name}.{uuid.uuid4().hex[:8]}"
    try:
        temporary.mkdir(parents=True)
        sweep(shelf, rf"\.{re.escape(target.name)}\.[0-9a-f]{{8}}")
        for file in files.values():
            check_file(file, _WEIGHTS)
            copy = temporary / file.path
            copy.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(copy, source.read(file))
        for name in _TEXTS:
            if text := source.text(name):
                write_atomically(temporary / name, text)
        write_atomically(temporary / "manifest.json", manifest)
        copied = read_bundle(temporary)
        if target.exists():
            shutil.rmtree(target)
        os.replace(temporary, target)
    except OSError as error:
        raise StudioError("This generator cannot be installed.", f"{error.strerror or error}.") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return Bundle(target, copied.manifest, copied.table)


def require_place(out: Path) -> None:
    """StudioError where a bundle would take the place of anything but nothing, an empty folder or another bundle."""
    held = sorted(each.name for each in out.iterdir()) if out.is_dir() else []
    if out.exists() and not out.is_dir():
        raise StudioError(f"{out} is a file, and a generator is a folder.", "Choose another name.")
    try:
        if held:
            read_manifest(out)
    except StudioError as error:
        hint = "Choose a new folder: what is in that one would be lost."
        raise StudioError(f"The folder {out} holds {held[0]!r}.", hint) from error


@contextmanager
def staged(out: Path) -> Iterator[Path]:
    """A folder that takes the place of ``out`` when it holds a sound bundle; otherwise nothing changes. StudioError as
    from ``require_place``."""
    require_place(out)
    sweep(make_folder(out.parent), r"\.export-\w{8}")
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".export-") as temporary:
        stage = Path(temporary) / "bundle"
        stage.mkdir()
        yield stage
        read_bundle(stage, full=True)
        replace_folder(stage, out, Path(temporary) / "retired")


def _shelves(name: Path) -> list[Path]:
    return [paths.resources() / "generators" / name, paths.data_dir() / "generators" / name]


def _read_manifest(folder: Path) -> bytes:
    try:
        return read_bytes(folder / "manifest.json", MAX_MANIFEST)
    except OSError as error:
        if error.errno == errno.EFBIG:
            raise StudioError("This generator's manifest is too large.", _HINT) from error
        raise StudioError(
            f"There is no readable generator in {str(folder)!r}.", "Give a folder that holds a manifest.json."
        ) from error


def _read_file(folder: Path, file: File) -> bytes:
    path = folder
    try:
        for piece in PurePosixPath(file.path).parts:
            path = path / piece
            if path.is_symlink():
                raise StudioError(f"{file.path} of this generator is a link.", "Use a copy with real files.")
        data = read_bytes(path, MAX_FILE)
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno in (errno.EFBIG, errno.ENODEV, errno.EISDIR):
            raise StudioError(f"{file.path} of this generator is too large, or no file.", _HINT) from error
        raise StudioError(f"{file.path} of this generator is missing.", _HINT) from error
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise StudioError(f"{file.path} of this generator is damaged or was changed.", _HINT)
    return data
