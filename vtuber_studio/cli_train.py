"""The command line's ``train``: as thin as the rest of it."""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vtuber_studio.core.errors import StudioError

if TYPE_CHECKING:
    from vtuber_studio.core.progress import Progress

app = typer.Typer(help="Train generators (needs the \\[train] extra).", no_args_is_help=True)


@app.command("starter")
def train_starter(
    out: Annotated[Path | None, typer.Option(help="A new run directory; with --bundle it may be left out.")] = None,
    minutes: Annotated[str, typer.Option(metavar="<float>", help="How long, all parts together.")] = "60",
    resume: Annotated[Path | None, typer.Option(help="Go on with this run directory.")] = None,
    start: Annotated[Path | None, typer.Option(help="Begin a new run with this bundle's weights.")] = None,
    parts: Annotated[str, typer.Option(help="Only these parts, comma separated; PART=CHOICE is one style alone.")] = "",
    adversarial: Annotated[
        bool, typer.Option("--adversarial", help="Go on against a judge that tells drawn from painted parts, as well.")
    ] = False,
    share: Annotated[
        float | None, typer.Option(min=0, help="With --adversarial: how much it is heard; 0 is coverage alone.")
    ] = None,
    jobs: Annotated[str, typer.Option(help="Parts trained side by side: a number, or all that the machine can.")] = "2",
    bundle: Annotated[Path | None, typer.Option(help="Export the generator here when done.")] = None,
    split: Annotated[
        bool, typer.Option("--split", help="Export it as pieces BUNDLE.zip.partNN of at most 16 MiB instead.")
    ] = False,
) -> None:
    """Train the starter on the artist's drawings, part by part; --resume RUN goes on where a run stopped."""
    from vtuber_studio.core.attribute import Attribute

    limit = Attribute("minutes", "Minutes", "Training", low=0, high=1e6).check(minutes)
    if (out is not None and resume is not None) or (out is None and resume is None and bundle is None):
        raise StudioError("Say where the run goes.", "Give --out RUN for a new run or --resume RUN for an old one.")
    if split and bundle is None:
        raise StudioError("--split cuts a bundle in pieces.", "Say with --bundle where they go.")
    if share is not None and not adversarial:
        raise StudioError("--share belongs to --adversarial.", "Add --adversarial, or leave --share out.")
    if adversarial and start is None and resume is None:
        raise StudioError("A judge comes after coverage has been learned.", "Give --start BUNDLE or --resume RUN.")
    with torch_needed():
        from vtuber_studio.training.bundling import export_bundle
        from vtuber_studio.training.gan.config import JudgeConfig
        from vtuber_studio.training.pieces import split_bundle
        from vtuber_studio.training.starter import train_starter as train

    chosen = [name for name in parts.split(",") if name] or None
    judge = JudgeConfig() if adversarial else None
    if judge is not None and share is not None:
        judge = replace(judge, share=share)
    with ExitStack() as stack:

        def passing() -> Path:
            return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vtuber-studio-")))

        run = out or resume or passing() / "run"
        _follow(train(run, float(limit), chosen, resume is not None, _jobs(jobs), start, judge))
        if bundle is not None and split:
            for path in split_bundle(export_bundle(run, passing() / "bundle"), bundle):
                typer.echo(path)
        elif bundle is not None:
            typer.echo(export_bundle(run, bundle))


@app.command("reader")
def train_reader(
    out: Annotated[Path, typer.Option(help="The run directory; it holds the portraits, too.")],
    minutes: Annotated[float, typer.Option(min=0, help="How long.")] = 60.0,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with that run.")] = False,
    portraits: Annotated[int, typer.Option(min=128, help="Portraits that are drawn, 400 KB each.")] = 6144,
    bundle: Annotated[Path | None, typer.Option(help="Where a copy of the generator with the reader goes.")] = None,
    base: Annotated[Path | None, typer.Option(help="The generator that is copied; the starter when left out.")] = None,
) -> None:
    """Train what reads pictures, on portraits by the artist; one JSON line a report. Needed after a drawing changed."""
    import msgspec

    from vtuber_studio.engine.bundle import find_bundle

    with torch_needed():
        from vtuber_studio.training.reader.export import export_reader
        from vtuber_studio.training.reader.learner import ReaderConfig
        from vtuber_studio.training.reader.run import train_reader as train

    for step in train(out, ReaderConfig(portraits=portraits), minutes=minutes, resume=resume):
        typer.echo(msgspec.json.encode({"fraction": step.fraction, "doing": step.message, **step.figures}))
    if bundle is not None:
        typer.echo(export_reader(out, bundle, find_bundle(base)))


