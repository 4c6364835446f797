"""Work on bytes from anywhere in a child process with limits on memory and time.

A decoder or a network that was made to hang or to swell ends with its process, and takes nothing along. Limits on
memory hold on Linux; elsewhere the time alone is limited.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import struct
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import IO

from vtuber_studio.core.errors import StudioError

FLAG = "--confined"  # what a frozen program is started with to become such a child
_ROOT = Path(__file__).resolve().parents[2]
_START = "import sys; sys.path.append(sys.argv[1]); from vtuber_studio.core.confined import serve; serve(*sys.argv[2:])"
_LENGTH = struct.Struct(">Q")
_ANSWER, _ERROR, _FAILED = b"=", b"!", b"?"
_ORPHAN = 600  # seconds of processor time after which a child whose parent was killed ends, too


class Overrun(Exception):
    """The task took more time or memory than it may have, or its process ended."""


class Confined:
    """A child that answers ``ask(data)`` with ``task(data)``; leaving the ``with`` ends it, whatever it does.

    ``task`` is "package.module:function", bytes to bytes; what the module imports does not count as its memory.
    """

    def __init__(self, task: str, megabytes: int) -> None:
        start = [FLAG] if getattr(sys, "frozen", False) else ["-P", "-c", _START, str(_ROOT)]
        try:
            self._process = subprocess.Popen(
                [sys.executable, *start, task, str(megabytes)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:  # no memory for another process, or too many of them
            raise Overrun from error

    def __enter__(self) -> Confined:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.kill()
        self._process.communicate()

    def ask(self, data: bytes, seconds: float) -> bytes:
        """The task's answer. Its StudioError is raised here; Overrun when it gives none in time."""
        assert self._process.stdin is not None and self._process.stdout is not None
        clock = threading.Timer(seconds, self._process.kill)
        clock.daemon = True
        clock.start()
        try:
            _send(self._process.stdin, data)
            kind, answer = self._process.stdout.read(1), _receive(self._process.stdout)
        except (OSError, EOFError) as error:
            raise Overrun from error
        finally:
            clock.cancel()
        if kind == _ERROR:
            raise StudioError(*json.loads(answer))
        if kind != _ANSWER:
            logging.getLogger(__name__).warning("a confined task failed: %s", answer.decode(errors="replace"))
            raise Overrun
        return answer


def serve(task: str, megabytes: str) -> None:
    """The child's whole life: read, answer, until the parent closes."""
    module, _, name = task.partition(":")
    function = getattr(importlib.import_module(module), name)
    asked, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    _limit(int(megabytes))
    while True:
        try:
            data = _receive(asked)
        except EOFError:
            return
        try:
            kind, answer = _ANSWER, function(data)
        except StudioError as error:
            kind, answer = _ERROR, json.dumps([error.message, error.hint]).encode()
        except Exception as error:  # MemoryError among them; nobody reads this process's own words
            kind, answer = _FAILED, f"{type(error).__name__}: {error}"[:500].encode(errors="replace")
        answers.write(kind)
        _send(answers, answer)


def _send(stream: IO[bytes], data: bytes) -> None:
    stream.write(_LENGTH.pack(len(data)))
    stream.write(data)
    stream.flush()


def _receive(stream: IO[bytes]) -> bytes:
    head = stream.read(_LENGTH.size)
    if len(head) != _LENGTH.size:
        raise EOFError
    (length,) = _LENGTH.unpack(head)
    data = stream.read(length)
    if len(data) != length:
        raise EOFError
    return data


def _limit(megabytes: int) -> None:
    """No core dump; on Linux no more memory than what is taken already and ``megabytes``."""
    try:
        import resource
    except ImportError:  # Windows
        return
    limits = [(resource.RLIMIT_CORE, 0), (resource.RLIMIT_CPU, _ORPHAN)]
    if sys.platform == "linux":
        taken = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        limits.append((resource.RLIMIT_AS, taken + (megabytes << 20)))
    for kind, most in limits:
        resource.setrlimit(kind, (most, most))
