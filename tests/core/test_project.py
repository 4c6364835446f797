"""The project file: what goes in comes out, and damaged bytes are a sentence, never a traceback."""

from __future__ import annotations

import hashlib
import io
import json
import stat
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.strategies import projects
from vtuber_studio.core import archive, files, mask, project
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.look import Look, Mix
from vtuber_studio.core.mask import mask_of
from vtuber_studio.core.project import (
    NamedLook,
    NamedPalette,
    Project,
    TaughtDirection,
    check_project,
    project_bytes,
    project_from_bytes,
    read_look,
    read_project,
    renamed_project,
    save_project,
)
from vtuber_studio.core.session import Session

MASK = mask_of(np.eye(8, dtype=bool)).to_png()
RICH = Project(
    looks=(NamedLook("Everyday", Look(seed=3, attributes={"eye_size": 0.5})), NamedLook("Party", Look(seed=4))),
    active=1,
    favourites=(NamedLook("Best", Look(mixes=(Mix("eyes", Look(seed=9), 0.5, 0.25),))),),
    palettes=(NamedPalette("Dusk", {"hair.base": "#334455"}),),
    locks=frozenset({"eye_size", "hair_style"}),
    masks={"blush-1": MASK},
)
GOOD = project_bytes(RICH, thumbnail_png=MASK)


UNREADABLE = [  # each of them was written once, and then refused by its reader
    Project(schema=2),
    Project(name="n" * 201),
    Project(name="half a character \ud800"),
    Project(name=3),  # type: ignore[arg-type]
    Project(looks=()),
    Project(name="Mia", active=0.0),  # type: ignore[arg-type]
    Project(looks=(NamedLook("One"), NamedLook("Two")), active=True),
    Project(looks=(NamedLook("n" * 201),)),
    Project(looks=(NamedLook("Look"),) * 1001),
    Project(favourites=(NamedLook("Look"),) * 1001),
    Project(favourites=[NamedLook("Look")]),  # type: ignore[arg-type]
    Project(favourites=(NamedLook("Look", Look(attributes={f"{n}" * 20: 0.5 for n in range(900)})),) * 900),
    Project(palettes=(NamedPalette("n" * 201),)),
    Project(directions=(TaughtDirection("n" * 201),)),
    Project(directions=(TaughtDirection("Taught", "g" * 301),)),
    Project(locks=frozenset(map(str, range(1001)))),
    Project(locks=frozenset([3])),  # type: ignore[list-item]
    Project().with_look(Look(seed=1.5)),  # type: ignore[arg-type]
    Project().with_look(Look(seed="7")),  # type: ignore[arg-type]
    Project().with_look(Look(attributes={"eye_size": True, "\udfff": 1.0})),
    Project().with_look(Look(palette={"hair.base": None})),  # type: ignore[dict-item]
    Project().with_look(Look(z={"eyes": [0.5]})),  # type: ignore[dict-item]
]


