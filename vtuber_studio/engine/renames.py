"""A bundle under today's names: what its networks learned stays, what it is called changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Table = dict[str, Any]


def renamed_table(table: Table, renamed: Mapping[str, Mapping[str, str]]) -> Table:
    """The plain values of a manifest with old names (``Manifest.renamed``'s kinds) replaced by today's."""
    if not any(renamed.values()):
        return table
    kinds = ("attributes", "expressions", "choices", "materials", "parts", "cels")
    attributes, expressions, choices, materials, parts, cels = (dict(renamed.get(kind, {})) for kind in kinds)
    rows = attributes | expressions

    def value(name: str, choice: Any) -> Any:
        return choices.get(f"{name}={choice}", choice)

    def row(old: Table) -> Table:
        name: str = rows.get(old["name"]) or old["name"]
        new = {**old, "name": name}
        if "parts" in old:
            new["parts"] = [parts.get(part, part) for part in old["parts"]]
        if "choices" in old:
            new["choices"] = [value(name, choice) for choice in old["choices"]]
        if "default" in old:
            new["default"] = value(name, old["default"])
        return new

    def material(old: Table) -> Table:
        return old | {key: materials.get(old[key], old[key]) for key in ("name", "source") if key in old}

    def cel(old: Table) -> Table:
        new = old | {key: cels.get(old[key], old[key]) for key in ("name", "clip") if key in old}
        new["materials"] = [materials.get(name, name) for name in old["materials"]]
        if "ramp" in old:
            new["ramp"] = {materials.get(a, a): materials.get(b, b) for a, b in old["ramp"].items()}
        return new

    def part(old: Table) -> Table:
        new = {**old, "name": parts.get(old["name"], old["name"]), "cels": [cel(each) for each in old["cels"]]}
        if "empty_when" in old:
            pairs = ((rows.get(name, name), choice) for name, choice in old["empty_when"].items())
            new["empty_when"] = {name: value(name, choice) for name, choice in pairs}
        return new

    def entry(old: Table) -> Table:
        new = {**old, "inputs": [row(each) for each in old["inputs"]]}
        if "part" in old:
            new["part"] = part(old["part"])
        if old.get("variants"):
            style = rows.get(old["variants"]["attribute"], old["variants"]["attribute"])
            own = {value(style, choice): entry(each) for choice, each in old["variants"]["choices"].items()}
            new["variants"] = {**old["variants"], "attribute": style, "choices": own}
        return new

    new = {
        **table,
        "attributes": [row(each) for each in table["attributes"]],
        "expressions": [row(each) for each in table["expressions"]],
        "materials": [material(each) for each in table["materials"]],
        "parts": [entry(each) for each in table["parts"]],
    }
    if table.get("shadow"):
        shadow = {key: [cels.get(c, c) for c in table["shadow"][key]] for key in ("casters", "receivers")}
        tint = {key: table["shadow"][key] for key in ("material", "over") if key in table["shadow"]}
        new["shadow"] = {**table["shadow"], **shadow, **{key: materials.get(m, m) for key, m in tint.items()}}
    return new
