"""What tests of training share."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

import pytest


@pytest.fixture(scope="package", autouse=True)
def one_thread() -> Iterator[None]:
    """Several test processes share the machine, and sums of one thread are the same each time."""
    if find_spec("torch") is None:
        yield  # these tests are of what needs none
        return
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
