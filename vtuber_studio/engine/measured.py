"""What was measured of a generator: kept in its manifest, which does not count for its id, and shown as tables in its
model card and on pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import write_together
from vtuber_studio.engine.bundle import Bundle
from vtuber_studio.engine.manifest import Manifest
from vtuber_studio.engine.manifest_file import table_bytes

TITLE = "## Figures"
_DIGITS = 5
_PLACE = re.compile(r"(<!-- figures: (\w+) -->\n).*?(<!-- /figures -->)", re.DOTALL)


class Measured(msgspec.Struct, frozen=True):
    """Figures of one kind, and how they came about."""

    command: str
    made: str  # ISO date
    of: str  # the generator's id, shortened
    machine: str
    figures: dict[str, Any]


class Row(NamedTuple):
    """One line of a table: shown when all that ``paths`` (dotted, space apart) name was measured."""

    label: str
    shown: str  # a format of those
    paths: str


class Kind(NamedTuple):
    """One way to measure: its table, and figures that are many (title, path), which only a page shows."""

    rows: tuple[Row, ...]
    each: tuple[tuple[str, str], ...] = ()


_INCEPTION = (
    Row("FID, of Inception's features", "{:.2f}", "fid"),
    Row("KID of the same (95 % interval)", "{:.5f} ({:.5f} to {:.5f})",
        "inception_kid.mean inception_kid.low inception_kid.high"),
    Row("Inception Score (of the pictures it is compared with)", "{:.2f} ({:.2f})",
        "inception_score.made inception_score.real"),
    Row("weights of Inception", "{}", "inception"),
)  # fmt: skip
_SETS = (
    Row("precision, recall", "{:.3f}, {:.3f}", "precision recall"),
    Row("density, coverage", "{:.3f}, {:.3f}", "density coverage"),
    Row("told from the truth by its neighbours", "{:.1%} right (by chance with p = {:.2g})",
        "two_sample.accuracy two_sample.p"),
)  # fmt: skip

KINDS: dict[str, Kind] = {
    "looks": Kind((
        Row("unseen looks, each with a face", "{}", "looks"),
        Row("PSNR at 512 px, mean (worst tenth)", "{:.1f} dB ({:.1f})", "psnr_512.mean psnr_512.p10"),
        Row("PSNR at 2048 px, mean (worst tenth)", "{:.1f} dB ({:.1f})", "psnr_2048.mean psnr_2048.p10"),
        Row("soft IoU of a material, mean (worst)", "{:.3f} ({:.3f}, {})", "iou.mean iou.worst iou.worst_name"),
        Row("largest change outside an edited part", "{} of 255", "leak"),
        Row("brows that change with the size of the iris", "{:.1%}", "crosstalk.brows_by_iris_size"),
        Row("pixels of background inside the figure", "{}", "holes"),
    ), (("a part", "parts"),)),
    "sets": Kind((
        Row("pictures a set, 512 px, none seen in training", "{}", "pictures"),
        Row("features: the reader's", "{}", "reader"),
        Row("KID (95 % interval)", "{:.5f} ({:.5f} to {:.5f})", "kid.mean kid.low kid.high"),
        Row("Frechet distance", "{:.2f}", "frechet"),
        *_SETS,
        Row("diversity (the artist's)", "{:.2f} ({:.2f})", "diversity.generator diversity.artist"),
        Row("edge energy, of the artist's", "{:.1%}", "edge_energy"),
        Row("lines of the artist that are lines", "{:.1%}", "line_recall"),
        Row("samples a second of one core, 512 px, nothing cached", "{:.1f}", "samples_a_second"),
        *_INCEPTION,
    ), (("diversity of a part, of the artist's", "diversity.parts"),)),
    "sliders": Kind((
        Row("looks in which each was moved", "{}", "looks"),
        Row("choices read as they were set, mean", "{:.1%}", "choices"),
        Row("sliders: squared correlation of set and read, mean", "{:.2f}", "ranges"),
        Row("other rows that are read to move, mean", "{:.1%}", "off"),
    ), (("a slider or choice", "sliders"),)),
    "reader": Kind((
        Row("unseen portraits in changed styles", "{}", "portraits"),
        Row("choices that are visible, right in the mean", "{:.1%}", "choices.mean"),
        Row("sliders, mean R2", "{:.2f}", "ranges.mean"),
        Row("her face, mean R2", "{:.2f}", "face.mean"),
        Row("turn, nod, tilt: mean error", "{:.1f}, {:.1f}, {:.1f} degrees", "pose.yaw pose.pitch pose.roll"),
        Row("eyes, mouth, chin: median error, of the face's width", "{:.1%}, {:.1%}, {:.1%}, {:.1%}",
            "points.eye_right points.eye_left points.mouth points.chin"),
    ), (("a choice, share right", "choices"), ("a slider, R2", "ranges"), ("her face, R2", "face"),
        ("a colour, median CIEDE2000", "colours"))),
    "run": Kind((
        Row("pictures made", "{}", "made"),
        Row("pictures of training, held out", "{}, {}", "pictures.seen pictures.held_out"),
        Row("the judge calls by their name: training's", "{:.1%}", "judge.seen"),
        Row("held-out ones", "{:.1%}", "judge.held_out"),
        Row("made ones", "{:.1%}", "judge.made"),
        Row("the last two, mean", "{:.1%}", "judge.accuracy"),
        *_SETS,
        Row("diversity (the pictures')", "{:.3f} ({:.3f})", "diversity.made diversity.pictures"),
        Row("samples a second of one core, or of the accelerator", "{:.1f}", "samples_a_second"),
        *_INCEPTION,
    )),
}  # fmt: skip


def kept(manifest: Manifest) -> dict[str, Measured]:
    """The figures that a generator keeps, by kind; what is none of ours, or damaged, is passed over."""
    found = {}
    for kind in KINDS:
        try:
            found[kind] = msgspec.convert(manifest.figures.get(kind), Measured)
        except msgspec.ValidationError:
            continue
    return found


def keep(bundle: Bundle, kind: str, measured: Measured) -> Manifest:
    """Write figures into a bundle's manifest, and into its model card, whose other text stays; both or neither.
    StudioError when the bundle cannot be written, or is of an older format."""
    figures = {**bundle.table.get("figures", {}), kind: msgspec.to_builtins(rounded(measured))}
    data, manifest = table_bytes({**bundle.table, "figures": figures})
    if manifest.id != bundle.manifest.id:
        raise StudioError(f"{manifest.name} is of an older format, which keeps no figures.", "Print them instead.")
    card = bundle.text("model_card.md").decode("utf-8", "replace").partition(f"\n{TITLE}\n")[0].rstrip("\n")
    whole = "\n".join([card, "", *card_lines(manifest)])
    write_together({bundle.folder / "manifest.json": data, bundle.folder / "model_card.md": whole.encode()})
    return manifest


def rounded(value: Any) -> Any:
    """Figures with five digits."""
    if isinstance(value, Measured):
        return msgspec.structs.replace(value, figures=rounded(value.figures))
    if isinstance(value, dict):
        return {key: rounded(own) for key, own in value.items()}
    return float(f"{value:.{_DIGITS}g}") if isinstance(value, float) else value


def card_lines(manifest: Manifest) -> list[str]:
    """Markdown of the model card's section, its last line empty; nothing when nothing was measured."""
    lines = [line for kind, own in kept(manifest).items() for line in ("", *_section(manifest, kind, own))]
    return [TITLE, *lines, ""] if lines else []


