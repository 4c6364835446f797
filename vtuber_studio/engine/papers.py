"""What goes with a bundle on paper: under which licences its weights are, and where each of them comes from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from vtuber_studio.engine.manifest import BundlePart, Manifest, networks_of
from vtuber_studio.engine.measured import card_lines

_TOLD = ("trained_on", "licence", "images", "minutes", "made")


def networks(manifest: Manifest) -> Iterator[tuple[str, BundlePart]]:
    """Every network of the bundle's parts by name."""
    for entry in manifest.parts:
        yield from networks_of(entry).items()


def licence(manifest: Manifest) -> str:
    """SPDX expression for all weights together; a network that does not say has the bundle's own."""
    return " AND ".join(sorted({own.provenance.get("licence", manifest.licence) for _, own in networks(manifest)}))


def licence_text(texts: Iterable[str]) -> str:
    """One text of several; the same text once."""
    found = list(dict.fromkeys(text.strip() + "\n" for text in texts if text.strip()))
    if len(found) < 2:
        return "".join(found)
    head = "Weights of several makers are in this folder. The model card says which licence each has.\n"
    return "\n\n".join([head, *(f"--- text {k} of {len(found)} ---\n\n{text}" for k, text in enumerate(found, 1))])


def model_card(manifest: Manifest) -> str:
    """Markdown: where the weights come from, network by network, and what may be done with them."""

    def row(name: str, edition: int, past: dict[str, Any]) -> str:
        cells = (str(past.get(key, "")).replace("|", "/").replace("\n", " ") for key in _TOLD)
        return f"| {name} | {edition} | {' | '.join(cells)} |"

    made, by = (manifest.provenance.get(key, "") for key in ("made", "program"))
    lines = [
        f"# {manifest.name}",
        "",
        f"Made {made} by {by}. Licence: {manifest.licence}.",
        "",
        "| network | edition | trained on | licence | images seen | minutes | made |",
        "|---|---|---|---|---|---|---|",
        *(row(name, own.edition, own.provenance) for name, own in networks(manifest)),
    ]
    if manifest.provenance.get("tuned"):
        lines += ["", "Trained on the user's own pictures; weights may remember faces. What it paints of a person is"]
        lines += ["inspired by the pictures, not a likeness. Its reader, if any, is its base's."]
    if manifest.licence == "CC0-1.0":
        lines += ["", "Weights and pictures made with them are CC0: use and sell them as you like."]
    return "\n".join([*lines, "", *card_lines(manifest)])
