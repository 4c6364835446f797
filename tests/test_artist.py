"""The starter's artist: every control shows, coverage is a partition, and figures stay inside their boxes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import combinations, pairwise

import numpy as np
import pytest

from vtuber_studio.artist import portrait, schema
from vtuber_studio.artist.brush import Coverage, Sheet
from vtuber_studio.artist.parts import face, marks
from vtuber_studio.core.attribute import Attribute, Value, defaults
from vtuber_studio.core.palette import resolve
from vtuber_studio.core.part import Part
from vtuber_studio.core.sampling import random_attributes

_COLOURS = resolve(schema.MATERIALS, {})
_SCALE = 1.0
# what a user tries first must show plainly
_SHARE = {
    "eye_size": 0.15, "eye_tilt": 0.15, "lashes": 0.15, "mouth_width": 0.15, "lips": 0.15,
    "brow_shape": 0.15, "brow_thickness": 0.15, "brow_height": 0.15, "brow_length": 0.15, "brow_slant": 0.15,
}  # fmt: skip
_BACKGROUND = np.array([0.45, 0.55, 0.5], np.float32)
# the neck goes on under the chin
_OPEN_SIDES = {"hair_back": "bottom", "body": "top bottom", "hair_front": "bottom"}


def _cel(part: Part, name: str, coverage: dict[str, Coverage]) -> np.ndarray:
    """Premultiplied RGBA [h, w, 4] of one cel, its clip applied."""
    cel = next(cel for cel in part.cels if cel.name == name)
    m, t = coverage[name].m, coverage[name].t
    colours = np.stack([_COLOURS[material] for material in cel.materials])
    if t is None:
        rgba = np.broadcast_to(colours[:, None, None], (*m.shape, 4))
    else:
        ends = np.stack([_COLOURS[cel.ramp.get(material, material)] for material in cel.materials])
        rgba = colours[:, None, None] + (ends - colours)[:, None, None] * t[None, ..., None]
    alpha = m[..., None] * rgba[..., 3:]
    out = np.concatenate([(rgba[..., :3] * alpha).sum(0), alpha.sum(0)], -1)
    return out * coverage[cel.clip].m.sum(0)[..., None] if cel.clip else out


def _paint(part: Part, coverage: dict[str, Coverage]) -> tuple[np.ndarray, np.ndarray]:
    """Composed RGB [h, w, 3] over a plain background, and where anything is painted [h, w]."""
    height, width = next(iter(coverage.values())).m.shape[1:]
    rgb, alpha = np.broadcast_to(_BACKGROUND, (height, width, 3)), np.zeros((height, width, 1), np.float32)
    for cel in sorted(part.cels, key=lambda cel: cel.depth):
        layer = _cel(part, cel.name, coverage)
        rgb, alpha = (
            layer[..., :3] + rgb * (1 - layer[..., 3:]),
            layer[..., 3:] + alpha * (1 - layer[..., 3:]),
        )
    return rgb, alpha[..., 0] > 0


def _worn(part: Part) -> dict[str, Value]:
    """Choices that make a part that may be empty show something."""
    return {
        key: next(choice for choice in _row(key).choices if choice != empty)
        for key, empty in part.empty_when.items()
    }


def _row(name: str) -> Attribute:
    return next(row for row in schema.ATTRIBUTES + schema.EXPRESSIONS if row.name == name)


@cache
def _picture(part_name: str, key: str, value: Value) -> tuple[np.ndarray, np.ndarray]:
    part = schema.part(part_name)
    values = {**_worn(part), **({key: value} if key else {})}
    return _paint(part, portrait.draw_part(part_name, values, np.zeros(part.z_dim), _SCALE))


def _controls() -> Iterator[tuple[str, str]]:
    for part in schema.PARTS:
        for row in schema.rows_of(part.name):
            yield part.name, row.name


@pytest.mark.parametrize(("part_name", "key"), list(_controls()))
def test_every_control_shows(part_name: str, key: str) -> None:
    """Every choice differs from every other, and a slider's ends from each other and from where it stands at first."""
    row = _row(key)
    shown = row.choices or (row.low, row.high)
    if not row.choices and row in schema.ATTRIBUTES:
        shown = tuple(sorted({row.low, row.default, row.high}))
    for one, other in combinations(shown, 2):
        (a, painted_a), (b, painted_b) = _picture(part_name, key, one), _picture(part_name, key, other)
        changed = (np.abs(a - b).max(-1) > 8 / 255).sum() / (painted_a | painted_b).sum()
        assert changed >= _SHARE.get(key, 0.02), f"{key}: {one} and {other} differ in {changed:.2%} of {part_name}"


