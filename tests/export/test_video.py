"""Videos, read back by FFmpeg: every frame, its moment, its alpha; whole or not there."""

from __future__ import annotations

import sys
import weakref
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from tests.export.conftest import SHOT
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.shot import Shot
from vtuber_studio.core.timeline import blink
from vtuber_studio.export import (
    EXPORTERS,
    AnimationOptions,
    Mp4Options,
    Render,
    VideoOptions,
    WebmOptions,
    animation,
    export_mp4,
    export_prores,
    export_webm,
)
from vtuber_studio.export.animation import _indexed
from vtuber_studio.export.video import MP4, WEBM, _Sink, bled, export_video

av = pytest.importorskip("av")

BLINK = {"animation": "blink", "fps": 24.0}
CASES = [
    (export_webm, WebmOptions, "a.webm"),
    (export_prores, VideoOptions, "a.mov"),
    (export_mp4, Mp4Options, "a.mp4"),
]
IDS = ["webm", "prores", "mp4"]
CLOSE = {export_webm: (4.5, 0.6), export_prores: (1.5, 0.1), export_mp4: (4.5, 0.0)}  # of 255: colours, alpha


def pixels(frame: Any) -> np.ndarray:
    """A frame's image; its alpha as it is stored."""
    image = np.full((frame.height, frame.width, 4), 255, np.uint8)
    image[..., :3] = frame.reformat(format="rgb24", threads=1).to_ndarray()
    if frame.format.name.startswith("yuva"):
        plane, deep = frame.planes[3], frame.format.components[3].bits > 8
        rows = np.frombuffer(plane, np.uint16 if deep else np.uint8).reshape(frame.height, -1)[:, : frame.width]
        image[..., 3] = rows >> (frame.format.components[3].bits - 8)
    return image


def read(path: Path) -> tuple[list[np.ndarray], list[float]]:
    """Images as a player of straight alpha has them, and their moments in seconds."""
    frames, times = [], []
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        name = "libvpx-vp9" if stream.codec_context.name == "vp9" else stream.codec_context.name
        decoder = av.CodecContext.create(name, "r")  # FFmpeg's own VP9 decoder drops alpha
        decoder.extradata = stream.codec_context.extradata
        for packet in container.demux(stream):
            for frame in decoder.decode(packet if packet.size else None):
                assert (frame.colorspace, frame.color_range) == (1, 1) or name == "mpeg4"  # BT.709, limited
                frames.append(pixels(frame))
                times.append(float(frame.pts * stream.time_base))
        assert float(stream.average_rate) == pytest.approx(24.0)
    return frames, times


def drawn(render: Render, size: int, background: str = "transparent") -> list[np.ndarray]:
    shot = SHOT.with_(look=SHOT.look.with_(background=background))
    return [render(frame.shot, size) for frame in blink(shot, 24.0).frames]


@pytest.mark.parametrize("size", [128, 97])
@pytest.mark.parametrize(("export", "options", "name"), CASES, ids=IDS)
def test_every_frame_is_seen_as_it_was_drawn(
    export: Any, options: Any, name: str, size: int, render: Render, tmp_path: Path
) -> None:
    steps = list(export(render, SHOT, options(**BLINK, size=size), tmp_path / name))
    fractions = [step.fraction for step in steps]
    assert fractions == sorted(fractions) and fractions[-1] == 1.0
    assert steps[-1].figures["bytes"] == (tmp_path / name).stat().st_size
    frames, times = read(tmp_path / name)
    flat = export is export_mp4
    side = size + size % 2 if flat else size
    wanted = drawn(render, side, "#ffffff" if flat else "transparent")
    assert len(frames) == len(wanted) and np.allclose(times, np.arange(24) / 24, atol=1e-3)
    colours, alphas = CLOSE[export]
    for seen, picture in zip(frames, wanted, strict=True):
        assert seen.shape == picture.shape
        apart = np.abs(seen.astype(int) - picture)
        solid = picture[..., 3] == 255
        assert apart[solid][:, :3].mean() < colours and apart[..., 3].mean() <= alphas
        assert (seen[..., 3][picture[..., 3] == 0] <= 24).all() and (seen[..., 3][solid] >= 231).all()
    steps_apart = [float(np.abs(a.astype(int) - b).mean()) for a, b in pairwise(frames)]
    assert max(float(np.abs(frame.astype(int) - frames[0]).mean()) for frame in frames) > 0.1  # she blinks
    assert float(np.abs(frames[-1].astype(int) - frames[0]).mean()) <= max(steps_apart)


@pytest.mark.parametrize(("export", "options", "name"), CASES, ids=IDS)
def test_cancel_and_faults_leave_what_was_there(
    export: Any, options: Any, name: str, render: Render, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / name).write_text("mine")
    running = export(render, SHOT, options(**BLINK, size=128), tmp_path / name)
    for _ in range(4):
        next(running)
    assert len(list(tmp_path.iterdir())) == 2  # it is written as it is drawn
    running.close()
    assert len(list(tmp_path.iterdir())) == 1

    class Full:
        """A disk with room for a little."""

        def __init__(self, file: Any) -> None:
            self.file, self.room = file, 2000

        def write(self, data: bytes) -> int:
            self.room -= len(data)
            if self.room < 0:
                raise OSError(28, "No space left on device")
            return int(self.file.write(data))

        def __getattr__(self, name: str) -> Any:
            return getattr(self.file, name)

    monkeypatch.setattr("vtuber_studio.export.video._Sink", lambda file: _Sink(Full(file)))
    with pytest.raises(StudioError, match="disk is full"):
        list(export(render, SHOT, options(**BLINK, size=256), tmp_path / name))
    assert (tmp_path / name).read_text() == "mine" and len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("kind", [kind for kind, row in EXPORTERS.items() if issubclass(row.options, AnimationOptions)])
