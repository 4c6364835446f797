"""The command line's ``export``: every kind of file that the table of exporters knows."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vtuber_studio.cli_looks import (
    ExpressionOption,
    GeneratorOption,
    LookNameOption,
    LookOption,
    PoseOption,
    SeedOption,
    SetOption,
    look_of,
    pairs,
    project_of,
    with_settings,
)
from vtuber_studio.core.errors import StudioError

if TYPE_CHECKING:
    from collections.abc import Callable

    from vtuber_studio.core.look import Look
    from vtuber_studio.core.shot import Shot
    from vtuber_studio.export import Exporter

app = typer.Typer()


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def export(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(help="What to write; --list shows every kind.")] = "",
    out: Annotated[Path | None, typer.Argument(help="The file, or the folder, to write.")] = None,
    generator: GeneratorOption = None,
    seed: SeedOption = None,
    look: LookOption = None,
    look_name: LookNameOption = "",
    set_: SetOption = None,
    expression: ExpressionOption = None,
    pose: PoseOption = None,
    favourites_of: Annotated[
        Path | None, typer.Option(help="Every favourite of a project, each a file in the folder OUT.")
    ] = None,
    looks_of: Annotated[Path | None, typer.Option(help="Every look of a project, each a file in OUT.")] = None,
    pattern: Annotated[
        str, typer.Option(help="What those files are called: {name}, {number} and {project} are filled in.")
    ] = "{name}",
    no_look: Annotated[bool, typer.Option("--no-look", help="Do not keep the look in the file.")] = False,
    list_: Annotated[bool, typer.Option("--list", help="List every kind with its options.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --list: JSON instead of text.")] = False,
) -> None:
    """Write a look as the file that a program wants: KIND OUT, then the kind's own options, e.g. --size 1024.

    What the file holds is written whole or not at all. With a project's favourites or looks, OUT is a folder; a file
    that is there is never replaced.
    """
    from vtuber_studio.core.names import check_pattern
    from vtuber_studio.export import EXPORTERS, Named, described, export_batch, read_options

    if list_:
        return _list(EXPORTERS, as_json)
    if kind not in EXPORTERS or out is None:
        said = f"There is no kind called {kind!r}." if kind and kind not in EXPORTERS else "KIND and OUT are missing."
        raise StudioError(said, f"Kinds are: {', '.join(EXPORTERS)}. `vtuber-studio export --list` describes them.")
    row, project = EXPORTERS[kind], favourites_of or looks_of
    if sum(given is not None for given in (favourites_of, looks_of, look, seed)) > 1:
        raise StudioError("One look, or those of one project, can be exported.", "Leave the other option out.")
    if project is None and row.suffix and out.suffix.lower() != row.suffix:
        raise StudioError(f"The name {out.name!r} does not end in {row.suffix}.", f"Call it {out.stem}{row.suffix}.")
    flags = [name for name, field in described(row.options).items() if isinstance(field.default, bool)]
    texts = own_options(context.args, flags)
    check_pattern(pattern)
    read_options(row.options, texts)  # a typing error is told before anything is loaded
    from dataclasses import fields

    from vtuber_studio.core.shot import Shot
    from vtuber_studio.engine.figure import check_shot
    from vtuber_studio.engine.fitting import cast_of, keep
    from vtuber_studio.engine.generator import load_generator

    loaded = load_generator(generator)
    carried = not no_look and any(field.name == "look" for field in fields(row.options))

    def named(name: str, chosen: Look) -> Named:
        shot = check_shot(loaded.manifest, Shot(chosen, expression_of(expression or []), pose_of(pose or [])))
        given: dict[str, Any] = {"look": keep(shot.look, loaded.manifest)} if carried else {}
        if any(field.name == "cast" for field in fields(row.options)):
            given["cast"] = cast_of(loaded.manifest, texts.get("toward", ""))
        return Named(name, shot, read_options(row.options, texts, **given))

    if project is None:
        one = named("", look_of(loaded.manifest, look, seed, set_ or [], look_name))
        steps = row.export(_draw(row, loaded), one.shot, one.options, out)
    else:
        found = project_of(loaded.manifest, project)
        kept = found.favourites if favourites_of else found.looks
        rows = [named(each.name, with_settings(each.look, loaded.manifest, set_ or [])) for each in kept]
        steps = export_batch(row, _draw(row, loaded), rows, out, pattern, found.name or project.stem)
    for step in steps:
        if sys.stderr.isatty():
            typer.echo(f"\r\033[K{step.fraction:4.0%}  {step.message}", err=True, nl=step.fraction >= 1)
    typer.echo(out)


def _draw(row: Exporter, generator: Any) -> Callable[[Shot, int], Any]:
    from vtuber_studio.engine.figure import within
    from vtuber_studio.engine.layers import render_layers
    from vtuber_studio.engine.render import RenderCache, render

    if row.draws == "layers":
        return lambda shot, scale, **how: render_layers(generator, within(generator.manifest, shot), scale, **how)
    cache = RenderCache.for_sets()
    return lambda shot, size: render(generator, within(generator.manifest, shot), size=size, cache=cache)


def _list(exporters: dict[str, Exporter], as_json: bool) -> None:
    from vtuber_studio.export import described

    if as_json:
        rows: dict[str, Any] = {
            row.kind: {
                "label": row.label,
                "use": row.use,
                "suffix": row.suffix,
                "options": {
                    name: {"default": field.default, **field.metadata} for name, field in described(row.options).items()
                },
            }
            for row in exporters.values()
        }
        return typer.echo(json.dumps(rows, indent=1))
    for row in exporters.values():
        typer.echo(f"{row.kind:14} {row.label}; for {row.use} ({row.suffix or 'a folder'})")
        for name, field in described(row.options).items():
            tip, some = field.metadata.get("tip", ""), field.metadata.get("choices") or field.metadata.get("among", ())
            choices = " | ".join(map(str, some))
            said = f"{tip}: {choices}" if tip and choices else tip or choices
            typer.echo(f"    --{name.replace('_', '-'):18} {said} [{_word(field.default)}]")


def _word(value: Any) -> str:
    return ("no", "yes")[value] if isinstance(value, bool) else str(value)


def own_options(words: list[str], flags: list[str]) -> dict[str, str]:
    """``--name value``, ``--name=value``, ``--flag`` and ``--no-flag`` as texts by name."""
    texts: dict[str, str] = {}
    left = list(words)
    while left:
        word = left.pop(0)
        name, equals, value = word.removeprefix("--").partition("=")
        name = name.replace("-", "_")
        if not word.startswith("--") or not name:
            raise StudioError(f"{word!r} is not understood.", "Options are written --name value.")
        if equals:
            texts[name] = value
        elif name in flags:
            texts[name] = "yes"
        elif name.removeprefix("no_") in flags:
            texts[name.removeprefix("no_")] = "no"
        elif left:
            texts[name] = left.pop(0)
        else:
            raise StudioError(f"{word} has no value.", "Options are written --name value.")
    return texts


def expression_of(settings: list[str]) -> dict[str, Any]:
    """The values that --expression describes: presets, and NAME=VALUE."""
    from vtuber_studio.core.pose import PRESETS

    values: dict[str, Any] = {}
    for setting in settings:
        if setting in PRESETS:
            values.update(PRESETS[setting])
        else:
            values.update(pairs([setting], "--expression"))
    return values


def pose_of(settings: list[str]) -> Any:
    """The pose that --pose describes."""
    from vtuber_studio.core.attribute import check_all
    from vtuber_studio.core.pose import POSE_ROWS, Pose

    return Pose(**check_all(POSE_ROWS, dict(pairs(settings, "--pose")), "pose"))  # type: ignore[arg-type]
