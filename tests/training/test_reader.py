"""Portraits know what they show; views keep what is known true; a few steps teach something, a killed run goes on; what
is exported answers as torch does, beside files that stay as they were."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from msgspec.structs import replace
from PIL import Image
from typer.testing import CliRunner

import vtuber_studio
from tests.fakes import FakeGenerator
from vtuber_studio.artist import schema
from vtuber_studio.cli import app
from vtuber_studio.core.difference import ciede2000, cielab
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.image import encode_png
from vtuber_studio.core.look import Look, look_from_json
from vtuber_studio.core.palette import from_oklab, oklab, resolve
from vtuber_studio.core.pose import NEUTRAL, Pose
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine.bundle import find_bundle, read_bundle
from vtuber_studio.engine.details import detail_networks, read_details
from vtuber_studio.engine.features import features, features_digest
from vtuber_studio.engine.figure import check_shot
from vtuber_studio.engine.generator import load_generator
from vtuber_studio.engine.manifest_check import check_manifest
from vtuber_studio.engine.read_colours import iris, measured
from vtuber_studio.engine.reading import Reading, believed, expected, read_look, read_rows, usual
from vtuber_studio.engine.views import NEAR, VIEW, on_paper, square
from vtuber_studio.training.plot import HEIGHT, plot_run, read_log
from vtuber_studio.training.reader import figures
from vtuber_studio.training.reader import portraits as drawing
from vtuber_studio.training.reader import trainer as training
from vtuber_studio.training.reader.augment import mirrored_values, viewed
from vtuber_studio.training.reader.details import DetailTrainer
from vtuber_studio.training.reader.export import export_reader
from vtuber_studio.training.reader.labels import DETAILS, POINTS, REGIONS, ROWS, columns
from vtuber_studio.training.reader.learner import ReaderConfig
from vtuber_studio.training.reader.portraits import LINES, REGION, SIDE, Painter, Portrait, composed, draw_group
from vtuber_studio.training.reader.run import train_reader
from vtuber_studio.training.reader.trainer import ReaderTrainer
from vtuber_studio.training.reader.views import Views

QUICK = ReaderConfig(portraits=12, first=8, batch=4)
NAMES = list(REGIONS)
FIRST = Path(__file__).parents[1] / "data" / "starter-format-1"  # a generator without a reader


@pytest.fixture(scope="module")
def made() -> list[Portrait]:
    painter = Painter(1)
    return [painter.portrait() for _ in range(8)]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of three steps on twelve portraits."""
    folder = tmp_path_factory.mktemp("reader") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drawing, "CHUNK", 4)
        list(train_reader(folder, QUICK, steps=3))
    return folder


def test_a_run_leaves_a_log_that_can_be_drawn(run: Path, tmp_path: Path) -> None:
    curves = read_log(run).curves
    assert {name for name, _ in curves} >= {"right", "r2", "regions_right", "loss", "points"}
    assert Image.open(plot_run(run, tmp_path / "curves.png")).height >= 3 * HEIGHT


def plain(pose: Pose = NEUTRAL, **colours: str) -> tuple[Portrait, dict[str, np.ndarray]]:
    """A portrait with open eyes and nothing before its face, and its colours."""
    rng = np.random.default_rng(5)
    values, cels = {}, {}
    for group in drawing.GROUPS:
        own = {row.name: row.default for row in schema.ATTRIBUTES + schema.EXPRESSIONS if set(row.parts) & set(group)}
        worn = draw_group(group, own, rng)
        values |= worn.values
        cels |= worn.cels
    return composed(values, cels, colours, pose), resolve(schema.MATERIALS, colours)


def test_a_seed_gives_the_same_portraits(made: list[Portrait]) -> None:
    again = Painter(1)
    for one in made[:3]:
        other = again.portrait()
        assert np.array_equal(one.picture, other.picture) and np.array_equal(one.values, other.values)


def test_every_material_that_is_drawn_belongs_to_a_region() -> None:
    drawn = {name for part in schema.PARTS for cel in part.cels for name in (*cel.materials, *cel.ramp.values())}
    left_out = {"beard.stubble", "face.blush", "eye.brow_over", "frame.light", "frame.lens"}  # seen through
    assert drawn - set(drawing.REGION_OF) == left_out


