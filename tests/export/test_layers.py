"""Files of layers, opened by readers that are not ours: they give the picture again, whole and named."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from psd_tools import PSDImage

from tests.engine.test_layers import DRESSED, laid
from tests.fakes import FakeGenerator
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.layer import Layer
from vtuber_studio.core.look import Look
from vtuber_studio.core.pose import Pose
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine.generator import Generator, load_generator
from vtuber_studio.engine.layers import render_layers
from vtuber_studio.engine.render import render
from vtuber_studio.export import EXPORTERS, LayerOptions, RigOptions
from vtuber_studio.export.layered import cut, draw_tree, leaves_of
from vtuber_studio.export.marking import SOURCE
from vtuber_studio.export.names import CELS, PARTS
from vtuber_studio.export.psd import packbits

OPTIONS = LayerOptions(size=512)
KINDS = ("ora", "psd")
FACE = DRESSED.with_(expression={"blush": 1.0, "eye_open_left": 0.4, "eye_open_right": 0.8})


def draw(shot: Shot, scale: int, **how: Any) -> list[Layer]:
    return render_layers(FakeGenerator(), shot, scale, **how)


def written(kind: str, path: Path, options: LayerOptions = OPTIONS, shot: Shot = FACE, by: Any = draw) -> Path:
    steps = list(EXPORTERS[kind].export(by, shot, options, path))
    fractions = [step.fraction for step in steps]
    assert fractions == sorted(fractions) and fractions[-1] == 1 and steps[-1].figures["bytes"] == path.stat().st_size
    return path


def ora_layers(path: Path) -> list[tuple[tuple[str, ...], str, Layer]]:
    """(groups, composite-op, layer) back to front."""
    with zipfile.ZipFile(path) as archive:
        found: list[tuple[tuple[str, ...], str, Layer]] = []

        def walk(stack: ElementTree.Element, groups: tuple[str, ...]) -> None:
            for node in reversed(stack):
                if node.tag == "stack":
                    walk(node, (*groups, node.attrib["name"]))
                    continue
                image = np.array(Image.open(io.BytesIO(archive.read(node.attrib["src"]))))
                operator = node.attrib["composite-op"]
                blend: Any = {"svg:multiply": "multiply", "svg:plus": "add"}.get(operator, "normal")
                place = int(node.attrib["x"]), int(node.attrib["y"])
                found.append((groups, operator, Layer(node.attrib["name"], "", image, *place, blend)))

        walk(ElementTree.fromstring(archive.read("stack.xml"))[0], ())
    return found


def psd_layers(path: Path) -> list[tuple[tuple[str, ...], str, Layer]]:
    found: list[tuple[tuple[str, ...], str, Layer]] = []

    def walk(nodes: Any, groups: tuple[str, ...]) -> None:
        for node in nodes:
            if node.is_group():
                assert node.blend_mode.name == "PASS_THROUGH"
                walk(node, (*groups, node.name))
                continue
            assert node.visible and node.opacity == 255
            blend: Any = {"MULTIPLY": "multiply", "LINEAR_DODGE": "add"}.get(node.blend_mode.name, "normal")
            image = np.array(node.topil())
            found.append((groups, "clipped" if node.clipping else "", Layer(node.name, "", image, *node.offset, blend)))

    walk(PSDImage.open(path), ())
    return found


READ: dict[str, Callable[[Path], list[tuple[tuple[str, ...], str, Layer]]]] = {"ora": ora_layers, "psd": psd_layers}


def seen(rows: Sequence[tuple[tuple[str, ...], str, Layer]]) -> list[Layer]:
    """The layers as a program shows them: what is clipped is cut by the next lower one that is not."""
    found, base = [], None
    for _, operator, layer in rows:
        if operator in ("svg:src-atop", "clipped"):
            assert base is not None
            layer = cut(layer, base)
        else:
            base = layer
        found += [layer] if layer is not None else []
    return found


def merged(kind: str, path: Path) -> np.ndarray:
    """[h, w, 4], the file's own composite; in a PSD its colours lie on white already, as Photoshop has it."""
    if kind == "psd":
        with Image.open(path) as image:
            assert (image.mode, image.size) == ("RGBA", (512, 512))
            return np.array(image)
    with zipfile.ZipFile(path) as archive, Image.open(io.BytesIO(archive.read("mergedimage.png"))) as image:
        return np.array(image)


