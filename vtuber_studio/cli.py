"""The command line. Every command is thin: it checks its arguments and calls what Python can call too.

Longer than other modules by the lines that spell out each command's options.
"""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from vtuber_studio.cli_colours import app as colours_app
from vtuber_studio.cli_export import app as export_app
from vtuber_studio.cli_export import expression_of, pose_of
from vtuber_studio.cli_finetune import app as finetune_app
from vtuber_studio.cli_generators import app as generators_app
from vtuber_studio.cli_generators import install
from vtuber_studio.cli_looks import (
    DirectionOption,
    ExpressionOption,
    GeneratorOption,
    LookNameOption,
    LookOption,
    PoseOption,
    SeedOption,
    SetOption,
    along,
    look_of,
)
from vtuber_studio.cli_looks import app as looks_app
from vtuber_studio.cli_measure import JsonOption
from vtuber_studio.cli_measure import app as measure_app
from vtuber_studio.cli_pictures import app as pictures_app
from vtuber_studio.cli_train import app as train_app
from vtuber_studio.core.errors import StudioError

app = typer.Typer(
    name="vtuber-studio",
    help="Design a virtual streamer: a look, its expressions, its pictures. Without a command the studio opens.",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
)
artist_app = typer.Typer(
    help="What the built-in artist draws: the truth that the starter learns.", no_args_is_help=True
)
app.add_typer(looks_app)
app.add_typer(pictures_app)
app.add_typer(colours_app)
app.add_typer(export_app)
app.add_typer(measure_app)
app.add_typer(generators_app, name="generators")
app.add_typer(finetune_app)
app.add_typer(train_app, name="train")
app.add_typer(artist_app, name="artist")

app.command()(install)  # a short way to what is wanted most

ProjectArgument = Annotated[Path | None, typer.Argument(help="A .vtsproj project to open.")]


def _version(wanted: bool) -> None:
    if wanted:
        from vtuber_studio import __version__

        typer.echo(f"vtuber-studio {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def studio(
    context: typer.Context,
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")] = False,
) -> None:
    """Design a virtual streamer."""
    if context.invoked_subcommand is None:
        gui()


@app.command()
def gui(
    project: ProjectArgument = None,
    generator: GeneratorOption = None,
    report_start: Annotated[float, typer.Option(hidden=True)] = 0.0,
) -> None:
    """Open the studio window."""
    try:
        from vtuber_studio.ui.app import run
    except ImportError as error:  # a library of the system that Qt needs
        raise StudioError("The window cannot be loaded.", "`vtuber-studio doctor` says what is missing.") from error

    raise typer.Exit(run(project, generator, report_start=report_start))


@app.command()
def render(
    out: Annotated[Path, typer.Argument(help="The PNG to write.")],
    generator: GeneratorOption = None,
    seed: SeedOption = None,
    look: LookOption = None,
    look_name: LookNameOption = "",
    set_: SetOption = None,
    direction: DirectionOption = None,
    expression: ExpressionOption = None,
    pose: PoseOption = None,
    size: Annotated[int, typer.Option(min=64, max=8192, help="Width and height in pixels.")] = 512,
    background: Annotated[str | None, typer.Option(help="transparent, #rrggbb or a colour's name.")] = None,
    no_look: Annotated[bool, typer.Option("--no-look", help="Do not keep the look in the PNG.")] = False,
) -> None:
    """Render a look to a PNG. The same arguments give the same bytes.

    Without --look and --seed it is the default look; --seed N alone rolls a whole persona; --look and --seed
    together redraw the look with another hand.
    """
    from vtuber_studio.core.carried import carry_look
    from vtuber_studio.core.files import require_png, write_atomically
    from vtuber_studio.core.image import encode_png
    from vtuber_studio.core.shot import Shot
    from vtuber_studio.engine.fitting import keep
    from vtuber_studio.engine.generator import load_generator
    from vtuber_studio.engine.render import render as render_shot

    require_png(out)
    loaded = load_generator(generator)
    chosen = along(look_of(loaded.manifest, look, seed, set_ or [], look_name), loaded.manifest, direction or [])
    if background is not None:
        chosen = chosen.with_(background=background)
    shot = Shot(chosen, expression_of(expression or []), pose_of(pose or []))
    image = render_shot(loaded, shot, size=size)
    data = encode_png(image)
    write_atomically(out, data if no_look else carry_look(data, keep(chosen, loaded.manifest)))
    typer.echo(out)


