"""The command line's ``finetune``: a generator tuned on the user's own pictures."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from vtuber_studio.cli_train import torch_needed
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.finetuning import (
    EVENTS,
    PICTURES,
    RIGHTS,
    Advance,
    Done,
    Event,
    Failed,
    Health,
    Picture,
    checked,
    encode,
)

app = typer.Typer()
_RIGHTS = "Whose pictures they are. " + ". ".join(f"{name}: {said}" for name, said in RIGHTS.items()) + "."


@app.command()
def finetune(
    pictures: Annotated[list[Path] | None, typer.Argument(help="Your pictures, or folders of them: 1 to 50.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where the tuned generator goes; RUN/bundle when left out.")] = None,
    rights: Annotated[str, typer.Option(help=_RIGHTS)] = "",
    run: Annotated[Path | None, typer.Option(help="Folder for all that the run makes; OUT-run when left out.")] = None,
    base: Annotated[Path | None, typer.Option(help="The generator to start from; the starter when left out.")] = None,
    minutes: Annotated[float, typer.Option(help="How long it tunes, after the pictures were fitted.")] = 15.0,
    strength: Annotated[float, typer.Option(help="0: careful, 1: as near to the pictures as can be.")] = 0.5,
    mode: Annotated[str, typer.Option(help="quick, or full: every weight, for longer runs.")] = "quick",
    name: Annotated[str, typer.Option(help="What the generator is called.")] = "",
    resume: Annotated[Path | None, typer.Option(help="Go on with this run's folder.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON event a line.")] = False,
    tied: Annotated[bool, typer.Option("--tied", help="Save and end when standard input is closed.")] = False,
    threads: Annotated[int, typer.Option(min=0, help="Of the processor; 0: one less than there are.")] = 0,
    steps: Annotated[int, typer.Option(hidden=True)] = 0,
) -> None:
    """Tune a generator on your own pictures: minutes later it paints in their style, and every slider still works.

    What it paints of a person is inspired by the pictures, not a likeness. Nothing leaves this machine.
    """
    try:
        told = _events(pictures, out, rights, run, base, minutes, strength, mode, name, resume, tied, threads, steps)
        for event in told:
            _tell(event, as_json)
    except StudioError as error:
        if not as_json:
            raise
        failed = Failed(error.message, error.hint)
        folder = resume or run or _beside(out)
        if folder is not None and folder.is_dir():
            with open(folder / EVENTS, "ab") as log:
                log.write(encode(failed) + b"\n")
        _tell(failed, as_json)
        raise typer.Exit(1) from error


def _events(
    pictures: list[Path] | None, out: Path | None, rights: str, run: Path | None, base: Path | None, minutes: float,
    strength: float, mode: str, name: str, resume: Path | None, tied: bool, threads: int, steps: int,
) -> Iterator[Event]:  # fmt: skip
    folder = resume or run or _beside(out)
    if folder is None or bool(pictures) == (resume is not None):
        raise StudioError("Say what to tune on.", "Give PICTURES with --out, or --resume RUN for an old run.")
    if resume is None and not rights:
        raise StudioError("Say whose pictures they are.", f"Give --rights {', '.join(RIGHTS)}: see --help.")
    from vtuber_studio.engine.bundle import require_place

    if out is not None:
        require_place(out)
    with torch_needed():
        from vtuber_studio.finetune import begin, follow, in_background
        from vtuber_studio.finetune import finetune as tuned
        from vtuber_studio.intake.stages import LIST
        from vtuber_studio.training.tune.peers import join, leave

    peers = join()
    gone = in_background(threads, sys.stdin.buffer if tied else None, peers)
    if not peers.leads:
        follow(folder, peers)
        return
    try:
        if resume is None:
            config = checked(rights=rights, mode=mode, minutes=minutes, strength=strength)
            begin(folder, config, pictures or [], base, name)
        try:
            yield from tuned(folder, out, steps=steps, gone=gone, peers=peers)
        except StudioError:
            if resume is None and not (folder / PICTURES / LIST).is_file():
                shutil.rmtree(folder, ignore_errors=True)  # nothing was read: the same words may be given again
            raise
    finally:
        leave(peers)


def _beside(out: Path | None) -> Path | None:
    return None if out is None else out.with_name(f"{out.name}-run")


def _tell(event: Event, as_json: bool) -> None:
    if as_json:
        typer.echo(encode(event).decode())
    elif isinstance(event, Advance):
        left = "" if event.left_s is None else f"  {event.left_s / 60:.0f} min left"
        typer.echo(f"{event.fraction:6.1%}  {event.message}{left}")
    elif isinstance(event, Picture):
        typer.echo(f"        {event.name}: " + (f"used, {event.psnr} dB" if event.used else event.trouble))
    elif isinstance(event, Health):
        typer.echo(f"        {event.message} {event.hint}")
    elif isinstance(event, Done):
        typer.echo(f"        {event.message}\n{event.bundle}")
    else:
        typer.echo(f"        {type(event).__name__.lower().replace('goingon', 'going on')}")
