"""From a run to a generator bundle: trained parts beside those of the bundle it grew from, licence and model card."""

from __future__ import annotations

import datetime
import os
import tempfile
from pathlib import Path

import msgspec

from vtuber_studio import __version__
from vtuber_studio.artist import schema
from vtuber_studio.core import paths
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import make_folder, sweep, write_atomically
from vtuber_studio.engine.bundle import Bundle, BundlePart, Manifest, read_bundle, write_table
from vtuber_studio.engine.manifest_file import named_files
from vtuber_studio.training.config import TrainConfig
from vtuber_studio.training.merge import EMPTY, Trained, merged
from vtuber_studio.training.starter import run_base
from vtuber_studio.training.tables import PartTables
from vtuber_studio.training.to_onnx import export_part
from vtuber_studio.training.trainer import PartTrainer, stored_tables

_CC0 = "CC0 1.0 Universal: https://creativecommons.org/publicdomain/zero/1.0/\n"


def export_bundle(run: Path, out: Path, base: Path | None = None, name: str = "") -> Path:
    """Export the run's moving averages as a generator bundle at ``out``, complete or not at all.

    Parts that the run has not trained come from the bundle ``base``, by default the one that the run started from:
    byte for byte, with what they saw, their edition and their history. StudioError when there is none and one is
    missing.
    """
    base = base or run_base(run)
    source = read_bundle(base) if base is not None else None
    trained = sorted(path.parent.name for path in run.glob("*/state.safetensors"))
    missing = [part.name for part in schema.PARTS if part.name not in trained]
    if not trained or (source is None and missing):
        raise StudioError(f"The run has not trained {', '.join(missing)} yet.", "Go on with --resume.")
    sweep(make_folder(out.parent), r"\.export-\w{8}")
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".export-") as temporary:
        stage = Path(temporary) / "bundle"
        stage.mkdir()
        parts: dict[str, tuple[PartTables, BundlePart]] = {}
        for part in trained:
            trainer = PartTrainer(stored_tables(run / part), run / part, TrainConfig(), "cpu")
            trainer.load()
            parts[trainer.part.name] = trainer.tables, export_part(trainer, stage)
        _finish(stage, source, parts, name)
        read_bundle(stage, full=True)
        _swap(stage, out, Path(temporary) / "retired")
    return out


def _swap(stage: Path, out: Path, retired: Path) -> None:
    """Put ``stage`` in the place of ``out``; the old bundle stays when that fails."""
    try:
        if out.exists():
            os.replace(out, retired)
        try:
            os.replace(stage, out)
        except OSError:
            if retired.exists():
                os.replace(retired, out)
            raise
    except OSError as error:
        message = f"The generator cannot be written to {str(out)!r}: {error.strerror or error}."
        raise StudioError(message, "Close what uses it, or choose another folder.") from error


def _finish(stage: Path, source: Bundle | None, trained: Trained, name: str) -> None:
    """Carried files, manifest, licence and model card."""
    base, table = (source.manifest, source.table) if source else (EMPTY, msgspec.to_builtins(EMPTY))
    table = merged(base, table, trained)
    own = {file.path for _, entry in trained.values() for file in (entry.mapping, entry.synthesis)}
    if source:
        for file in named_files(table):
            if file.path not in own:
                write_atomically(make_folder((stage / file.path).parent) / Path(file.path).name, source.read(file))
    today = datetime.date.today().isoformat()
    table["parts"] = [
        {**entry, "provenance": {"licence": base.licence, **entry.get("provenance", {})}} for entry in table["parts"]
    ]
    table["name"] = name or base.name
    table["licence"] = " AND ".join(sorted({entry["provenance"]["licence"] for entry in table["parts"]}))
    table["provenance"] = {**table.get("provenance", {}), "made": today, "program": f"VTuber Studio {__version__}"}
    manifest = write_table(stage, table)
    carried = any(entry.part.name not in trained for entry in manifest.parts)
    write_atomically(stage / "LICENSE", _licence(source if carried else None).encode())
    write_atomically(stage / "model_card.md", _card(manifest).encode())


def _licence(source: Bundle | None) -> str:
    """The text for what the artist's drawings taught, and before it that of the bundle whose parts came along."""
    own = paths.resources().parent / "LICENSE-WEIGHTS"
    text = own.read_text("utf-8") if own.is_file() else _CC0
    theirs = source.folder / "LICENSE" if source else None
    if theirs is None or not theirs.is_file() or theirs.read_text("utf-8") == text:
        return text
    return (
        "The model card says which licence each part has. This is the text that came with the parts that were\n"
        f"trained elsewhere:\n\n{theirs.read_text('utf-8')}\n\n"
        f"And this is the text for the parts that learned the program's own drawings:\n\n{text}"
    )


def _card(manifest: Manifest) -> str:
    """Where each part's weights come from, and what may be done with them."""
    rows = [(entry.part.name, entry.edition, entry.provenance) for entry in manifest.parts]
    lines = [
        f"# {manifest.name}",
        "",
        f"Made {manifest.provenance['made']} by {manifest.provenance['program']}. Licence: {manifest.licence}.",
        "",
        "| part | edition | trained on | licence | images seen | minutes | made |",
        "|---|---|---|---|---|---|---|",
    ]
    told = ("trained_on", "licence", "images", "minutes", "made")
    lines += [f"| {n} | {e} | {' | '.join(str(past.get(key, '')) for key in told)} |" for n, e, past in rows]
    if manifest.licence == EMPTY.licence:
        lines += ["", "Weights and pictures made with them are CC0: use and sell them as you like."]
    return "\n".join([*lines, ""])
