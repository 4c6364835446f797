"""A style with a network of its own: trained alone, put into a bundle, or sent around as a pack."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from msgspec.structs import replace

from vtuber_studio.artist import schema
from vtuber_studio.core.attribute import defaults, encode
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.fit import fit_look
from vtuber_studio.core.look import Look
from vtuber_studio.engine.assemble import install
from vtuber_studio.engine.bundle import find_bundle, list_bundles, read_bundle, write_table
from vtuber_studio.engine.generator import load_generator
from vtuber_studio.engine.render import render
from vtuber_studio.training.bundling import export_bundle, export_pack
from vtuber_studio.training.config import TrainConfig
from vtuber_studio.training.data import Drawings
from vtuber_studio.training.starter import train_starter
from vtuber_studio.training.tables import artist_tables, tables_for
from vtuber_studio.training.trainer import PartTrainer, stored_tables, train_part

FIRST = Path(__file__).parents[1] / "data" / "starter-format-1"  # mouth and brows alone
PART = schema.part("brows")
STYLE = next(row for row in schema.rows_of("brows") if row.choices)
CHOICE = STYLE.choices[-1]
NAME = f"brows={CHOICE}"
QUICK = TrainConfig(batch=4, pool=16, workers=0, bf16=False)
LOOK = Look(seed=4).set(**{STYLE.name: CHOICE})
OTHER = LOOK.set(**{STYLE.name: STYLE.choices[0]})


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "run"
    list(train_part(NAME, folder / NAME, QUICK, steps=2))
    return folder


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle with today's brows beside another maker's mouth."""
    folder = tmp_path_factory.mktemp("base")
    list(train_part("brows", folder / "run" / "brows", QUICK, steps=1))
    return export_bundle(folder / "run", folder / "bundle", FIRST)


def test_it_sees_its_own_choice_alone_and_takes_no_more_room_than_it_needs(run: Path) -> None:
    tables = stored_tables(run / NAME)
    assert (tables.name, tables.style, tables.choice) == (NAME, STYLE.name, CHOICE)
    assert next(row for row in tables.rows if row.name == STYLE.name).choices == (CHOICE,)
    (x0, y0, x1, y1), whole = tables.part.box, PART.box
    assert whole[0] <= x0 < x1 <= whole[2] and whole[1] <= y0 < y1 <= whole[3]
    assert all(side % 16 == 0 for side in tables.part.logits)
    for index in range(8):
        _, _, coverage = Drawings(tables, 1)[index]
        assert coverage.shape[1:] == tuple(2 * side for side in tables.part.logits) and coverage.any()
        edge = torch.cat([coverage[:, 0].flatten(), coverage[:, :, 0].flatten(), coverage[:, :, -1].flatten()])
        assert not edge.any()


@pytest.mark.parametrize("name", ["tail=long", "brows=mohawk", "headwear=none", "brows=="])
def test_a_style_that_is_none_is_one_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(StudioError) as caught:
        next(train_starter(tmp_path / "run", 1.0, [name]))
    assert caught.value.hint and not (tmp_path / "run").exists()


def test_it_starts_from_the_weights_that_all_styles_share(tmp_path: Path) -> None:
    starter = find_bundle()
    shared = tables_for("brows", read_bundle(starter).manifest)
    style = next(row for row in shared.rows if row.name == STYLE.name)
    rows = tuple(replace(row, choices=(CHOICE,), default=CHOICE) if row == style else row for row in shared.attributes)
    tables = replace(shared, attributes=rows, style=STYLE.name, choice=CHOICE)
    painted = []
    for each in (shared, tables):
        trainer = PartTrainer(each, tmp_path, TrainConfig(), "cpu")
        trainer.start_from(starter)
        c = encode(each.rows, {**defaults(each.rows), STYLE.name: CHOICE})
        with torch.no_grad():
            painted.append(trainer.network(torch.from_numpy(c)[None], torch.zeros(1, each.part.z_dim)))
    assert torch.allclose(painted[0], painted[1], atol=1e-4)


def test_in_a_bundle_it_paints_its_choice_and_no_other(run: Path, base: Path, tmp_path: Path) -> None:
    out = export_bundle(run, tmp_path / "bundle", base)
    before, after = load_generator(base, threads=1), load_generator(out, threads=1)
    assert not np.array_equal(render(before, LOOK), render(after, LOOK))
    assert np.array_equal(render(before, OTHER), render(after, OTHER))
    old, new = ({e.part.name: e for e in g.manifest.parts} for g in (before, after))
    assert new["mouth"] == old["mouth"] and replace(new["brows"], variants=None) == old["brows"]
    assert f"| {NAME} |" in (out / "model_card.md").read_text("utf-8")
    rows = {row.name: row for row in before.manifest.attributes}
    assert {row.name: row for row in after.manifest.attributes} == rows
    # training goes on from there, with its own box and history
    style, whole = tables_for(NAME, after.manifest), tables_for("brows", after.manifest)
    assert (style.choice, style.part.box) == (CHOICE, artist_tables(NAME).part.box) and whole.part.box == PART.box
    trainer = PartTrainer(style, tmp_path, QUICK, "cpu")
    trainer.start_from(out)
    assert trainer.images == 8


