"""A small generator for all tests of tuning."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.tune.small import small_base


@pytest.fixture(scope="package")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_base(tmp_path_factory.mktemp("bases") / "base")