def _random(part: Part, rng: np.random.Generator, ends: bool) -> dict[str, Value]:
    if not ends:
        return portrait.sample_values(part.name, rng)
    values: dict[str, Value] = {
        row.name: row.choices[int(rng.integers(len(row.choices)))]
        if row.choices
        else (row.low, row.high)[int(rng.integers(2))]
        for row in schema.rows_of(part.name)
    }
    return {
        **values,
        **{key: choice for key, choice in _worn(part).items() if values[key] == part.empty_when[key]},
    }


@pytest.mark.parametrize("part", schema.PARTS, ids=lambda part: part.name)
def test_coverage_is_a_partition_inside_the_box(part: Part) -> None:
    rng = np.random.default_rng(7)
    for i in range(8):
        values, z = _random(part, rng, ends=i % 2 == 0), rng.standard_normal(part.z_dim)
        coverage = portrait.draw_part(part.name, values, z)
        for cel in part.cels:
            m = coverage[cel.name].m
            assert m.min() >= 0 and m.sum(0).max() <= 1.001
            assert (coverage[cel.name].t is not None) == bool(cel.ramp)
            alpha = m.sum(0)
            # two units: so wide may be the cells of a network's grid, and the outermost ones are cut
            sides = {"top": alpha[:2], "bottom": alpha[-2:], "left": alpha[:, :2], "right": alpha[:, -2:]}
            for side, edge in sides.items():
                if side not in _OPEN_SIDES.get(part.name, ""):
                    assert edge.max() < 0.01, f"{cel.name} leaves its box at the {side} for {values}"


@pytest.mark.parametrize("part", schema.PARTS, ids=lambda part: part.name)
def test_drawing_is_deterministic_and_z_matters(part: Part) -> None:
    values, z = _worn(part), np.random.default_rng(1).standard_normal(part.z_dim)
    one, same, other = (portrait.draw_part(part.name, values, z) for z in (z, z.copy(), -z))
    assert all(np.array_equal(one[name].m, same[name].m) for name in one)
    assert any(not np.array_equal(one[name].m, other[name].m) for name in one)


@pytest.mark.parametrize(
    "part", [part for part in schema.PARTS if part.empty_when], ids=lambda part: part.name
)
def test_nothing_worn_paints_nothing(part: Part) -> None:
    coverage = portrait.draw_part(part.name, dict(part.empty_when), np.ones(part.z_dim))
    assert all(cel.m.max() == 0 for cel in coverage.values())


@pytest.mark.parametrize("part", schema.PARTS, ids=lambda part: part.name)
def test_sliders_move_smoothly(part: Part) -> None:
    """A hundredth of a range must not make anything jump: the networks learn motion from these drawings."""
    for row in schema.rows_of(part.name):
        if row.choices:
            continue
        for at in (0.0, 0.5, 0.99):
            pair = []
            for share in (at, at + 0.01):
                values = {**_worn(part), row.name: row.low + share * (row.high - row.low)}
                pair.append(_paint(part, portrait.draw_part(part.name, values, np.zeros(part.z_dim), 0.5)))
            painted = (pair[0][1] | pair[1][1]).sum()
            assert np.abs(pair[0][0] - pair[1][0]).max(-1).sum() < 0.03 * painted, (
                f"{row.name} jumps near {at}"
            )


