"""What a run leaves to be looked at."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from PIL import Image

from vtuber_studio.core.errors import StudioError
from vtuber_studio.training.plot import COLOURS, HEIGHT, WIDTH, plot_run, read_log
from vtuber_studio.training.watching import Watch, sheet_png


def _log(run: Path, rows: list[dict[str, Any]]) -> Path:
    watch = Watch(run)
    for row in rows:
        watch.figures(row.pop("images"), row)
    return run


def test_figures_are_lines_and_curves(tmp_path: Path) -> None:
    run = _log(tmp_path, [{"images": 10 * k, "loss": 1 / (k + 1), "r_t": 0.5, "real": 1.0} for k in range(20)])
    with open(run / "log.jsonl", "a", encoding="utf-8") as file:
        file.write('{"images": 200, "lo')  # killed
    log = read_log(run)
    assert log.curves["loss", ""][3] == (30, 0.25)
    assert len(log.curves["loss", ""]) == 20 and not log.ill
    picture = Image.open(plot_run(run, tmp_path / "curves.png"))
    assert picture.width == WIDTH
    colours = {f"#{r:02x}{g:02x}{b:02x}" for _, (r, g, b) in picture.getcolors(1 << 20)}
    assert COLOURS[0] in colours


def test_parts_have_curves_of_their_own_and_illness_is_seen(tmp_path: Path) -> None:
    rows = [{"images": k, "loss": float(k), "part": part} for k in range(5) for part in ("eyes", "mouth")]
    run = _log(tmp_path, rows + [{"images": 9, "loss": float("nan"), "finding": "diverged"}])
    log = read_log(run)
    assert set(log.curves) == {("loss", "eyes"), ("loss", "mouth")}
    assert log.ill == [(4, 9)]
    plot_run(run, tmp_path / "curves.png")


def test_a_run_of_every_part_has_room_for_all_their_names(tmp_path: Path) -> None:
    parts = [f"a_long_name_{k}" for k in range(14)]
    rows = [{"images": k, "loss": float(k) + n, "part": part} for k in range(2) for n, part in enumerate(parts)]
    picture = Image.open(plot_run(_log(tmp_path, rows), tmp_path / "curves.png"))
    own = {f"#{r:02x}{g:02x}{b:02x}" for _, (r, g, b) in picture.getcolors(1 << 20)}
    assert set(COLOURS[:14]) <= own and picture.height > HEIGHT
    edge = np.asarray(picture)[:, -2:]
    assert (edge == 255).all(), "nothing runs off the picture"


def test_a_run_without_a_log_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match=r"no log\.jsonl"):
        plot_run(tmp_path, tmp_path / "curves.png")
    _log(tmp_path, [{"images": 1, "note": "nothing"}])
    with pytest.raises(StudioError, match="no figures"):
        plot_run(tmp_path, tmp_path / "curves.png")


def test_a_sheet_shows_pictures_over_a_light_ground() -> None:
    pictures = np.zeros((5, 4, 8, 8), np.float32)
    pictures[2] = np.array([0.5, 0, 0, 0.5])[:, None, None]
    sheet = np.asarray(Image.open(io.BytesIO(sheet_png(pictures))))
    assert sheet.shape == (16, 24, 3)
    assert abs(sheet[0, 16].astype(int) - [245, 117, 117]).max() <= 1
    assert (sheet[0, 0] == sheet[12, 20]).all()


def test_other_writers_get_the_numbers_where_they_are_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[dict[str, float], int]] = []

    class Run:
        def log(self, numbers: dict[str, float], step: int) -> None:
            seen.append((numbers, step))

    fake = ModuleType("wandb")
    asked: dict[str, Any] = {}
    fake.init = lambda **options: asked.update(options) or Run()  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "wandb", fake)
    Watch(tmp_path, ("wandb",)).figures(5, {"loss": 1.5, "finding": "collapsed"})
    assert asked["mode"] == "offline"
    assert seen == [({"loss": 1.5}, 5)]
    monkeypatch.setitem(sys.modules, "wandb", None)
    without = Watch(tmp_path, ("wandb",))
    without.figures(6, {"loss": 1.0})
    assert without.missing == ["wandb"]
    assert len(seen) == 1
    assert json.loads((tmp_path / "log.jsonl").read_text().splitlines()[1]) == {"images": 6, "loss": 1.0}
    with pytest.raises(StudioError, match="paper"):
        Watch(tmp_path, ("paper",))
