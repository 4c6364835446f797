"""The command line's ``mix``, ``variations``, ``region`` and ``teach``, and how every command reads a look.

Over 300 lines: each command spells its options out.
"""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vtuber_studio.core.errors import StudioError

if TYPE_CHECKING:
    from vtuber_studio.core.look import Look
    from vtuber_studio.core.project import Project
    from vtuber_studio.engine.fitting import Fitted, T
    from vtuber_studio.engine.generator import Generator
    from vtuber_studio.engine.manifest import Manifest

app = typer.Typer()

GeneratorOption = Annotated[
    Path | None, typer.Option("--generator", help="A generator bundle's folder; the starter when left out.")
]
SeedOption = Annotated[str | None, typer.Option(help="Roll the dice with this number or word.")]
LookOption = Annotated[
    Path | None, typer.Option(help="A look's JSON, a project (its current look), or a picture that carries one.")
]
LookNameOption = Annotated[str, typer.Option(help="Which look, or favourite, of the project that --look names.")]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set", help="NAME=VALUE of an attribute or a colour, e.g. eye_size=0.5, hair.base=#cc3355. Repeatable."
    ),
]
ExpressionOption = Annotated[
    list[str] | None, typer.Option(help="NAME=VALUE, or a preset such as smile. Repeatable.")
]
PoseOption = Annotated[list[str] | None, typer.Option(help="NAME=VALUE in degrees, e.g. yaw=8. Repeatable.")]
DirectionOption = Annotated[
    list[str] | None, typer.Option(help="FILE=AMOUNT: so far along a direction that was taught, -3 to 3. Repeatable.")
]
OutOption = Annotated[Path, typer.Option(help="The look's JSON to write, or a PNG that carries it.")]
_LOOKS = "A look's JSON, a project (its current look), or a picture that carries one"
_TAKE = re.compile(r"(?P<part>\w+)=(?P<look>[A-Z])(:(?P<kind>shape|colour))?(@(?P<amount>[0-9.]+))?")


@app.command()
def mix(
    looks: Annotated[list[Path], typer.Argument(help=f"{_LOOKS}; two or more, called A, B, C and so on.")],
    take: Annotated[
        list[str],
        typer.Option(
            help="PART=B takes a part from the second look; all=B every part; PART=B:shape or :colour only that; "
            "PART=B@0.5 half of it; outfit=B what she wears. Repeatable."
        ),
    ],
    out: OutOption,
    generator: GeneratorOption = None,
) -> None:
    """Take parts of other looks into the first one; all else of it stays exactly as it is."""
    from vtuber_studio.core.mixing import take as taken
    from vtuber_studio.core.outfit import wear
    from vtuber_studio.engine.bundle import find_bundle, read_bundle

    manifest = read_bundle(find_bundle(generator)).manifest
    read = {letter: look_of(manifest, path) for letter, path in zip(string.ascii_uppercase, looks, strict=False)}
    parts_of = [entry.part for entry in manifest.parts]
    names = [part.name for part in parts_of]
    look = read["A"]
    for wish in take:
        found = _TAKE.fullmatch(wish)
        amount = float(found["amount"] or 1) if found and (found["amount"] or "1").count(".") <= 1 else 2.0
        if not found or found["look"] not in read or not 0 <= amount <= 1:
            hint = f"Write PART=B, PART=B:shape or PART=B:colour@0.5; looks are {', '.join(read)}."
            raise StudioError(f"--take {wish!r} is not understood.", hint)
        if found["part"] == "outfit" and wish == f"outfit={found['look']}":
            look = wear(look, read[found["look"]], manifest.attributes, manifest.materials, parts_of)
            continue
        if found["part"] not in (*names, "all"):
            known = f"Parts are: {', '.join(names)}, all; and outfit, taken whole."
            raise StudioError(f"There is no part called {found['part']!r}.", known)
        parts = names if found["part"] == "all" else [found["part"]]
        for kind in ("shape", "colour"):
            if found["kind"] in (None, kind):
                look = taken(look, read[found["look"]], parts, kind, amount)
    write_look(look, out, generator)