def is_the_picture(kind: str, path: Path, generator: Generator, shot: Shot) -> bool:
    """Whether the file's composite is what ``render`` draws, bit for bit."""
    clear = render(generator, shot, size=512, quality="preview")
    if kind == "psd":
        on_white = shot.with_(look=shot.look.with_(background="#ffffff"))
        clear = np.dstack([render(generator, on_white, size=512, quality="preview")[..., :3], clear[..., 3]])
    return np.array_equal(merged(kind, path), clear)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("options", "pose"),
    [
        (OPTIONS, Pose()),
        (replace(OPTIONS, clipping="cut"), Pose()),
        (replace(OPTIONS, sides=False), Pose(yaw=8, roll=-5)),
        (replace(OPTIONS, names="japanese"), Pose(yaw=-8, pitch=4)),
        (replace(OPTIONS, materials=True), Pose(yaw=-8, pitch=4)),
    ],
)
def test_the_layers_are_the_picture(kind: str, options: LayerOptions, pose: Pose, tmp_path: Path) -> None:
    shot = FACE.with_(pose=pose)
    path = written(kind, tmp_path / f"a.{kind}", options, shot)
    rows = READ[kind](path)
    white = shot.with_(look=shot.look.with_(background="#ffffff"))
    picture = render(FakeGenerator(), white, size=512, quality="preview")[..., :3].astype(int)
    off = np.abs(laid(seen(rows), 512, "#ffffff") - picture).max(-1)
    # where many edges meet, their roundings may add up; the program's clipping cuts a head that was turned before
    clips = pose != Pose() and options.clipping == "clipped" and not options.materials
    assert (off > 1).mean() < (5e-4 if clips else 3e-5) and off.max() <= (32 if clips else 2)
    assert is_the_picture(kind, path, FakeGenerator(), shot)


@pytest.mark.parametrize("kind", KINDS)
def test_names_groups_and_clipping(kind: str, tmp_path: Path) -> None:
    rows = READ[kind](written(kind, tmp_path / f"a.{kind}"))
    assert [(*groups, layer.name) for groups, _, layer in rows] == [
        ("Face", "Face base"),
        ("Face", "Blush"),  # it meets in the middle
        ("Shadow of the hair",),
        ("Eyes", "Eye right", "White of the eye right"),
        ("Eyes", "Eye right", "Iris right"),
        ("Eyes", "Eye left", "White of the eye left"),
        ("Eyes", "Eye left", "Iris left"),
        ("Fringe",),
        ("Headwear",),
    ]
    assert [layer.name for _, operator, layer in rows if operator in ("svg:src-atop", "clipped")] == [
        "Iris right",
        "Iris left",
    ]
    assert [layer.name for _, _, layer in rows if layer.blend == "multiply"] == ["Shadow of the hair"]
    iris = {layer.name: layer.image for _, _, layer in rows}
    assert (iris["Iris left"][..., 3] > 250).sum() == pytest.approx((iris["Iris right"][..., 3] > 250).sum(), rel=0.1)
    both = [layer for _, _, layer in rows if "eye" in layer.name]
    assert both[0].x + both[0].image.shape[1] <= 256 <= both[1].x  # her right is on the viewer's left
    japanese = READ[kind](written(kind, tmp_path / f"b.{kind}", replace(OPTIONS, names="japanese")))
    assert [layer.name for _, _, layer in japanese][-4:] == ["左白目", "左瞳", "前髪", "頭飾り"]


def test_for_a_rig_everything_is_whole_and_nothing_clipped(tmp_path: Path) -> None:
    options = RigOptions(512)
    rows = psd_layers(written("live2d", tmp_path / "a.psd", options))
    assert not [layer.name for _, operator, layer in rows if operator]
    clipped = {layer.name: layer for _, _, layer in psd_layers(written("psd", tmp_path / "b.psd"))}
    assert all(np.array_equal(layer.image, clipped[layer.name].image) for _, _, layer in rows)
    assert np.array_equal(merged("psd", tmp_path / "a.psd"), merged("psd", tmp_path / "b.psd"))


@pytest.mark.parametrize("kind", KINDS)
def test_any_name_can_be_written(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CELS, "fringe", ("Fringe 💇‍♀️ \N{LEFT DOUBLE QUOTATION MARK}&<前髪>", "前髪"))
    monkeypatch.setitem(CELS, "headwear", ("x" * 300, "帽子"))
    monkeypatch.setitem(CELS, "face", ("Eyes", "目"))  # a group's name, too
    rows = READ[kind](written(kind, tmp_path / f"ミク 🎀.{kind}"))
    names = [layer.name for _, _, layer in rows]
    assert CELS["fringe"][0] in names and "x" * 300 in names
    everything = [*names, *{group for groups, _, _ in rows for group in groups}]
    assert len(set(everything)) == len(everything)


def test_an_openraster_file_is_as_the_format_wants_it(tmp_path: Path) -> None:
    path = written("ora", tmp_path / "a.ora")
    with zipfile.ZipFile(path) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert path.read_bytes()[30:54] == b"mimetypeimage/openraster"
        assert archive.testzip() is None
        thumbnail = Image.open(io.BytesIO(archive.read("Thumbnails/thumbnail.png")))
        assert thumbnail.format == "PNG" and max(thumbnail.size) == 256
        image = ElementTree.fromstring(archive.read("stack.xml"))
        assert (image.tag, image.attrib["w"], image.attrib["h"]) == ("image", "512", "512")
        sources = [node.attrib["src"] for node in image.iter("layer")]
        assert sorted(sources) == [name for name in sorted(archive.namelist()) if name.startswith("data/")]


