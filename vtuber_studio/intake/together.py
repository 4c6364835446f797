"""Several pictures of one persona, fitted together: one look for all, and a face, a pose and a place for each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from vtuber_studio.core.look import Look
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine.generator import Generator
from vtuber_studio.intake.fit import FINE, Fit, first_guess, fit_picture, moving, require_canvas, settled
from vtuber_studio.intake.movers import with_values
from vtuber_studio.intake.search import SIDE, Search
from vtuber_studio.intake.settle import View, settle
from vtuber_studio.intake.tangent import Tangent

_OWN = ("expression", "pose", "placing")
_SHARED = ("attribute", "z", "colour")
_MOST = 6  # pictures that decide the look together: the lines of each take 60 MB
_STEPS = 2


def fit_pictures(
    generator: Generator, images: Sequence[np.ndarray], start: Look | None = None, photo: bool = False
) -> Iterator[tuple[int, Fit]]:
    """(number of the picture, its fit so far) of aligned, cut-out images [512, 512, 4] of one persona; the last one of
    each is its result, and its ``fraction`` is of the whole.

    The clearest picture is fitted wholly, unless ``start`` says who she is; its look is where the others begin, and
    then it is settled for all of them at once. ``photo``: as in ``fit_picture``. StudioError for an image of another
    shape, or with nothing on it.
    """
    if not images:
        return
    guesses = [first_guess(generator, require_canvas(image), photo) for image in images]
    # the clearest is that which leaves the fewest choices open
    first = min(range(len(images)), key=lambda k: sum(len(each) for each in (guesses[k][1] or {}).values()))
    done: dict[int, Fit] = {}
    if start is None:
        for fit in fit_picture(generator, images[first], *guesses[first], photo):
            done[first] = replace(fit, fraction=0.5 * fit.fraction)
            yield first, done[first]
        start = done[first].shot.look
    searches, shots, begun = [], [], []
    for k, image in enumerate(images):
        own = done[k].shot if k in done else Shot(start, guesses[k][0].expression, guesses[k][0].pose)
        searches.append(Search(generator, done[k].image if k in done else image, photo))
        begun.append(done[k].first if k in done else searches[k].psnr(own))
        shots.append(own if k in done or photo else settled(searches[k], own, FINE, 1, _OWN)[0])
    shots = _together(searches, shots)
    for k, search in enumerate(searches):
        laid = done[k].image if k in done and not any(search.aim.place) else search.aim.laid
        fraction = 0.6 + 0.4 * (k + 1) / len(images)
        yield k, Fit(shots[k], search.psnr(shots[k]), begun[k], fraction, "Settled together", laid)


def _together(searches: Sequence[Search], shots: Sequence[Shot]) -> list[Shot]:
    """The shots, which have one look, with it settled for the first of them at once, and taken over by the others."""
    count = min(len(shots), _MOST)
    manifest, photo = searches[0].manifest, searches[0].photo
    shared = moving(searches[0], shots[0], _SHARED)
    views: list[View] = []
    size = len(shared)
    for search, shot in zip(searches[:count], shots[:count], strict=True):
        own = [] if photo else moving(search, shot, _OWN)
        lines = Tangent(search.generator, shot, [*shared, *own], SIDE, views[0].tangent if views else None, same=True)
        index = np.r_[np.arange(len(shared)), np.arange(size, size + len(own))]
        views.append(View(lines, search.aim.at(SIDE, search.weight(SIDE), FINE), index))
        size += len(own)
    begun = np.zeros(size)
    for view in views:
        begun[view.index] = view.tangent.values
    values = settle(views, begun, _STEPS)
    before, places = sum(map(Search.loss, searches[:count], shots[:count])), [search.aim for search in searches]
    moved = []
    for search, shot, view in zip(searches, shots, views, strict=False):
        search.lay(search.aim.moved(view.placing(values)))
        moved.append(with_values(manifest, shot, view.tangent.movers, values[view.index]))
    if sum(map(Search.loss, searches[:count], moved)) >= before:  # the lines led astray
        for search, place in zip(searches, places, strict=True):
            search.lay(place)
        return list(shots)
    return [*moved, *(shot.with_(look=moved[0].look) for shot in shots[count:])]