@pytest.mark.parametrize(("name", "values"), [("face", {"blush": 1.0}), ("marks", {"marks": "plaster"})])
def test_coverage_is_linear_in_colour(name: str, values: dict[str, Value]) -> None:
    """Materials painted with one colour cover what they cover apart: edges, clips, fades and blur included."""
    part = schema.part(name)
    full, draw = {**defaults(schema.rows_of(name)), **values}, {"face": face.draw, "marks": marks.draw}[name]
    sheet, merged = Sheet(part), Sheet(part)
    for target in (sheet, merged):
        draw(target, full, np.zeros(part.z_dim))
    cel = part.cels[0]
    first, second, third = cel.materials
    merged.ops[cel.name] = [
        replace(op, material=first if op.material in (second, third) else op.material) for op in merged.ops[cel.name]
    ]
    apart, together = sheet.coverage()[cel.name].m, merged.coverage()[cel.name].m
    np.testing.assert_allclose(together[0], apart.sum(0), atol=4e-3)
    assert together[0].max() > 0.9 and together[1:].max() == 0


def test_a_blush_is_as_strong_as_asked_and_has_no_edge() -> None:
    """A fade's opacity counts once; what fades has faded where its shape ends."""
    faint, strong, full = (
        portrait.draw_part("face", {"blush": much}, np.zeros(8))["blush"].m[0] for much in (0.15, 0.3, 1.0)
    )
    np.testing.assert_allclose(2 * faint, strong, atol=4e-3)
    assert strong.max() > 0.25
    upward = full[150:192, 206 - 128]  # beside the hatching
    assert upward.max() > 0.5 and np.abs(np.diff(upward)).max() < 0.045


def test_a_face_has_no_holes() -> None:
    part = schema.part("face")
    apart = portrait.draw_part("face", {}, np.zeros(part.z_dim))["face"].m
    np.testing.assert_allclose(apart.sum(0)[100:140, 100:140], 1.0, atol=1e-3)


@pytest.mark.parametrize("smile", [0.0, 0.5, 1.0])
def test_a_closed_eye_shows_no_white(smile: float) -> None:
    values: dict[str, Value] = {"eye_open_left": 0.0, "eye_open_right": 0.0, "eye_smile": smile}
    for shape in _row("eye_shape").choices:
        coverage = portrait.draw_part("eyes", {**values, "eye_shape": shape}, np.zeros(8))
        assert coverage["sclera"].m.max() == 0
        assert coverage["lids"].m[0].max() > 0.5


@pytest.mark.parametrize("name", ["eyes", "brows"])
def test_extremes_stay_inside_the_box(name: str) -> None:
    """Every slider at an end, every choice of a shape: a touched border would show as a hard edge at any size."""
    part, rng = schema.part(name), np.random.default_rng(3)
    shapes = next(row for row in schema.rows_of(name) if row.name.endswith("_shape")).choices
    for shape in shapes:
        for high in (True, False, None):
            values = _random(part, rng, ends=True)
            if high is not None:  # as large as it can be, leaning in and out
                values |= {row.name: row.high for row in schema.rows_of(name) if not row.choices}
                values |= {"lid_rest": 0.0, "eye_smile": 0.0} if name == "eyes" else {}
                for key in ("eye_tilt", "gaze_x", "gaze_y", "brow_slant", "brow_tilt"):
                    if key in values:
                        values[key] = 1.0 if high else -1.0
            z = 2.5 * rng.choice([-1.0, 1.0], part.z_dim)
            for cel, drawn in portrait.draw_part(name, {**values, f"{name[:-1]}_shape": shape}, z).items():
                alpha = drawn.m.sum(0)
                border = np.concatenate([alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1]])
                assert border.max() == 0, f"{cel} leaves its box for {shape} {values}"


@pytest.mark.parametrize("smile", [0.0, 1.0])
def test_an_eye_closes_without_a_jump(smile: float) -> None:
    """The upper lash turns from a wedge into a stroke: no step of a closing eye may do much more than the others."""
    for shape in ("soft", "sharp"):
        covers = []
        for step in np.linspace(1.0, 0.0, 41):
            values = {"eye_shape": shape, "eye_smile": smile, "eye_open_left": step, "eye_open_right": step}
            covers.append(portrait.draw_part("eyes", values, np.zeros(8))["lids"].m[0])
        moved = np.array([np.abs(a - b).sum() for a, b in pairwise(covers)])
        assert moved.max() < 2.5 * moved.mean()


