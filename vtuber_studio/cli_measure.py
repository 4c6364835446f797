"""The command line's ``evaluate`` and ``bench``: what is measured."""

from __future__ import annotations

import datetime
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vtuber_studio.cli_looks import GeneratorOption
from vtuber_studio.cli_train import torch_needed
from vtuber_studio.core.errors import StudioError

if TYPE_CHECKING:
    from vtuber_studio.engine.bundle import Bundle
    from vtuber_studio.training.inception import Inception

app = typer.Typer()

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
_FEWEST = 8  # pictures of a set
_SLIDERS = 8  # looks in which every slider is moved, at most
_MOST = 4 << 20  # bytes of a page

Report = Callable[[int], None] | None


@app.command()
def evaluate(
    looks: Annotated[int, typer.Option(min=1, max=50_000, help="How many unseen looks, or pictures.")] = 64,
    sets: Annotated[
        bool, typer.Option("--sets", help="KID, Frechet, precision, recall, diversity ... over whole sets instead.")
    ] = False,
    sliders: Annotated[
        bool, typer.Option("--sliders", help="What each slider and choice does, as the reader sees it, instead.")
    ] = False,
    parts: Annotated[
        str, typer.Option(help="Only these parts, comma separated, painted alone: PSNR, soft IoU, edges and lines.")
    ] = "",
    reader: Annotated[bool, typer.Option("--reader", help="What reads pictures instead, in changed styles.")] = False,
    run: Annotated[
        Path | None, typer.Option(help="A run of `train gan` instead: its judge, and its pictures beside unseen ones.")
    ] = None,
    inception: Annotated[
        Path | None,
        typer.Option(help="With --sets or --run: a file of Inception weights, for FID and the Inception Score."),
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Write the figures into the generator's manifest and model card, too.")
    ] = False,
    page: Annotated[
        Path | None, typer.Option(help="Measure nothing: put the figures that were kept into the tables of this page.")
    ] = None,
    generator: GeneratorOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure a generator against the artist's own drawings of looks that training never used."""
    from vtuber_studio.engine.bundle import find_bundle, read_bundle

    kinds = {"sets": sets, "sliders": sliders, "parts": bool(parts), "reader": reader, "run": run is not None}
    chosen = [kind for kind, asked in kinds.items() if asked]
    kind = chosen[0] if chosen else "looks"
    _check(chosen, looks, keep, page, inception)
    if page is not None:
        return _fill(page, find_bundle(generator))
    bundle = read_bundle((run / "bundle") if run and not generator else find_bundle(generator)) if keep else None
    eye = _inception(inception) if inception else None
    report = _counted() if sys.stderr.isatty() else None
    names = [name for name in parts.split(",") if name]
    figures = _measured(kind, generator, run, names, looks, report, eye) | ({"inception": eye.note} if eye else {})
    _print_figures(figures, as_json)
    if bundle is not None:
        option = "" if kind == "looks" else " --run RUN" if run else f" --{kind}"
        command = f"vtuber-studio evaluate{option} --looks {looks}{' --inception FILE' if eye else ''}"
        _keep(bundle, kind, command, figures)


def _check(chosen: Sequence[str], looks: int, keep: bool, page: Path | None, inception: Path | None) -> None:
    if len(chosen) > 1:
        raise StudioError(
            "Sets, sliders, parts, reader and run are measured one at a time.", "Give one of these options."
        )
    if keep and "parts" in chosen:
        raise StudioError("Figures of single parts are not kept.", "Leave --keep out, or measure the whole figure.")
    if page is not None and (chosen or keep or inception):
        raise StudioError("--page measures nothing.", "Measure with --keep first; then give --page alone.")
    inside = bool({"sets", "run"} & {*chosen})
    if inside and looks < _FEWEST:
        raise StudioError("A set of so few pictures says nothing.", "Give --looks 8 or more; 128 are a good number.")
    if inception and not inside:
        raise StudioError("--inception belongs to --sets and --run.", "Add one of these options.")


def _measured(
    kind: str,
    generator: Path | None,
    run: Path | None,
    parts: Sequence[str],
    looks: int,
    report: Report,
    eye: Inception | None,
) -> dict[str, Any]:
    if run is not None:
        with torch_needed():
            from vtuber_studio.training.gan.figures import evaluate_gan

        return evaluate_gan(run, looks, report, eye)
    from vtuber_studio.engine.generator import load_generator
    from vtuber_studio.training.alone import evaluate_parts
    from vtuber_studio.training.evaluate import evaluate as measure
    from vtuber_studio.training.reader.figures import judge
    from vtuber_studio.training.sets import evaluate_sets, slider_accuracy

    loaded = load_generator(generator)
    if kind == "sliders":
        return slider_accuracy(loaded, min(looks, _SLIDERS), report=report)
    if kind == "parts":
        return dict(evaluate_parts(loaded, parts, looks, report))
    if kind == "sets":
        return evaluate_sets(loaded, looks, report, eye)
    return (judge if kind == "reader" else measure)(loaded, looks, report=report)


def _keep(bundle: Bundle, kind: str, command: str, figures: dict[str, Any]) -> None:
    from vtuber_studio.bench import machine
    from vtuber_studio.engine.measured import Measured, keep

    own = machine()
    bits = "with bf16" if own["bf16"] else "without bf16"
    said = f"{own['processor']} ({own['cores']} cores, {bits}), threads: {own['threads']}"
    today = datetime.date.today().isoformat()
    keep(bundle, kind, Measured(command, today, bundle.manifest.id[:12], said, figures))
    typer.echo(f"Kept in {bundle.folder}.", err=True)


def _fill(page: Path, folder: Path) -> None:
    from vtuber_studio.core.files import read_file, write_atomically
    from vtuber_studio.engine.bundle import read_manifest
    from vtuber_studio.engine.measured import filled

    text = filled(read_file(page, _MOST).decode("utf-8", "replace"), read_manifest(folder))
    write_atomically(page, text.encode())
    typer.echo(page)


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
    return lambda done: typer.echo(f"\r{done} done ", nl=False, err=True)


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
