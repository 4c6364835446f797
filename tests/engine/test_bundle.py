"""Bundles from anywhere: sound ones run, every other one is refused with one sentence."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from tests.engine.bundles import Change, make_bundle
from vtuber_studio.core import paths
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.look import Look
from vtuber_studio.engine import onnx_check
from vtuber_studio.engine.bundle import find_bundle, install_bundle, list_bundles, read_bundle
from vtuber_studio.engine.generator import load_generator
from vtuber_studio.engine.render import render


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No verdict is known yet."""
    monkeypatch.setenv("VTUBER_STUDIO_HOME", str(tmp_path / "home"))
    return tmp_path


def test_a_sound_bundle_is_read_and_rendered(home: Path) -> None:
    folder = make_bundle(home / "tiny")
    generator = load_generator(folder, threads=1)
    generator.warm_up()
    image = render(generator, Look(seed=1).set(eye_size=0.4), {"blink": 1.0}, size=128)
    assert image[..., 3].any()
    mean, axes, deviations = generator.directions("eyes")
    assert mean.shape == (2, 3) and axes.shape == (2, 2, 3) and (deviations > 0).all()
    again = load_generator(folder, threads=1).directions("eyes")
    assert all(np.array_equal(a, b) for a, b in zip((mean, axes, deviations), again, strict=True))
    with pytest.raises(StudioError, match="no part"):
        generator.map("tail", np.zeros((1, 1), np.float32), np.zeros((1, 2), np.float32))