def filled(page: str, manifest: Manifest) -> str:
    """A page whose places ``<!-- figures: KIND -->`` to ``<!-- /figures -->`` hold the generator's tables, those of
    many figures, too. StudioError when it has no such place."""
    own = kept(manifest)

    def tables(place: re.Match[str]) -> str:
        kind, lines = place[2], [f"{manifest.name} keeps no figures of this kind."]
        if kind in own:
            lines = _section(manifest, kind, own[kind])
            for title, path in KINDS[kind].each:
                lines += ["", *_each(title, _at(own[kind].figures, path))]
        return "\n".join([place[1], *lines, "", place[3]])

    page, places = _PLACE.subn(tables, page)
    if not places:
        raise StudioError(
            "The page has no place for figures.",
            f"Write <!-- figures: KIND --> and <!-- /figures -->, a line each; kinds are {', '.join(KINDS)}.",
        )
    return page


def _section(manifest: Manifest, kind: str, own: Measured) -> list[str]:
    since = "" if own.of == manifest.id[: len(own.of)] else ", before its last change"
    values = [(row, [_at(own.figures, path) for path in row.paths.split()]) for row in KINDS[kind].rows]
    shown = [(row.label, _shown(row.shown, *found)) for row, found in values]
    return [
        f"`{_plain(own.command)}`, {_plain(own.made)}, generator {_plain(own.of)}{since}, {_plain(own.machine)}:",
        "",
        "| what | figure |",
        "|---|---|",
        *(f"| {label} | {value} |" for label, value in shown if value),
    ]


def _shown(form: str, *values: Any) -> str:
    try:
        return "" if None in values else _plain(form.format(*values))
    except (ValueError, TypeError, OverflowError):  # from anywhere: a text where a number should be
        return ""


def _each(title: str, figures: Any) -> Iterator[str]:
    """A table of figures by name, a number or several by name each."""
    if not isinstance(figures, dict) or not figures:
        return
    rows = {name: own if isinstance(own, dict) else {"": own} for name, own in figures.items()}
    columns = list(next(iter(rows.values())))
    yield from (f"| {title} | {' | '.join(map(_plain, columns))} |", f"|---{'|---' * len(columns)}|")
    for name, own in rows.items():
        cells = (_shown("{:.3g}", own.get(column)) for column in columns)
        yield f"| {_plain(name)} | {' | '.join(cells)} |"


def _at(figures: Any, path: str) -> Any:
    for name in path.split("."):
        figures = figures.get(name) if isinstance(figures, Mapping) else None
    return figures


def _plain(text: Any) -> str:
    return str(text).replace("|", "/").replace("\n", " ").replace("`", "'")
