"""One set of tables out of several vintages: newly trained networks take the place of a bundle's own.

A network is asked only for what it was trained on. What a network's own tables say about a row is newer than what the
bundle says; but a row that others see too offers no more than all of them know. Works on plain values, so that fields
which this program does not know stay where they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import structs

from vtuber_studio.core.attribute import Attribute
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.part import Material
from vtuber_studio.engine.manifest import BundlePart, Input, Manifest, Shadow, Variant, Variants, networks_of
from vtuber_studio.engine.tables import PartTables, used

Table = dict[str, Any]
Trained = Mapping[str, tuple[PartTables, BundlePart]]  # by the network's name


def merged(base: Manifest, table: Table, trained: Trained, like: Manifest, order: Iterable[str] = ()) -> Table:
    """``table``, the plain values of ``base``, with trained networks in the place of its own, or beside them.

    What the base does not have comes in the order of ``like``, parts in ``order``; new names are those of ``like``.
    StudioError when two networks know no common value of a row, or a style's part is not there.
    """
    new = [tables for tables, _ in trained.values()]
    whole = {name: entry for name, (tables, entry) in trained.items() if not tables.choice}
    known = {entry.part.name: entry for entry in base.parts} | whole
    styles: dict[str, list[PartTables]] = {}
    for tables in new:
        if tables.choice:
            styles.setdefault(tables.part.name, []).append(tables)
    for name in styles:
        if name not in known:
            raise StudioError(f"A style of {name} needs {name} itself.", "Give a bundle that has this part.")
    names = in_order(set(known), (entry.part.name for entry in base.parts), order)
    old = {entry.part.name: entry.variants for entry in base.parts}
    parts = [_with_styles(known[name], old.get(name), styles.get(name, ()), trained) for name in names]
    attributes = _rows(base.attributes, _told(new, "attributes"), parts, like.attributes)
    expressions = _rows(base.expressions, _told(new, "expressions"), parts, like.expressions)
    cels = {cel.name for entry in parts for cel in entry.part.cels}
    shadow = _shadow(base.shadow, cels)
    materials = _materials(base.materials, _told(new, "materials"), parts, shadow, like.materials)
    now = {
        "attributes": {row.name for row in attributes},
        "expressions": {row.name for row in expressions},
        "choices": {f"{row.name}={choice}" for row in attributes for choice in row.choices},
        "materials": {row.name for row in materials},
        "parts": set(names),
        "cels": cels,
    }
    changed = {*whole, *styles}
    return {
        **table,
        "attributes": _plain(attributes, table["attributes"]),
        "expressions": _plain(expressions, table["expressions"]),
        "materials": _plain(materials, table["materials"]),
        "parts": [_entry(entry, changed, table["parts"]) for entry in parts],
        "shadow": msgspec.to_builtins(shadow),
        "dice": msgspec.to_builtins(like.dice if base.family == like.family else base.dice),
        "capabilities": list(dict.fromkeys((*base.capabilities, *like.capabilities))),
        "renamed": _renamed(base.renamed, like.renamed, now),
    }


def _told(tables: Sequence[PartTables], kind: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Rows by name that whole parts tell, and that networks of one style tell: those may add rows, and change none."""
    whole, styles = ([each for each in tables if bool(each.choice) == styled] for styled in (False, True))
    newest, added = ({row.name: row for each in some for row in getattr(each, kind)} for some in (whole, styles))
    return newest, added


