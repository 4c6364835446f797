"""The wheel carries everything: built from the sdist, installed into an empty environment, it renders."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]


def run(*command: str | Path, cwd: Path, env: dict[str, str] | None = None) -> str:
    """Run a command to its end; its output is the message when it fails."""
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, f"{command} ended with {done.returncode}:\n{done.stdout}"
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a fresh environment that holds our wheel, and sees this one's dependencies."""
    base = tmp_path_factory.mktemp("packaging")
    dist, target = base / "dist", base / "venv"
    # sdist, then the wheel from the sdist: both must be complete. No isolation, so no network.
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", dist, ROOT, cwd=base)
    (wheel,) = dist.glob("*.whl")
    venv.create(target, with_pip=False)
    python = target / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    pip = (sys.executable, "-m", "pip", "--python", python)
    run(*pip, "install", "--no-deps", "--no-index", wheel, cwd=base)
    # A line in a .pth file adds a folder but does not read the .pth files in it: the dependencies
    # become visible, an editable install of this checkout does not.
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=base).strip())
    folders = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (site / "dependencies.pth").write_text("\n".join(sorted(folders)) + "\n", encoding="utf-8")
    return python


@pytest.fixture
def clean_env(tmp_path: Path) -> dict[str, str]:
    """This environment without Python's search path, and with a home of its own."""
    home = tmp_path / "home"
    home.mkdir()
    hidden = ("PYTHON", "XDG_", "VTUBER_STUDIO")
    env = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
    return env | {"HOME": str(home), "APPDATA": str(home), "LOCALAPPDATA": str(home)}


def test_the_wheel_alone_renders(installed: Path, clean_env: dict[str, str], tmp_path: Path) -> None:
    cwd = tmp_path / "empty"
    cwd.mkdir()
    where = run(
        installed, "-c", "import vtuber_studio; print(vtuber_studio.__file__)", cwd=cwd, env=clean_env
    )
    assert Path(where.strip()).is_relative_to(installed.parents[1]), "the checkout was imported"

    run(
        installed, "-m", "vtuber_studio", "render", "out.png", "--seed", "1", "--size", "128",
        cwd=cwd, env=clean_env,
    )  # fmt: skip
    with Image.open(cwd / "out.png") as picture:
        assert picture.format == "PNG"
        assert (picture.size, picture.mode) == ((128, 128), "RGBA")
        pixels = np.asarray(picture)
    painted = pixels[..., 3] > 128
    assert 0.1 < painted.mean() < 0.99, "a figure on a transparent ground"
    assert len(np.unique(pixels[painted], axis=0)) > 16, "a drawing has more than a few colours"


def test_the_command_is_installed(installed: Path, clean_env: dict[str, str], tmp_path: Path) -> None:
    (command,) = (p for p in installed.parent.iterdir() if p.stem == "vtuber-studio")
    assert "render" in run(command, "--help", cwd=tmp_path, env=clean_env)