def test_frames_are_encoded_as_they_are_drawn(
    kind: str, render: Render, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None is kept, however many there are; a GIF's palette is made of a few."""
    alive: list[Any] = []

    def noted(image: Any) -> Any:
        alive.append(weakref.ref(image))
        assert sum(one() is not None for one in alive) <= 8
        return image

    def watched(shot: Shot, size: int) -> np.ndarray:
        return np.asarray(noted(np.array(render(shot, size))))

    monkeypatch.setattr(animation, "_indexed", lambda *given: noted(_indexed(*given)))

    row = EXPORTERS[kind]
    list(row.export(watched, SHOT, row.options(**BLINK, size=64), tmp_path / f"a{row.suffix}"))
    assert len(alive) >= 24


def test_what_is_missing_is_said(render: Render, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StudioError, match="Give a background"):
        list(export_mp4(render, SHOT, Mp4Options(background="transparent"), tmp_path / "a.mp4"))
    with pytest.raises(StudioError, match="from 12 to 60"):
        list(export_webm(render, SHOT, WebmOptions(fps=8), tmp_path / "a.webm"))
    with pytest.raises(StudioError, match="without an encoder for webm"):
        list(export_video(replace(WEBM, encoders=("none",)), render, SHOT, WebmOptions(), tmp_path / "a.webm"))
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(StudioError, match=r"pip install \"vtuber-studio\[export\]\""):
        list(export_webm(render, SHOT, WebmOptions(), tmp_path / "a.webm"))
    assert not list(tmp_path.iterdir())


def test_another_encoder_writes_an_mp4_where_the_first_is_missing(render: Render, tmp_path: Path) -> None:
    """Builds of FFmpeg without GPL have no x264."""
    export = partial(export_video, replace(MP4, encoders=("libopenh264", "mpeg4")))
    steps = list(export(render, SHOT, Mp4Options(**BLINK, size=128), tmp_path / "a.mp4"))
    assert steps[-1].figures["encoder"] in ("libopenh264", "mpeg4")
    frames, _ = read(tmp_path / "a.mp4")
    wanted = drawn(render, 128, "#ffffff")
    assert len(frames) == 24
    assert max(np.abs(a[..., :3].astype(int) - b[..., :3]).mean() for a, b in zip(frames, wanted, strict=True)) < 6


@pytest.mark.parametrize(("export", "options", "name"), CASES, ids=IDS)
def test_the_same_shots_are_the_same_bytes(
    export: Any, options: Any, name: str, render: Render, tmp_path: Path
) -> None:
    """At a size whose rows threads would share: a ProRes of it came out otherwise each time."""
    found = set()
    for _ in range(4):
        list(export(render, SHOT, options(**BLINK, size=104), tmp_path / name))
        found.add((tmp_path / name).read_bytes())
    assert len(found) == 1


@pytest.mark.parametrize(("export", "options", "name"), CASES, ids=IDS)
def test_opencvs_own_build_of_ffmpeg_plays_them(
    export: Any, options: Any, name: str, render: Render, tmp_path: Path
) -> None:
    list(export(render, SHOT, options(**BLINK, size=128), tmp_path / name))
    video = cv2.VideoCapture(str(tmp_path / name))
    assert video.get(cv2.CAP_PROP_FPS) == pytest.approx(24.0)
    wanted = drawn(render, 128, "#ffffff")
    for picture in wanted:
        there, frame = video.read()
        solid = drawn(render, 128)[0][..., 3] == 255
        assert there and np.abs(frame[..., ::-1].astype(int) - picture[..., :3])[solid].mean() < 8
    assert not video.read()[0]


def test_a_webm_says_that_it_has_alpha(render: Render, tmp_path: Path) -> None:
    """Matroska: AlphaMode (53C0) of the track, and a BlockAdditional (A5) with each frame."""
    list(export_webm(render, SHOT, WebmOptions(**BLINK, size=64), tmp_path / "a.webm"))
    data = (tmp_path / "a.webm").read_bytes()
    assert data.startswith(b"\x1a\x45\xdf\xa3") and b"\x53\xc0\x81\x01" in data
    assert data.count(b"\xa6") >= 24 <= data.count(b"\xa5")


def test_quality_decides_the_size(render: Render, tmp_path: Path) -> None:
    sizes = []
    for quality in (20, 95):
        list(export_webm(render, SHOT, WebmOptions(**BLINK, size=128, quality=quality), tmp_path / "a.webm"))
        sizes.append((tmp_path / "a.webm").stat().st_size)
    assert sizes[0] < 0.8 * sizes[1]


def test_hidden_colours_are_those_beside_them() -> None:
    image = np.zeros((64, 64, 4), np.uint8)
    image[20:40, 20:40] = (200, 40, 90, 255)
    image[39, 39, 3] = 1
    filled = bled(image)
    assert np.array_equal(filled[..., 3], image[..., 3])
    assert np.array_equal(filled[20:40, 20:40], image[20:40, 20:40])
    assert np.abs(filled[..., :3].astype(int) - (200, 40, 90)).max() <= 3
    assert bled(np.zeros((64, 64, 4), np.uint8))[..., :3].max() == 0
