"""The figure without what stands behind it: its own alpha, a plain ground flooded, or GrabCut."""

from __future__ import annotations

import cv2
import numpy as np

from vtuber_studio.core.image import freeze

_SIDE = 320  # pixels: GrabCut looks at a picture of this size, in about a second
_PLAIN = 7.0  # CIELAB steps from the ground's colour that still are ground
_SPECK = 0.01  # of the picture: a figure that is smaller is none
_GROUND = 0.8  # of the rim that must be of one colour to call it a plain ground
# canvas units: a bust as it usually stands there, and what of it is certainly figure
_HEAD, _HEAD_SIZE, _CORE_SIZE = (256, 225), (135, 150), (75, 95)
_SHOULDERS = np.array([[210, 350], [302, 350], [420, 430], [450, 512], [62, 512], [92, 430]])
_CHEST = np.array([[230, 350], [282, 350], [340, 512], [172, 512]])


def has_alpha(image: np.ndarray) -> bool:
    """Does the picture say by itself what is figure: is some of its rim transparent, and its middle not?"""
    rim = np.concatenate([image[0, :, 3], image[:, 0, 3], image[:, -1, 3]])
    return bool((rim < 32).mean() > 0.05 and (image[..., 3] > 200).mean() > 0.02)


def cut_out(image: np.ndarray, photo: bool = False) -> np.ndarray:
    """An aligned image [S, S, 4] with what is behind the figure made transparent; an alpha of its own is kept.

    A photo's ground is never quite plain: what is flooded of it only tells GrabCut more."""
    if has_alpha(image) and not _edge_only(image):
        return image
    figure = _standing_out(image)
    soft = _grabbed(image, figure) if figure is None or photo else _softened(figure)
    if (soft > 128).mean() < _SPECK:
        return image  # nothing stands out: better all of it than nothing
    out = image.copy()
    out[..., 3] = np.minimum(image[..., 3], soft)
    return freeze(out)


def _edge_only(image: np.ndarray) -> bool:
    """Is the transparency only what lies beyond the picture's edges, straight as they are?"""
    solid = (image[..., 3] > 128).astype(np.uint8)
    found, _ = cv2.findContours(solid, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not found:
        return False
    largest = max(found, key=cv2.contourArea)
    corners = cv2.approxPolyDP(largest, 4.0, True)
    return len(corners) <= 8 and cv2.isContourConvex(corners)


def _standing_out(image: np.ndarray) -> np.ndarray | None:
    """bool [S, S]: what a flood of the ground does not reach; None where the ground is not of one colour."""
    lab = cv2.cvtColor(image[..., :3].astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    inside = image[..., 3] > 250
    if not inside.any():
        return None
    # the rim of what there is of the picture, but for its lower edge, where a bust is cut
    rim = inside & ~cv2.erode(inside.astype(np.uint8), np.ones((5, 5)), borderValue=0).astype(bool)
    rim[int(image.shape[0] * 0.6) :] = False
    if not rim.any():
        return None
    ground = np.median(lab[rim], axis=0)
    apart = np.sqrt(((lab - ground) ** 2).sum(2))
    if (apart[rim] < _PLAIN).mean() < _GROUND:
        return None
    like = (((apart < _PLAIN) | ~inside) * 1).astype(np.uint8)
    _, labels = cv2.connectedComponents(like, connectivity=4)
    reached = np.unique(labels[rim & (like > 0)])
    return ~np.isin(labels, reached[reached > 0]) & inside


def _softened(figure: np.ndarray) -> np.ndarray:
    """Alpha a pixel inside the figure, whose own edge is mixed with the ground."""
    inner = cv2.erode(_largest(figure), np.ones((3, 3)), borderValue=1)
    return cv2.GaussianBlur(inner.astype(np.float32) * 255, (0, 0), 0.7).astype(np.uint8)


def _largest(figure: np.ndarray) -> np.ndarray:
    """uint8 [S, S]: the largest piece, and every other of a hundredth of its size or more."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(figure.astype(np.uint8))
    sizes = stats[:, cv2.CC_STAT_AREA].copy()
    sizes[0] = 0
    return np.isin(labels, np.flatnonzero(sizes >= max(sizes.max() // 100, 1))).astype(np.uint8)


def _grabbed(image: np.ndarray, standing: np.ndarray | None) -> np.ndarray:
    """Alpha by GrabCut (Rother, Kolmogorov and Blake 2004), told where a bust usually stands."""
    size = image.shape[0]
    small = cv2.resize(image, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    unit = _SIDE / 512
    mask = np.full((_SIDE, _SIDE), cv2.GC_PR_BGD, np.uint8)
    cv2.ellipse(mask, _point(_HEAD, unit), _point(_HEAD_SIZE, unit), 0, 0, 360, cv2.GC_PR_FGD, -1)
    cv2.fillPoly(mask, [(_SHOULDERS * unit).astype(np.int32)], cv2.GC_PR_FGD)
    cv2.ellipse(mask, _point(_HEAD, unit), _point(_CORE_SIZE, unit), 0, 0, 360, cv2.GC_FGD, -1)
    cv2.fillPoly(mask, [(_CHEST * unit).astype(np.int32)], cv2.GC_FGD)
    mask[: round(8 * unit), :] = cv2.GC_BGD
    mask[: round(300 * unit), : round(24 * unit)] = mask[: round(300 * unit), -round(24 * unit) :] = cv2.GC_BGD
    mask[small[..., 3] < 128] = cv2.GC_BGD
    if standing is not None:
        ground = cv2.resize(standing.astype(np.float32), (_SIDE, _SIDE), interpolation=cv2.INTER_AREA) < 0.5
        mask[ground & (mask != cv2.GC_FGD)] = cv2.GC_BGD
    core = np.isin(mask, (cv2.GC_FGD, cv2.GC_PR_FGD))
    if not core.any() or core.all():
        return image[..., 3]  # there are no two kinds to tell apart
    cv2.setRNGSeed(0)  # its mixtures begin with a random clustering
    cv2.grabCut(
        np.ascontiguousarray(small[..., :3]), mask, (0, 0, 1, 1), np.zeros((1, 65)), np.zeros((1, 65)), 5,
        cv2.GC_INIT_WITH_MASK,  # so its rectangle does not count
    )  # fmt: skip
    grabbed = np.isin(mask, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8)
    figure = cv2.morphologyEx(grabbed, cv2.MORPH_OPEN, np.ones((3, 3)))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(figure)
    if count > 1:
        figure = (labels == 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())).astype(np.uint8)
    holes = cv2.connectedComponents(1 - figure)[1]
    outer = np.unique(np.concatenate([holes[0], holes[:, 0], holes[:, -1]]))
    figure = ((figure > 0) | ~np.isin(holes, outer)).astype(np.float32)
    soft = cv2.GaussianBlur(figure, (0, 0), 1.2)
    large = cv2.resize(soft, (size, size), interpolation=cv2.INTER_CUBIC)
    return (np.clip((large - 0.3) / 0.4, 0, 1) * 255).astype(np.uint8)


def _point(units: tuple[int, int], unit: float) -> tuple[int, int]:
    return round(units[0] * unit), round(units[1] * unit)
