"""What is heard: samples, WAV files read by the standard library, and loudness as a mouth follows it."""

from __future__ import annotations

import io
import math
import wave
from dataclasses import dataclass

import numpy as np

from vtuber_studio.core.errors import StudioError

MAX_SECONDS = 120.0
_STEP = 0.01  # seconds from one measure of loudness to the next, each over twice as long
_RANGE = 30.0  # decibels from loud to what no mouth opens for
_QUIET = -60.0  # decibels below full scale: a sound that is nowhere louder is silence
_ATTACK, _RELEASE = 0.02, 0.09  # seconds in which a mouth has all but followed: it opens faster than it closes
_FADE = 0.1  # seconds at either end in which it closes, so that the end leads into the beginning
_RATES = (4000, 192_000)


@dataclass(frozen=True, eq=False)
class Sound:
    """``samples`` int16 [n, channels] (one or two), so many of them a second."""

    samples: np.ndarray
    rate: int

    @property
    def seconds(self) -> float:
        """How long it is heard."""
        return len(self.samples) / self.rate


def is_wav(data: bytes) -> bool:
    """Do the bytes begin as a WAV does?"""
    return data[:4] == b"RIFF" and data[8:12] == b"WAVE"


def sound_from_wav(data: bytes) -> Sound | None:
    """The sound of a WAV's bytes; None for a form of it that the standard library does not read (floats, compressed).

    StudioError for a damaged one, or one that is too long.
    """
    try:
        with wave.open(io.BytesIO(data)) as file:
            channels, width, rate, count = file.getparams()[:4]
            most = int(MAX_SECONDS * rate) + 1  # one too many is told apart; a header may promise anything
            frames = file.readframes(min(count, most))
    except wave.Error as error:
        if "unknown format" in str(error):
            return None
        raise StudioError(f"This WAV is damaged: {error}.", "Save it again with another program.") from error
    except (EOFError, OverflowError, RuntimeError) as error:
        raise StudioError("This WAV is damaged: it ends too soon.", "Save it again with another program.") from error
    if channels > 8 or width not in (1, 2, 3, 4):
        return None
    frames = frames[: len(frames) // (channels * width) * channels * width]
    raw = np.frombuffer(frames, np.uint8).reshape(-1, channels, width)
    if width == 1:  # eight bits have no sign in a WAV
        samples = (raw[..., 0].astype(np.int16) - 128) << 8
    else:
        samples = np.ascontiguousarray(raw[..., -2:]).view("<i2")[..., 0]
    return made_of(samples, rate)


def made_of(samples: np.ndarray, rate: int) -> Sound:
    """The sound of int16 [n, channels]; more than two channels become one. StudioError for one that is too long, or
    of which nothing is heard."""
    if not _RATES[0] <= rate <= _RATES[1]:
        raise StudioError(f"{rate} samples a second are not understood.", "Save it with 44100 or 48000 samples.")
    if len(samples) > MAX_SECONDS * rate:
        raise StudioError("This sound is too long.", f"Cut it: at most {MAX_SECONDS:g} seconds are taken.")
    if samples.shape[1] > 2:
        samples = samples.mean(1, keepdims=True).astype(np.int16)
    sound = Sound(np.ascontiguousarray(samples), rate)
    if _decibels(sound).max(initial=-math.inf) < _QUIET:
        raise StudioError("Nothing is heard in this sound.", "Choose one in which someone speaks.")
    return sound


def loudness(sound: Sound, fps: float) -> np.ndarray:
    """[frames] from 0 to 1: how far a mouth is open at each frame's beginning, until the sound is over.

    Relative to the sound's own loud places; the mouth opens fast, closes slowly, and is closed at both ends.
    """
    decibels = _decibels(sound)
    loud = np.percentile(decibels[decibels > decibels.max() - _RANGE], 90)
    level = np.clip((decibels - (loud - _RANGE)) / _RANGE, 0.0, 1.0)
    up, down = (1 - math.exp(-3 * _STEP / seconds) for seconds in (_ATTACK, _RELEASE))
    followed, now = np.empty_like(level), 0.0
    for place, wanted in enumerate(level):
        now += (up if wanted > now else down) * (wanted - now)
        followed[place] = now
    times = np.arange(math.ceil(sound.seconds * fps)) / fps
    opened = np.interp(times, np.arange(len(followed)) * _STEP, followed)
    left = np.minimum(times, len(times) / fps - times) / min(_FADE, sound.seconds / 2)
    return np.asarray(opened * np.clip(left, 0.0, 1.0))


def _decibels(sound: Sound) -> np.ndarray:
    """Loudness [n] every _STEP, below full scale."""
    step = max(1, round(_STEP * sound.rate))
    power = np.square(sound.samples.astype(np.float32) / 32768).mean(1)
    whole = np.pad(power, (step, 2 * step - len(power) % step)).reshape(-1, step).mean(1)
    return 10 * np.log10(np.maximum((whole[:-1] + whole[1:]) / 2, 1e-12))
