"""Bundles from anywhere: sound ones run, every other one is refused with one sentence."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from tests.engine.bundles import make_bundle
from vtuber_studio.core import paths
from vtuber_studio.core.confined import Confined
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.look import Look
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine.bundle import (
    find_bundle,
    install_bundle,
    list_bundles,
    make_file,
    read_bundle,
    staged,
    write_table,
)
from vtuber_studio.engine.figure import ingredients
from vtuber_studio.engine.generator import load_generator
from vtuber_studio.engine.manifest_file import bundle_id, named_files
from vtuber_studio.engine.render import render


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No verdict is known yet."""
    monkeypatch.setenv("VTUBER_STUDIO_HOME", str(tmp_path / "home"))
    return tmp_path


def test_a_sound_bundle_is_read_and_rendered(home: Path) -> None:
    folder = make_bundle(home / "tiny")
    generator = load_generator(folder, threads=1)
    image = render(generator, Look(seed=1).set(eye_size=0.4), {"blink": 1.0}, size=128)
    assert image[..., 3].any()
    mean, axes, deviations = generator.directions("eyes")
    assert mean.shape == (2, 3) and axes.shape == (2, 2, 3) and (deviations > 0).all()
    again = load_generator(folder, threads=1).directions("eyes")
    assert all(np.array_equal(a, b) for a, b in zip((mean, axes, deviations), again, strict=True))
    with pytest.raises(StudioError, match="no part"):
        generator.map("tail", np.zeros((1, 1), np.float32), np.zeros((1, 2), np.float32))


@pytest.mark.parametrize("name", ["manifest.json", "my only copy.png"])
def test_a_generator_never_takes_the_place_of_anything_else(tmp_path: Path, name: str) -> None:
    out = tmp_path / "mine"
    out.mkdir()
    (out / name).write_text('{"name": "a web page"}')
    with pytest.raises(StudioError, match="would be lost"), staged(out) as stage:
        make_bundle(stage)
    assert [each.name for each in out.iterdir()] == [name]
    with pytest.raises(StudioError, match="is a file"), staged(out / name):
        pass


