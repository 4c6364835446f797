"""Is an ONNX file what it must be, and nothing else? Asked in a child process with limits on memory and time.

A verdict holds for the bytes and for what was asked of them, and is kept in the cache folder. What the child does
is in ``onnx_trial``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import msgspec

from vtuber_studio.core import paths
from vtuber_studio.core.confined import Confined, Overrun
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import write_atomically
from vtuber_studio.engine.manifest import File, Shapes

CHECKS = 2  # counts up with what is checked; older verdicts then no longer hold
_TRIAL = "vtuber_studio.engine.onnx_trial:trial"
_SECONDS = 60.0  # for one network, checks and runs together; the starter's take a tenth of one
_MEGABYTES = 3000  # the largest file that is read, in half precision, needs 2000
_MAX_VERDICTS = 2000
LARGE_BATCH = 256  # of a mapping network: the principal directions ask for so many

Examine = Callable[[bytes, File, Shapes, Shapes], None]


@contextmanager
def examiner(*, again: bool = False) -> Iterator[Examine]:
    """A function ``examine(data, file, inputs, outputs)`` for the networks of one bundle: StudioError unless the
    bytes are a sound network with these ends. A kept verdict is enough, but for ``again``."""
    with ExitStack() as stack:
        child: Confined | None = None

        def examine(data: bytes, file: File, inputs: Shapes, outputs: Shapes) -> None:
            nonlocal child
            verdict = hashlib.sha256(json.dumps([CHECKS, file.sha256, inputs, outputs], sort_keys=True).encode())
            known = _verdicts()
            if verdict.hexdigest() in known and not again:
                return
            try:
                child = child or stack.enter_context(Confined(_TRIAL, _MEGABYTES))
                child.ask(json.dumps([file.path, inputs, outputs]).encode() + b"\n" + data, _SECONDS)
            except Overrun as error:
                raise refuse(file.path, "takes too long to run, or too much memory") from error
            if verdict.hexdigest() not in known:
                _keep([*known, verdict.hexdigest()])

        yield examine


def refuse(name: str, what: str, hint: str = "Use another copy of this generator.") -> StudioError:
    """What is said of a network."""
    return StudioError(f"{name} of this generator {what}.", hint)


def _verdicts() -> list[str]:
    try:
        return msgspec.json.decode((paths.cache_dir() / "checked-networks.json").read_bytes(), type=list[str])
    except (OSError, msgspec.MsgspecError):
        return []


def _keep(verdicts: list[str]) -> None:
    """Remember; when the folder cannot be written the check is simply made again."""
    try:
        paths.cache_dir().mkdir(parents=True, exist_ok=True)
        write_atomically(paths.cache_dir() / "checked-networks.json", json.dumps(verdicts[-_MAX_VERDICTS:]).encode())
    except (OSError, StudioError):
        pass
