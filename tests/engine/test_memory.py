"""What the heap keeps, seen in page faults of a process of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

_FAULTS = """
import resource, sys
import numpy as np
from vtuber_studio.engine.memory import keep_heap

if sys.argv[1] == "keep":
    keep_heap()
for round in range(4):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    np.ones(40 << 20, np.uint8)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc's settings")
def test_a_heap_that_is_kept_gives_the_same_pages_again() -> None:
    faults = {
        mode: int(subprocess.run([sys.executable, "-c", _FAULTS, mode], check=True, capture_output=True).stdout)
        for mode in ("default", "keep")
    }
    assert faults["keep"] < 5 < faults["default"]