def test_networks_are_examined_once(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, counted = make_bundle(home / "tiny"), []
    ask = Confined.ask
    monkeypatch.setattr(Confined, "ask", lambda child, *a: (counted.append(child), ask(child, *a))[1])
    read_bundle(folder)
    read_bundle(folder)
    assert len(counted) == 4 and len(set(counted)) == 1  # one process a bundle
    read_bundle(folder, full=True)
    assert len(counted) == 8
    (paths.cache_dir() / "checked-networks.json").write_text("nonsense")
    read_bundle(folder)
    assert len(counted) == 12


def test_installing_copies_what_belongs_to_it_and_nothing_else(home: Path) -> None:
    folder = make_bundle(home / "tiny")
    (folder / "virus.pkl").write_bytes(b"cos\nsystem\n")
    installed = install_bundle(folder)
    names = {str(path.relative_to(installed.folder)) for path in installed.folder.rglob("*") if path.is_file()}
    assert names == {"manifest.json", "LICENSE"} | {
        f"parts/{part}.{kind}.onnx" for part in ("face", "eyes") for kind in ("mapping", "synthesis")
    }
    assert installed.folder in list_bundles()
    assert find_bundle(installed.folder.name) == installed.folder
    assert install_bundle(folder).manifest == installed.manifest == read_bundle(folder).manifest
    assert not [path for path in installed.folder.parent.iterdir() if path.name.startswith(".")]


def test_a_bundle_with_fields_of_tomorrow_is_used_and_carried_whole(home: Path) -> None:
    """Fields that this program does not know are tolerated and count for the id; their files are copied too."""
    folder = make_bundle(home / "tiny")
    before = read_bundle(folder).manifest
    (folder / "effects.safetensors").write_bytes(b"of tomorrow")
    entry = msgspec.to_builtins(make_file(folder, "effects.safetensors"))

    def grow(table: dict[str, Any]) -> None:
        table["attributes"][0]["dice"] = {"with": ["blink"]}
        table["parts"][0]["part"]["glow"] = 0.5
        table["effects"] = [{"file": entry}]

    _edit(folder, grow)
    bundle = read_bundle(folder)
    assert bundle.manifest.id != before.id and bundle.manifest.attributes == before.attributes
    installed = install_bundle(folder)
    assert (installed.folder / "manifest.json").read_bytes() == (folder / "manifest.json").read_bytes()
    assert (installed.folder / "effects.safetensors").read_bytes() == b"of tomorrow"
    (home / "again").mkdir()
    for file in named_files(bundle.table):
        (home / "again" / file.path).parent.mkdir(exist_ok=True)
        (home / "again" / file.path).write_bytes(bundle.read(file))
    assert write_table(home / "again", {**bundle.table, "name": "Other"}).id == bundle.manifest.id
    assert read_bundle(home / "again").table["effects"] == [{"file": entry}]
    (folder / "effects.safetensors").write_bytes(b"of yesterday")
    with pytest.raises(StudioError, match="changed"):
        install_bundle(folder)


def test_what_is_told_about_a_bundle_may_be_set_right(home: Path) -> None:
    folder = make_bundle(home / "tiny")
    before = read_bundle(folder).manifest
    table = json.loads((folder / "manifest.json").read_text())
    table["parts"][0]["figures"]["psnr_512"] = 31.0
    table["parts"][0]["provenance"]["images"] = 7
    table.update(name="Tinier", licence="CC-BY-4.0")
    (folder / "manifest.json").write_text(json.dumps(table, sort_keys=True))
    after = read_bundle(folder).manifest
    assert after.id == before.id and after.parts[0].figures == {"psnr_512": 31.0}


def test_a_network_without_a_part_is_examined_like_any_other(home: Path) -> None:
    folder = make_bundle(home / "tiny")
    _edit(folder, _judge())
    judge = read_bundle(folder, full=True).manifest.networks["judge"]
    assert judge.outputs == {"logits": (2, 16, 16)}
    assert install_bundle(folder).manifest.networks == {"judge": judge}


def test_a_part_is_fed_as_its_network_was_trained(home: Path) -> None:
    """The tables may offer less than a network once saw: its numbers keep their places and ends."""
    folder = make_bundle(home / "tiny")
    whole = load_generator(folder, threads=1)
    asked = ingredients(whole.manifest, Shot(Look().set(face_width=0.5)))["face"].c
    _edit(folder, lambda table: table["attributes"][0].update(low=-0.5, high=0.5))
    cut = load_generator(folder, threads=1)
    assert (ingredients(cut.manifest, Shot(Look().set(face_width=0.5)))["face"].c == asked).all()
    with pytest.raises(StudioError, match="out of range"):
        render(cut, Look().set(face_width=0.8), size=128)


# --- the first format -----------------------------------------------------------------------------------------

FIRST = Path(__file__).parents[1] / "data" / "starter-format-1"
FIRST_ID = "1faf20028a873988a4b74318603720fa70815ab8910bd9d69180ad8e30d8f221"


def test_the_first_format_still_opens(home: Path) -> None:
    generator = load_generator(FIRST, threads=1)
    assert (generator.manifest.id, generator.manifest.family) == (FIRST_ID, "starter")
    mouth, brows = generator.manifest.parts
    assert [row.name for row in brows.inputs] == [
        "eye_spacing", "brow_shape", "brow_thickness", "brow_height", "brow_raise", "brow_tilt",
    ]  # fmt: skip
    assert mouth.edition == 1 and mouth.provenance["images"] > 1000 and "minutes" in brows.provenance
    look = Look(generator=FIRST_ID, seed=7).set(lips=0.8, brow_shape="arched")
    shut, wide = (render(generator, look, {"mouth_open": value}, size=512) for value in (0.0, 1.0))
    mouth_box, brows_box = np.s_[260:324, 208:304], np.s_[160:224, 160:352]
    assert shut[mouth_box][..., 3].any() and shut[brows_box][..., 3].any()
    assert (shut != wide)[mouth_box].any() and (shut == wide)[brows_box].all()


def test_the_first_format_is_installed_as_it_is_and_written_as_the_second(home: Path) -> None:
    source = read_bundle(FIRST)
    installed = install_bundle(FIRST)
    assert (installed.folder / "manifest.json").read_bytes() == (FIRST / "manifest.json").read_bytes()
    assert installed.manifest == source.manifest
    manifest = write_table(installed.folder, source.table)
    assert json.loads((installed.folder / "manifest.json").read_text())["format"] == 2
    assert read_bundle(installed.folder).manifest == manifest
    assert manifest.parts == source.manifest.parts and manifest.id != FIRST_ID


def test_a_changed_manifest_of_the_first_format_is_refused(home: Path) -> None:
    folder = home / "first"
    shutil.copytree(FIRST, folder)
    text = (folder / "manifest.json").read_text()
    (folder / "manifest.json").write_text(text.replace("#fde3d3", "#fde3d4"))
    with pytest.raises(StudioError, match="changed"):
        read_bundle(folder)


def test_a_missing_bundle_is_said_so(home: Path) -> None:
    for name in ("nobody", home / "nowhere", "/"):
        with pytest.raises(StudioError):
            find_bundle(name)
    with pytest.raises(StudioError):
        read_bundle(home / "nowhere")


# --- damage -----------------------------------------------------------------------------------------------


def _edit(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the manifest and keep its id right, as an attacker would."""
    table = json.loads((folder / "manifest.json").read_text())
    change(table)
    table["id"] = bundle_id(table)
    (folder / "manifest.json").write_text(json.dumps(table))


def _part(index: int, **values: Any) -> Callable[[dict[str, Any]], object]:
    return lambda table: table["parts"][index]["part"].update(values)


def _path(path: str) -> Callable[[dict[str, Any]], object]:
    return lambda table: table["parts"][0]["mapping"].update(path=path)


def _judge(**changes: Any) -> Callable[[dict[str, Any]], object]:
    """A network without a part: the face's synthesis, declared as what it is but for ``changes``."""

    def add(table: dict[str, Any]) -> None:
        ends = {"inputs": {"ws": [2, 3]}, "outputs": {"logits": [2, 16, 16]}}
        table["networks"] = {"judge": {"file": table["parts"][0]["synthesis"], **ends, **changes}}

    return add


def _shadow(casters: list[str], receivers: list[str]) -> Callable[[dict[str, Any]], object]:
    return lambda table: table.update(
        shadow={"casters": casters, "receivers": receivers, "material": "skin", "over": "skin"}
    )


MANIFESTS: dict[str, Callable[[dict[str, Any]], object]] = {
    "future format": lambda table: table.update(format=3),
    "format that is no number": lambda table: table.update(format=True),
    "no format": lambda table: table.pop("format"),
    "other canvas": lambda table: table.update(canvas=1024),
    "no parts": lambda table: table.update(parts=[]),
    "two parts of a name": lambda table: table["parts"].append(table["parts"][0]),
    "two attributes of a name": lambda table: table["attributes"].append(table["attributes"][0]),
    "attribute of no part": lambda table: table["attributes"][0].update(parts=["tail"]),
    "no range": lambda table: table["attributes"][0].update(low=1.0, high=1.0),
    "default out of range": lambda table: table["attributes"][0].update(default=7.0),
    "prior of another length": lambda table: table["attributes"][0].update(prior=[1.0]),
    "material that derives from itself": lambda table: table["materials"][0].update(colour="", source="skin"),
    "bad colour": lambda table: table["materials"][0].update(colour="pink"),
    "box outside": _part(0, box=[0, 0, 513, 512]),
    "box inside out": _part(0, box=[200, 200, 100, 300]),
    "huge logits": _part(0, logits=[4096, 4096]),
    "other channels": _part(0, cels=[{"name": "face", "depth": 1, "materials": ["skin", "eye"]}]),
    "unknown material": _part(0, cels=[{"name": "face", "depth": 1, "materials": ["gold"]}]),
    "clip by itself": _part(0, cels=[{"name": "face", "depth": 1, "materials": ["skin"], "clip": "face"}]),
    "other z": _part(0, z_dim=5),
    "empty for nothing": _part(0, empty_when={"ears": "none"}),
    "an input that no table has": lambda table: table["parts"][0]["inputs"].append({"name": "tail"}),
    "an input that the network did not see": lambda table: table["parts"][0].update(inputs=[]),
    "no inputs": lambda table: table["parts"][0].pop("inputs"),
    "more offered than the network knows": lambda table: table["attributes"][0].update(high=2.0),
    "no edition": lambda table: table["parts"][0].update(edition=0),
    "family without a name": lambda table: table.update(family="a b"),
    "capability twice": lambda table: table.update(capabilities=["cels", "cels"]),
    "choice without a name": lambda table: table["attributes"][0].update(choices=["", "b"], default="b"),
    "endless label": lambda table: table["attributes"][0].update(label="x" * 2000),
    "dice that pull without end": lambda table: table.update(
        dice={"traits": [{"name": "youth", "pulls": {"eye_size": 1e9}}]}
    ),
    "dice with two traits of a name": lambda table: table.update(
        dice={"traits": [{"name": "youth", "pulls": {}}, {"name": "youth", "pulls": {}}]}
    ),
    "dice with a bad colour": lambda table: table.update(dice={"tints": [{"material": "skin", "colours": ["pink"]}]}),
    "dice with no colour": lambda table: table.update(dice={"tints": [{"material": "skin", "colours": []}]}),
    "dice with endless tables": lambda table: table.update(
        dice={"roles": {f"m{index}": "hair" for index in range(2000)}}
    ),
    "shadow from nothing": _shadow([], ["face"]),
    "shadow on nothing": _shadow(["eyes"], []),
    "shadow from one cel twice": _shadow(["eyes", "eyes"], ["face"]),
    "name renamed to nothing": lambda table: table.update(renamed={"attributes": {"width": "tail"}}),
    "name that is still one renamed": lambda table: table.update(renamed={"attributes": {"eye_size": "face_width"}}),
    "choice renamed to nothing": lambda table: table.update(renamed={"choices": {"eye_size=big": "small"}}),
    "network without ends": _judge(outputs={}),
    "network of another shape": _judge(inputs={"ws": [9, 9]}),
    "network of a huge shape": _judge(inputs={"ws": [2**20, 2**20]}),
    "network outside": _judge(file={"path": "../x.onnx", "sha256": "0" * 64}),
    "shadow of nothing": lambda table: table.update(shadow={"casters": ["hair"], "receivers": ["face"]}),
    "path above": _path("../outside.onnx"),
    "absolute path": _path("/etc/passwd.onnx"),
    "windows path": _path("C:\\x.onnx"),
    "no path": _path(""),
    "a pickle": _path("parts/face.pkl"),
    "missing file": _path("parts/nothing.onnx"),
    "file of another role": lambda table: table["parts"][0].update(mapping=table["parts"][1]["mapping"]),
}


@pytest.mark.parametrize("name", MANIFESTS)
def test_an_unsound_manifest_is_refused(home: Path, name: str) -> None:
    folder = make_bundle(home / "tiny")
    _edit(folder, MANIFESTS[name])
    with pytest.raises(StudioError) as caught:
        read_bundle(folder)
    assert "Expected" not in str(caught.value) and "`" not in caught.value.message, "no parser's jargon"
    assert caught.value.hint and "\n" not in str(caught.value)


def test_a_changed_manifest_is_refused(home: Path) -> None:
    folder = make_bundle(home / "tiny")
    text = (folder / "manifest.json").read_text()
    (folder / "manifest.json").write_text(text.replace("#f0c8b0", "#f0c8b1"))
    with pytest.raises(StudioError, match="changed"):
        read_bundle(folder)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"null",
        b'{"format": 1}',
        b'{"format": 2}',
        b'{"format": 2, "parts": 3}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"format": 2, "format": 2, "parts": []}',
        b'{"format": 2, "x": NaN}',
        b'{"format": 2, "parts": [], "name": "\\ud800"}',
        b'{"format": 2, "parts": [], "x": ' + b"9" * 5000 + b"}",
    ],
)
def test_a_manifest_that_is_none_is_refused(home: Path, data: bytes) -> None:
    folder = make_bundle(home / "tiny")
    (folder / "manifest.json").write_bytes(data)
    with pytest.raises(StudioError):
        read_bundle(folder)


