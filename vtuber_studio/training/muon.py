"""Muon (Jordan et al. 2024, "Muon: An optimizer for hidden layers in neural networks"): momentum, then the nearest
orthogonal matrix by Newton-Schulz iteration.

The same numbers (to its rounding) and the same state as ``torch.optim.Muon``, whose iteration in bf16 took 77 % of a
training step on a processor without such instructions. Here it runs in fp32, on Gram matrices, and matrices of one
shape go together.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence

import torch
from torch import Tensor

COEFFICIENTS = (3.4445, -4.7750, 2.0315)  # of the quintic: steepest at zero
ITERATIONS = 5
EPSILON = 1e-7  # least norm


class Muon(torch.optim.Optimizer):
    """Moves matrices [outputs, inputs] with Nesterov's momentum.

    ``blocks``: how many matrices each of them is, whose rows take turns, as those of a convolution before pixel shuffle
    do for the sub-pixels; each is orthogonalised by itself, in a quarter of the time of all as one. It learns better,
    too. Held-out loss from scratch: 0.0574 instead of 0.0600 (mouth, 6400 pictures), 0.2167 instead of 0.2194 (front
    hair, 4800).
    """

    def __init__(
        self, matrices: Sequence[Tensor], lr: float, momentum: float = 0.95, blocks: Sequence[int] | None = None
    ) -> None:
        super().__init__(matrices, {"lr": lr, "momentum": momentum})
        self.blocks = blocks or [1] * len(matrices)

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """Move every matrix that has a gradient."""
        (group,) = self.param_groups
        alike: dict[torch.Size, list[tuple[Tensor, Tensor]]] = defaultdict(list)
        for matrix, blocks in zip(group["params"], self.blocks, strict=True):
            if matrix.grad is None:
                continue
            state = self.state[matrix]
            if not state:
                state["momentum_buffer"] = torch.zeros_like(matrix.grad)
            mean = state["momentum_buffer"].lerp_(matrix.grad, 1 - group["momentum"])
            update = matrix.grad.lerp(mean, group["momentum"])
            for first in range(blocks):
                part = update[first::blocks]
                alike[part.shape].append((matrix[first::blocks], part))
        for (rows, columns), pairs in alike.items():
            steps = orthogonalised(torch.stack([update for _, update in pairs]))
            for (matrix, _), step in zip(pairs, steps, strict=True):
                matrix.add_(step, alpha=-group["lr"] * math.sqrt(max(1, rows / columns)))


def orthogonalised(matrices: Tensor) -> Tensor:
    """Near U V^T of each of ``matrices`` [k, n, m] = U S V^T (singular values about 0.7 to 1.2).

    A step of the iteration multiplies X by P = a + b A + c A^2, A = X X^T, all of which commute: so A becomes P A P,
    and X is multiplied once, by the product of all P. For a convolution's wide matrix that is 2.5 times less work. It
    takes true fp32: with rounder numbers (bf16, TF32) A would grow negative eigenvalues.
    """
    tall = matrices.shape[1] > matrices.shape[2]
    x = matrices.mT if tall else matrices
    x = x / torch.linalg.matrix_norm(x, keepdim=True).clamp(min=EPSILON)
    gram = x @ x.mT
    product = factor = _factor(gram)
    for _ in range(ITERATIONS - 1):
        gram = factor @ gram @ factor
        factor = _factor(gram)
        product = factor @ product
    x = product @ x
    return x.mT if tall else x


def _factor(gram: Tensor) -> Tensor:
    """P of an iteration's Gram matrices A [k, n, n]."""
    a, b, c = COEFFICIENTS
    factor = torch.baddbmm(gram, gram, gram, beta=b, alpha=c)
    factor.diagonal(dim1=1, dim2=2).add_(a)
    return factor
