"""The command line's ``prepare``, ``read`` and ``fit``: the user's own pictures on the canvas, and as looks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from vtuber_studio.cli_looks import GeneratorOption, OutOption, check_look_file, look_of, write_look
from vtuber_studio.core.pose import POSE_ROWS

app = typer.Typer()


@app.command()
def prepare(
    pictures: Annotated[list[Path], typer.Argument(help="Photos or drawings, or folders of them.")],
    out: Annotated[Path, typer.Option(help="Folder for the prepared pictures, 512 x 512 PNG each.")],
    every: Annotated[bool, typer.Option("--all", help="Write also those that are better left out.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a picture.")] = False,
    generator: GeneratorOption = None,
) -> None:
    """Lay your own pictures on the canvas: face in its place, background removed, poor ones named and left out."""
    from vtuber_studio.core.errors import StudioError
    from vtuber_studio.core.files import make_folder, write_atomically
    from vtuber_studio.core.image import encode_png
    from vtuber_studio.core.names import numbered
    from vtuber_studio.engine.generator import load_generator
    from vtuber_studio.intake.bring import bring, picture_files
    from vtuber_studio.intake.drawn import finder_of

    files, taken = picture_files(pictures), set[str]()
    if out.resolve() in {path.resolve().parent for path in files}:
        raise StudioError(f"{out} holds your own pictures: some of them would be replaced.", "Choose another folder.")
    drawn = finder_of(load_generator(generator))
    make_folder(out)
    for each in bring(files, drawn):
        place: Path | None = None
        if each.image is not None and (each.keep or every):
            place = out / f"{numbered(each.path.stem, taken)}.png"
            write_atomically(place, encode_png(each.image))
        if as_json:
            said = {"picture": str(each.path), "photo": each.photo, "troubles": each.troubles}
            typer.echo(json.dumps(said | {"prepared": str(place) if place else None}))
        else:
            typer.echo(f"{each.path.name}: {' '.join(each.troubles) or 'good'}")
    if not taken:
        raise StudioError("None of these pictures is good enough.", "See what was said of each, or give --all.")


@app.command()
def read(
    picture: Annotated[Path, typer.Argument(help="A portrait: a drawing of one person, from the front.")],
    out: Annotated[Path | None, typer.Option(help="The look's JSON to write, or a PNG that carries it.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Look, face and how sure each value is, as JSON.")] = False,
    generator: GeneratorOption = None,
) -> None:
    """Read a picture: the look that comes near it, and how sure each value is (1: sure, 0: a guess)."""
    from vtuber_studio.core.picture import read_picture
    from vtuber_studio.engine.generator import load_generator
    from vtuber_studio.engine.reading import read_look, reader_of

    if out is not None:
        check_look_file(out, picture)
    loaded = load_generator(generator)
    reader_of(loaded.manifest)
    reading = read_look(loaded, read_picture(picture))
    look, face = json.loads(reading.look.to_json()), reading.shot
    if as_json:
        pose = {row.name: getattr(face.pose, row.name) for row in POSE_ROWS if getattr(face.pose, row.name)}
        told = {"look": look, "expression": face.expression, "pose": pose}
        sure = {name: round(share, 3) for name, share in reading.sure.items()}
        points = {name: [round(x, 1), round(y, 1)] for name, (x, y) in reading.points.items()}
        typer.echo(json.dumps(told | {"sure": sure, "points": points}, indent=1))
    else:
        for name, value in [*look["attributes"].items(), *face.expression.items(), *look["palette"].items()]:
            share = f"{reading.sure[name]:.2f}" if name in reading.sure else "   -"
            typer.echo(f"{share}  {name} {value if isinstance(value, str) else format(value, '.2f')}")
    if out is not None:
        write_look(reading.look, out, generator)


@app.command()
def fit(
    picture: Annotated[Path, typer.Argument(help="A drawing or a photo of one person.")],
    out: OutOption,
    start: Annotated[Path | None, typer.Option(help="Begin with this look instead of what is read.")] = None,
    report: Annotated[
        Path | None, typer.Option(help="A PNG: the picture as it was prepared, the first look, the fit.")
    ] = None,
    generator: GeneratorOption = None,
) -> None:
    """Find the look that comes nearest to a picture, by drawing and comparing: ten seconds or so.

    What comes out is inspired by the picture; it is not a likeness.
    """
    import time

    import numpy as np

    from vtuber_studio.core.errors import StudioError
    from vtuber_studio.core.files import require_png, write_atomically
    from vtuber_studio.core.image import encode_png
    from vtuber_studio.core.picture import read_picture
    from vtuber_studio.core.shot import Shot
    from vtuber_studio.engine.generator import load_generator
    from vtuber_studio.engine.render import render
    from vtuber_studio.intake.bring import SIDE, look_at
    from vtuber_studio.intake.drawn import finder_of
    from vtuber_studio.intake.fit import first_guess, fit_picture

    check_look_file(out, picture)
    if report is not None:
        require_png(report)
        check_look_file(report, picture)
    loaded = load_generator(generator)
    brought = look_at(picture, read_picture(picture, SIDE), finder_of(loaded))
    if brought.image is None:
        raise StudioError(brought.troubles[0], "Choose another picture.")
    for trouble in brought.troubles:
        typer.echo(trouble, err=True)
    begun, choices = first_guess(loaded, brought.image, brought.photo)
    if start is not None:
        begun, choices = Shot(look_of(loaded.manifest, start)), None
    clock = time.perf_counter(), time.process_time()
    fits = fit_picture(loaded, brought.image, begun, choices, brought.photo)
    first = last = next(fits)
    for last in fits:
        typer.echo(f"{last.fraction:4.0%}  {last.psnr:5.2f} dB  {last.message}", err=True)
    write_look(last.shot.look, out, generator)
    face = [f"--expression {name}={value:.2f}" for name, value in last.shot.expression.items()]
    turns = [f"{row.name}={turn:.1f}" for row in POSE_ROWS if (turn := getattr(last.shot.pose, row.name))]
    if face or turns:
        typer.echo(" ".join(["Her face:", *face, *(["--pose", ",".join(turns)] if turns else [])]))
    if report is not None:
        seen = [render(loaded, each.shot, size=512) for each in (first, last)]
        write_atomically(report, encode_png(np.concatenate([last.image, *seen], axis=1)))
        wall, own = time.perf_counter() - clock[0], time.process_time() - clock[1]
        told = f"{last.first:.2f} dB at first, {last.psnr:.2f} dB now, on her mask"
        typer.echo(f"{report}: {told}; {wall:.1f} s, {own:.1f} s of processor time")