def test_damaged_bytes_are_refused(home: Path) -> None:
    folder, rng = make_bundle(home / "tiny"), np.random.default_rng(5)
    read_bundle(folder)
    for path in [folder / "manifest.json", *sorted((folder / "parts").iterdir())]:
        sound = path.read_bytes()
        for _ in range(12):
            broken = bytearray(sound)
            broken[int(rng.integers(len(sound)))] ^= 1 << int(rng.integers(8))
            path.write_bytes(bytes(broken))
            try:
                read_bundle(folder)
                assert path.name == "manifest.json"  # its name or provenance may change
            except StudioError:
                pass
        for length in (0, 1, len(sound) // 2, len(sound) - 1):
            path.write_bytes(sound[:length])
            if path.name == "manifest.json" and length == len(sound) - 1:
                continue  # only the last line break is gone
            with pytest.raises(StudioError):
                read_bundle(folder)
        path.write_bytes(sound)
    read_bundle(folder)


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_links_are_refused(home: Path) -> None:
    folder = make_bundle(home / "tiny")
    target = folder / "parts" / "face.mapping.onnx"
    moved = target.rename(home / "elsewhere.onnx")
    target.symlink_to(moved)
    with pytest.raises(StudioError, match="link"):
        read_bundle(folder)


def test_what_is_changed_after_loading_is_not_run(home: Path) -> None:
    folder = make_bundle(home / "tiny")
    generator = load_generator(folder, threads=1)
    (folder / "parts" / "eyes.synthesis.onnx").write_bytes(b"something else")
    with pytest.raises(StudioError, match="changed"):
        render(generator, Look())
