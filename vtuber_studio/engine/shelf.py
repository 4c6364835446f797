"""The shelf: which generators there are to choose from, known by their manifests alone; where a zip's generator lies
while it is installed; writing one as a zip; and taking one away."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from vtuber_studio.core import paths
from vtuber_studio.core.archive import MAX_FILE, pack, unpack
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import make_folder, read_file, sweep, write_atomically
from vtuber_studio.core.project import Project
from vtuber_studio.engine.bundle import MAX_MANIFEST, list_bundles, read_bundle, read_manifest
from vtuber_studio.engine.fitting import Fitted, fit_project, is_of, of_family
from vtuber_studio.engine.generator import Generator, load_generator
from vtuber_studio.engine.manifest import Manifest
from vtuber_studio.engine.manifest_file import named_files

MANIFEST = "manifest.json"
_PARTS_OF_ONE = (".onnx", ".safetensors", ".json")  # endings of what is unpacked, beside the texts
_TEXTS = ("LICENSE", "model_card.md")
_HINT = "Use another copy of this generator, or download it again."


@dataclass(frozen=True)
class Shelved:
    """A generator that can be chosen; a damaged one has a ``problem`` instead of a manifest, and its folder's name."""

    folder: Path
    name: str
    manifest: Manifest | None = None
    problem: str = ""

    @property
    def shipped(self) -> bool:
        """Did it come with the program? It is not removed."""
        return self.folder.parent != _installed()

    @property
    def id(self) -> str:
        """Its manifest's; empty when it is damaged."""
        return self.manifest.id if self.manifest else ""

    def load(self, threads: int | None = None) -> Generator:
        """The generator, checked wholly; StudioError when it is unsound, or another one lies there by now."""
        generator = load_generator(self.folder, threads)
        if self.manifest is None or generator.manifest.id != self.manifest.id:
            raise StudioError("Another generator lies in its place by now.", "Choose it again.")
        return generator


def shelved() -> tuple[Shelved, ...]:
    """Every generator, shipped ones first. Only manifests are read: a few milliseconds each."""
    return tuple(_shelved(folder) for folder in list_bundles())


def _shelved(folder: Path) -> Shelved:
    try:
        manifest = read_manifest(folder)
    except StudioError as error:
        return Shelved(folder, folder.name, problem=f"{error.message} {error.hint}".strip())
    return Shelved(folder, manifest.name, manifest)


def find_shelved(name: str) -> Shelved:
    """The generator of this name, in this folder of the shelf, or whose id begins so; StudioError when there is none,
    or more than one."""
    known = shelved()
    found = [entry for entry in known if name.casefold() in (entry.name.casefold(), entry.folder.name.casefold())]
    found = found or [entry for entry in known if name and entry.id.startswith(name)]
    if not found:
        raise StudioError(f"There is no generator {name!r}.", "`vtuber-studio generators list` shows which there are.")
    if len(found) > 1:
        several = ", ".join(f"{entry.name} ({entry.id[:8]})" for entry in found)
        raise StudioError(f"{name!r} may be any of {several}.", "Give the first letters of the id.")
    return found[0]


def zip_bundle(folder: Path) -> bytes:
    """A generator as a zip that ``unpacked`` opens: its manifest byte for byte, every file that it names, licence and
    card, in a folder of its name. StudioError when anything is wrong with it."""
    bundle = read_bundle(folder)
    members = {MANIFEST: read_file(folder / MANIFEST, MAX_MANIFEST)}
    members |= {file.path: bundle.read(file) for file in named_files(bundle.table)}
    members |= {name: text for name in _TEXTS if (text := bundle.text(name))}
    inside = {f"{folder.name}/{name}": data for name, data in members.items()}
    caps = {f"{folder.name}/{MANIFEST}": MAX_MANIFEST}
    return pack(inside, caps, inside, "generator", "Copy its folder instead.")


@dataclass(frozen=True)
class Found:
    """A project from outside, the generator that it is to be opened with (None: the running one), and it as far as
    that one knows it. ``name``: of the one that it names, when that is not there."""

    project: Project
    home: Shelved | None
    fitted: Fitted[Project]
    name: str = ""


def find_home(project: Project, running: Manifest) -> Found:
    """Which generator a project is to be opened with: the very one that it names; or, where the running one is of
    another family, the first of its family; or the running one. It reads the shelf."""
    named = project.generator
    if not named.stamp or is_of(named.stamp, running):
        return Found(project, None, fit_project(project, running))
    known = [(entry, entry.manifest) for entry in shelved() if entry.manifest is not None]
    homes = [entry for entry in known if is_of(named.stamp, entry[1])]
    if not homes and not of_family(named.stamp, running):
        homes = [entry for entry in known if of_family(named.stamp, entry[1])]
    if homes:
        return Found(project, homes[0][0], fit_project(project, homes[0][1]))
    return Found(project, None, fit_project(project, running), named.name)


def remove_bundle(folder: Path) -> None:
    """Delete an installed generator; StudioError for any other folder, or when it cannot be deleted."""
    if folder.parent != _installed() or folder.name == "..":
        raise StudioError("This generator came with the program.", "Only installed ones can be removed.")
    retired = folder.with_name(f".removed.{uuid.uuid4().hex[:8]}")
    try:
        os.replace(folder, retired)  # gone from the shelf at once, not piece by piece
    except OSError as error:
        message = f"{folder.name} cannot be removed: {error.strerror or error}."
        raise StudioError(message, "Close what uses it, or look at its permissions.") from error
    shutil.rmtree(retired, ignore_errors=True)
    sweep(folder.parent, r"\.removed\.[0-9a-f]{8}")


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """The folder of a generator that is given by its folder, by the manifest in it, or by a zip of it; what is in a
    zip lies in a folder of its own until the end. StudioError when there is no generator."""
    if path.is_dir():
        yield path
        return
    if path.name == MANIFEST:
        yield path.parent
        return
    members = unpack(read_file(path, MAX_FILE), {MANIFEST: MAX_MANIFEST}, "generator's zip", _HINT)
    inside = _root(path.name, list(members))
    with tempfile.TemporaryDirectory(prefix="vtuber-studio-") as temporary:
        folder = Path(temporary)
        for name, data in members.items():
            place = PurePosixPath(name)
            if not place.is_relative_to(inside) or not (place.suffix in _PARTS_OF_ONE or place.name in _TEXTS):
                continue
            target = folder / place.relative_to(inside)
            write_atomically(make_folder(target.parent) / target.name, data)
        yield folder


def _root(zip_name: str, members: Sequence[str]) -> PurePosixPath:
    """The folder in a zip that holds the manifest: the only one, or the outermost."""
    found = sorted((PurePosixPath(name).parent for name in members if PurePosixPath(name).name == MANIFEST), key=_depth)
    if not found:
        raise StudioError(f"There is no generator in {zip_name}.", "A generator's zip holds a manifest.json.")
    if len(found) > 1 and _depth(found[0]) == _depth(found[1]):
        raise StudioError(f"There are several generators in {zip_name}.", "Unpack it, and install each folder.")
    return found[0]


def _depth(place: PurePosixPath) -> int:
    return len(place.parts)


def _installed() -> Path:
    return paths.data_dir() / "generators"