def _with_styles(
    entry: BundlePart, old: Variants | None, styles: Sequence[PartTables], trained: Trained
) -> BundlePart:
    """The part with the bundle's own styles and the trained ones."""
    attribute = old.attribute if old else styles[0].style if styles else ""
    if any(each.style != attribute for each in styles):
        raise StudioError(
            f"{entry.part.name} has styles of {attribute} already.", "One attribute of a part may own networks."
        )
    found = dict(old.choices) if old else {}
    for each in styles:
        own = trained[each.name][1]
        found[each.choice] = Variant(
            own.mapping, own.synthesis, own.num_ws, own.w_dim, own.inputs, own.part.box, own.part.logits, own.edition,
            own.provenance, own.figures,
        )  # fmt: skip
    return structs.replace(entry, variants=Variants(attribute, found) if found else None)


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
    tables: tuple[Mapping[str, Attribute], Mapping[str, Attribute]],
    parts: Sequence[BundlePart],
    like: Sequence[Attribute],
) -> tuple[Attribute, ...]:
    """One table of rows: each names the parts that see it, and offers what they all know."""
    newest, added = tables
    known = {**added, **{row.name: row for row in base}, **newest}
    seen: dict[str, dict[str, list[Input]]] = {}
    for entry in parts:
        for each in (each for own in networks_of(entry).values() for each in own.inputs):
            if each.name in known:
                seen.setdefault(each.name, {}).setdefault(entry.part.name, []).append(each)
        if entry.variants and entry.variants.attribute in known:
            style, owners = entry.variants.attribute, tuple(entry.variants.choices)
            shared = [choice for each in entry.inputs if each.name == style for choice in each.choices]
            known[style] = _widened(known[style], owners)
            seen.setdefault(style, {})[entry.part.name] = [Input(style, choices=(*shared, *owners))]
    found = []
    for name in in_order(set(seen), (row.name for row in base), (row.name for row in like)):
        row = known[name]
        if name in newest or name in added:
            row = _offered(row, seen[name])
        kept = [part for part in row.parts if part in seen[name]]
        found.append(structs.replace(row, parts=(*kept, *(part for part in seen[name] if part not in kept))))
    return tuple(found)


def _widened(row: Attribute, choices: Sequence[str]) -> Attribute:
    """The row with more choices, as likely as the others on average."""
    more = tuple(choice for choice in choices if choice not in row.choices)
    prior = row.prior and (*row.prior, *[sum(row.prior) / len(row.prior)] * len(more))
    return structs.replace(row, choices=(*row.choices, *more), prior=prior)


def _offered(row: Attribute, seen: Mapping[str, Sequence[Input]]) -> Attribute:
    """The row with the values that every part that sees it was trained on."""
    inputs = [each for own in seen.values() for each in own]
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
    tables: tuple[Mapping[str, Material], Mapping[str, Material]],
    parts: Sequence[BundlePart],
    shadow: Shadow | None,
    like: Sequence[Material],
) -> tuple[Material, ...]:
    """One table of what the cels, and the shadow, are painted with."""
    newest, added = tables
    known = {**added, **{row.name: row for row in base}, **newest}
    also = (shadow.material, shadow.over) if shadow else ()
    names = {row.name for entry in parts for row in used(entry.part, known.values(), also)}
    return tuple(known[n] for n in in_order(names, (r.name for r in base), (r.name for r in like)))


def _renamed(
    base: Mapping[str, Mapping[str, str]], like: Mapping[str, Mapping[str, str]], now: Mapping[str, set[str]]
) -> dict[str, dict[str, str]]:
    """Both tables in one step each, as far as they lead to names of ``now`` from names that are none."""
    found: dict[str, dict[str, str]] = {kind: dict(table) for kind, table in base.items() if kind not in now}
    for kind, names in now.items():
        later = like.get(kind, {})
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


def _entry(entry: BundlePart, changed: set[str], old: Sequence[Table]) -> Table:
    """A carried part as it stands in the bundle; a changed one as plain values, unknown fields kept."""
    kept = next((row for row in old if row["part"]["name"] == entry.part.name), {})
    if entry.part.name not in changed:
        return kept
    plain = {**_over(kept, entry), "part": _over(kept.get("part", {}), entry.part)}
    if entry.variants:
        before = (kept.get("variants") or {}).get("choices", {})
        own = {choice: _over(before.get(choice, {}), row) for choice, row in entry.variants.choices.items()}
        plain["variants"] = {**_over(kept.get("variants") or {}, entry.variants), "choices": own}
    return plain


def _over(old: Table, row: Any) -> Table:
    known = {field.encode_name for field in structs.fields(row)}
    return {**{key: value for key, value in old.items() if key not in known}, **msgspec.to_builtins(row)}
