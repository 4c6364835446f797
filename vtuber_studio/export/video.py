"""Videos: WebM (VP9) and ProRes 4444 with alpha, MP4 (H.264) without. PyAV writes them, an extra of the program.

A frame is encoded as soon as it is drawn: memory holds what the encoder looks ahead. Alpha is straight, as players and
editors take it; colours are BT.709 of limited range. The wheels of PyAV contain FFmpeg with encoders under the GPL
(x264 writes the MP4, where it is there): that library comes with an extra of its own and is in no package of ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import IO, Any

import numpy as np

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import replacing, require_folder
from vtuber_studio.core.loudness import Sound
from vtuber_studio.core.progress import Progress
from vtuber_studio.core.shot import Shot
from vtuber_studio.export.clips import AnimationOptions, animation_of, draw
from vtuber_studio.export.exporter import checked, option
from vtuber_studio.export.ffmpeg import library
from vtuber_studio.export.framing import CLEAR
from vtuber_studio.export.png import Render

_BT709, _LIMITED = 1, 1  # as H.273 numbers matrix, primaries and transfer; FFmpeg's number of the range
_EXACT = {"fflags": "+bitexact"}  # no random names, no moment in the file: what is drawn again is the same bytes
_RATE = 48_000  # samples a second of its sound
_COARSE = 8  # pixels a side of one of the picture from which hidden colours are taken


@dataclass(frozen=True)
class VideoOptions(AnimationOptions):
    """An animation for players and editors."""

    fps: float = option(30.0, "frames a second", 12, 60)


@dataclass(frozen=True)
class WebmOptions(VideoOptions):
    """``quality`` becomes VP9's constant quality, 60 (worst) to 5."""

    quality: int = option(80, "of the picture, against size: 100 is best", 1, 100)


@dataclass(frozen=True)
class Mp4Options(WebmOptions):
    """An MP4 has a background, and an even number of pixels a side."""

    background: str = option("#ffffff", "#rrggbb or a colour's name; a green one for keying")


@dataclass(frozen=True)
class Form:
    """A file's container, the encoders that may write its pictures (the first one that is there does), and these
    pictures' pixels."""

    container: str
    encoders: tuple[str, ...]
    pixels: str
    heard: str  # the encoder of its sound

    @property
    def alpha(self) -> bool:
        """Does it keep what is transparent?"""
        return self.pixels.startswith("yuva")


WEBM = Form("webm", ("libvpx-vp9",), "yuva420p", "libopus")
PRORES = Form("mov", ("prores_ks",), "yuva444p10le", "pcm_s16le")
MP4 = Form("mp4", ("libx264", "libopenh264", "mpeg4"), "yuv420p", "aac")  # the last plays in fewer programs


def export_video(form: Form, render: Render, shot: Shot, options: VideoOptions, path: Path) -> Iterator[Progress]:
    """Write ``path``. Closing the iterator before its end leaves it as it was; so does a full disk."""
    checked(options)
    if not form.alpha and options.background == CLEAR:
        raise StudioError("An MP4 cannot be transparent.", "Give a background, or write a WebM.")
    require_folder(path)
    av = library("Videos")
    encoder = _encoder(av, form)
    matrix = "ITU601" if encoder == "mpeg4" else "ITU709"  # MPEG-4 does not say which: players take the old one
    clip = animation_of(shot, options)
    side = options.size + (0 if form.alpha else options.size % 2)
    with replacing(path) as file:
        sink = _Sink(file)
        try:
            with av.open(sink, "w", format=form.container, options=_EXACT) as container:
                stream = _stream(container, encoder, form, options, side)
                voice = None if clip.heard is None else _voice(container, form, clip.heard)
                for done, frame in enumerate(clip.frames):
                    picture = av.VideoFrame.from_ndarray(bled(draw(render, frame, options.background, side)), "rgba")
                    picture = picture.reformat(
                        format=form.pixels, dst_colorspace=matrix, dst_color_range="MPEG", threads=1
                    )  # several write over one another's first pixels where a row is no multiple of what they take
                    picture.pts = done
                    container.mux(stream.encode(picture))
                    if voice is not None and clip.heard is not None:
                        container.mux(_spoken(av, voice, clip.heard, done / options.fps, (done + 1) / options.fps))
                    yield Progress(0.97 * (done + 1) / len(clip.frames), f"Drawing {done + 1} of {len(clip.frames)}")
                container.mux(stream.encode(None))
                if voice is not None:
                    container.mux(voice.encode(None))
        except av.FFmpegError as error:
            reason = f"{path} cannot be written: {error.strerror}."
            raise sink.error or StudioError(reason, "Try another size, or another kind of file.") from error
        size = file.seek(0, 2)
    yield Progress(1.0, f"Written to {path}", {"bytes": size, "path": str(path), "encoder": encoder})


