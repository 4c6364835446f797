"""A changed drawing gets a new edition: what each part looks like is stored beside its number."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from vtuber_studio.artist import editions, schema
from vtuber_studio.core.attribute import Values
from vtuber_studio.core.errors import StudioError

PARTS = [part.name for part in schema.PARTS]


@pytest.mark.parametrize("name", PARTS)
def test_every_part_is_drawn_as_its_edition(name: str) -> None:
    """When this fails, it says what to do."""
    said = editions.advice(name)
    assert not said, said


def test_every_part_has_an_edition() -> None:
    assert set(schema.EDITIONS) == set(PARTS) == set(editions.stored())


@pytest.fixture
def digests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Digests of a copy, of the brows alone: they are drawn in no time."""
    path = tmp_path / "digests.json"
    path.write_bytes(editions.DIGESTS.read_bytes())
    monkeypatch.setattr(editions, "DIGESTS", path)
    monkeypatch.setattr(schema, "PARTS", (schema.part("brows"),))
    return path


def _thicker(monkeypatch: pytest.MonkeyPatch, by: float) -> None:
    draw = editions.draw_part

    def nudged(name: str, values: Values, z: np.ndarray, scale: float) -> object:
        return draw(name, {**values, "brow_thickness": float(values["brow_thickness"]) + by}, z, scale)

    monkeypatch.setattr(editions, "draw_part", nudged)


def test_a_changed_drawing_forces_a_new_edition(digests: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = digests.read_bytes()
    _thicker(monkeypatch, 0.02)
    assert "EDITIONS['brows']" in editions.advice("brows")
    with pytest.raises(StudioError, match="not drawn as edition"):
        editions.write()
    assert digests.read_bytes() == before
    monkeypatch.setitem(schema.EDITIONS, "brows", schema.EDITIONS["brows"] + 1)
    assert "digests --write" in editions.advice("brows") and "raise" not in editions.advice("brows")
    assert editions.write() == ["brows"] and editions.advice("brows") == "" and editions.write() == []


def test_so_does_another_slider_or_material_but_not_a_default(digests: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = schema.ATTRIBUTES
    index = next(k for k, row in enumerate(rows) if row.name == "brow_height")
    for changes, said in (({"default": 0.3, "tip": "Other.", "prior": (0.1, 0.2)}, ""), ({"high": 2.0}, "tables")):
        changed = (*rows[:index], replace(rows[index], **changes), *rows[index + 1 :])
        monkeypatch.setattr(schema, "ATTRIBUTES", changed)
        assert said in editions.advice("brows") and bool(said) == bool(editions.advice("brows"))


def test_the_last_bits_of_antialiasing_do_not_count(digests: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    draw, rng = editions.draw_part, np.random.default_rng(3)

    def noisy(*request: object) -> object:
        cels = draw(*request)  # type: ignore[arg-type]
        for cel in cels.values():
            edge = (cel.m > 0) & (cel.m < 1)
            cel.m[edge] += rng.normal(0, 1e-3, int(edge.sum())).astype(np.float32)
        return cels

    monkeypatch.setattr(editions, "draw_part", noisy)
    assert editions.advice("brows") == ""
