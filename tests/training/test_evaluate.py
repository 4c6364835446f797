"""What is judged, against what, and with which faces."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from vtuber_studio.artist import schema
from vtuber_studio.core.attribute import Attribute, check_all
from vtuber_studio.engine.bundle import Bundle, Manifest, find_bundle, read_bundle
from vtuber_studio.engine.generator import OnnxGenerator
from vtuber_studio.training.evaluate import evaluate
from vtuber_studio.training.truth import FIRST_SEED, sample_expression, stale, undrawable

Figures = dict[str, Any]


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    """Two parts of the starter that are on every figure, whose weights and drawing are of the same edition."""
    whole = read_bundle(find_bundle())
    bare = {entry.part.name for entry in whole.manifest.parts if entry.part.empty_when}
    apart = {*stale(whole.manifest), *undrawable(whole.manifest), *bare}
    names = [entry.part.name for entry in whole.manifest.parts if entry.part.name not in apart][:2]
    return Bundle(whole.folder, _cut(whole.manifest, names), whole.table)


def _cut(manifest: Manifest, names: list[str]) -> Manifest:
    def rows(table: tuple[Attribute, ...]) -> tuple[Attribute, ...]:
        return tuple(row for row in table if set(names) & set(row.parts))

    parts = tuple(entry for entry in manifest.parts if entry.part.name in names)
    return replace(
        manifest, parts=parts, attributes=rows(manifest.attributes), expressions=rows(manifest.expressions), shadow=None
    )


@pytest.fixture(scope="module")
def judge(bundle: Bundle) -> Callable[..., Figures]:
    def run(**changes: Any) -> Figures:
        first, *others = bundle.manifest.parts
        parts = (replace(first, **changes), *others)
        return evaluate(OnnxGenerator(replace_manifest(bundle, parts=parts), 1), 1)

    return run


def replace_manifest(bundle: Bundle, **changes: Any) -> Bundle:
    return Bundle(bundle.folder, replace(bundle.manifest, **changes), bundle.table)


@pytest.fixture(scope="module")
def before(judge: Callable[..., Figures]) -> Figures:
    return judge()


def test_the_same_generator_gets_the_same_figures(judge: Callable[..., Figures], before: Figures) -> None:
    assert judge() == before and before["stale"] == {} and before["undrawable"] == []


def test_what_was_not_learned_yet_is_named(bundle: Bundle, before: Figures) -> None:
    learned = {entry.part.name for entry in bundle.manifest.parts}
    assert {*before["missing"]} == {part.name for part in schema.PARTS} - learned != set()


def test_weights_of_an_older_drawing_are_judged_by_themselves(
    bundle: Bundle, judge: Callable[..., Figures], before: Figures
) -> None:
    """They say so, keep figures of their own, and no longer weigh on the whole."""
    first, second = (entry.part.name for entry in bundle.manifest.parts)
    after = judge(edition=schema.EDITIONS[first] + 1)
    drawing = schema.EDITIONS[first]
    assert after["stale"] == {first: {"weights": drawing + 1, "drawing": drawing}}
    assert after["parts"] == before["parts"]
    assert after["psnr_512"]["mean"] > before["psnr_512"]["mean"]
    assert after["iou"]["mean"] == pytest.approx(before["parts"][second]["iou"], abs=0.02)
    assert not after["iou"]["worst_name"].startswith(f"{first}/")


def test_a_part_that_the_artist_does_not_know_is_left_alone(bundle: Bundle, before: Figures) -> None:
    """Its own painting stands for the truth; what is left to compare is perfect where it stands alone."""
    entry = bundle.manifest.parts[0]
    tail = replace(entry, part=replace(entry.part, name="tail", empty_when={}))
    rows = [replace(row, parts=("tail",)) for row in bundle.manifest.attributes if entry.part.name in row.parts]
    manifest = replace(bundle.manifest, parts=(tail,), attributes=tuple(rows), expressions=())
    after = evaluate(OnnxGenerator(Bundle(bundle.folder, manifest, bundle.table), 1), 1)
    assert after["stale"] == {"tail": {"weights": entry.edition, "drawing": 0}} and after["undrawable"] == ["tail"]
    assert after["parts"] == {}
    assert after["psnr_512"]["mean"] > 55 and after["psnr_2048"]["mean"] > 55


def test_faces_are_sampled_by_seed_and_do_all_there_is_to_do() -> None:
    rows = schema.EXPRESSIONS
    faces = [sample_expression(rows, FIRST_SEED + k) for k in range(48)]
    assert faces == [sample_expression(rows[::-1], FIRST_SEED + k) for k in range(48)]
    assert faces.count({}) >= 12
    for face in faces:
        check_all(rows, face)
    for row in rows:
        values = [float(face.get(row.name, row.default)) for face in faces]
        reach = 0.35 * (row.high - row.low)
        assert max(values) > row.high - reach and min(values) < row.low + reach, row.name
    shut = [face for face in faces if face.get("eye_open_left") == face.get("eye_open_right") == 0.0]
    assert len(shut) >= 4