export_webm = partial(export_video, WEBM)
export_prores = partial(export_video, PRORES)
export_mp4 = partial(export_video, MP4)


def bled(image: np.ndarray) -> np.ndarray:
    """The image with its colours running on where it is transparent: an encoder that mixes neighbours, and a player
    that scales, then draws no dark rim around her."""
    import cv2  # takes its time: the window opens before

    hidden = np.uint8(255) * (image[..., 3] == 0)
    if not hidden.any():
        return image
    small = (max(1, len(image) // _COARSE),) * 2
    paint = cv2.resize(cv2.copyTo(image, ~hidden).astype(np.float32), small, interpolation=cv2.INTER_AREA)
    paint[..., 3] = cv2.resize((~hidden).astype(np.float32), small, interpolation=cv2.INTER_AREA)
    paint += 1e-3 * paint.mean((0, 1))  # far away all is her mean colour
    paint = cv2.GaussianBlur(paint, (0, 0), 2.0)
    near = (255 * paint / np.maximum(paint[..., 3:], 1e-9) + 0.5).astype(np.uint8)
    near[..., 3] = 0
    return cv2.copyTo(cv2.resize(near, image.shape[1::-1], interpolation=cv2.INTER_LINEAR), hidden, image.copy())


def _encoder(av: Any, form: Form) -> str:
    """The first one that this FFmpeg has."""
    there = [name for name in form.encoders if name in av.codecs_available]
    if not there:
        reason = f"PyAV is installed without an encoder for {form.container} ({' or '.join(form.encoders)})."
        raise StudioError(reason, "Install PyAV's own wheel: pip install --force-reinstall av.")
    return there[0]


def _stream(container: Any, encoder: str, form: Form, options: VideoOptions, side: int) -> Any:
    settings, bits = _settings(encoder, options, side)
    rate = Fraction(options.fps).limit_denominator(1001)
    stream = container.add_stream(encoder, rate=rate, options=dict(settings))
    stream.width = stream.height = side
    stream.pix_fmt = form.pixels
    said = stream.codec_context
    if encoder != "mpeg4":
        said.colorspace = said.color_primaries = said.color_trc = _BT709
    said.color_range = _LIMITED
    if bits:
        said.bit_rate = bits
    return stream


def _settings(encoder: str, options: VideoOptions, side: int) -> tuple[Mapping[str, str], int]:
    """An encoder's own options, and bits a second for one that knows no constant quality."""
    quality = options.quality if isinstance(options, WebmOptions) else 100
    if encoder == "libvpx-vp9":  # alpha and its alternate reference frames do not go together
        speed = {"deadline": "realtime", "cpu-used": "5", "row-mt": "1", "auto-alt-ref": "0"}
        return {"crf": str(round(60 - 0.55 * quality)), "b": "0", **speed}, 0
    if encoder == "prores_ks":
        return {"profile": "4444", "vendor": "apl0"}, 0
    if encoder == "libx264":
        return {"crf": str(round(48 - 0.38 * quality)), "preset": "medium"}, 0
    return {}, round(side * side * options.fps * 0.3 * (quality / 100) ** 2)


def _voice(container: Any, form: Form, sound: Sound) -> Any:
    return container.add_stream(form.heard, rate=_RATE, layout="mono" if sound.samples.shape[1] == 1 else "stereo")


def _spoken(av: Any, voice: Any, sound: Sound, start: float, end: float) -> list[Any]:
    """Packets of what is heard from one second to another: beside its frame, so that neither waits for the other."""
    first, last = round(start * sound.rate), round(end * sound.rate)
    samples = sound.samples[first:last]
    if not len(samples):
        return []
    frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout=voice.layout.name)
    frame.sample_rate, frame.pts, frame.time_base = sound.rate, first, Fraction(1, sound.rate)
    return list(voice.encode(frame))


class _Sink:
    """A file for FFmpeg, that keeps what went wrong with it: FFmpeg only says that something did."""

    def __init__(self, file: IO[bytes]) -> None:
        self.error: OSError | None = None
        self.seek, self.tell, self._file = file.seek, file.tell, file

    def write(self, data: bytes) -> int:
        """Bytes written."""
        try:
            return self._file.write(data)
        except OSError as error:
            self.error = error
            raise
