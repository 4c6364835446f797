"""The project file: what goes in comes out, and damaged bytes are a sentence, never a traceback."""

from __future__ import annotations

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
from vtuber_studio.core import archive, files, project
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.look import Look, Mix, Region
from vtuber_studio.core.mask import SIDE, mask_of, whole
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

MASK = mask_of(np.broadcast_to(np.arange(SIDE) < SIDE // 2, (SIDE, SIDE)))  # a small file
STREAK = Region("Streak", ("hair_front",), MASK, palette={"hair.base": "#cc2233"})
RICH = Project(
    looks=(
        NamedLook("Everyday", Look(seed=3, attributes={"eye_size": 0.5})),
        NamedLook("Party", Look(seed=4, regions=(STREAK,))),
    ),
    active=1,
    favourites=(NamedLook("Best", Look(mixes=(Mix("eyes", Look(seed=9, regions=(STREAK,)), 0.5, 0.25),))),),
    palettes=(NamedPalette("Dusk", {"hair.base": "#334455"}),),
    locks=frozenset({"eye_size", "hair_style"}),
)
GOOD = project_bytes(RICH, thumbnail_png=MASK.to_png())


UNREADABLE = [  # each of them was written once, and then refused by its reader
    Project(schema=1),
    Project(schema=3),
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
    save_project(path, RICH, thumbnail_png=MASK.to_png())
    assert read_project(path) == RICH and read_look(path) == RICH.look
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == ["project.json", "thumbnail.png", f"masks/{MASK.digest}.png"], "each mask once"
        content = json.loads(archive.read("project.json"))
    assert content["schema"] == 2 and content["looks"][1]["look"]["regions"][0]["mask"] == MASK.digest


def test_a_look_alone_holds_its_masks(tmp_path: Path) -> None:
    look = RICH.favourites[0].look
    (tmp_path / "look.json").write_bytes(look.to_json())
    assert read_look(tmp_path / "look.json") == look and MASK.digest.encode() not in look.to_json()


def test_many_looks_may_have_the_same_mask() -> None:
    noise = mask_of(np.random.default_rng(1).integers(0, 256, (SIDE, SIDE), dtype=np.uint8))
    look = Look(regions=(Region("Dust", ("eyes",), noise),))
    value = Project(favourites=tuple(NamedLook(f"{n}", look.with_(seed=n)) for n in range(200)))
    data = project_bytes(value)
    assert len(data) < 1_500_000
    again = project_from_bytes(data)
    assert again == value and len({id(named.look.regions[0].mask) for named in again.favourites}) == 1


def test_too_many_masks_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [np.arange(SIDE)[:, None] == [[row] * SIDE] for row in range(3)]
    regions = tuple(Region("Row", ("eyes",), mask_of(values)) for values in rows)
    value, data = Project().with_look(Look(regions=regions)), project_bytes(Project().with_look(Look(regions=regions)))
    monkeypatch.setattr(project, "MOST_MASKS", {"looks": 2, "favourites": 0})
    session = Session()
    with pytest.raises(StudioError, match="too many masks"):
        session.edit_project(value)
    with pytest.raises(StudioError, match="mask"):
        project_from_bytes(data)
    assert not session.can_undo


def test_a_project_of_schema_1_is_opened() -> None:
    value = read_project(Path(__file__).parent.parent / "data" / "project-schema-1.vtsproj")
    assert value.schema == 2 and value.name == "Mia" and value.locks == {"eye_size"}
    left, soft = value.look.regions
    assert left.mask.array[:, SIDE // 2 :].all() and not left.mask.array[:, : SIDE // 2].any()
    assert (left.name, soft.strength, soft.attributes) == ("Her left", 0.5, {"fringe_length": 0.25})
    first, second = value.favourites
    assert first.look == value.look and second.look.mixes[0].look == value.look
    assert second.look.regions[0].mask is soft.mask, "the same text is the same mask"
    assert project_from_bytes(project_bytes(value)) == value and len(project_bytes(value)) < 20_000


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
        project_from_bytes(_with(schema=3, looks="of another kind"))
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
        Project().with_look(Look(regions=(STREAK.with_(mask=MASK.to_png()),))),
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
    other = mask_of(np.eye(SIDE, dtype=bool)).to_png()
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    place = f"masks/{MASK.digest}.png"
    for png in (None, other):
        changed = {**members, place: png} if png else {name: members[name] for name in members if name != place}
        with pytest.raises(StudioError, match="mask is missing"):
            project_from_bytes(_zip(changed))


def test_a_flipped_bit_anywhere_is_refused_or_harmless() -> None:
    for byte in range(len(GOOD)):
        data = bytearray(GOOD)
        data[byte] ^= 1 << byte % 8
        try:
            assert project_from_bytes(bytes(data)) == RICH, f"byte {byte} was lost silently"
        except StudioError as error:
            assert error.message


@pytest.mark.parametrize("name", ["/etc/passwd", "../a.png", "masks/../../a.png", "C:\\a.png", "masks\\a.png", "c:a"])
def test_a_forbidden_name_is_refused(name: str) -> None:
    with pytest.raises(StudioError, match="forbidden name"):
        project_from_bytes(_zip({"project.json": b"{}", name: MASK.to_png()}))


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


JSON = msgspec.json.encode({**msgspec.to_builtins(RICH.with_(looks=Project().looks, active=0), enc_hook=whole)})


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