@app.command()
def variations(
    look: Annotated[Path, typer.Argument(help=f"{_LOOKS}.")],
    out: Annotated[Path, typer.Option(help="The folder for the pictures; each carries its look.")],
    part: Annotated[
        list[str] | None, typer.Option(help="The part that varies, or Colours; all else stays. Repeatable; all of her.")
    ] = None,
    distance: Annotated[float, typer.Option(min=0, max=1, help="From nearly the same to anything (1).")] = 1.0,
    count: Annotated[int, typer.Option(min=1, max=100, help="How many.")] = 12,
    seed: Annotated[str, typer.Option(help="The first one's seed, a number or a word.")] = "1",
    size: Annotated[int, typer.Option(min=64, max=8192, help="Width and height in pixels.")] = 512,
    generator: GeneratorOption = None,
) -> None:
    """Roll a look anew, or only some of its parts, again and again: PART-01.png or look-01.png ... in a folder."""
    from vtuber_studio.core.dice import COLOURS, neighbour
    from vtuber_studio.core.files import make_folder
    from vtuber_studio.core.look import MAX_SEED, parse_seed
    from vtuber_studio.engine.generator import load_generator

    loaded, first = load_generator(generator), parse_seed(seed)
    manifest = loaded.manifest
    parts = [entry.part for entry in manifest.parts]
    names = [*(one.name for one in parts), COLOURS]
    unknown = next((name for name in part or () if name not in names), None)
    if unknown is not None:
        raise StudioError(f"There is no part called {unknown!r}.", f"Parts are: {', '.join(names)}.")
    base = look_of(manifest, look)
    make_folder(out)
    for number in range(count):
        wish = (first + number) % (MAX_SEED + 1)
        rolled = neighbour(
            base, manifest.attributes, manifest.materials, parts, wish, distance, part or None, rules=manifest.dice
        )
        _picture(loaded, rolled, out / f"{'+'.join(part or ['look'])}-{number + 1:02}.png", size)


@app.command()
def region(
    look: Annotated[Path, typer.Argument(help=f"{_LOOKS}.")],
    mask: Annotated[Path, typer.Option(help="A greyscale PNG of 1024 x 1024 pixels: white is inside.")],
    parts: Annotated[str, typer.Option(help="The parts that differ inside, comma separated.")],
    set_: Annotated[
        list[str], typer.Option("--set", help="NAME=VALUE of an attribute or a colour inside the mask. Repeatable.")
    ],
    out: OutOption,
    name: Annotated[str, typer.Option(help="What the region is called.")] = "Region",
    strength: Annotated[float, typer.Option(min=0, max=1, help="How much of it shows.")] = 1.0,
    generator: GeneratorOption = None,
) -> None:
    """Make parts of a look different inside a mask; outside of it not a pixel changes."""
    from vtuber_studio.core.files import read_file
    from vtuber_studio.core.fit import require_look
    from vtuber_studio.core.look import Region
    from vtuber_studio.core.mask import MAX_FILE, mask_from_png
    from vtuber_studio.core.region import variant, with_variant
    from vtuber_studio.engine.bundle import find_bundle, read_bundle

    manifest = read_bundle(find_bundle(generator)).manifest
    base = look_of(manifest, look)
    white = mask_from_png(read_file(mask, MAX_FILE))
    inside = Region(name, tuple(filter(None, parts.split(","))), white, strength)
    if not inside.parts:
        raise StudioError("A region needs a part.", "Write for example --parts hair_front,hair_back.")
    edited = base.with_(regions=(*base.regions, inside))
    changed = _changed(variant(edited, inside), set_)
    edited = with_variant(edited, len(base.regions), changed)
    tables = [entry.part for entry in manifest.parts]
    write_look(require_look(edited, manifest.attributes, manifest.materials, tables), out, generator)


@app.command()
def teach(
    more: Annotated[list[Path], typer.Option(help=f"{_LOOKS}; it is more of something. Repeatable.")],
    less: Annotated[list[Path], typer.Option(help="A look that is less of it. Repeatable; three of each are a start.")],
    name: Annotated[str, typer.Option(help="What the slider is called.")],
    out: Annotated[Path, typer.Option(help="The direction's JSON to write.")],
    keep: Annotated[str, typer.Option(help="Attributes, colours and parts that are to stay, comma separated.")] = "",
    generator: GeneratorOption = None,
) -> None:
    """Teach a slider from looks that are more or less of something; `render --direction OUT=0.7` moves along it."""
    from vtuber_studio.core.direction import write_direction
    from vtuber_studio.core.moves import in_words, kept_out, left, moves
    from vtuber_studio.core.teach import teach as taught
    from vtuber_studio.engine.bundle import find_bundle, read_bundle
    from vtuber_studio.engine.fitting import tables

    if out.suffix.lower() != ".json":
        raise StudioError(f"{out.name} is no .json file.", "Name it for example sweeter.json.")
    manifest = read_bundle(find_bundle(generator)).manifest
    rows, materials, parts = tables(manifest)
    wanted = tuple(filter(None, keep.split(",")))
    known = {row.name for row in rows} | {row.name for row in materials} | {part.name for part in parts}
    if unknown := [each for each in wanted if each not in known]:
        raise StudioError(f"There is nothing called {unknown[0]!r} to keep.", "`vtuber-studio attributes` lists all.")
    above, below = ([look_of(manifest, path) for path in paths] for paths in (more, less))
    direction = taught(name, above, below, rows, materials, parts, wanted)
    write_direction(out, direction)
    whole = moves(direction, rows, materials, parts)
    mostly, besides = in_words(moves(kept_out(direction), rows, materials, parts))
    typer.echo(out)
    typer.echo(f"told apart, each left out in turn: {direction.right} of {direction.marked}")
    typer.echo(f"moves: {', '.join(mostly) or 'nothing'}")
    typer.echo(f"also moves: {', '.join(besides) or 'nothing'}")
    if wanted:
        typer.echo(f"effect left: {left(direction, whole):.0%}")


