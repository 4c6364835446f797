"""From a tuning to a generator bundle: the base's own with other networks of synthesis, and detail on its cels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from vtuber_studio.engine.assemble import assemble
from vtuber_studio.engine.bundle import Manifest, read_bundle, staged
from vtuber_studio.engine.manifest import BundlePart, networks_of
from vtuber_studio.training.to_onnx import made, mapping_model, synthesis_model, write_networks
from vtuber_studio.training.tune.trainer import Tuner

LICENCE = "LicenseRef-Yours"
_TERMS = """Some of these weights were tuned on pictures of yours with VTuber Studio.
What may be done with them is what may be done with those pictures.
"""


def export_tuned(tuner: Tuner, out: Path, name: str, told: dict[str, Any]) -> Manifest:
    """Write the moving average as a generator bundle at ``out``, complete or not at all, each network compared with
    torch. ``told`` is its provenance under ``tuned``: of which base, how, on how many pictures, by whose right.

    Its family is the base's, and so are its tables, its reader (which reads other hands' pictures, too, and whose rows
    mean here what they meant) and the editions of the drawings that its sliders were learned from.
    """
    base = read_bundle(tuner.base)
    with staged(out) as stage, tuner.averaged():
        table = msgspec.to_builtins(base.table)
        table["parts"] = [_tuned(tuner, stage, row) for row in table["parts"]]
        table["provenance"] = {**table.get("provenance", {}), "tuned": told}
        return assemble(stage, table, base, name, [_TERMS])


def _tuned(tuner: Tuner, stage: Path, row: dict[str, Any]) -> dict[str, Any]:
    """A part's row of the manifest with what was tuned of it: its networks, and those of its styles."""
    entry = next(each for each in tuner.manifest.parts if each.part.name == row["part"]["name"])
    found = {**row, **_written(tuner, stage, entry.part.name, entry), "part": _over(row["part"], entry.part)}
    if entry.variants:
        own = {
            choice: {**was, **_written(tuner, stage, name, networks_of(entry)[name])}
            for choice, was in row["variants"]["choices"].items()
            if (name := f"{entry.part.name}={choice}")
        }
        found["variants"] = {**row["variants"], "choices": own}
    return found


def _written(tuner: Tuner, stage: Path, name: str, entry: BundlePart) -> dict[str, Any]:
    """A network's files, history and figures; the files are written."""
    network, tables = tuner.networks[name].cpu().float(), tuner.tables[name]
    weights = {key: value.detach().clone().contiguous() for key, value in network.state_dict().items()}
    network.load_state_dict({key: value.half().float() for key, value in weights.items()})
    models = {
        "mapping": mapping_model(network, weights, tables.c_dim, tables.part.z_dim),
        "synthesis": synthesis_model(network, weights, tables.part.channels, tables.part.logits),
    }
    files, difference = write_networks(stage, name, models, network, tables.c_dim, tables.part.z_dim)
    network.load_state_dict(weights)
    network.to(tuner.device)
    past = entry.provenance
    licence = past.get("licence", tuner.manifest.licence)
    past = {
        **past,
        **made(int(past.get("images", 0)), 60 * float(past.get("minutes", 0))),
        "trained_on": f"{past.get('trained_on', 'what its base learned')}, then {len(tuner.learned)} pictures of yours",
        "licence": LICENCE if licence == "CC0-1.0" else " AND ".join(sorted({*licence.split(" AND "), LICENCE})),
    }
    kept = {"mapping": files["mapping"], "synthesis": files["synthesis"], "provenance": past}
    return msgspec.to_builtins(kept | {"figures": {**entry.figures, "max_difference_from_torch": difference}})


def _over(row: dict[str, Any], part: Any) -> dict[str, Any]:
    """The part as plain values, fields that this program does not know kept."""
    cels = {cel["name"]: cel for cel in row["cels"]}
    plain = msgspec.to_builtins(part)
    plain["cels"] = [{**cels[cel["name"]], **cel} for cel in plain["cels"]]
    return {**row, **plain}
