"""The command line's ``palette``: the colours of a look as files of other programs, and such files put on a look."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vtuber_studio.cli_looks import GeneratorOption
from vtuber_studio.core.errors import StudioError

app = typer.Typer()


@app.command()
def palette(
    look: Annotated[Path, typer.Argument(help="A look's JSON, a project, or a picture that carries one.")],
    export: Annotated[
        list[Path] | None, typer.Option(help="Write its colours: .gpl (GIMP), .ase (Adobe) or .hex. Repeatable.")
    ] = None,
    apply: Annotated[Path | None, typer.Option(help="A palette of these kinds whose swatches name materials.")] = None,
    out: Annotated[Path | None, typer.Option(help="With --apply: the look's JSON to write, or a PNG.")] = None,
    generator: GeneratorOption = None,
) -> None:
    """Write the colours of a look as a palette, or put a palette on a look; derived colours follow."""
    from vtuber_studio.cli_looks import look_of, write_look
    from vtuber_studio.core.palette_files import kept_palette, read_palette, write_palette
    from vtuber_studio.core.project import NamedPalette
    from vtuber_studio.core.schemes import own_colours, put_on
    from vtuber_studio.engine.bundle import find_bundle, read_bundle

    if not export and apply is None:
        raise StudioError("Nothing was asked for.", "Give --export FILE.gpl, or --apply FILE --out LOOK.json.")
    if (apply is None) != (out is None):
        raise StudioError("--apply and --out belong together.", "Give both: which palette, and the look to write.")
    manifest = read_bundle(find_bundle(generator)).manifest
    materials = {row.name: row for row in manifest.materials}
    made = look_of(manifest, look)
    if apply is not None and out is not None:
        kept = kept_palette(read_palette(apply), materials)
        if not any(name.split(":")[-1] in materials for name in kept.colours):
            hint = f"Name its swatches as materials are called: {', '.join(list(materials)[:6])} ..."
            raise StudioError(f"{apply.name} does not say what its colours are for.", hint)
        made = made.through(
            lambda one: one.with_(palette=put_on(manifest.materials, one.palette, kept.colours, materials, False))
        )
        write_look(made, out, generator)
    for path in export or ():
        parts = [entry.part for entry in manifest.parts]
        write_palette(path, NamedPalette(look.stem, own_colours(manifest.materials, parts, made)))
        typer.echo(path)