def test_a_pack_adds_the_style_to_a_copy(
    run: Path, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VTUBER_STUDIO_HOME", str(tmp_path / "home"))
    pack = export_pack(run, NAME, tmp_path / "pack", "Fine")
    files = {path.name for path in pack.rglob("*") if path.is_file()}
    assert files == {
        "manifest.json", "LICENSE", "model_card.md", f"brows.{CHOICE}.mapping.onnx", f"brows.{CHOICE}.synthesis.onnx",
    }  # fmt: skip
    before = (base / "manifest.json").read_bytes()
    (tmp_path / "secret").write_text("not for others")
    (pack / "LICENSE").unlink()
    (pack / "LICENSE").symlink_to(tmp_path / "secret")
    installed = install(pack, base)
    assert "not for others" not in (installed.folder / "LICENSE").read_text("utf-8")
    assert installed.folder in list_bundles() and installed.manifest.name.endswith("with Fine")
    assert installed.manifest.family == "starter" and not installed.manifest.extends
    whole = load_generator(export_bundle(run, tmp_path / "bundle", base), threads=1)
    added = load_generator(installed.folder, threads=1)
    for look in (LOOK, OTHER):
        assert np.array_equal(render(added, look), render(whole, look))
    assert (base / "manifest.json").read_bytes() == before
    again = install(pack, installed.folder)  # once more changes nothing but the name
    assert [e.variants for e in again.manifest.parts] == [e.variants for e in installed.manifest.parts]


def test_a_pack_brings_a_style_that_the_generator_never_had(
    run: Path, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VTUBER_STUDIO_HOME", str(tmp_path / "home"))
    pack = export_pack(run, NAME, tmp_path / "pack")
    table = read_bundle(pack).table
    row = next(row for row in table["attributes"] if row["name"] == STYLE.name)
    seen = next(row for row in table["parts"][0]["inputs"] if row["name"] == STYLE.name)
    row["choices"], row["default"], seen["choices"] = ["winged"], "winged", ["winged"]
    write_table(pack, table)
    generator = load_generator(install(pack, base).folder, threads=1)
    offered = next(row for row in generator.manifest.attributes if row.name == STYLE.name)
    assert offered.choices == (*STYLE.choices, "winged") and offered.default == STYLE.default
    winged = LOOK.set(**{STYLE.name: "winged"})
    assert not np.array_equal(render(generator, winged), render(generator, LOOK))


def test_what_is_not_for_a_generator_is_not_installed(
    run: Path, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VTUBER_STUDIO_HOME", str(tmp_path / "home"))
    pack = export_pack(run, NAME, tmp_path / "pack")
    with pytest.raises(StudioError, match="not a pack"):
        install(base, base)
    with pytest.raises(StudioError, match="is none of it"):
        install(pack, pack)
    table = read_bundle(pack).table
    for change, said in (
        ({"family": "others"}, "No generator of the family"),
        ({"family": ""}, "a pack needs"),
        ({"extends": "eye_spacing"}, "a pack needs"),
    ):
        with pytest.raises(StudioError, match=said):
            write_table(pack, {**table, **change})
            install(pack)
    write_table(pack, table)
    (entry,) = table["parts"]
    entry["part"]["z_dim"] = 4
    write_table(pack, table)
    with pytest.raises(StudioError):
        install(pack, base)
    assert not (tmp_path / "home" / "generators").exists()
    with pytest.raises(StudioError, match="whole part"):
        list(train_part("brows", tmp_path / "whole" / "brows", QUICK, steps=1))
        export_pack(tmp_path / "whole", "brows", tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()


def test_old_names_become_todays_in_the_parts_that_come_along(
    run: Path, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slider that two parts share stays one slider when only one of them is trained under its new name."""
    table = read_bundle(export_bundle(run, tmp_path / "old", base)).table
    text = json.dumps(table)
    for new, old in ((STYLE.name, "eyebrow_kind"), (STYLE.choices[0], "flatter"), ("eye.brow", "eye.hairs")):
        text = text.replace(f'"{new}"', f'"{old}"')
    write_table(tmp_path / "old", json.loads(text))
    monkeypatch.setattr(
        schema,
        "RENAMED",
        {
            "attributes": {"eyebrow_kind": STYLE.name},
            "choices": {f"{STYLE.name}=flatter": STYLE.choices[0]},
            "materials": {"eye.hairs": "eye.brow"},
        },
    )
    list(train_part("mouth", tmp_path / "run" / "mouth", QUICK, steps=1))
    manifest = read_bundle(export_bundle(tmp_path / "run", tmp_path / "new", tmp_path / "old")).manifest
    known = read_bundle(tmp_path / "old").manifest
    names = {row.name for row in manifest.attributes} | {row.name for row in manifest.materials}
    assert {STYLE.name, "eye.brow"} <= names and not {"eyebrow_kind", "eye.hairs"} & names
    assert manifest.renamed["attributes"] == {"eyebrow_kind": STYLE.name}
    brows, before = (next(e for e in each.parts if e.part.name == "brows") for each in (manifest, known))
    assert (brows.mapping, brows.synthesis) == (before.mapping, before.synthesis)
    assert next(row for row in brows.inputs if row.name == STYLE.name).choices == STYLE.choices
    look = Look().set(eyebrow_kind="flatter").paint({"eye.hairs": "#102030"})
    rows, parts = manifest.attributes, [entry.part for entry in manifest.parts]
    fitted, notes = fit_look(look, rows, manifest.materials, parts, manifest.renamed)
    assert not notes
    assert (fitted.attributes[STYLE.name], fitted.palette["eye.brow"]) == (STYLE.choices[0], "#102030")
