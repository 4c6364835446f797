"""The command line: same arguments, same bytes; bad input is one sentence and exit code 2."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from PIL import Image

from vtuber_studio import __version__
from vtuber_studio.cli import main
from vtuber_studio.core.carried import carried_look
from vtuber_studio.core.image import decode_png
from vtuber_studio.core.look import Look, parse_seed
from vtuber_studio.core.paths import resources
from vtuber_studio.core.project import NamedLook, Project, project_bytes

STARTER = resources() / "generators" / "starter"


def studio(*arguments: str | Path, process: bool = False) -> subprocess.CompletedProcess[str]:
    """Run the command line: its entry point here, or a ``process`` of its own."""
    words = ["vtuber-studio", *map(str, arguments)]
    if process:
        command = [sys.executable, "-m", "vtuber_studio", *words[1:]]
        return subprocess.run(command, capture_output=True, text=True, timeout=120)
    out, said, code = io.StringIO(), io.StringIO(), 0
    with mock.patch.object(sys, "argv", words):
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(said):
            try:
                main()
            except SystemExit as end:
                code = int(end.code or 0)
    return subprocess.CompletedProcess(words, code, out.getvalue(), said.getvalue())


def refused(*arguments: str | Path) -> str:
    """Run something that must be refused; its one sentence."""
    done = studio(*arguments)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr and len(done.stderr.strip().splitlines()) == 1
    return done.stderr


def test_render_writes_what_it_says_and_the_same_again(tmp_path: Path) -> None:
    arguments = ("--seed", "7", "--size", "96", "--set", "eye_size=0.5", "--set", "hair.base=#cc3355")
    first = studio("render", tmp_path / "a.png", *arguments, "--expression", "smile", "--pose", "yaw=8")
    assert first.returncode == 0 and first.stdout.strip() == str(tmp_path / "a.png")
    again = (*arguments, "--expression", "smile", "--pose", "yaw=8")
    assert studio("render", tmp_path / "b.png", *again, process=True).returncode == 0
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    image = np.asarray(Image.open(tmp_path / "a.png"))
    assert image.shape == (96, 96, 4) and image[0, 0, 3] == 0 and image[60, 48, 3] == 255
    studio("render", tmp_path / "c.png", *arguments, "--background", "#00ff00")
    assert tuple(np.asarray(Image.open(tmp_path / "c.png"))[0, 0]) == (0, 255, 0, 255)


def test_a_look_comes_from_json_a_project_or_a_picture(tmp_path: Path) -> None:
    look = Look(seed=3).set(eye_size=0.8, headwear="beret")
    (tmp_path / "look.json").write_bytes(look.to_json())
    (tmp_path / "p.vtsproj").write_bytes(project_bytes(Project(looks=(NamedLook("One", look),))))
    pictures = []
    for name in ("look.json", "p.vtsproj"):
        assert studio("render", tmp_path / "out.png", "--look", tmp_path / name, "--size", "64").returncode == 0
        pictures.append((tmp_path / "out.png").read_bytes())
    assert pictures[0] == pictures[1]
    (tmp_path / "she.png").write_bytes(pictures[0])  # the picture carries the look
    for arguments in ((), ("--no-look",)):
        studio("render", tmp_path / "out.png", "--look", tmp_path / "she.png", "--size", "64", *arguments)
        pictures.append((tmp_path / "out.png").read_bytes())
    assert pictures[2] == pictures[0] and carried_look(pictures[2]) is not None
    assert carried_look(pictures[3]) is None and (decode_png(pictures[3]) == decode_png(pictures[0])).all()
    assert "carries no look" in refused("render", tmp_path / "b.png", "--look", tmp_path / "out.png")


def test_a_generator_is_installed_and_used_from_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VTUBER_STUDIO_HOME", str(tmp_path / "home"))
    done = studio("install", Path(__file__).parent / "data" / "starter-format-1")
    assert done.returncode == 0, done.stderr
    folder = Path(done.stdout.strip())
    assert studio("render", tmp_path / "a.png", "--generator", folder, "--size", "64").returncode == 0
    assert "not a pack" in refused("install", folder, "--into", "starter")


def test_a_look_of_another_generator_is_drawn_and_said(tmp_path: Path) -> None:
    (tmp_path / "look.json").write_bytes(Look(generator="another").set(eye_size=0.8, tail=1.0).to_json())
    done = studio("render", tmp_path / "out.png", "--look", tmp_path / "look.json", "--size", "64")
    assert done.returncode == 0 and "another generator" in done.stderr and "'tail'" in done.stderr
    (tmp_path / "look.json").write_bytes(Look(generator="starter:0123").to_json())
    done = studio("render", tmp_path / "out.png", "--look", tmp_path / "look.json", "--size", "64")
    assert done.returncode == 0 and not done.stderr, "another edition of the starter"


def test_tables_are_printed() -> None:
    text = studio("attributes").stdout
    assert "eye_size" in text and "hair.base" in text and "vowel_a" in text
    tables = json.loads(studio("attributes", "--json").stdout)
    assert len(tables["attributes"]) >= 30
    row = next(row for row in tables["attributes"] if row["name"] == "front_style")
    assert len(row["choices"]) >= 5 and row["parts"] == ["hair_front"]


def test_doctor_finds_everything() -> None:
    done = studio("doctor")
    assert done.returncode == 0, done.stdout
    assert "CPUExecutionProvider" in done.stdout and "Nothing is missing." in done.stdout


def test_help_teaches() -> None:
    text = studio("render", "--help").stdout
    assert "--expression" in text and "NAME=VALUE" in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--set", "eye_sise=0.5"), "eye_size"),
        (("--set", "eye_size=7"), "out of range"),
        (("--set", "eye_size"), "NAME=VALUE"),
        (("--set", "front_style=mohawk"), "choppy"),
        (("--set", "hair.base=pinkish"), "colour"),
        (("--expression", "grin=1"), "grin"),
        (("--pose", "yaw=90"), "out of range"),
        (("--set", "eye_size=0,5"), "eye_size=0.5"),
        (("--pose", "yaw=-7,5"), "yaw=-7.5"),
        (("--seed", "4294967296"), "from 0 to 4294967295"),
        (("--seed", " "), "any word"),
        (("--seed=-7",), "any word"),
        (("--seed", "9" * 5000), "any word"),
        (("--background", "bluish"), "#rrggbb"),
        (("--background", "#00000080"), "#rrggbb"),
        (("--look", "missing.json"), "missing.json"),
        (("--generator", "nowhere"), "nowhere"),
    ],
)
def test_bad_arguments_are_one_sentence(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    assert said in refused("render", tmp_path / "out.png", *arguments)
    assert not (tmp_path / "out.png").exists()


def test_bad_files_are_one_sentence(tmp_path: Path) -> None:
    good = project_bytes(Project())
    (tmp_path / "cut.vtsproj").write_bytes(good[: len(good) // 2])
    refused("render", tmp_path / "out.png", "--look", tmp_path / "cut.vtsproj")
    (tmp_path / "future.json").write_bytes(b'{"version": 999, "seed": 1}')
    assert "newer" in refused("render", tmp_path / "out.png", "--look", tmp_path / "future.json")
    (tmp_path / "typo.json").write_bytes(b'{"seeed": 1}')
    assert "seeed" in refused("render", tmp_path / "out.png", "--look", tmp_path / "typo.json")
    refused("render", tmp_path / "no" / "such" / "folder.png", "--size", "64")
    if os.path.exists("/dev/zero"):
        assert "device" in refused("render", tmp_path / "out.png", "--look", "/dev/zero")


def test_a_tampered_generator_is_refused(tmp_path: Path) -> None:
    bundle = tmp_path / "bundle"
    shutil.copytree(STARTER, bundle)
    part = bundle / "parts" / "mouth.synthesis.onnx"
    data = bytearray(part.read_bytes())
    data[len(data) // 2] ^= 1
    part.write_bytes(data)
    refused("render", tmp_path / "out.png", "--generator", bundle)
    part.unlink()
    refused("render", tmp_path / "out.png", "--generator", bundle)


def test_a_process_of_its_own_speaks_in_one_sentence_too(tmp_path: Path) -> None:
    done = studio("render", tmp_path / "out.png", "--set", "eye_size=7", process=True)
    assert done.returncode == 2 and "out of range" in done.stderr and len(done.stderr.strip().splitlines()) == 1


def test_training_asks_where() -> None:
    assert "--out" in refused("train", "starter")


def test_the_artist_draws_a_sheet(tmp_path: Path) -> None:
    arguments = ("--rows", "1", "--columns", "2", "--size", "64")
    assert studio("artist", "sheet", tmp_path / "s.png", *arguments).returncode == 0
    assert Image.open(tmp_path / "s.png").size[0] >= 128


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="a user without a name is a matter of POSIX")
@pytest.mark.parametrize("command", ["doctor", "attributes", "gui"])
def test_no_home_directory_is_one_sentence(command: str) -> None:
    code = (
        "import pwd, sys\n"
        "def unknown(uid): raise KeyError(uid)\n"  # as in a container that runs under any number
        "pwd.getpwuid = unknown\n"
        f"sys.argv = ['vtuber-studio', {command!r}]\n"
        "from vtuber_studio.cli import main\n"
        "main()\n"
    )
    bare = {key: value for key, value in os.environ.items() if key not in ("HOME", "VTUBER_STUDIO_HOME")}
    bare = {key: value for key, value in bare.items() if not key.startswith("XDG_")}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, env=bare)
    assert done.returncode == 2 and len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert "no home folder" in done.stderr and "VTUBER_STUDIO_HOME" in done.stderr


def test_the_version_is_told() -> None:
    assert studio("--version").stdout == f"vtuber-studio {__version__}\n"


def test_training_a_gan_asks_for_pictures_and_a_place(tmp_path: Path) -> None:
    (folder := tmp_path / "pictures").mkdir()
    assert "--out RUN" in refused("train", "gan")
    assert "no pictures" in refused("train", "gan", folder, "--out", tmp_path / "run")
    assert "64, 128 or 256" in refused("train", "gan", folder, "--out", tmp_path / "run", "--resolution", "100")
    assert "tensorboard" in refused("train", "gan", folder, "--out", tmp_path / "run", "--watch", "paper")
    assert not (tmp_path / "run").exists()


def test_help_says_what_training_needs() -> None:
    assert "needs the [train] extra" in " ".join(studio("train", "--help").stdout.split())


def test_a_word_is_a_seed_and_colours_have_names(tmp_path: Path) -> None:
    pictures = []
    for seed, colour, ground in (("miku", "coral", "white"), (parse_seed("miku"), "#FF7F50", "#fff")):
        arguments = ("--seed", str(seed), "--set", f"hair.base={colour}", "--background", ground, "--size", "64")
        assert studio("render", tmp_path / "out.png", *arguments).returncode == 0
        pictures.append((tmp_path / "out.png").read_bytes())
    assert pictures[0] == pictures[1]
    look = carried_look(pictures[0])
    assert look is not None and (look.palette["hair.base"], look.background) == ("#ff7f50", "#ffffff")


@pytest.mark.parametrize("name", ["out.jpg", "out", "out.png.webp", "v1.5"])
def test_no_png_is_called_something_else(tmp_path: Path, name: str) -> None:
    for command in (("render",), ("artist", "sheet")):
        assert ".png" in refused(*command, tmp_path / name, "--size", "64")
    assert not list(tmp_path.iterdir())


def test_names_are_measured_in_bytes(tmp_path: Path) -> None:
    longest = "\N{SNOWMAN}" * 83 + ".png"  # 253 bytes
    assert studio("render", tmp_path / longest, "--size", "64").returncode == 0
    assert "too long" in refused("render", tmp_path / f"\N{SNOWMAN}{longest}", "--size", "64")
    assert [path.name for path in tmp_path.iterdir()] == [longest]


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_console_that_cannot_show_a_letter_never_makes_a_failure(tmp_path: Path, encoding: str) -> None:
    command = [sys.executable, "-m", "vtuber_studio", "render", str(tmp_path / "\N{SNOWMAN}.png"), "--size", "64"]
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    done = subprocess.run(command, capture_output=True, timeout=120, env=environment)
    assert done.returncode == 0 and done.stdout.strip().endswith(b".png") and not done.stderr
    done = subprocess.run([*command, "--set", "\N{SNOWMAN}=1"], capture_output=True, timeout=120, env=environment)
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1 and b"There is no attribute" in done.stderr


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="there a display is part of the system")
@pytest.mark.parametrize("display", ["", ":987"])
def test_no_display_is_one_sentence(display: str) -> None:
    bare = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
    bare = {key: value for key, value in bare.items() if not key.startswith("QT_")} | {"XDG_RUNTIME_DIR": ""}
    command = [sys.executable, "-m", "vtuber_studio"]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=120, env={**bare, **({"DISPLAY": display} if display else {})}
    )
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1, done.stderr
    assert (display or "no display") in done.stderr and "render" in done.stderr