@pytest.mark.parametrize("kind", KINDS)
def test_files_say_that_a_machine_made_them_and_are_the_same_each_time(kind: str, tmp_path: Path) -> None:
    one = written(kind, tmp_path / f"a.{kind}").read_bytes()
    assert written(kind, tmp_path / f"b.{kind}").read_bytes() == one
    assert one.count(SOURCE.encode()) == 1
    unmarked = written(kind, tmp_path / f"c.{kind}", replace(OPTIONS, marked=False)).read_bytes()
    assert SOURCE.encode() not in unmarked
    if kind == "psd":
        psd = PSDImage.open(tmp_path / "a.psd")
        assert psd.has_preview() and psd.image_resources.get_data(1039)
        assert SOURCE.encode() in psd.image_resources.get_data(1060)


@pytest.mark.parametrize("kind", KINDS)
def test_what_nothing_cuts_is_not_seen(kind: str, tmp_path: Path) -> None:
    def shut(shot: Shot, scale: int, **how: Any) -> list[Layer]:
        return [layer for layer in draw(shot, scale, **how) if layer.name != "sclera"]

    rows = READ[kind](written(kind, tmp_path / f"a.{kind}", by=shut))
    assert not [layer.name for _, _, layer in rows if "Iris" in layer.name]


@pytest.mark.parametrize("kind", KINDS)
def test_what_cannot_be_is_said_before_anything_is_drawn(kind: str, tmp_path: Path) -> None:
    def never(*_: object, **__: object) -> list[Layer]:
        raise AssertionError("drawn")

    for options, path, said in (
        (replace(OPTIONS, size=600), tmp_path / "a", "cannot be 600"),
        (OPTIONS, tmp_path / "no" / "a", "no folder"),
    ):
        with pytest.raises(StudioError, match=said):
            list(EXPORTERS[kind].export(never, FACE, options, path))
    with pytest.raises(StudioError, match="nothing to see"):
        list(EXPORTERS[kind].export(lambda *_, **__: [], FACE, OPTIONS, tmp_path / "a"))
    assert not os.listdir(tmp_path)


@given(st.lists(st.lists(st.sampled_from((0, 0, 0, 7, 255)), min_size=300, max_size=300), min_size=1, max_size=4))
def test_packbits_unpack_row_by_row(rows: list[list[int]]) -> None:
    for plane in (np.array(rows, np.uint8), np.array(rows, np.uint8).repeat(3, 1), np.array(rows, np.uint8)[:, :1]):
        counts, data = packbits(plane)
        assert len(counts) == len(plane) and counts.sum() == len(data)
        start = 0
        for row, count in zip(plane, counts, strict=True):
            assert unpacked(data[start : start + count]) == row.tobytes()
            start += count


def unpacked(data: bytes) -> bytes:
    """Apple's TN1023."""
    out, at = b"", 0
    while at < len(data):
        head = data[at]
        if head < 128:
            out += data[at + 1 : at + 2 + head]
            at += head + 2
        else:
            assert head != 128
            out += data[at + 1 : at + 2] * (257 - head)
            at += 2
    return out


# --- the starter ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def starter() -> Generator:
    return load_generator()


def test_every_part_and_cel_of_the_starter_has_a_name(starter: Generator) -> None:
    parts = [entry.part for entry in starter.manifest.parts]
    assert {part.name for part in parts} <= set(PARTS)
    assert {cel.name for part in parts for cel in part.cels} | {"shadow"} <= set(CELS)
    for names in zip(*PARTS.values(), strict=True):
        assert all(names)


