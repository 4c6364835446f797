"""What children are asked to do in ``test_confined``."""

from __future__ import annotations

import os
import threading

from vtuber_studio.core.errors import StudioError


def misbehave(data: bytes) -> bytes:
    """Do what the bytes say."""
    what = data.decode()
    if what == "hang":
        threading.Event().wait()
    if what == "swell":
        return bytes(3_000_000_000)[:1]
    if what == "die":
        os._exit(1)
    if what == "refuse":
        raise StudioError("This is not right.", "Do this.")
    if what == "fail":
        raise ZeroDivisionError
    if what == "print":
        print("noise", flush=True)
        os.write(1, b"more noise")
    return data[::-1]
