"""The first stages of a fine-tune, in its run's folder: every picture read and laid on the canvas, then the shot found
that comes nearest to it. What was done before stays."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import structs

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import make_folder, read_file, write_atomically
from vtuber_studio.core.finetuning import FITS, PICTURES, Advance, Event, GoingOn, Paused, Picture, Run
from vtuber_studio.core.image import decode_png, encode_png
from vtuber_studio.core.names import numbered
from vtuber_studio.core.runs import read_fit
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine.generator import Generator as Engine
from vtuber_studio.intake.bring import bring, picture_files
from vtuber_studio.intake.drawn import finder_of
from vtuber_studio.intake.fit import first_guess, fit_picture

LIST = "pictures.json"  # in the run's pictures: name, file and whether it is a photo
_FIT_SECONDS = 15.0  # what fitting one picture is thought to take, until one was fitted
_LIMIT = 50_000_000  # bytes of a file of the run


def _waiting(request: Callable[[], str]) -> Generator[Event, None, bool]:
    """Whether to go on: waits while the run is paused."""
    if request() == "pause":
        yield Paused()
        while request() == "pause":
            time.sleep(0.2)
        yield GoingOn()
    return request() == ""


def read_pictures(folder: Path, run: Run, generator: Engine, request: Callable[[], str]) -> Iterator[Event]:
    """Every picture aligned and cut out, once; what cannot be used is named."""
    made = make_folder(folder / PICTURES)
    listed = made / LIST
    if listed.is_file():
        return
    files = picture_files(Path(name) for name in run.pictures)
    table: list[dict[str, Any]] = []
    taken: set[str] = set()
    for number, each in enumerate(bring(files, finder_of(generator))):
        if not (yield from _waiting(request)):
            return
        used = each.image is not None and each.keep
        if used:
            assert each.image is not None
            name = numbered(each.path.stem, taken)
            write_atomically(made / f"{name}.png", encode_png(each.image))
            table.append({"name": name, "file": each.path.name, "photo": each.photo})
        else:
            yield Picture(each.path.name, False, " ".join(each.troubles))
        yield Advance("reading", (number + 1) / len(files), f"{each.path.name} was read.")
    if not table:
        raise StudioError("None of these pictures can be used.", "See what was said of each of them.")
    write_atomically(listed, json.dumps(table, indent=1).encode())


def _listed(folder: Path) -> list[dict[str, Any]]:
    data = read_file(folder / PICTURES / LIST, _LIMIT)
    try:
        table: list[dict[str, Any]] = json.loads(data)
        return table
    except ValueError as error:
        raise StudioError("The list of this run's pictures is damaged.", "Begin a new run.") from error


def fit_pictures(folder: Path, run: Run, generator: Engine, request: Callable[[], str]) -> Iterator[Event]:
    """Each picture's shot by drawing and comparing; what was fitted before stays."""
    if not (folder / PICTURES / LIST).is_file():
        return
    table, fits, spent, fitted = _listed(folder), make_folder(folder / FITS), 0.0, 0
    for number, row in enumerate(table):
        path = fits / f"{row['name']}.json"
        if path.is_file():
            continue
        begun = time.monotonic()
        image = _image(folder, row["name"])
        start, choices = first_guess(generator, image, row["photo"])
        last = None
        for last in fit_picture(generator, image, start, choices, row["photo"]):
            if not (yield from _waiting(request)):
                return
            done = (number + last.fraction) / len(table)
            mean = spent / fitted if fitted else _FIT_SECONDS
            left = mean * (len(table) - number - last.fraction) + 60 * run.config.minutes
            yield Advance("fitting", done, f"{row['file']}: {last.message}", left)
        assert last is not None
        shot = last.shot
        told = {
            "look": json.loads(shot.look.to_json()),
            "face": shot.expression,
            "pose": structs.asdict(shot.pose),
            "psnr": round(last.psnr, 3),
            "first": round(last.first, 3),
        }
        if last.image is not image:  # laid where it fits best
            write_atomically(folder / PICTURES / f"{row['name']}.png", encode_png(last.image))
        write_atomically(path, json.dumps(told, indent=1).encode())
        spent, fitted = spent + time.monotonic() - begun, fitted + 1
        yield Picture(row["file"], True, "", round(last.psnr, 2) if math.isfinite(last.psnr) else None)


def _image(folder: Path, name: str) -> np.ndarray:
    return decode_png(read_file(folder / PICTURES / f"{name}.png", _LIMIT))


def fitted_pictures(folder: Path) -> list[tuple[str, np.ndarray, Shot]]:
    """(name, image on the canvas, shot) of the run's pictures that are fitted; StudioError when one is damaged."""
    found = []
    for row in _listed(folder) if (folder / PICTURES / LIST).is_file() else ():
        if not (folder / FITS / f"{row['name']}.json").is_file():
            continue
        shot = read_fit(folder / FITS / f"{row['name']}.json")
        found.append((row["name"], _image(folder, row["name"]), shot))
    return found