def _zip(members: dict[str, bytes] | list[tuple[str, bytes]], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, data in members.items() if isinstance(members, dict) else members:
            archive.writestr(name, data)
    return buffer.getvalue()


def _with(**content: Any) -> bytes:
    return _zip({"project.json": json.dumps(content).encode()})


@given(projects())
@settings(max_examples=50)
def test_any_project_survives_the_round_trip(value: Project) -> None:
    data = project_bytes(value)
    again = project_from_bytes(data)
    assert again == value and project_bytes(again) == data


def test_everything_in_a_project_survives_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.vtsproj"
    save_project(path, RICH, thumbnail_png=MASK)
    assert read_project(path) == RICH and read_look(path) == RICH.look
    with zipfile.ZipFile(path) as archive:
        assert set(archive.namelist()) == {"project.json", "thumbnail.png", "masks/blush-1.png"}
        content = json.loads(archive.read("project.json"))
    assert content["schema"] == 1 and set(content["masks"]) == {"blush-1"}


def test_a_project_takes_todays_names() -> None:
    renamed = {"attributes": {"cut": "style"}, "materials": {"hair.main": "hair.base"}, "parts": {"eye": "eyes"}}
    old, new = (
        Project(
            looks=(NamedLook("A", Look().set(**{style: "twin"})),),
            favourites=(NamedLook("B", Look(z={eyes: (1.0,)})),),
            palettes=(NamedPalette("C", {hair: "#ff0000"}),),
            directions=(TaughtDirection("D", z={eyes: (1.0,)}),),
            locks=frozenset({style, "other"}),
        )
        for style, hair, eyes in (("cut", "hair.main", "eye"), ("style", "hair.base", "eyes"))
    )
    assert renamed_project(old, renamed) == new == renamed_project(new, renamed)
    assert renamed_project(old, {}) is old


def test_a_project_that_packs_very_well_can_be_opened_again() -> None:
    value = Project(favourites=tuple(NamedLook("a" * 200) for _ in range(1000)))
    assert project_from_bytes(project_bytes(value)) == value


def test_a_look_is_read_from_json_too(tmp_path: Path) -> None:
    path = tmp_path / "look.json"
    path.write_bytes(Look(seed=5).to_json())
    assert read_look(path) == Look(seed=5)
    for data in (b"", b"{", b'{"seed": -1}', b'{"seed": "x"}', b'{"background": "reddish"}', b"PK\3\4"):
        path.write_bytes(data)
        with pytest.raises(StudioError):
            read_look(path)
    for other in (tmp_path, tmp_path / "missing"):
        with pytest.raises(StudioError):
            read_look(other)


def test_a_newer_version_is_refused_by_name() -> None:
    with pytest.raises(StudioError, match="newer version") as caught:
        project_from_bytes(_with(schema=2, looks="of another kind"))
    assert "Update" in caught.value.hint


@pytest.mark.parametrize(
    "content",
    [
        {"schema": 0},
        {"schema": "1"},
        {"schema": None},
        {"schema": True, "looks": 3},
        {"looks": []},
        {"active": 1},
        {"active": -1},
        {"looks": [{"name": "a", "look": {"seed": 2**32}}]},
        {"looks": [{"name": "a", "look": {"truncation_psi": 3}}]},
        {"looks": [{"name": "a", "look": {"palette": {"hair.base": "bluish"}}}]},
        {"looks": [{"look": {}}]},
        {"favourites": [{"name": "a", "look": {"z": {"eyes": [1e30]}}}]},
        {"palettes": [{"name": "a", "colours": {"hair.base": "#12"}}]},
        {"directions": [{"name": "a", "z": {"eyes": [1e30]}}]},
        {"locks": "eye_size"},
    ],
)
def test_an_unsound_value_is_refused(content: dict[str, Any]) -> None:
    with pytest.raises(StudioError):
        project_from_bytes(_with(**content))


def test_an_unsound_project_is_not_written(tmp_path: Path) -> None:
    for value in (
        Project(active=3),
        Project().with_look(Look(truncation_psi=float("nan"))),
        Project(masks={"../a": MASK}),
        Project(masks={"a": b"not a picture"}),
        *UNREADABLE,
    ):
        with pytest.raises(StudioError):
            save_project(tmp_path / "a.vtsproj", value)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("value", UNREADABLE)
def test_what_could_not_be_opened_again_is_no_edit(value: Project) -> None:
    before = check_project(Project())
    session = Session(before)
    with pytest.raises(StudioError) as caught:
        session.edit_project(value)
    assert caught.value.hint and session.project is before and not session.can_undo
    with pytest.raises(StudioError):
        check_project(value, since=before)
    with pytest.raises(StudioError):
        Session(value)


def test_what_a_packer_loses_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_project(tmp_path / "a.vtsproj", RICH)

    def careless(members: dict[str, bytes], *options: Any, **more: Any) -> bytes:
        return archive.pack({name: data for name, data in members.items() if "mask" not in name}, *options, **more)

    monkeypatch.setattr(project, "pack", careless)
    with pytest.raises(StudioError):
        save_project(tmp_path / "a.vtsproj", RICH.with_(active=0))
    assert read_project(tmp_path / "a.vtsproj") == RICH


def test_unknown_fields_and_missing_masks_are_said() -> None:
    for content in ({"looks": [{"name": "a", "look": {"seeed": 3}}]}, {"seeed": 3}):
        with pytest.raises(StudioError, match="'seeed', which this version does not know"):
            project_from_bytes(_with(**content))
    with pytest.raises(StudioError, match="mask is missing"):
        project_from_bytes(_zip({"project.json": json.dumps({"masks": {"a": ""}}).encode()}))
    with pytest.raises(StudioError, match="mask is missing"):
        project_from_bytes(_zip({"project.json": b"{}", "masks/a.png": MASK}))


def test_every_flipped_bit_is_refused_or_harmless() -> None:
    for bit in range(8 * len(GOOD)):
        data = bytearray(GOOD)
        data[bit // 8] ^= 1 << bit % 8
        try:
            assert project_from_bytes(bytes(data)) == RICH, f"bit {bit} was lost silently"
        except StudioError as error:
            assert error.message


@pytest.mark.parametrize("name", ["/etc/passwd", "../a.png", "masks/../../a.png", "C:\\a.png", "masks\\a.png", "c:a"])
def test_a_forbidden_name_is_refused(name: str) -> None:
    with pytest.raises(StudioError, match="forbidden name"):
        project_from_bytes(_zip({"project.json": b"{}", name: MASK}))


def test_links_and_doubles_are_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("project.json", b"{}")
        link = zipfile.ZipInfo("masks/a.png")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(StudioError, match="forbidden"):
        project_from_bytes(buffer.getvalue())
    with pytest.warns(UserWarning, match="Duplicate"):
        data = _zip([("project.json", b"{}"), ("project.json", b"{}")])
    with pytest.raises(StudioError, match="forbidden"):
        project_from_bytes(data)


def test_bombs_are_refused_before_they_unpack(monkeypatch: pytest.MonkeyPatch) -> None:
    zeros = bytes(20_000_000)
    many = {f"masks/{number}.png": b"" for number in range(2100)}
    bombs = [_zip({"project.json": zeros}), _zip({"masks/a.png": zeros}), _zip(many)]
    together = _zip({"a": bytes(600), "b": bytes(600)})
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_, **__: pytest.fail("unpacked"))
    for data in bombs:
        with pytest.raises(StudioError, match="unpacks"):
            project_from_bytes(data)
    monkeypatch.setattr(archive, "MAX_TOTAL", 1000)
    with pytest.raises(StudioError, match="unpacks"):
        project_from_bytes(together)


def test_masks_that_are_small_files_and_many_pixels_are_refused_undecoded(monkeypatch: pytest.MonkeyPatch) -> None:
    large = mask_of(np.zeros((5000, 8000), np.uint8)).to_png()
    masks = {str(number): large for number in range(60)}
    content = msgspec.json.encode({"masks": {name: hashlib.sha256(png).digest() for name, png in masks.items()}})
    members = {"project.json": content, **{f"masks/{name}.png": png for name, png in masks.items()}}
    data = _zip(members, zipfile.ZIP_STORED)
    monkeypatch.setattr(mask, "mask_from_png", lambda _: pytest.fail("decoded"))
    with pytest.raises(StudioError, match="masks of this project are too large"):
        project_from_bytes(data)
    with pytest.raises(StudioError, match="masks of this project are too large"):
        project_bytes(Project(masks={str(number): large for number in range(60)}))


def test_a_forged_directory_is_refused() -> None:
    with pytest.raises(StudioError, match="more files"):
        project_from_bytes(GOOD + b"PK\1\2" * 5000)


def test_a_file_too_large_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project, "MAX_FILE", 100)
    (tmp_path / "a.vtsproj").write_bytes(GOOD)
    with pytest.raises(StudioError, match="larger"):
        read_project(tmp_path / "a.vtsproj")