def along(look: Look, manifest: Manifest, wishes: Sequence[str]) -> Look:
    """The look moved along directions, each FILE=AMOUNT."""
    from vtuber_studio.core.direction import FARTHEST, amount_of, read_direction, slide
    from vtuber_studio.engine.fitting import require_known, tables

    for wish in wishes:
        file, _, text = wish.rpartition("=")
        try:
            amount = float(text)
        except ValueError:
            amount = float("nan")
        if not file or not -FARTHEST <= amount <= FARTHEST:
            hint = f"Write FILE=AMOUNT with an amount from -{FARTHEST:g} to {FARTHEST:g}, e.g. sweeter.json=0.7."
            raise StudioError(f"--direction {wish!r} is not understood.", hint)
        direction = require_known(read_direction(Path(file)), manifest)
        amount += amount_of(look, direction.name)
        look = slide(look, direction, max(-FARTHEST, min(FARTHEST, amount)), *tables(manifest))
    return look


def _check_ending(out: Path) -> None:
    if out.suffix.lower() not in (".png", ".json"):
        raise StudioError(f"{out.name} is neither a .json nor a .png file.", "Name it for example look.json.")


def check_look_file(out: Path, picture: Path) -> None:
    """StudioError, before any work is done, for a name that ``write_look`` refuses, or that is the picture's own."""
    from vtuber_studio.core.files import require_folder

    _check_ending(out)
    require_folder(out)
    if out.exists() and picture.exists() and out.samefile(picture):
        raise StudioError(f"{out.name} is the picture itself, which would be replaced.", "Choose another name.")


def write_look(look: Look, out: Path, generator: Path | None) -> None:
    """A look as its JSON, or as a picture that carries it, by the file's name."""
    from vtuber_studio.core.files import write_atomically
    from vtuber_studio.engine.bundle import find_bundle, read_bundle
    from vtuber_studio.engine.fitting import keep
    from vtuber_studio.engine.generator import load_generator

    _check_ending(out)
    if out.suffix.lower() == ".png":
        return _picture(load_generator(generator), look, out, 512)
    write_atomically(out, keep(look, read_bundle(find_bundle(generator)).manifest).to_json())
    typer.echo(out)


def _picture(generator: Generator, look: Look, out: Path, size: int) -> None:
    from vtuber_studio.core.carried import carry_look
    from vtuber_studio.core.files import write_atomically
    from vtuber_studio.core.image import encode_png
    from vtuber_studio.engine.fitting import keep
    from vtuber_studio.engine.render import render

    data = encode_png(render(generator, look, size=size))
    write_atomically(out, carry_look(data, keep(look, generator.manifest)))
    typer.echo(out)


def look_of(
    tables: Manifest, file: Path | None, seed: str | None = None, settings: Sequence[str] = (), name: str = ""
) -> Look:
    """The look that --look, --look-name, --seed and --set describe."""
    from vtuber_studio.core.look import parse_seed
    from vtuber_studio.core.project import read_look
    from vtuber_studio.engine.fitting import first_look, fit, persona

    if name and file is None:
        raise StudioError("--look-name needs a project.", "Give it with --look.")
    if file is not None:
        look = _told(fit(read_look(file, name), tables))
        look = look if seed is None else look.with_(seed=parse_seed(seed))
    elif seed is not None:
        look = persona(tables, seed)
    else:
        look = first_look(tables)
    return with_settings(look, tables, settings)


def project_of(tables: Manifest, file: Path) -> Project:
    """A project for the generator; what did not map is told."""
    from vtuber_studio.core.project import read_project
    from vtuber_studio.engine.fitting import fit_project

    return _told(fit_project(read_project(file), tables))


def _told(fitted: Fitted[T]) -> T:
    if fitted.foreign:
        typer.echo("This look was made for another generator, and may look different.", err=True)
    for note in fitted.notes:
        typer.echo(note, err=True)
    return fitted.value


def with_settings(look: Look, tables: Manifest, settings: Sequence[str]) -> Look:
    """A look with what --set describes; StudioError for what the generator does not know."""
    from vtuber_studio.core.fit import require_look

    parts = [entry.part for entry in tables.parts]
    return require_look(_changed(look, settings), tables.attributes, tables.materials, parts)


def _changed(look: Look, settings: Sequence[str]) -> Look:
    for name, value in pairs(settings, "--set"):
        look = look.paint({name: value}) if "." in name else look.set(**{name: value})
    return look


def pairs(settings: Sequence[str], option: str) -> list[tuple[str, Any]]:
    """NAME=VALUE texts as pairs; values that read as numbers become numbers."""
    found: list[tuple[str, Any]] = []
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals or not name:
            raise StudioError(f"{option} {setting!r} is not NAME=VALUE.", "Write for example eye_size=0.5.")
        try:
            found.append((name, float(value)))
        except ValueError:
            found.append((name, value))
    return found
