"""Sounds from anywhere: WAV by the standard library, all else by PyAV in a child process with limits on time and memory
(see ``core.confined``): a sound can be made so that it takes either without end."""

from __future__ import annotations

import io
import struct
from functools import lru_cache
from pathlib import Path

import numpy as np

from vtuber_studio.core.confined import Confined, Overrun
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import read_file
from vtuber_studio.core.loudness import MAX_SECONDS, Sound, is_wav, made_of, sound_from_wav
from vtuber_studio.export.ffmpeg import library

MAX_BYTES = 100_000_000
_RATE = 48_000  # samples a second of what PyAV has read
_SECONDS, _MEGABYTES = 60.0, 1000
_FORMATS = "mp3,ogg,flac,mov,mp4,m4a,matroska,webm,aac,wav,aiff,caf"  # none that leads to other files, as lists do
_HEAD = struct.Struct(">II")


def read_sound(path: Path) -> Sound:
    """The sound of a file, of a video as well; StudioError naming it when it cannot be taken."""
    try:
        stood = path.stat()
        stamp = (stood.st_mtime_ns, stood.st_size)
    except (OSError, ValueError):  # reading says what is wrong
        stamp = (0, 0)
    return _read(path, stamp)


@lru_cache(maxsize=1)  # an export and what was tried before it ask for the same one
def _read(path: Path, stamp: tuple[int, int]) -> Sound:
    data = read_file(path, MAX_BYTES)
    try:
        return _sound(data)
    except StudioError as error:
        raise StudioError(f"{path.name}: {error.message}", error.hint) from error


def _sound(data: bytes) -> Sound:
    found = sound_from_wav(data) if is_wav(data) else None
    if found is not None:
        return found
    library("Sounds that are no plain WAV")
    try:
        with Confined(f"{__name__}:_decode", _MEGABYTES) as child:
            answer = child.ask(data, _SECONDS)
    except Overrun as error:
        raise StudioError("This sound cannot be read.", "Save it as WAV with another program.") from error
    channels, rate = _HEAD.unpack_from(answer)
    return made_of(np.frombuffer(answer, "<i2", offset=_HEAD.size).reshape(-1, channels), rate)


def _decode(data: bytes) -> bytes:
    """The child's part."""
    av = library("Sounds")
    try:
        with av.open(io.BytesIO(data), options={"format_whitelist": _FORMATS}) as container:
            if not container.streams.audio:
                raise StudioError("There is no sound in this file.", "Choose another one.")
            mono = container.streams.audio[0].codec_context.channels == 1
            resampler = av.AudioResampler(format="s16", layout="mono" if mono else "stereo", rate=_RATE)
            pieces, left = [], int(MAX_SECONDS * _RATE) + 1
            for frame in container.decode(audio=0):
                for piece in resampler.resample(frame):
                    pieces.append(piece.to_ndarray().tobytes())
                    left -= piece.samples
                if left <= 0:
                    break
    except av.FFmpegError as error:
        raise StudioError("This is no sound that is understood.", "Save it as WAV with another program.") from error
    return _HEAD.pack(1 if mono else 2, _RATE) + b"".join(pieces)
