"""Putting a bundle together in a folder where its new networks lie already; and packs, which add a style to one.

A *pack* is a bundle of one part with one network, whose ``extends`` names the attribute that its choices belong to:
it is read, checked and shown like any other, and installed into a copy of a bundle of its family.
"""

from __future__ import annotations

import datetime
import hashlib
import tempfile
from collections.abc import Sequence
from pathlib import Path

from msgspec import structs

from vtuber_studio import __version__
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import make_folder, write_atomically
from vtuber_studio.core.part import structure
from vtuber_studio.engine.bundle import Bundle, find_bundle, install_bundle, list_bundles, read_bundle, write_table
from vtuber_studio.engine.manifest import BundlePart, File, Manifest
from vtuber_studio.engine.manifest_file import Table, named_files
from vtuber_studio.engine.merge import merged
from vtuber_studio.engine.papers import licence, licence_text, model_card
from vtuber_studio.engine.shelf import unpacked
from vtuber_studio.engine.tables import PartTables, bundle_tables


def assemble(stage: Path, table: Table, base: Bundle | None, name: str, texts: Sequence[str]) -> Manifest:
    """Complete the bundle in ``stage``: files that ``table`` names and ``stage`` lacks come from ``base``; then
    manifest, licence (the base's text where any of its weights are in, then ``texts``) and model card."""
    carried = False
    for file in named_files(table):
        if base is not None and not (stage / file.path).exists():
            write_atomically(make_folder((stage / file.path).parent) / Path(file.path).name, base.read(file))
            carried = True
    table["parts"] = [_licensed(entry, base.manifest.licence) if base else entry for entry in table["parts"]]
    made = {"made": datetime.date.today().isoformat(), "program": f"VTuber Studio {__version__}"}
    table |= {"name": name, "provenance": {**table.get("provenance", {}), **made}}
    table["licence"] = licence(write_table(stage, table))
    manifest = write_table(stage, table)
    if base is not None and carried:
        texts = [base.text("LICENSE").decode("utf-8", "replace"), *texts]
    write_atomically(stage / "LICENSE", licence_text(texts).encode())
    write_atomically(stage / "model_card.md", model_card(manifest).encode())
    return manifest


def _licensed(entry: Table, came_under: str) -> Table:
    """The entry, each of its networks with a licence: where it does not say, that of the bundle it came in."""
    entry = {**entry, "provenance": {"licence": came_under, **entry.get("provenance", {})}}
    if entry.get("variants"):
        own = {choice: _licensed(row, came_under) for choice, row in entry["variants"]["choices"].items()}
        entry["variants"] = {**entry["variants"], "choices": own}
    return entry


# --- packs ----------------------------------------------------------------------------------------------------


def install(folder: Path, into: str | Path | None = None, rather: Sequence[Path] = ()) -> Bundle:
    """Install a generator, or a pack into a copy of ``into`` (by default the first generator of its family, those in
    the folders ``rather`` before all others).

    ``folder`` may be a zip of one, too.
    """
    with unpacked(folder) as place:
        return _install(place, into, rather)


def _install(folder: Path, into: str | Path | None, rather: Sequence[Path]) -> Bundle:
    source = read_bundle(folder, full=True)
    if not source.manifest.extends:
        if into is not None:
            raise StudioError("This is a generator of its own, not a pack.", "Leave --into out.")
        return install_bundle(folder)
    return _install_pack(source, read_bundle(_home_of(source.manifest, rather) if into is None else find_bundle(into)))


def _home_of(pack: Manifest, rather: Sequence[Path]) -> Path:
    for folder in (*rather, *list_bundles()):
        try:
            if read_bundle(folder).manifest.family == pack.family:
                return folder
        except StudioError:
            continue
    raise StudioError(f"No generator of the family {pack.family!r} is installed.", "Install one, or give --into.")


def _install_pack(pack: Bundle, base: Bundle) -> Bundle:
    tables, entry = _fitting(pack.manifest, base.manifest)
    with tempfile.TemporaryDirectory(prefix="vtuber-studio-") as temporary:
        stage = Path(temporary)
        mapping, synthesis = (_placed(pack, file, stage) for file in (entry.mapping, entry.synthesis))
        told = {"licence": pack.manifest.licence, **entry.provenance}
        entry = structs.replace(entry, mapping=mapping, synthesis=synthesis, provenance=told)
        style = next(row for row in tables.attributes if row.name == pack.manifest.extends)
        trained = {}
        for choice in style.choices:
            own = structs.replace(tables, style=style.name, choice=choice)
            trained[own.name] = own, entry
        table = merged(base.manifest, base.table, trained, like=base.manifest)
        name = f"{base.manifest.name} with {pack.manifest.name}"[:100]
        assemble(stage, table, base, name, [pack.text("LICENSE").decode("utf-8", "replace")])
        return install_bundle(stage)


def _fitting(pack: Manifest, base: Manifest) -> tuple[PartTables, BundlePart]:
    """The pack's tables and part; StudioError when it is not for this generator."""
    (entry,) = pack.parts
    tables = bundle_tables(pack, entry.part.name)
    known = bundle_tables(base, entry.part.name)
    assert tables is not None
    if base.extends or pack.family != base.family or known is None:
        raise StudioError(
            f"{pack.name} is a pack for the family {pack.family!r}, and {base.name} is none of it.",
            "Choose another generator with --into.",
        )
    home = structs.replace(entry.part, box=known.part.box, logits=known.part.logits)
    if structure(home, ()) != structure(known.part, ()):
        raise StudioError(f"{pack.name} was made for other cels of {entry.part.name}.", "Ask its maker for a new one.")
    shared = {row.name for row in base.attributes + base.expressions if entry.part.name not in row.parts}
    if clash := shared & {row.name for row in tables.rows}:
        raise StudioError(f"{pack.name} has a {sorted(clash)[0]} that means something else here.", "Ask its maker.")
    return tables, entry


def _placed(pack: Bundle, file: File, stage: Path) -> File:
    """The pack's file under a name that no other has."""
    data = pack.read(file)
    path = f"packs/{hashlib.sha256(data).hexdigest()[:16]}.onnx"
    write_atomically(make_folder(stage / "packs") / Path(path).name, data)
    return File(path, file.sha256)
