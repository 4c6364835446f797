"""The command line's ``evaluate`` and ``bench``: what is measured."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vtuber_studio.cli_looks import GeneratorOption
from vtuber_studio.cli_train import torch_needed
from vtuber_studio.core.errors import StudioError

if TYPE_CHECKING:
    from vtuber_studio.training.inception import Inception

app = typer.Typer()

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
_FEWEST = 8  # pictures of a set
_SLIDERS = 8  # looks in which every slider is moved, at most


@app.command()
def evaluate(
    looks: Annotated[int, typer.Option(min=1, help="How many unseen looks.")] = 64,
    sets: Annotated[
        bool, typer.Option("--sets", help="KID, Frechet, precision, recall, diversity ... over whole sets instead.")
    ] = False,
    sliders: Annotated[
        bool, typer.Option("--sliders", help="What each slider and choice does, as the reader sees it, instead.")
    ] = False,
    reader: Annotated[bool, typer.Option("--reader", help="What reads pictures instead, in changed styles.")] = False,
    run: Annotated[
        Path | None, typer.Option(help="A run of `train gan` instead: its judge, and its pictures beside unseen ones.")
    ] = None,
    inception: Annotated[
        Path | None,
        typer.Option(help="With --sets or --run: a file of Inception weights, for FID and the Inception Score."),
    ] = None,
    generator: GeneratorOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure a generator against the artist's own drawings of looks that training never used."""
    if sets + sliders + reader + (run is not None) > 1:
        raise StudioError("Sets, sliders, reader and run are measured one at a time.", "Give one of these options.")
    if (sets or run) and looks < _FEWEST:
        raise StudioError("A set of so few pictures says nothing.", "Give --looks 8 or more; 128 are a good number.")
    if inception and not (sets or run):
        raise StudioError("--inception belongs to --sets and --run.", "Add one of these options.")
    eye = _inception(inception) if inception else None
    report = _counted() if sys.stderr.isatty() else None
    figures: dict[str, Any]
    if run is not None:
        with torch_needed():
            from vtuber_studio.training.gan.figures import evaluate_gan

        figures = evaluate_gan(run, looks, report, eye)
    else:
        from vtuber_studio.engine.generator import load_generator
        from vtuber_studio.training.evaluate import evaluate as measure
        from vtuber_studio.training.reader.figures import judge
        from vtuber_studio.training.sets import evaluate_sets, slider_accuracy

        loaded = load_generator(generator)
        if sliders:
            figures = slider_accuracy(loaded, min(looks, _SLIDERS), report=report)
        elif sets:
            figures = evaluate_sets(loaded, looks, report, eye)
        else:
            figures = (judge if reader else measure)(loaded, looks, report=report)
    _print_figures(figures | ({"inception": eye.note} if eye else {}), as_json)


@app.command()
def bench(
    generator: GeneratorOption = None,
    training: Annotated[bool, typer.Option("--training", help="How fast parts train, and what takes time.")] = False,
    part: Annotated[list[str] | None, typer.Option(help="With --training: only this part. Repeatable.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Measure speed and memory on this machine: medians and 95th percentiles."""
    if part and not training:
        raise StudioError("--part belongs to --training.", "Add --training, or leave --part out.")
    if training:
        with torch_needed():
            from vtuber_studio.training.speed import bench_training

        return _print_figures(bench_training(part), as_json)
    from vtuber_studio.bench import bench as measure

    _print_figures(measure(generator), as_json)


def _inception(path: Path) -> Inception:
    with torch_needed():
        from vtuber_studio.training.inception import Inception

    eye = Inception(path)
    if not eye.known:
        typer.echo(f"{path.name}: {eye.note}.", err=True)
    return eye


def _counted() -> Callable[[int], None]:
    """Shows how many are done, for who waits at a terminal."""
    return lambda done: typer.echo(f"\r{done} ", nl=False, err=True)


def _print_figures(figures: dict[str, Any], as_json: bool, indent: str = "") -> None:
    if as_json:
        typer.echo(json.dumps(figures, indent=1))
        return
    for key, value in figures.items():
        if isinstance(value, dict):
            typer.echo(f"{indent}{key}")
            _print_figures(value, False, indent + "  ")
        else:
            typer.echo(f"{indent}{key:24} {value:.4g}" if isinstance(value, float) else f"{indent}{key:24} {value}")