def test_networks_are_examined_once(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, counted = make_bundle(home / "tiny"), []
    check = onnx_check._check
    monkeypatch.setattr(onnx_check, "_check", lambda *a: (counted.append(a[1]), check(*a)))
    read_bundle(folder)
    read_bundle(folder)
    assert len(counted) == 4
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


def test_a_missing_bundle_is_said_so(home: Path) -> None:
    for name in ("nobody", home / "nowhere", "/"):
        with pytest.raises(StudioError):
            find_bundle(name)
    with pytest.raises(StudioError):
        read_bundle(home / "nowhere")


# --- damage -----------------------------------------------------------------------------------------------


def _edit(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the manifest and keep its id right, as an attacker would."""
    import msgspec

    from vtuber_studio.engine.manifest import Manifest, bundle_id

    table = json.loads((folder / "manifest.json").read_text())
    change(table)
    try:
        table["id"] = bundle_id(msgspec.json.decode(json.dumps(table), type=Manifest))
    except msgspec.MsgspecError:
        pass
    (folder / "manifest.json").write_text(json.dumps(table))


def _part(index: int, **values: Any) -> Callable[[dict[str, Any]], object]:
    return lambda table: table["parts"][index]["part"].update(values)


def _path(path: str) -> Callable[[dict[str, Any]], object]:
    return lambda table: table["parts"][0]["mapping"].update(path=path)


MANIFESTS: dict[str, Callable[[dict[str, Any]], object]] = {
    "future format": lambda table: table.update(format=2),
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
    assert caught.value.hint and "\n" not in str(caught.value)


def test_a_changed_manifest_is_refused(home: Path) -> None:
    folder = make_bundle(home / "tiny")
    text = (folder / "manifest.json").read_text()
    (folder / "manifest.json").write_text(text.replace("#f0c8b0", "#f0c8b1"))
    with pytest.raises(StudioError, match="changed"):
        read_bundle(folder)


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"null", b'{"format": 1}', b"\xff\xfe", b"[" * 100_000, b'{"a":' * 50_000]
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


# --- networks that are more, or less, than they must be ------------------------------------------------------


def _external(tensor: TensorProto) -> None:
    tensor.data_location = TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "/etc/passwd"
    tensor.ClearField("raw_data")


def _external_initializer(model: onnx.ModelProto) -> None:
    _external(model.graph.initializer[0])


def _hidden_external(model: onnx.ModelProto) -> None:
    tensor = numpy_helper.from_array(np.zeros(4, np.float32), "x")
    tensor.external_data.add().key = "location"  # without saying that it is external
    model.graph.node.append(helper.make_node("Constant", [], ["unused"], value=tensor))


def _sparse_external(model: onnx.ModelProto) -> None:
    values = numpy_helper.from_array(np.ones(1, np.float32), "sparse")
    _external(values)
    indices = numpy_helper.from_array(np.zeros(1, np.int64), "at")
    model.graph.sparse_initializer.append(helper.make_sparse_tensor(values, indices, [4]))


def _external_in_subgraph(model: onnx.ModelProto) -> None:
    tensor = numpy_helper.from_array(np.zeros(4, np.float32), "x")
    _external(tensor)
    inner = helper.make_graph(
        [helper.make_node("Constant", [], ["y"], value=tensor)], "inner", [],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [4])],
    )  # fmt: skip
    yes = numpy_helper.from_array(np.array(True), "yes")
    model.graph.initializer.append(yes)
    model.graph.node.append(helper.make_node("If", ["yes"], ["out"], then_branch=inner, else_branch=inner))


def _external_in_function(model: onnx.ModelProto) -> None:
    tensor = numpy_helper.from_array(np.zeros(4, np.float32), "x")
    _external(tensor)
    node = helper.make_node("Constant", [], ["y"], value=tensor)
    model.functions.append(helper.make_function("", "f", [], ["y"], [node], [helper.make_opsetid("", 17)]))


def _foreign_domain(model: onnx.ModelProto) -> None:
    model.opset_import.append(helper.make_opsetid("com.microsoft", 1))
    model.graph.node[0].domain = "com.microsoft"


def _unknown_operator(model: onnx.ModelProto) -> None:
    model.graph.node[0].op_type = "Teleport"


def _other_input(model: onnx.ModelProto) -> None:
    model.graph.input[0].name = "w"
    model.graph.node[0].input[0] = "w"


def _extra_input(model: onnx.ModelProto) -> None:
    model.graph.input.append(helper.make_tensor_value_info("more", TensorProto.FLOAT, ["n", 1]))


def _other_type(model: onnx.ModelProto) -> None:
    model.graph.output[0].type.tensor_type.elem_type = TensorProto.DOUBLE


def _other_shape(model: onnx.ModelProto) -> None:
    model.graph.output[0].type.tensor_type.shape.dim[1].dim_value = 3


def _fixed_batch(model: onnx.ModelProto) -> None:
    model.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 1


def _lying_shape(model: onnx.ModelProto) -> None:
    """What it declares is right; what it computes is not."""
    for dim in model.graph.output[0].type.tensor_type.shape.dim:
        dim.dim_param = "any"
    shape = next(tensor for tensor in model.graph.initializer if tensor.name == "shape")
    shape.CopyFrom(numpy_helper.from_array(np.array([-1, 2, 32, 16], np.int64), "shape"))


def _not_a_number(model: onnx.ModelProto) -> None:
    weight = next(tensor for tensor in model.graph.initializer if tensor.name == "weight")
    values = numpy_helper.to_array(weight) * np.float32(np.nan)
    weight.CopyFrom(numpy_helper.from_array(values, "weight"))


NETWORKS: tuple[Change, ...] = (
    _external_initializer, _hidden_external, _sparse_external, _external_in_subgraph, _external_in_function,
    _foreign_domain, _unknown_operator, _other_input, _extra_input, _other_type, _other_shape, _fixed_batch,
    _lying_shape, _not_a_number,
)  # fmt: skip


@pytest.mark.parametrize("change", NETWORKS, ids=lambda change: change.__name__.strip("_"))
def test_a_network_that_is_not_what_it_must_be_is_refused(home: Path, change: Change) -> None:
    folder = make_bundle(home / "tiny", change)
    with pytest.raises(StudioError) as caught:
        read_bundle(folder)
    assert caught.value.hint and "\n" not in str(caught.value)
    with pytest.raises(StudioError):
        install_bundle(folder)
    assert not (paths.data_dir() / "generators").exists() or not list((paths.data_dir() / "generators").iterdir())
    if "external" in change.__name__:
        assert "outside the file" in caught.value.message


def test_what_is_changed_after_loading_is_not_run(home: Path) -> None:
    folder = make_bundle(home / "tiny")
    generator = load_generator(folder, threads=1)
    (folder / "parts" / "eyes.synthesis.onnx").write_bytes(b"something else")
    with pytest.raises(StudioError, match="changed"):
        render(generator, Look())
