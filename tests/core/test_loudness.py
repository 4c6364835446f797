"""Sounds from WAV files, and loudness as a mouth follows it."""

from __future__ import annotations

import io
import wave

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.loudness import MAX_SECONDS, Sound, is_wav, loudness, sound_from_wav

RATE = 16_000
WORDS = ((0.3, 0.5), (0.9, 1.1), (1.15, 1.4))  # seconds from and to which something is said


def said(peak: float = 0.5, seconds: float = 2.0, channels: int = 1) -> Sound:
    """Three syllables of 200 Hz."""
    times = np.arange(round(seconds * RATE)) / RATE
    loud = np.zeros_like(times)
    for first, last in WORDS:
        loud += np.where((times >= first) & (times < last), np.sin(np.pi * (times - first) / (last - first)), 0)
    samples = (32767 * peak * loud * np.sin(2 * np.pi * 200 * times)).astype(np.int16)
    return Sound(np.repeat(samples[:, None], channels, 1), RATE)


def wav(samples: np.ndarray, width: int = 2, rate: int = RATE) -> bytes:
    """A WAV of int16 [n, channels] at another width."""
    wide = samples.astype("<i4") << 16
    if width == 1:
        data = ((samples >> 8) + 128).astype(np.uint8).tobytes()
    else:
        data = wide.view(np.uint8).reshape(-1, 4)[:, 4 - width :].tobytes()
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((samples.shape[1], width, rate, 0, "NONE", ""))
        file.writeframes(data)
    return out.getvalue()


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_every_width_is_read(width: int, channels: int) -> None:
    samples = said(channels=channels).samples
    assert is_wav(wav(samples))
    sound = sound_from_wav(wav(samples, width))
    assert sound is not None and sound.rate == RATE and sound.samples.dtype == np.int16
    assert np.abs(sound.samples.astype(int) - samples).max() <= (256 if width == 1 else 0)
    six = sound_from_wav(wav(np.repeat(samples[:, :1], 6, 1), width))
    assert six is not None and six.samples.shape[1] == 1


@pytest.mark.parametrize("fps", [10, 12, 25, 60])
@pytest.mark.parametrize("peak", [0.03, 0.5, 0.99])
def test_the_mouth_is_open_where_something_is_said(peak: float, fps: int) -> None:
    opened = loudness(said(peak), fps)
    assert len(opened) == 2 * fps and opened[0] == 0.0 and opened.min() >= 0.0 and opened.max() <= 1.0
    times = np.arange(len(opened)) / fps
    for first, last in WORDS:
        assert opened[np.argmin(np.abs(times - (first + last) / 2))] > 0.8  # however loud the whole is
    assert (opened[(times > 0.65) & (times < 0.85)] < 0.05).all() and (opened[times > 1.6] < 0.05).all()


def test_it_opens_faster_than_it_closes() -> None:
    times = np.arange(2 * RATE) / RATE
    burst = np.where((times >= 0.5) & (times < 1.0), 16000 * np.sin(2 * np.pi * 300 * times), 0).astype(np.int16)
    opened = loudness(Sound(burst[:, None], RATE), 100)
    rising = np.count_nonzero((opened[45:75] > 0.1) & (opened[45:75] < 0.9))
    falling = np.count_nonzero((opened[95:130] > 0.1) & (opened[95:130] < 0.9))
    assert 1 <= rising < falling <= 12


@pytest.mark.parametrize(
    ("data", "said_so"),
    [
        (wav(np.zeros((RATE, 1), np.int16)), "Nothing is heard"),
        (wav(np.zeros((0, 1), np.int16)), "Nothing is heard"),
        (wav(np.full((RATE, 1), 900, np.int16), rate=100), "100 samples a second"),
        (wav(np.full((int(4000 * MAX_SECONDS) + 1, 1), 9000, np.int16), rate=4000), "too long"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "damaged"),
    ],
)
def test_what_is_no_speech_is_refused(data: bytes, said_so: str) -> None:
    with pytest.raises(StudioError, match=said_so):
        sound_from_wav(data)


def test_a_header_that_promises_more_than_there_is() -> None:
    data = bytearray(wav(said().samples))
    data[40:44] = b"\xff\xff\xff\xff"  # as programs write it that do not know the end yet
    sound = sound_from_wav(bytes(data))
    assert sound is not None and sound.seconds == 2.0


@given(st.binary(max_size=80), st.integers(0, 60))
def test_a_damaged_wav_is_read_or_refused(noise: bytes, at: int) -> None:
    data = bytearray(wav(said(seconds=0.5).samples[:400]))
    data[at : at + len(noise)] = noise
    try:
        sound_from_wav(bytes(data))
    except StudioError as error:
        assert error.hint