@app.command("gan")
def train_gan(
    pictures: Annotated[Path | None, typer.Argument(help="A folder of pictures; folders in it are classes.")] = None,
    out: Annotated[Path | None, typer.Option(help="A new run directory.")] = None,
    minutes: Annotated[str, typer.Option(metavar="<float>", help="How long.")] = "30",
    resolution: Annotated[int, typer.Option(help="Pixels a side: 64, 128 or 256.")] = 64,
    model: Annotated[str, typer.Option(help="style (a small StyleGAN2) or dcgan.")] = "style",
    resume: Annotated[Path | None, typer.Option(help="Go on with this run directory.")] = None,
    bundle: Annotated[Path | None, typer.Option(help="Export the generator here, not to RUN/bundle.")] = None,
    loss: Annotated[str, typer.Option(help="logistic, minimax, hinge or wasserstein.")] = "logistic",
    augment: Annotated[str, typer.Option(help="What the judge sees is changed: ada, diff or none.")] = "ada",
    codes: Annotated[int, typer.Option(help="Sliders to be found in training (InfoGAN).")] = 0,
    norm: Annotated[str, typer.Option(help="Of the judge: none, batch or instance.")] = "none",
    mirror: Annotated[bool, typer.Option("--mirror", help="Show pictures mirrored half of the time.")] = False,
    batch: Annotated[int, typer.Option(help="Pictures a step.")] = 16,
    r1: Annotated[float, typer.Option(help="How much the judge's slopes are held down.")] = 1.0,
    rate: Annotated[float, typer.Option(help="The generator's learning rate.")] = 1e-3,
    judge_rate: Annotated[float, typer.Option(help="The judge's.")] = 1e-3,
    seed: Annotated[int, typer.Option(help="Another one gives another run.")] = 1,
    watch: Annotated[str, typer.Option(help="tensorboard, wandb or both, where installed.")] = "",
) -> None:
    """Train a GAN from nothing on a folder of pictures, and make a generator of it. For tinkerers."""
    from vtuber_studio.core.attribute import Attribute

    limit = Attribute("minutes", "Minutes", "Training", low=0, high=1e6).check(minutes)
    run = resume or out
    if (resume is None) == (out is None) or (out is not None and pictures is None) or run is None:
        raise StudioError("Say what to learn from.", "Give PICTURES and --out RUN, or --resume RUN for an old run.")
    with torch_needed():
        from vtuber_studio.engine.memory import keep_heap
        from vtuber_studio.training.gan.bundling import export_gan
        from vtuber_studio.training.gan.config import checked
        from vtuber_studio.training.gan.run import train_gan as train

    keep_heap()
    config = checked(
        resolution=resolution, model=model, loss=loss, augment=augment, codes=codes, norm=norm, mirror=mirror,
        batch=batch, r1=r1, rate=rate, judge_rate=judge_rate, seed=seed,
    )  # fmt: skip
    into = tuple(name for name in watch.split(",") if name)
    with _until_interrupted() as stop:
        _follow(train(pictures, run, config, minutes=float(limit), resume=resume is not None, into=into, stop=stop))
    typer.echo(export_gan(run, bundle or run / "bundle"))


@app.command("bundle")
def train_bundle(
    run: Annotated[Path, typer.Argument(help="A run directory.")],
    out: Annotated[Path, typer.Argument(help="The bundle to write.")],
    base: Annotated[
        Path | None, typer.Option(help="Take untrained parts from this bundle, not from the one it started from.")
    ] = None,
    name: Annotated[str, typer.Option(help="What the generator is called.")] = "",
) -> None:
    """Export what a run has learned so far as a generator bundle."""
    with torch_needed():
        from vtuber_studio.training.bundling import export_bundle
        from vtuber_studio.training.gan.bundling import export_gan

    flat = (run / "pictures.json").is_file()
    typer.echo(export_gan(run, out, name) if flat else export_bundle(run, out, base, name))


@app.command("plot")
def train_plot(
    run: Annotated[Path, typer.Argument(help="A run directory.")],
    out: Annotated[Path | None, typer.Argument(help="A PNG; RUN/curves.png when left out.")] = None,
) -> None:
    """Draw the loss and health curves of a run."""
    from vtuber_studio.training.plot import plot_run

    typer.echo(plot_run(run, out or run / "curves.png"))


@app.command("pack")
def train_pack(
    run: Annotated[Path, typer.Argument(help="A run directory.")],
    style: Annotated[str, typer.Argument(help="PART=CHOICE, for example hair_front=curly.")],
    out: Annotated[Path, typer.Argument(help="The pack to write.")],
    name: Annotated[str, typer.Option(help="What the style is called.")] = "",
) -> None:
    """Export one trained style as a pack, which `vtuber-studio install` adds to a generator."""
    with torch_needed():
        from vtuber_studio.training.bundling import export_pack

    typer.echo(export_pack(run, style, out, name))


@app.command("join")
def train_join(
    pieces: Annotated[list[Path], typer.Argument(help="The .partNN files of a --split; their .sha256 beside them.")],
    bundle: Annotated[Path, typer.Option(help="Where the generator goes.")],
) -> None:
    """Put a generator together from its pieces, checked by their SHA-256."""
    from vtuber_studio.training.pieces import join_bundle

    typer.echo(join_bundle(pieces, bundle))


@contextmanager
def torch_needed() -> Iterator[None]:
    """Around imports: one sentence where torch is missing."""
    try:
        yield
    except ImportError as error:
        raise StudioError("Training needs torch.", 'Install it: pip install "vtuber-studio[train]".') from error


@contextmanager
def _until_interrupted() -> Iterator[Callable[[], bool]]:
    """A question whether Ctrl+C was pressed: a run then ends after its step, saved and exported. Pressed again it ends
    the program, as ever."""
    asked: list[int] = []

    def note(number: int, _: object) -> None:
        asked.append(number)
        signal.signal(signal.SIGINT, before)
        typer.echo("Stopping: what was learned is saved. Go on with --resume.", err=True)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield lambda: bool(asked)
    finally:
        signal.signal(signal.SIGINT, before)


def _jobs(text: str) -> int | None:
    if text == "all":
        return None
    if text.isdigit() and int(text):
        return int(text)
    raise StudioError(f"--jobs {text!r} is neither a number of parts nor all.", "Write for example --jobs 2.")


def _follow(progress: Iterator[Progress]) -> None:
    for step in progress:
        figures = "  ".join(f"{k} {v:.4g}" if isinstance(v, float) else f"{k} {v}" for k, v in step.figures.items())
        typer.echo(f"{step.fraction:6.1%}  {step.message}  {figures}".rstrip())