def test_each_iris_has_a_colour_of_its_own() -> None:
    part = schema.part("eyes")
    drawn = portrait.draw_part("eyes", {}, np.zeros(part.z_dim))
    assert drawn["iris_left"].m[..., :112].max() == 0 and drawn["iris_right"].m[..., 112:].max() == 0
    blue, mixed = {"eye.iris": "#205090"}, {"eye.iris": "#205090", "eye.iris_left": "#c04020"}
    same, apart = resolve(schema.MATERIALS, blue), resolve(schema.MATERIALS, mixed)
    for name in ("top", "glow", "rim", "spark", "pupil"):
        right, left = f"eye.{name}", f"eye.{name}_left"
        np.testing.assert_array_equal(same[right], same[left])
        np.testing.assert_array_equal(same[right], apart[right])
        assert np.abs(apart[left] - apart[right]).max() > 0.02


@pytest.mark.parametrize("kind", ["short", "full"])
def test_a_beard_keeps_to_the_jaw(kind: str) -> None:
    """Whatever the face, its line below the mouth lies under the beard, and its chin is never bare."""
    x0, y0, x1, y1 = schema.part("beard").box
    left, top = (a - b for a, b in zip((x0, y0), schema.part("face").box, strict=False))
    rng, sliders = np.random.default_rng(5), ("face_width", "jaw", "chin", "cheeks")
    for _ in range(12):
        values: dict[str, Value] = {name: float(rng.choice([-1.0, 1.0])) for name in sliders}
        values |= {"ear_shape": "hidden", "beard": kind, "beard_length": -1.0}
        line = portrait.draw_part("face", values, np.zeros(8))["face"].m[2]
        line = np.pad(line, ((0, 32), (0, 0)))[top : top + y1 - y0, left : left + x1 - x0]
        hair = portrait.draw_part("beard", values, np.zeros(8))["beard"].m.sum(0)
        below = np.s_[300 - y0 :, :]
        assert (line * hair)[below].sum() > 0.85 * line[below].sum(), values


@pytest.mark.parametrize("shape", ["round", "pointed"])
def test_earrings_hang_in_ears(shape: str) -> None:
    kinds = _row("earrings").choices[1:]
    bald = portrait.draw_part("face", {"ear_shape": "hidden"}, np.zeros(8))["face"].m.sum(0)
    ears = portrait.draw_part("face", {"ear_shape": shape}, np.zeros(8))["face"].m.sum(0) - bald
    (x0, y0, _, _), (u0, v0, _, _) = schema.part("earrings").box, schema.part("face").box
    for kind in kinds:
        worn = portrait.draw_part("earrings", {"earrings": kind, "ear_shape": shape}, np.zeros(8))["earrings"].m.sum(0)
        lobes = ears[y0 - v0 : y0 - v0 + worn.shape[0], x0 - u0 : x0 - u0 + worn.shape[1]]
        for side in (np.s_[:, :128], np.s_[:, 128:]):
            assert (lobes * worn)[side].sum() > 8, kind
    bare = portrait.draw_part("earrings", {"earrings": "hoop", "ear_shape": "hidden"}, np.zeros(8))
    assert bare["earrings"].m.max() == 0


def test_few_that_the_dice_make_are_bearded() -> None:
    looks = [random_attributes(schema.ATTRIBUTES, seed, schema.DICE) for seed in range(400)]
    bearded = [look for look in looks if look["beard"] != "none"]
    assert 4 <= len(bearded) <= 32
    assert not [look for look in bearded if look["back_style"] == "twin_tails" or look["headwear"] == "ribbon"]


def test_parts_stand_in_boxes_their_networks_can_draw() -> None:
    for part in schema.PARTS:
        width, height = part.box[2] - part.box[0], part.box[3] - part.box[1]
        assert part.logits[0] % 16 == part.logits[1] % 16 == 0
        assert height / part.logits[0] == width / part.logits[1] in (2 / 3, 1.0, 2.0)  # whole pixels at every scale
        assert set(defaults(schema.rows_of(part.name))) >= set(part.empty_when)