@pytest.mark.parametrize("pose", [NEUTRAL, Pose(yaw=12, pitch=-8, roll=10, sway=5)])
def test_points_lie_where_they_are_seen(pose: Pose) -> None:
    portrait, _ = plain(pose)
    region = portrait.picture[..., REGION]
    places = dict(zip(POINTS, np.rint(portrait.points * SIDE - 0.5).astype(int), strict=True))
    for name in ("eye_right", "eye_left"):
        x, y = places[name]
        assert NAMES[region[y, x]].startswith("eye."), name
    x, y = places["chin"]
    below = [NAMES[k] for k in region[y - 4 : y + 5, x]]
    assert "line" in below or {"skin.base", "skin.shade"} <= set(below)
    x, y = places["mouth"]
    assert (portrait.picture[y - 2 : y + 3, x, LINES] > 60).any()


def test_colours_are_measured_in_their_regions() -> None:
    wanted = {"hair.base": "#c05a8a", "skin.base": "#a8714f", "cloth.base": "#3f7fb0", "eye.iris": "#3a8f4c"}
    portrait, colours = plain(**wanted)
    region = portrait.picture[..., REGION]
    for name in ("hair.base", "skin.base", "cloth.base"):
        found = measured(portrait.picture[..., :3], region == NAMES.index(name), 12)
        assert found is not None and np.abs(found[0] - oklab(colours[name][:3].astype(float))).max() < 0.02, name
        assert found[1] > 0.5
    assert measured(portrait.picture[..., :3], region == NAMES.index("deco.base"), 12) is None


def test_without_changes_a_view_shows_what_is_there(made: list[Portrait]) -> None:
    rng = np.random.default_rng(0)
    for near in (False, True):
        portrait = made[2]
        view = viewed(portrait.picture, portrait.values, portrait.points, near, rng, style=0)
        assert view.image.shape == (VIEW, VIEW, 3) and view.regions.max() < len(REGIONS)
        assert np.array_equal(view.values, portrait.values)
        centre, side = square(portrait.points, NEAR)
        if near:
            expected = (portrait.points - centre) / side + 0.5
            assert np.abs(view.points - expected).max() < 0.2  # jitter alone


def test_points_move_with_the_picture_in_every_style() -> None:
    portrait, _ = plain()
    inside = total = 0
    for seed in range(30):
        view = viewed(portrait.picture, portrait.values, portrait.points, seed % 2 == 1, np.random.default_rng(seed))
        for x, y in np.floor(view.points[:2] * VIEW).astype(int):
            if 0 <= x < VIEW and 0 <= y < VIEW and view.regions[y, x]:  # not hidden
                total += 1
                inside += NAMES[view.regions[y, x]].startswith("eye.")
    assert total > 40 and inside == total


def test_a_mirror_turns_and_swaps_and_twice_is_nothing(made: list[Portrait]) -> None:
    at, values = columns(), made[1].values
    turned = mirrored_values(values)
    assert turned[at["eye_open_left"]] == values[at["eye_open_right"]]
    for name in ("gaze_x", "yaw", "roll", "parting"):
        assert turned[at[name]] == -values[at[name]]
    assert np.array_equal(mirrored_values(turned), values)


def test_a_set_goes_on_where_it_stopped_and_starts_over_when_the_drawings_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "CHUNK", 2)
    first = next(drawing.draw_set(tmp_path, 4))
    assert first.figures == {"portraits": 2}
    before = (tmp_path / "00000.npy").read_bytes()
    list(drawing.draw_set(tmp_path, 4))
    assert len(drawing.chunks(tmp_path)) == 2 and (tmp_path / "00000.npy").read_bytes() == before
    assert not list(drawing.draw_set(tmp_path, 4))  # nothing is missing
    monkeypatch.setitem(schema.EDITIONS, "eyes", schema.EDITIONS["eyes"] + 1)
    list(drawing.draw_set(tmp_path, 2))
    assert len(drawing.chunks(tmp_path)) == 1


def test_a_few_steps_lower_the_loss(run: Path, tmp_path: Path) -> None:
    trainer, views = ReaderTrainer(tmp_path, QUICK), Views(run / "portraits", QUICK).batch(0)
    before = sum(trainer.train_step(views, 0.3).values())
    for _ in range(7):
        after = sum(trainer.train_step(views, 0.3).values())
    assert after < before - 0.1


def test_a_run_goes_on_from_its_checkpoint(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "CHUNK", 4)
    again = tmp_path / "run"
    shutil.copytree(run, again)
    with pytest.raises(StudioError, match="already"):
        next(train_reader(again, QUICK, steps=1))
    trainer = ReaderTrainer(again, QUICK)
    trainer.load()
    assert trainer.step == 3
    figures = [step.figures for step in train_reader(again, QUICK, steps=2, resume=True)]
    trainer.load()
    assert trainer.step == 5 and any("points_near" in each for each in figures)
    assert {"right", "r2"} <= figures[-1].keys()
    for name in DETAILS:
        own = DetailTrainer(again / name, QUICK, name)
        own.load()
        assert own.step == 5


