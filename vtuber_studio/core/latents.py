"""Latent numbers: the z of a seed, and principal directions."""

from __future__ import annotations

import zlib

import numpy as np


def seed_z(seed: int, part: str, z_dim: int) -> np.ndarray:
    """[z_dim] standard normal numbers that belong to ``seed`` and ``part`` alone (Philox, platform-independent)."""
    rng = np.random.Generator(np.random.Philox(key=[seed, zlib.crc32(part.encode())]))
    return rng.standard_normal(z_dim).astype(np.float32)
