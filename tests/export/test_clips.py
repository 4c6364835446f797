"""The clips that options ask for, alone and in a row; sounds from files of other programs, and in videos."""

from __future__ import annotations

import math
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.core.test_loudness import said, wav
from tests.export.conftest import SHOT
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.loudness import Sound
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine.bundle import find_bundle
from vtuber_studio.engine.figure import within
from vtuber_studio.engine.fitting import cast_of, persona
from vtuber_studio.engine.generator import Generator, load_generator
from vtuber_studio.engine.render import RenderCache
from vtuber_studio.engine.render import render as render_shot
from vtuber_studio.export import AnimationOptions, Mp4Options, Render, VideoOptions, WebmOptions, export_apng
from vtuber_studio.export.clips import ANIMATIONS, animation_of
from vtuber_studio.export.hearing import read_sound
from vtuber_studio.export.video import MP4, PRORES, WEBM, Form, export_video


@pytest.fixture(scope="session")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A WAV in which someone speaks."""
    path = tmp_path_factory.mktemp("sound") / "speech ミク.wav"
    path.write_bytes(wav(said().samples))
    return path


@pytest.fixture(scope="session")
def starter() -> Generator:
    return load_generator(find_bundle(None))


def encoded(path: Path, sound: Sound, codec: str, container: str) -> Path:
    """The sound as another program writes it."""
    av = pytest.importorskip("av")
    with av.open(str(path), "w", format=container) as file:
        voice = file.add_stream(codec, rate=48000, layout="stereo" if sound.samples.shape[1] == 2 else "mono")
        frame = av.AudioFrame.from_ndarray(sound.samples.reshape(1, -1), format="s16", layout=voice.layout.name)
        frame.sample_rate = sound.rate
        file.mux(voice.encode(frame))
        file.mux(voice.encode(None))
    return path


# the least that the picture changes from its first frame, of 255 in the mean, somewhere in each clip
MOTION = {"idle": 1.0, "talk": 0.5, "look_around": 2.0, "blink": 0.3, "emotion": 1.0, "morph": 15.0, "walk": 8.0}


@pytest.mark.parametrize("name", [*ANIMATIONS, "speech", "clips"])
def test_what_is_drawn_moves_and_closes(name: str, starter: Generator, spoken: Path) -> None:
    shot = Shot(persona(starter.manifest, "hana"))
    given: dict[str, Any] = {"animation": "talk", "audio": str(spoken)} if name == "speech" else {"animation": name}
    if name == "clips":
        given = {"clips": "blink, sad:1, talk:0.5"}
    options = AnimationOptions(fps=8, seconds=1.5, text="a o", cast=cast_of(starter.manifest, "miku"), **given)
    cache, pictures = RenderCache(), []
    for frame in animation_of(shot, options).frames:
        image = render_shot(starter, within(starter.manifest, frame.shot), size=128, cache=cache, quality="preview")
        pictures.append(image[..., :3] * (image[..., 3:] / 255.0))
    steps = [float(np.abs(a - b).mean()) for a, b in pairwise(pictures)]
    assert max(float(np.abs(one - pictures[0]).mean()) for one in pictures) >= MOTION.get(name, 0.5)
    assert float(np.abs(pictures[-1] - pictures[0]).mean()) <= max(steps)


@pytest.mark.parametrize(
    ("clips", "seconds"), [("idle:2, blink", 3.0), ("happy:2,wink:1", 3.0), ("talk:2", 2.0), ("idle", 1.5)]
)
def test_clips_in_a_row(clips: str, seconds: float) -> None:
    clip = animation_of(SHOT, AnimationOptions(clips=clips, seconds=1.5, fps=20, animation="morph"))
    assert clip.name == "clips" and len(clip.frames) / 20 == pytest.approx(seconds, abs=0.03)
    assert {frame.ms for frame in clip.frames} == {50}


@pytest.mark.parametrize(
    ("options", "said_so"),
    [
        ({"clips": "idle:3, jump"}, "no clip called 'jump'"),
        ({"clips": "idle:0.1"}, "'idle:0.1' is not understood"),
        ({"clips": "idle:long"}, "'idle:long' is not understood"),
        ({"clips": " , "}, "no clip in"),
        ({"clips": "idle:60,idle:60", "fps": 60.0}, "too many"),
        ({"animation": "emotion", "emotions": "grin"}, "no expression called 'grin'"),
        ({"animation": "emotion", "emotions": ""}, "no face to make"),
        ({"animation": "morph"}, "no generator"),
        ({"animation": "talk", "audio": "no such.wav"}, "no file no such.wav"),
    ],
)
def test_what_is_asked_for_wrongly_is_said(
    options: dict[str, Any], said_so: str, render: Render, tmp_path: Path
) -> None:
    with pytest.raises(StudioError, match=said_so):
        list(export_apng(render, SHOT, AnimationOptions(size=64, **options), tmp_path / "a.png"))
    assert not list(tmp_path.iterdir())


def test_whom_she_becomes_is_a_seed_a_word_or_a_file(starter: Generator, tmp_path: Path) -> None:
    tables = starter.manifest
    wanted = persona(tables, "miku")
    (tmp_path / "miku.json").write_bytes(wanted.to_json())
    assert cast_of(tables).other is None
    assert cast_of(tables, "miku").other == cast_of(tables, str(tmp_path / "miku.json")).other == wanted
    with pytest.raises(StudioError, match="no file"):
        cast_of(tables, str(tmp_path / "no.json"))


@pytest.mark.parametrize(
    ("codec", "container"),
    [("libmp3lame", "mp3"), ("flac", "flac"), ("aac", "mp4"), ("libopus", "webm"), ("pcm_f32le", "wav")],
)
def test_sounds_of_other_programs(codec: str, container: str, tmp_path: Path) -> None:
    wanted = said(channels=2)
    sound = read_sound(encoded(tmp_path / "speech", wanted, codec, container))
    assert sound.rate == 48000 and sound.samples.shape[1] == 2 and abs(sound.seconds - wanted.seconds) < 0.15
    own = np.abs(sound.samples.astype(float)).mean() / np.abs(wanted.samples.astype(float)).mean()
    assert 0.8 < own < 1.2


@pytest.mark.parametrize(
    ("data", "said_so"),
    [
        (b"", "no sound that is understood"),
        (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "no sound that is understood"),
        (b"ffconcat version 1.0\nfile /etc/hostname\n", "no sound that is understood"),
        (b"\x89PNG\r\n\x1a\n" + bytes(64), "no sound that is understood"),
        (wav(np.zeros((8000, 1), np.int16)), "Nothing is heard"),
    ],
)
def test_what_is_no_sound_is_refused(data: bytes, said_so: str, tmp_path: Path) -> None:
    pytest.importorskip("av")
    (tmp_path / "a.mp3").write_bytes(data)
    with pytest.raises(StudioError, match=f"a.mp3: .*{said_so}"):
        read_sound(tmp_path / "a.mp3")


def test_a_plain_wav_needs_no_library(spoken: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    assert np.array_equal(read_sound(spoken).samples, said().samples)
    (tmp_path / "a.mp3").write_bytes(b"ID3" + bytes(100))
    with pytest.raises(StudioError, match=r"pip install \"vtuber-studio\[export\]\""):
        read_sound(tmp_path / "a.mp3")


@pytest.mark.parametrize(
    ("form", "options", "name"),
    [(WEBM, WebmOptions, "a.webm"), (PRORES, VideoOptions, "a.mov"), (MP4, Mp4Options, "a.mp4")],
    ids=["webm", "prores", "mp4"],
)
def test_a_video_holds_what_she_says(
    form: Form, options: Any, name: str, render: Render, spoken: Path, tmp_path: Path
) -> None:
    av = pytest.importorskip("av")
    path = tmp_path / name
    row = options(size=64, fps=24, audio=str(spoken), clips="blink, talk")
    list(export_video(form, render, SHOT, row, path))
    with av.open(str(path)) as file:
        assert sum(1 for _ in file.decode(video=0)) == 24 + math.ceil(24 * said().seconds)
    with av.open(str(path)) as file:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=48000)
        pieces = [piece.to_ndarray()[0] for frame in file.decode(audio=0) for piece in resampler.resample(frame)]
    heard = np.abs(np.concatenate(pieces).astype(float))
    wanted = np.abs(np.repeat(said().samples[:, 0], 3).astype(float))  # 16 to 48 thousand a second
    late = 48000  # behind the blink
    tenths = [(heard[late + k : late + k + 4800].mean(), wanted[k : k + 4800].mean()) for k in range(0, 86400, 4800)]
    assert np.corrcoef(np.array(tenths).T)[0, 1] > 0.98 and heard[: late // 2].max() < 300