def test_a_run_that_diverges_keeps_its_last_checkpoint(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = tmp_path / "run"
    shutil.copytree(run, again)
    before = (again / "state.safetensors").read_bytes()
    sound = training.losses

    def broken(*args: object) -> dict[str, torch.Tensor]:
        return {key: value * float("nan") for key, value in sound(*args).items()}  # type: ignore[arg-type]

    monkeypatch.setattr(training, "losses", broken)
    with pytest.raises(StudioError, match="diverged"):
        list(train_reader(again, QUICK, steps=2, resume=True))
    assert (again / "state.safetensors").read_bytes() == before


def test_a_checkpoint_of_other_tables_is_refused(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(schema.EDITIONS, "mouth", 99)
    trainer = ReaderTrainer(run, QUICK)
    with pytest.raises(StudioError, match="older drawing"):
        trainer.load()


def test_the_export_adds_a_reader_and_changes_no_other_file(run: Path, tmp_path: Path) -> None:
    starter = find_bundle()
    out = export_reader(run, tmp_path / "bundle", starter)
    for path in (path for path in starter.rglob("*") if path.is_file() and path.name not in ("manifest.json",)):
        if path.parent.name != "networks":
            assert (out / path.relative_to(starter)).read_bytes() == path.read_bytes()
    network = read_bundle(out, full=True).manifest.networks["reader"]
    assert network.editions == schema.EDITIONS and [row.name for row in network.rows] == [row.name for row in ROWS]
    assert (out / network.file.path).stat().st_size <= 4_000_000
    assert network.figures["relative_difference_from_torch"] < 0.01

    generator = load_generator(out, 1)
    portrait, _ = plain()
    reading = read_look(generator, np.ascontiguousarray(portrait.picture[..., :4]))
    check_shot(generator.manifest, reading.shot)
    assert set(reading.points) == set(POINTS) and all(0 <= share <= 1 for share in reading.sure.values())

    manifest = generator.manifest
    for wrong in (
        replace(network, rows=network.rows[1:]),
        replace(network, names={**network.names, "points": ("one",)}),
        replace(network, editions={"eyes": 0}),
    ):
        with pytest.raises(StudioError, match="not sound"):
            check_manifest(replace(manifest, networks={"reader": wrong}))


def test_a_picture_is_read_from_the_command_line_and_in_python(run: Path, tmp_path: Path) -> None:
    out = export_reader(run, tmp_path / "bundle", find_bundle())
    portrait, _ = plain()
    image, wanted = np.ascontiguousarray(portrait.picture[..., :4]), tmp_path / "look.json"
    (tmp_path / "her.png").write_bytes(encode_png(image))
    asked = ["read", str(tmp_path / "her.png"), "--generator", str(out), "--out", str(wanted)]
    result = CliRunner().invoke(app, [*asked, "--json"])
    told = json.loads(result.output[: result.output.rindex("}") + 1])
    assert set(told) == {"look", "expression", "pose", "sure", "points"}
    look = look_from_json(wanted.read_bytes())
    assert look.attributes == told["look"]["attributes"]
    assert vtuber_studio.read_look(load_generator(out), tmp_path / "her.png").look.attributes == look.attributes
    spoken = CliRunner().invoke(app, asked).output
    assert "front_style" in spoken and "hair.base #" in spoken
    refused = CliRunner().invoke(app, ["read", str(tmp_path / "her.png"), "--generator", str(FIRST)])
    assert refused.exit_code and "cannot read pictures" in str(refused.exception or refused.output)


class Answers(FakeGenerator):
    """Says the same of every picture from afar, and the same of every one from near."""

    def __init__(self, values: np.ndarray, spread: np.ndarray) -> None:
        super().__init__()
        self.values, self.spread = values, spread

    def ask(self, role: str, **inputs: np.ndarray) -> dict[str, np.ndarray]:
        """Three from afar, three from near, and all of them in the mirror."""
        order = np.repeat([0, 1, 0, 1], len(inputs["picture"]) // 4)
        return {"values": self.values[order], "spread": self.spread[order]}


def test_each_row_is_read_in_the_view_that_shows_it(run: Path, tmp_path: Path) -> None:
    network = read_bundle(export_reader(run, tmp_path / "bundle", find_bundle())).manifest.networks["reader"]
    at = columns()
    values = np.zeros((2, network.outputs["values"][0]), np.float32)
    spread = np.full((2, network.outputs["spread"][0]), -3.0, np.float32)
    choices = {row.name: row.choices for row in ROWS}
    ranges = [row.name for row in ROWS if not row.choices]
    values[0, at["eye_shape"].start + 2] = 9.0
    values[1, at["eye_shape"].start + 4] = 5.0
    values[0, at["clothes"].start + 3] = 4.0
    values[1, at["clothes"].start + 1] = 9.0  # from near nobody sees them
    values[:, at["eye_size"].start] = -1.0, 0.5
    values[:, at["gaze_x"].start] = 0.3  # and so in the mirror: straight ahead
    values[:, [at["eye_open_left"].start, at["eye_open_right"].start]] = 1.0, -1.0  # the mirror says the same
    spread[1, ranges.index("eye_size")] = -2.0
    views = [(np.array([32.0, 32.0]), 64.0), (np.array([32.0, 32.0]), 40.0)]
    told = read_rows(Answers(values, spread), network, on_paper(np.zeros((64, 64, 4), np.uint8)), views)
    found, sure, shares = believed(told)
    assert shares["eye_shape"][choices["eye_shape"][4]] == sure["eye_shape"] and "eye_size" not in shares
    assert found["eye_shape"] == choices["eye_shape"][4] and sure["eye_shape"] > 0.9
    assert found["clothes"] == choices["clothes"][3]
    assert found["eye_size"] == pytest.approx(0.5) and sure["eye_size"] == pytest.approx(1 - np.exp(-2.0) / 0.577)
    assert found["gaze_x"] == 0.0 and found["eye_open_left"] == found["eye_open_right"] == 0.5


def test_each_eye_is_read_by_itself_and_together_they_say_the_rest(run: Path, tmp_path: Path) -> None:
    manifest = read_bundle(export_reader(run, tmp_path / "bundle", find_bundle())).manifest
    assert list(detail_networks(manifest)) == ["reader_eye", "reader_mouth"]
    network = manifest.networks["reader_eye"]
    at = columns(DETAILS["reader_eye"].rows)

    class Sees(FakeGenerator):
        """Her right eye, seen brighter, is open, and looks to her right; in the mirror the other one is shut."""

        def ask(self, role: str, **inputs: np.ndarray) -> dict[str, np.ndarray]:
            assert role == "reader_eye"
            bright = inputs["picture"].mean((1, 2, 3)) > 0
            values = np.zeros((len(bright), network.outputs["values"][0]), np.float32)
            values[:, at["eye_open_right"].start] = np.where(bright, 1.0, -1.0)
            values[:, at["gaze_x"].start] = np.where(bright, 0.6, -0.2)
            values[:, at["iris_size"].start] = np.where(bright, 0.4, 0.2)
            return {"values": values, "spread": np.full((len(bright), network.outputs["spread"][0]), -3.0)}

    picture = np.zeros((64, 64, 4), np.uint8)
    picture[:, :32], picture[..., 3] = 255, 255
    points = {"eye_right": (16.0, 32.0), "eye_left": (48.0, 32.0), "mouth": (32.0, 50.0)}
    placed = {name: np.array(point) for name, point in points.items()}
    told = read_details(Sees(), {"reader_eye": network}, on_paper(picture), placed)
    found, _, _ = believed(told)
    assert found["eye_open_right"] == 1.0 and found["eye_open_left"] == 0.0
    assert found["gaze_x"] == pytest.approx(0.4) and found["iris_size"] == pytest.approx(0.3)
    assert set(told) == {row.name for row in DETAILS["reader_eye"].rows} | {"eye_open_left"}


def test_features_are_of_the_view_and_the_network_that_learned_each_row(run: Path, tmp_path: Path) -> None:
    manifest = read_bundle(export_reader(run, tmp_path / "bundle", find_bundle())).manifest
    at = columns()

    class Says(FakeGenerator):
        """The whole portrait says -0.5 of every range, the face from near 0.5, an eye or the mouth alone 0.75."""

        def ask(self, role: str, **inputs: np.ndarray) -> dict[str, np.ndarray]:
            network, n = self.manifest.networks[role], len(inputs["picture"])
            values = np.full((n, network.outputs["values"][0]), 0.75, np.float32)
            if role == "reader":
                values[0], values[1] = -0.5, 0.5
            return {"values": values, "spread": np.zeros((n, network.outputs["spread"][0]), np.float32)}

    generator = Says()
    generator.manifest = manifest
    (found,) = features(generator, [np.zeros((512, 512, 4), np.uint8)])
    for name, wanted in (("shoulders", -0.5), ("jaw", 0.5), ("iris_size", 0.75), ("mouth_width", 0.75)):
        assert found[at[name]] == pytest.approx(wanted), name
    assert found[at["clothes"]].sum() == pytest.approx(1)
    assert features_digest(manifest).count("+") == 2


def test_without_evidence_the_usual_is_expected() -> None:
    """What training led to expect becomes what the dice roll; what was seen clearly stays what it is."""
    marks = next(row for row in schema.ATTRIBUTES if row.name == "marks")
    prior, none = np.array(marks.prior) / sum(marks.prior), np.array(marks.choices) == "none"
    trained = 0.5 * prior + 0.25 * none + 0.25 / len(prior)
    assert np.abs(usual(marks, trained, True) - prior).max() < 1e-12
    clear = np.where(np.arange(len(prior)) == 3, 1.0, 1e-6)
    assert usual(marks, clear / clear.sum(), True).argmax() == 3
    lips = next(row for row in schema.ATTRIBUTES if row.name == "lips")
    middle, wide = 2 * lips.prior[0] - 1, 2 * lips.prior[1]
    spread = 0.5 * (wide**2 + middle**2) + 1 / 6 - (0.5 * middle) ** 2
    assert expected(lips, 0.5 * middle, spread**0.5) == pytest.approx(middle, abs=1e-3)
    assert expected(lips, 0.8, 0.02) == pytest.approx(0.8, abs=0.01)


def test_an_iris_that_is_flat_is_what_it_is_and_a_shaded_one_darker_than_its_glow() -> None:
    inside = np.ones((8, 8), bool)
    flat = np.tile(np.array([58, 143, 76], np.float32), (8, 8, 1))
    assert np.abs(iris(flat, inside) - oklab(flat[0, 0] / 255.0)).max() < 1e-6
    wanted = {"eye.iris": "#3a8f4c"}
    portrait, colours = plain(**wanted)
    region = portrait.picture[..., REGION] == NAMES.index("eye.iris")
    true = cielab(colours["eye.iris"][:3].astype(float))
    assert ciede2000(cielab(from_oklab(iris(portrait.picture[..., :3].astype(float), region))), true) < 10


@pytest.mark.parametrize("seed", range(2))
def test_a_perfect_reading_has_perfect_figures(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is visible counts, and the truth's own answers are right."""
    generator = load_generator(threads=1)
    answers: list[Reading] = []

    def told(_generator: object, picture: np.ndarray) -> Reading:
        return answers.pop(0)

    monkeypatch.setattr(figures, "read_look", told)
    monkeypatch.setattr(figures, "FEWEST", 1)
    wrong = 0.25 * seed  # of the range of one row
    for index in range(3):
        portrait, palette = figures.unseen_portrait(generator, index)
        view = viewed(
            portrait.picture, portrait.values, portrait.points, False, np.random.default_rng(index), 1.0, SIDE
        )
        for values, points in ((view.values, view.points), (portrait.values, portrait.points)):
            true = {row.name: figures.decoded(row.name, values) for row in ROWS}
            true["chin"] = float(true["chin"]) + wrong
            faces = {row.name for row in schema.EXPRESSIONS}
            pose = Pose(**{name: float(true[name]) for name in ("yaw", "pitch", "roll")})  # type: ignore[arg-type]
            look = Look(attributes={n: v for n, v in true.items() if n not in faces}, palette=palette)
            shot = Shot(look, {name: true[name] for name in faces}, pose)
            places = dict(zip(POINTS, (points * SIDE).tolist(), strict=True))
            answers.append(Reading(shot, {}, {name: (x, y) for name, (x, y) in places.items()}))
    told_by = figures.judge(generator, 3)
    assert told_by["choices"]["mean"] == 1.0 and max(told_by["points"].values()) < 1e-3
    assert max(told_by["pose"].values()) < 1e-3 and max(told_by["colours"].values()) < 1e-6
    assert told_by["ranges"]["eye_size"] > 0.999 and (told_by["ranges"]["chin"] > 0.999) == (seed == 0)


def test_a_generator_without_a_reader_says_so() -> None:
    with pytest.raises(StudioError, match="cannot read pictures"):
        read_look(FakeGenerator(), np.zeros((8, 8, 4), np.uint8))


def test_the_command_reports_in_json_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "CHUNK", 64)
    one, _ = plain()
    monkeypatch.setattr(drawing.Painter, "portrait", lambda self: one)
    out = str(tmp_path / "run")
    result = CliRunner().invoke(app, ["train", "reader", "--out", out, "--minutes", "0", "--portraits", "128"])
    assert result.exit_code == 0 and '"doing":"drawing"' in result.output.splitlines()[0]
    assert '"fraction":1.0' in result.output.splitlines()[-1]
