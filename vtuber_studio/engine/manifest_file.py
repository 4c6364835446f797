"""``manifest.json``: from bytes to checked tables and back, older formats included.

Everything here works on the JSON *as stored*, so that a field which this program does not know keeps its place: it
counts for the id, and it is carried along wherever a bundle is copied or exported anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import msgspec

from vtuber_studio.core.attribute import Attribute
from vtuber_studio.core.decode import in_words
from vtuber_studio.core.errors import StudioError
from vtuber_studio.engine.manifest import FORMAT, File, Manifest, inputs_of
from vtuber_studio.engine.manifest_check import check_manifest

Table = dict[str, Any]  # a manifest as plain JSON values
_HINT = "Use another copy of this generator, or download it again."
_SAID = ("provenance", "figures")  # what is told about a thing, and does not change it


def bundle_id(table: Table) -> str:
    """SHA-256 over the canonical JSON, which holds the files' hashes.

    Name, licence, provenance and figures do not count: they may be set right without a new bundle.
    """
    bare = _without(table, "id", "name", "licence", *_SAID)
    bare["parts"] = [_bare_part(entry) for entry in table["parts"]]
    bare["networks"] = {role: _without(entry, *_SAID) for role, entry in table.get("networks", {}).items()}
    return hashlib.sha256(json.dumps(bare, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def read_table(data: bytes) -> tuple[Table, Manifest]:
    """The tables as plain values in today's format and as structs, checked; StudioError with what is wrong.

    A bundle of an older format keeps the id that it was made with.
    """
    try:
        table = json.loads(data, object_pairs_hook=_unique, parse_constant=_refuse)
        json.dumps(table, ensure_ascii=False).encode()  # half a surrogate pair could never be written again
    except (ValueError, RecursionError) as error:  # so are Unicode's errors
        raise StudioError("This generator's manifest is damaged.", _HINT) from error
    version = table.get("format") if isinstance(table, dict) else None
    if type(version) is not int or not 1 <= version <= FORMAT:
        raise StudioError(
            f"This generator has format {str(version)[:20]}, and this program knows formats 1 to {FORMAT}.",
            "Update the program.",
        )
    try:
        known = table.get("id")
        found = bundle_id(table) if version == FORMAT else _id_1(table)
        if version < FORMAT:
            table = _from_1(table)
        manifest = msgspec.convert(table, Manifest)
    except (msgspec.MsgspecError, KeyError, TypeError, AttributeError, ValueError, ArithmeticError) as error:
        raise StudioError(in_words(error, "generator's manifest"), _HINT) from error
    check_manifest(manifest)
    if known != found:
        raise StudioError("This generator's manifest was changed after it was made.", _HINT)
    return table, manifest


def table_bytes(table: Table) -> tuple[bytes, Manifest]:
    """``manifest.json`` for tables in today's format, its id filled in, and what a reader of it will see."""
    plain = json.loads(json.dumps(table))  # numbers and lists as a reader will see them
    plain["id"] = bundle_id(plain)
    data = (json.dumps(plain, indent=1, ensure_ascii=False) + "\n").encode()
    return data, read_table(data)[1]


def named_files(value: Any) -> Iterator[File]:
    """Every file that a manifest names, in whatever field: objects that hold a path and a SHA-256."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            path, sha256 = value.get("path"), value.get("sha256")
            if isinstance(path, str) and isinstance(sha256, str):
                yield File(path, sha256)
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)


def _bare_part(entry: Table) -> Table:
    bare = _without(entry, *_SAID)
    if bare.get("variants"):
        own = {choice: _without(row, *_SAID) for choice, row in bare["variants"]["choices"].items()}
        bare["variants"] = {**bare["variants"], "choices": own}
    return bare


def _without(table: Table, *names: str) -> Table:
    return {name: value for name, value in table.items() if name not in names}


def _unique(pairs: list[tuple[str, Any]]) -> Table:
    table = dict(pairs)
    if len(table) != len(pairs):
        raise ValueError("a name stands twice")
    return table


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no number")


# --- format 1: parts saw what the tables say; their history stood apart ---------------------------------------


def _id_1(table: Table) -> str:
    bare = {**table, "id": "", "name": "", "licence": "", "provenance": {}}
    return hashlib.sha256(msgspec.json.encode(bare, order="sorted")).hexdigest()


def _from_1(old: Table) -> Table:
    """The same bundle in format 2."""
    rows = msgspec.convert([*old["attributes"], *old["expressions"]], tuple[Attribute, ...])
    made = dict(old.get("provenance", {}))
    history = made.pop("parts", {})
    parts = []
    for entry in old["parts"]:
        name = entry["part"]["name"]
        past = {**history.get(name, {}), **{key: made[key] for key in ("made", "trained_on") if key in made}}
        figures = {key: past.pop(key) for key in ("max_difference_from_torch",) if key in past}
        seen = msgspec.to_builtins(inputs_of([row for row in rows if name in row.parts]))
        parts.append({**entry, "inputs": seen, "edition": 1, "provenance": past, "figures": figures})
    family = "starter" if old.get("name") == "Starter" else ""
    return {**old, "format": FORMAT, "family": family, "provenance": made, "parts": parts}