def _read_or_refuse(data: bytes) -> None:
    try:
        value = project_from_bytes(data)
    except StudioError as error:
        assert error.message and error.hint
    else:
        assert isinstance(value.look, Look)
        project_bytes(value)


@given(st.binary(max_size=300))
def test_noise_is_refused(data: bytes) -> None:
    _read_or_refuse(data)
    _read_or_refuse(b"PK\3\4" + data)
    _read_or_refuse(_zip({"project.json": data}))


@given(
    st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=4),
    st.integers(0, len(GOOD)),
)
@settings(max_examples=400)
def test_flipped_and_cut_bytes_are_refused_or_harmless(flips: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(GOOD)
    for position, value in flips:
        data[position] = value
    _read_or_refuse(bytes(data))
    _read_or_refuse(GOOD[:cut])
    _read_or_refuse(GOOD[cut:])


JSON = msgspec.json.encode({**msgspec.to_builtins(RICH.with_(masks={})), "schema": 1})


@given(st.integers(0, len(JSON) - 1), st.binary(min_size=1, max_size=4))
@settings(max_examples=300)
def test_damage_inside_the_json_is_refused_or_harmless(position: int, splice: bytes) -> None:
    _read_or_refuse(_zip({"project.json": JSON[:position] + splice + JSON[position + len(splice) :]}))


def test_a_truncated_file_is_refused_at_every_length() -> None:
    for cut in range(len(GOOD) - 22):  # 22 bytes: the record at a zip's end
        with pytest.raises(StudioError):
            project_from_bytes(GOOD[:cut])


def test_a_full_disk_keeps_the_old_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.vtsproj"
    save_project(path, RICH)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(StudioError, match="disk is full"):
        save_project(path, Project())
    assert read_project(path) == RICH
