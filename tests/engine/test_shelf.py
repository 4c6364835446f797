"""The shelf: what can be chosen, which generator a project belongs to, zips, and what may be removed."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from msgspec import structs

from tests.engine.bundles import add_styles, make_bundle, make_pack
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.look import Look
from vtuber_studio.core.paths import data_dir, resources
from vtuber_studio.core.project import MadeWith, Project, project_bytes, project_from_bytes
from vtuber_studio.engine.assemble import install
from vtuber_studio.engine.bundle import read_bundle, write_manifest
from vtuber_studio.engine.fitting import complete, lost, made_with, stamp
from vtuber_studio.engine.generator import load_generator
from vtuber_studio.engine.render import render
from vtuber_studio.engine.shelf import find_home, find_shelved, remove_bundle, shelved, unpacked, zip_bundle


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VTUBER_STUDIO_HOME", str(tmp_path / "home"))


def of_family(folder: Path, family: str, name: str) -> Path:
    write_manifest(folder, structs.replace(read_bundle(folder).manifest, family=family, name=name))
    return folder


def zipped(path: Path, *members: tuple[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


def test_the_shelf_holds_what_is_installed_sound_or_not(tmp_path: Path) -> None:
    assert [(entry.name, entry.shipped) for entry in shelved()] == [("Starter", True)]
    folder = install(make_bundle(tmp_path / "tiny")).folder
    assert [entry.name for entry in shelved()] == ["Starter", "Tiny"] and not shelved()[1].shipped
    (folder / "manifest.json").write_text("{")
    damaged = shelved()[1]
    assert damaged.manifest is None and damaged.name == folder.name and "damaged" in damaged.problem
    with pytest.raises(StudioError):
        damaged.load(1)
    remove_bundle(folder)
    assert [entry.name for entry in shelved()] == ["Starter"] and not list(folder.parent.iterdir())


def test_only_what_was_installed_is_removed(tmp_path: Path) -> None:
    tiny = make_bundle(tmp_path / "tiny")
    (data_dir() / "generators").mkdir(parents=True)
    for folder in (tiny, resources() / "generators" / "starter", data_dir(), data_dir() / "generators" / ".."):
        with pytest.raises(StudioError, match="came with the program"):
            remove_bundle(folder)
        assert folder.is_dir()
    with pytest.raises(StudioError, match="cannot be removed"):
        remove_bundle(data_dir() / "generators" / "nothing")
    assert (tiny / "manifest.json").is_file()


def test_a_project_goes_home_to_its_own_generator_or_to_its_family(tmp_path: Path) -> None:
    old = of_family(make_bundle(tmp_path / "old"), "tiny", "Old")
    new = of_family(add_styles(make_bundle(tmp_path / "new")), "tiny", "New")
    starter, (old_one, new_one) = shelved()[0].manifest, (read_bundle(each).manifest for each in (old, new))
    assert starter is not None
    project = complete(Project().with_look(Look().set(eye_size=0.5)), old_one)
    assert project.generator == MadeWith("Old", stamp(old_one)) == made_with(old_one)
    assert project_from_bytes(project_bytes(project)) == project
    lonely = find_home(project, starter)
    assert lonely.home is None and lonely.name == "Old" and lonely.fitted.foreign
    install(new)
    found = find_home(project, starter)
    assert found.home is not None and found.home.name == "New", "no other of its family is there"
    assert not found.fitted.changed and found.fitted.value.generator.name == "New"
    assert find_home(project, new_one).home is None, "an edition of its family draws already"
    install(old)
    exact = find_home(project, new_one).home
    assert exact is not None and exact.name == "Old", "the very one is better"
    assert find_home(project, old_one).home is None and find_home(Project(), starter).home is None


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ([("../manifest.json", b"{}")], "forbidden name"),
        ([("readme.txt", b"")], "no generator"),
        ([("a/manifest.json", b"{}"), ("b/manifest.json", b"{}")], "several"),
        ([("manifest.json", b" " * 5_000_000)], "unpacks to more"),
        ([("manifest.json", b"{}"), ("parts/a.onnx", b"\0" * 20_000_000)], "unpacks to more"),
    ],
)
def test_zips_of_no_generator_are_refused(tmp_path: Path, members: list[tuple[str, bytes]], said: str) -> None:
    with pytest.raises(StudioError, match=said) as caught, unpacked(zipped(tmp_path / "a.zip", *members)):
        pass
    assert "project" not in caught.value.message


def test_a_zip_is_unpacked_from_its_outermost_manifest_and_gone_afterwards(tmp_path: Path) -> None:
    members = [("t/manifest.json", b"{}"), ("t/parts/a.onnx", b"a"), ("t/run.exe", b"b"), ("t/x/manifest.json", b"[]")]
    with unpacked(zipped(tmp_path / "a.zip", *members, ("other.onnx", b"c"))) as folder:
        there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
        assert there == {"manifest.json", "parts/a.onnx", "x/manifest.json"}
        assert json.loads((folder / "manifest.json").read_bytes()) == {}
    assert not folder.exists()


def test_a_pack_goes_into_the_one_that_is_wanted_rather(tmp_path: Path) -> None:
    first = install(of_family(add_styles(make_bundle(tmp_path / "a")), "tiny", "A")).folder
    second = install(of_family(add_styles(make_bundle(tmp_path / "b")), "tiny", "B")).folder
    pack = make_pack(tmp_path / "pack", "slit", "tiny")
    assert install(pack).manifest.name == "A with Slit"
    both = install(pack, rather=[second])
    assert both.manifest.name == "B with Slit" and first != second
    style = next(row for row in both.manifest.attributes if row.name == "eye_style")
    assert style.choices == ("round", "sharp", "cat", "slit")
    assert render(load_generator(both.folder, 1), Look().set(eye_style="slit"), size=64)[..., 3].any()


def test_what_is_lost_is_said_by_its_old_label(tmp_path: Path) -> None:
    rich = read_bundle(add_styles(make_bundle(tmp_path / "rich"))).manifest
    plain = read_bundle(make_bundle(tmp_path / "plain")).manifest
    look = Look().set(eye_size=0.5, eye_style="cat", glow=0.0).paint({"eye": "#ff0000"})
    before = complete(Project().with_look(look), rich)
    after = find_home(before, plain).fitted.value
    gone = lost(before, after, rich, plain)
    assert gone.settings == ("Style",) and gone.colours == () and not gone.variation and gone
    assert not lost(after, find_home(after, rich).fitted.value, plain, rich), "what is new is no loss"


def test_what_is_written_as_a_zip_is_the_same_generator_elsewhere(tmp_path: Path) -> None:
    tiny = install(make_bundle(tmp_path / "tiny"))
    data = zip_bundle(tiny.folder)
    assert data == zip_bundle(tiny.folder)
    (tmp_path / "t.zip").write_bytes(data)
    remove_bundle(tiny.folder)
    with unpacked(tmp_path / "t.zip") as folder:
        again = install(folder)
    assert again.manifest == tiny.manifest
    (again.folder / tiny.manifest.parts[0].synthesis.path).write_bytes(b"broken")
    with pytest.raises(StudioError):
        zip_bundle(again.folder)


def test_a_generator_is_found_by_its_name_its_folder_or_its_id(tmp_path: Path) -> None:
    first = install(of_family(make_bundle(tmp_path / "a"), "tiny", "Same"))
    second = install(of_family(add_styles(make_bundle(tmp_path / "b")), "tiny", "Same"))
    assert find_shelved("STARTER").shipped
    assert find_shelved(second.manifest.id[:8]).folder == second.folder
    assert find_shelved(first.folder.name).folder == first.folder
    for name, said in {"Same": "may be any of", "nobody": "no generator", "": "no generator"}.items():
        with pytest.raises(StudioError, match=said):
            find_shelved(name)