def test_there_is_paint_under_everything_that_covers_the_face(starter: Generator) -> None:
    shot = Shot(Look(seed=3).set(headwear="beret"), {"mouth_open": 0.7})
    nodes = draw_tree(partial(render_layers, starter), shot, OPTIONS)
    below = np.zeros((512, 512), bool)  # opaque so far
    checked = []
    for part in dict.fromkeys(leaf.layer.part for leaf in leaves_of(nodes)):
        layers = [leaf.layer for leaf in leaves_of(nodes) if leaf.layer.part == part]
        covers = np.zeros_like(below)
        for layer in layers:
            rows, columns = np.nonzero(layer.image[..., 3] > 250)
            covers[rows + layer.y, columns + layer.x] = True
        if part in ("nose", "mouth", "eyes", "brows"):
            assert not (covers & ~below).any(), part
            checked.append(part)
        if part == "hair_front":  # only its outline hangs over the edge of the head
            assert (covers & below).sum() > 0.7 * covers.sum()
        below |= covers
    assert checked == ["nose", "mouth", "eyes", "brows"]
    face = next(leaf.layer for leaf in leaves_of(nodes) if leaf.layer.name == "face")
    middle = face.image[:, face.image.shape[1] // 2, 3]
    assert (middle[4:-4] > 250).all()  # from the crown to the chin, whatever hides it


@pytest.mark.parametrize("materials", [False, True])
def test_the_starters_layers_are_its_picture(starter: Generator, tmp_path: Path, materials: bool) -> None:
    shot = Shot(Look(seed=5).set(eyewear="round"), {"mouth_open": 0.6, "gaze_x": 0.5, "blush": 0.8})
    options = replace(OPTIONS, materials=materials)
    path = written("psd", tmp_path / "a.psd", options, shot, partial(render_layers, starter))
    assert is_the_picture("psd", path, starter, shot)
    for ground in ("#ffffff", "#00b140"):
        grounded = shot.with_(look=shot.look.with_(background=ground))
        picture = render(starter, grounded, size=512, quality="preview")[..., :3].astype(int)
        off = np.abs(laid(seen(psd_layers(path)), 512, ground) - picture).max(-1)
        assert off.max() <= 1 + materials and (off > 1).mean() < 1e-4  # dozens of layers round more


def test_the_starters_materials_lie_on_one_another(starter: Generator, tmp_path: Path) -> None:
    shot = Shot(Look(seed=5).set(eyewear="round"), {"mouth_open": 0.8, "vowel_a": 0.5})
    for language in ("english", "japanese"):
        options = replace(OPTIONS, materials=True, names=language)
        nodes = draw_tree(partial(render_layers, starter), shot, options)
        leaves = list(leaves_of(nodes))
        names = [leaf.name for leaf in leaves]
        assert len(set(names)) == len(names) and not [leaf.name for leaf in leaves if leaf.clipped]
        wanted = {"english": ("Teeth and tongue, teeth", "Fringe, base"), "japanese": ("歯と舌・歯", "前髪・地")}
        assert set(wanted[language]) <= set(names)
    layers: dict[str, list[Layer]] = {}
    for leaf in leaves:
        layers.setdefault(leaf.layer.name, []).append(leaf.layer)
    mouth = [(leaf.layer.name, leaf.layer.material) for leaf in leaves if leaf.layer.part == "mouth"]
    assert ("teeth_tongue", "mouth.teeth") in mouth and ("lips", "mouth.lip") in mouth  # apart
    for cel in ("hair_back", "face", "clothes", "fringe"):
        base, *others = layers[cel]
        solid, over = shown(base), np.zeros((512, 512), bool)
        for other in others:
            over |= shown(other)
        # painted below them, but for the rim, where the cel itself is not solid
        inside = cv2.erode((over | solid).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
        assert (over & inside).sum() > 200 and (solid | ~(over & inside)).mean() > 0.999, cel


def shown(layer: Layer) -> np.ndarray:
    """bool [512, 512]: where a layer is solid."""
    found = np.zeros((512, 512), bool)
    rows, columns = np.nonzero(layer.image[..., 3] > 250)
    found[rows + layer.y, columns + layer.x] = True
    return found


@pytest.mark.parametrize(
    ("above", "below", "share"),
    [
        ("fringe", ("face", "hair_back", "side_locks"), 0.75),
        ("side_locks", ("face", "hair_back", "neck", "clothes"), 1.0),
        ("headwear", ("fringe", "hair_back", "face"), 0.3),  # the beret stands above the head
        ("eyewear", ("face",), 1.0),
        ("brows", ("face",), 1.0),
        ("lids", ("face",), 1.0),
        ("sclera", ("face",), 1.0),
        ("iris_right", ("sclera", "face"), 1.0),
        ("lips", ("face",), 1.0),
        ("teeth_tongue", ("mouth_inside", "face"), 1.0),
        ("nose", ("face",), 1.0),
        ("clothes", ("neck", "hair_back", "collar_back"), 0.7),  # the neck goes on below the collar
        ("face", ("hair_back", "neck"), 0.95),
    ],
)
def test_what_each_cel_hides_is_painted(starter: Generator, above: str, below: tuple[str, ...], share: float) -> None:
    """Only what hangs over the edge of the head has nothing of hers under it."""
    worn = Look(seed=3).set(headwear="beret", eyewear="round")
    shot = Shot(worn, {"mouth_open": 0.8, "vowel_a": 0.6})
    layers = {layer.name: layer for layer in render_layers(starter, shot)}
    hidden = shown(layers[above])
    under = np.any([shown(layers[name]) for name in below if name in layers], axis=0)
    assert hidden.sum() > 20 and (hidden & under).sum() >= share * 0.999 * hidden.sum()