@app.command()
def attributes(generator: GeneratorOption = None, as_json: JsonOption = False) -> None:
    """List every slider: name, range or choices, default, parts; then expressions, pose and colours."""
    import msgspec

    from vtuber_studio.core.pose import POSE_ROWS, PRESETS
    from vtuber_studio.engine.bundle import find_bundle, read_bundle

    manifest = read_bundle(find_bundle(generator)).manifest
    tables = {"attributes": manifest.attributes, "expressions": manifest.expressions, "pose": POSE_ROWS}
    if as_json:
        payload: dict[str, Any] = {  # asdict keeps values that equal a default, which the file format omits
            name: [msgspec.structs.asdict(row) for row in rows] for name, rows in tables.items()
        }
        payload["materials"] = msgspec.to_builtins(manifest.materials)
        payload["presets"] = msgspec.to_builtins(PRESETS)
        typer.echo(json.dumps(payload, indent=1))
        return
    for name, rows in tables.items():
        typer.echo(f"{name.upper()}")
        for row in rows:
            values = " | ".join(row.choices) if row.choices else f"{row.low:g} .. {row.high:g}"
            typer.echo(f"  {row.name:16} {values:52} default {row.default!s:8} {', '.join(row.parts)}")
    typer.echo("MATERIALS (colours for --set NAME=#rrggbb; PART:NAME=#rrggbb for one part)")
    for material in manifest.materials:
        origin = material.colour or f"{material.rule} of {material.source}"
        typer.echo(f"  {material.name:20} {origin}")
    typer.echo(f"EXPRESSION PRESETS\n  {', '.join(PRESETS)}")


@app.command()
def doctor(as_json: JsonOption = False) -> None:
    """Show versions, providers and folders; say what is missing and how to get it."""
    from vtuber_studio.doctor import examine

    report = examine()
    if as_json:
        typer.echo(json.dumps(report, indent=1))
    else:
        for key, value in report["facts"].items():
            typer.echo(f"{key:22} {value}")
        for problem in report["problems"]:
            typer.echo(f"! {problem}")
        if not report["problems"]:
            typer.echo("Nothing is missing.")
    raise typer.Exit(1 if report["problems"] else 0)


@artist_app.command("sheet")
def artist_sheet(
    out: Annotated[Path, typer.Argument(help="The PNG to write.")],
    rows: Annotated[int, typer.Option(min=1, max=16)] = 4,
    columns: Annotated[int, typer.Option(min=1, max=16)] = 6,
    seed: Annotated[str, typer.Option(help="The first persona's seed, a number or a word.")] = "1",
    size: Annotated[int, typer.Option(min=32, max=1024, help="Pixels a picture.")] = 256,
    attribute: Annotated[str, typer.Option(help="A strip of this attribute or expression instead.")] = "",
) -> None:
    """Draw a contact sheet of random personas, or a strip of one control, without any network."""
    from vtuber_studio.artist.contact_sheet import random_sheet, strip
    from vtuber_studio.core.files import require_png, write_atomically
    from vtuber_studio.core.image import encode_png
    from vtuber_studio.core.look import parse_seed

    require_png(out)
    image = strip(attribute, size=size) if attribute else random_sheet(rows, columns, parse_seed(seed), size)
    write_atomically(out, encode_png(image))
    typer.echo(out)


@artist_app.command("digests")
def artist_digests(
    write: Annotated[bool, typer.Option("--write", help="Store the digests of parts with a new edition.")] = False,
) -> None:
    """Say which parts are drawn otherwise than their edition was; a changed drawing needs a new edition."""
    from vtuber_studio.artist import editions

    new = editions.write() if write else []
    advice = {name: editions.advice(name) for name in editions.schema.EDITIONS}
    for name, said in advice.items():
        edition = f"edition {editions.schema.EDITIONS[name]}{' (new)' if name in new else ''}"
        typer.echo(f"{name:12} {edition}  {said}".rstrip())
    raise typer.Exit(1 if any(advice.values()) else 0)


def main() -> None:
    """Entry point: a StudioError becomes one sentence and exit code 2; what a console cannot show is spelled out."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        app()
    except StudioError as error:
        typer.echo(f"vtuber-studio: {error}", err=True)
        sys.exit(2)
