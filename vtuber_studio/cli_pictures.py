"""The command line's ``prepare``: the user's own pictures, laid on the canvas."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def prepare(
    pictures: Annotated[list[Path], typer.Argument(help="Photos or drawings, or folders of them.")],
    out: Annotated[Path, typer.Option(help="Folder for the prepared pictures, 512 x 512 PNG each.")],
    every: Annotated[bool, typer.Option("--all", help="Write also those that are better left out.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a picture.")] = False,
) -> None:
    """Lay your own pictures on the canvas: face in its place, background removed, poor ones named and left out."""
    from vtuber_studio.core.errors import StudioError
    from vtuber_studio.core.files import write_atomically
    from vtuber_studio.core.image import encode_png
    from vtuber_studio.intake.bring import bring, picture_files

    files, taken = picture_files(pictures), set[str]()
    out.mkdir(parents=True, exist_ok=True)
    for each in bring(files):
        place: Path | None = None
        if each.image is not None and (each.keep or every):
            place = out / f"{_free(each.path.stem, taken)}.png"
            write_atomically(place, encode_png(each.image))
        if as_json:
            said = {"picture": str(each.path), "photo": each.photo, "troubles": each.troubles}
            typer.echo(json.dumps(said | {"prepared": str(place) if place else None}))
        else:
            typer.echo(f"{each.path.name}: {' '.join(each.troubles) or 'good'}")
    if not taken:
        raise StudioError("None of these pictures is good enough.", "See what was said of each, or give --all.")


def _free(stem: str, taken: set[str]) -> str:
    """The stem, numbered when another file has it."""
    name, count = stem, 1
    while name.casefold() in taken:
        count += 1
        name = f"{stem}-{count}"
    taken.add(name.casefold())
    return name
