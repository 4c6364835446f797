"""One set of tables out of several vintages: trained parts take the place of a bundle's own.

A network is told only what it was trained on. What a trained part's run says about a row is newer than what the bundle
says; but a row that other parts see too offers no more than all of them know. Works on plain values, so that fields
which this program does not know stay where they are. Imports no torch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import structs

from vtuber_studio.artist import schema
from vtuber_studio.core.attribute import Attribute
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.part import Material
from vtuber_studio.engine.bundle import BundlePart, Input, Manifest, Shadow
from vtuber_studio.training.tables import PartTables, used

Table = dict[str, Any]
Trained = Mapping[str, tuple[PartTables, BundlePart]]

# what a bundle of the artist's parts begins with
EMPTY = Manifest(
    name="Starter",
    licence="CC0-1.0",
    attributes=(),
    expressions=(),
    materials=(),
    parts=(),
    family="starter",
    shadow=Shadow(("fringe", "side_locks"), ("face",)),
    capabilities=("attributes", "expression", "palette", "cels", "exact_regions"),
)


def merged(base: Manifest, table: Table, trained: Trained) -> Table:
    """``table``, the plain values of ``base``, with the trained parts in the place of its own, or beside them."""
    own = {entry.part.name: entry for entry in base.parts}
    entries = {name: entry for name, (_, entry) in trained.items()}
    order = in_order({*own, *entries}, own, (part.name for part in schema.PARTS))
    parts = [entries.get(name) or own[name] for name in order]
    attributes = _rows(base.attributes, [t.attributes for t, _ in trained.values()], parts, schema.ATTRIBUTES)
    expressions = _rows(base.expressions, [t.expressions for t, _ in trained.values()], parts, schema.EXPRESSIONS)
    cels = {cel.name for entry in parts for cel in entry.part.cels}
    shadow = _shadow(base.shadow, cels)
    materials = _materials(base.materials, [t.materials for t, _ in trained.values()], parts, shadow)
    now = {
        "attributes": {row.name for row in attributes},
        "expressions": {row.name for row in expressions},
        "choices": {f"{row.name}={choice}" for row in attributes for choice in row.choices},
        "materials": {row.name for row in materials},
        "parts": set(order),
        "cels": cels,
    }
    return {
        **table,
        "attributes": _plain(attributes, table["attributes"]),
        "expressions": _plain(expressions, table["expressions"]),
        "materials": _plain(materials, table["materials"]),
        "parts": [_entry(entry, entries, table["parts"]) for entry in parts],
        "shadow": msgspec.to_builtins(shadow),
        "capabilities": list(dict.fromkeys((*base.capabilities, *EMPTY.capabilities))),
        "renamed": _renamed(base.renamed, schema.RENAMED, now),
    }


def in_order(names: set[str], *references: Iterable[str]) -> list[str]:
    """The names in the order of the first reference; what only a later one has follows its neighbour there."""
    found: list[str] = []
    for reference in references:
        at = 0
        for name in reference:
            if name in found:
                at = found.index(name) + 1
            elif name in names:
                found.insert(at, name)
                at += 1
    return found + sorted(names.difference(found))


def _rows(
    base: Sequence[Attribute],
    tables: Sequence[Sequence[Attribute]],
    parts: Sequence[BundlePart],
    artist: Sequence[Attribute],
) -> tuple[Attribute, ...]:
    """One table of rows: each names the parts that see it, and offers what they all know."""
    newest = {row.name: row for rows in tables for row in rows}
    known = {row.name: row for row in base} | newest
    seen: dict[str, dict[str, Input]] = {}
    for entry in parts:
        for each in entry.inputs:
            if each.name in known:
                seen.setdefault(each.name, {})[entry.part.name] = each
    found = []
    for name in in_order(set(seen), (row.name for row in base), (row.name for row in artist)):
        row = known[name]
        if name in newest:
            row = _offered(row, seen[name])
        kept = [part for part in row.parts if part in seen[name]]
        found.append(structs.replace(row, parts=(*kept, *(part for part in seen[name] if part not in kept))))
    return tuple(found)


def _offered(row: Attribute, seen: Mapping[str, Input]) -> Attribute:
    """The row with the values that every part that sees it was trained on."""
    inputs = seen.values()
    if row.choices:
        chosen = [(k, choice) for k, choice in enumerate(row.choices) if all(choice in i.choices for i in inputs)]
        choices = tuple(choice for _, choice in chosen)
        if choices:
            prior = tuple(row.prior[k] for k, _ in chosen) if row.prior else ()
            default = row.default if row.default in choices else choices[0]
            return structs.replace(row, choices=choices, prior=prior, default=default)
    elif not any(i.choices for i in inputs):
        low, high = max(i.low for i in inputs), min(i.high for i in inputs)
        if low < high:
            return structs.replace(row, low=low, high=high, default=min(max(float(row.default), low), high))
    raise StudioError(
        f"{' and '.join(seen)} know no common value of {row.name}.", "Train these parts in the same run."
    )


def _shadow(shadow: Shadow | None, cels: set[str]) -> Shadow | None:
    if shadow is None:
        return None
    casters, receivers = (tuple(cel for cel in side if cel in cels) for side in (shadow.casters, shadow.receivers))
    return structs.replace(shadow, casters=casters, receivers=receivers) if casters and receivers else None


def _materials(
    base: Sequence[Material],
    tables: Sequence[Sequence[Material]],
    parts: Sequence[BundlePart],
    shadow: Shadow | None,
) -> tuple[Material, ...]:
    """One table of what the cels, and the shadow, are painted with."""
    known = {row.name: row for row in base} | {row.name: row for rows in tables for row in rows}
    also = (shadow.material, shadow.over) if shadow else ()
    names = {row.name for entry in parts for row in used(entry.part, known.values(), also)}
    return tuple(known[n] for n in in_order(names, (r.name for r in base), (r.name for r in schema.MATERIALS)))


def _renamed(
    base: Mapping[str, Mapping[str, str]], artist: Mapping[str, Mapping[str, str]], now: Mapping[str, set[str]]
) -> dict[str, dict[str, str]]:
    """Both tables in one step each, as far as they lead to names of ``now`` from names that are none."""
    found: dict[str, dict[str, str]] = {kind: dict(table) for kind, table in base.items() if kind not in now}
    for kind, names in now.items():
        later = artist.get(kind, {})
        table = {old: later.get(new, new) for old, new in base.get(kind, {}).items()} | dict(later)
        if kind == "choices":
            kept = {o: n for o, n in table.items() if o not in names and f"{o.partition('=')[0]}={n}" in names}
        else:
            kept = {old: new for old, new in table.items() if old not in names and new in names}
        if kept:
            found[kind] = kept
    return found


def _plain(rows: Sequence[Attribute] | Sequence[Material], old: Sequence[Table]) -> list[Table]:
    """Rows as plain values, with the fields that only the old ones have."""
    kept = {row["name"]: row for row in old}
    return [_over(kept.get(row.name, {}), row) for row in rows]


def _entry(entry: BundlePart, trained: Mapping[str, BundlePart], old: Sequence[Table]) -> Table:
    """A carried part as it stands in the bundle; a trained one as plain values, unknown fields kept."""
    kept = next((row for row in old if row["part"]["name"] == entry.part.name), {})
    if entry.part.name not in trained:
        return kept
    return {**_over(kept, entry), "part": _over(kept.get("part", {}), entry.part)}


def _over(old: Table, row: Any) -> Table:
    known = {field.encode_name for field in structs.fields(row)}
    return {**{key: value for key, value in old.items() if key not in known}, **msgspec.to_builtins(row)}
