"""Every test runs without a screen, without a network, and in folders of its own."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

import vtuber_studio  # noqa: F401 - before any test's own import of onnxruntime: it switches the telemetry off

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_NUM_THREADS", "1")

# the machine may be slow or busy: no test fails for time
settings.register_profile("studio", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("studio")


def _is_local(address: object) -> bool:
    if not isinstance(address, tuple):
        return True  # a local (Unix) socket's path
    host = str(address[0])
    try:
        return host in ("", "localhost") or ip_address(host.split("%")[0]).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """The program promises to be offline: any connection that leaves this machine fails."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            original = getattr(socket.socket, name)

            def guarded(self: socket.socket, address: Any, original: Any = original) -> Any:
                if not _is_local(address):
                    raise AssertionError(f"something tried to connect to {address}")
                return original(self, address)

            patch.setattr(socket.socket, name, guarded)
        yield


@pytest.fixture(scope="session", autouse=True)
def studio_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads or writes the user's own settings, generators, caches or logs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VTUBER_STUDIO_HOME", str(tmp_path_factory.mktemp("home")))
        yield
