"""How far an answer to one row is from the truth."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

UNSEEN = 0.2  # weight of a range of whose part less than this share is seen
_BETA = 0.5  # Seitzer et al. 2022, "On the Pitfalls of Heteroscedastic Uncertainty Estimation", eq. 4


def chosen(logits: Tensor, true: Tensor) -> Tensor:
    """[n] of a choice's logits [n, k] and its one-hot truth."""
    return F.cross_entropy(logits, true, reduction="none", label_smoothing=0.02)


def gaussian(own: Tensor, spread: Tensor, true: Tensor) -> Tensor:
    """[n, R] of ranges: a normal distribution's likelihood, ``spread`` the logarithm of its deviation."""
    spread = spread.clamp(-3.5, 1.0)
    return (0.5 * (own - true).square() * torch.exp(-2 * spread) + spread) * torch.exp(2 * _BETA * spread).detach()
