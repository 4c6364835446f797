"""The command line's ``generators``: which there are, and their ways in and out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Which generators there are; install, export and remove them.", no_args_is_help=True)

NameArgument = Annotated[str, typer.Argument(help="A generator's name, or the first letters of its id.")]
FolderArgument = Annotated[Path, typer.Argument(help="A generator's folder or zip, or a pack's.")]
IntoOption = Annotated[
    str | None, typer.Option(help="A pack: the generator whose copy it is added to (default: the first that fits).")
]


@app.command("list")
def list_generators(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a generator.")] = False,
) -> None:
    """List every generator: those that came with the program, then the installed ones."""
    from vtuber_studio.engine.shelf import shelved

    for entry in shelved():
        table = entry.manifest
        if as_json:
            said = {"name": entry.name, "id": entry.id, "folder": str(entry.folder), "shipped": entry.shipped}
            known = {"family": table.family, "licence": table.licence, "provenance": table.provenance} if table else {}
            typer.echo(json.dumps({**said, **known, "problem": entry.problem}))
        elif table is None:
            typer.echo(f"{'damaged':8}  {entry.name}  {entry.folder}\n{'':8}  {entry.problem}")
        else:
            typer.echo(f"{entry.id[:8]}  {entry.name}  {entry.folder}")
            typer.echo(f"{'':8}  {len(table.parts)} parts, {len(table.attributes)} sliders and styles, {table.licence}")


@app.command()
def install(folder: FolderArgument, into: IntoOption = None) -> None:
    """Install a generator, or a pack with one more style; everything in it is checked first."""
    from vtuber_studio.engine.assemble import install as install_it

    typer.echo(install_it(folder, into).folder)


@app.command()
def export(
    name: NameArgument,
    out: Annotated[Path, typer.Argument(help="The zip to write; `generators install` takes it on another computer.")],
) -> None:
    """Write a generator as a zip: networks, tables, licence and model card."""
    from vtuber_studio.core.errors import StudioError
    from vtuber_studio.core.files import write_atomically
    from vtuber_studio.engine.shelf import find_shelved, zip_bundle

    if out.suffix.lower() != ".zip":
        raise StudioError("A generator is written as a zip.", f"Call it {out.stem}.zip.")
    write_atomically(out, zip_bundle(find_shelved(name).folder))
    typer.echo(out)


@app.command()
def remove(
    name: NameArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete an installed generator. Projects that were made with it will look different."""
    from vtuber_studio.engine.shelf import find_shelved, remove_bundle

    entry = find_shelved(name)
    if not yes and not entry.shipped:
        typer.confirm(f"Delete {entry.name} in {entry.folder}?", abort=True)
    remove_bundle(entry.folder)
    typer.echo(f"Removed {entry.name}.")
