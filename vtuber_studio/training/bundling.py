"""From a run to a generator bundle, or to a pack with one style: trained networks beside those of the bundle that the
run grew from."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import structs

from vtuber_studio.artist import schema
from vtuber_studio.core import paths
from vtuber_studio.core.errors import StudioError
from vtuber_studio.engine.assemble import assemble
from vtuber_studio.engine.bundle import BundlePart, Manifest, Shadow, read_bundle, staged
from vtuber_studio.engine.merge import merged
from vtuber_studio.engine.renames import renamed_table
from vtuber_studio.engine.tables import PartTables
from vtuber_studio.training.config import TrainConfig
from vtuber_studio.training.starter import run_base
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
    with staged(out) as stage:
        networks = dict(_exported(run, network, stage) for network in trained)
        like, order = _artist(), [part.name for part in schema.PARTS]
        start, table = (source.manifest, source.table) if source else _nothing()
        if start.family == like.family:
            table = renamed_table(table, like.renamed)
            start = msgspec.convert(table, Manifest)
        whole = merged(start, table, networks, like, order)
        assemble(stage, whole, source, name or start.name, [_own_licence()])
    return out


def export_pack(run: Path, network: str, out: Path, name: str = "") -> Path:
    """Export one trained style ("hair_front=curly") as a pack that a bundle of its family can be given."""
    if not (run / network / "state.safetensors").is_file():
        raise StudioError(f"The run has not trained {network!r}.", "Name a style that it has: PART=CHOICE.")
    with staged(out) as stage:
        _, (tables, entry) = _exported(run, network, stage)
        if not tables.choice:
            raise StudioError(f"{network} is a whole part.", "Name one style of it: PART=CHOICE.")
        start, table = _nothing()
        alone = structs.replace(tables, style="", choice="")
        whole = merged(start, table, {tables.part.name: (alone, entry)}, _artist())
        assemble(stage, whole | {"extends": tables.style}, None, name or tables.choice.title(), [_own_licence()])
    return out


def _exported(run: Path, network: str, stage: Path) -> tuple[str, tuple[PartTables, BundlePart]]:
    """(the network's name, what it learned and its entry), its files written to ``stage``."""
    trainer = PartTrainer(stored_tables(run / network), run / network, TrainConfig(), "cpu")
    trainer.load()
    return trainer.tables.name, (trainer.tables, export_part(trainer, stage))


def _artist() -> Manifest:
    """The artist's tables: the order of things, and the names that they have now."""
    return Manifest(
        name="Starter",
        licence="CC0-1.0",
        attributes=schema.ATTRIBUTES,
        expressions=schema.EXPRESSIONS,
        materials=schema.MATERIALS,
        parts=(),
        family="starter",
        shadow=Shadow(("fringe", "side_locks"), ("face",)),
        dice=schema.DICE,
        capabilities=("attributes", "expression", "palette", "cels", "exact_regions"),
        renamed=schema.RENAMED,
    )


def _nothing() -> tuple[Manifest, dict[str, object]]:
    """What a bundle of the artist's parts begins with."""
    empty = structs.replace(_artist(), attributes=(), expressions=(), materials=(), renamed={})
    return empty, msgspec.to_builtins(empty)


def _own_licence() -> str:
    """The text for what the artist's drawings taught."""
    own = paths.resources().parent / "LICENSE-WEIGHTS"
    return own.read_text("utf-8") if own.is_file() else _CC0
