"""Our Muon moves matrices as torch's does, in the arithmetic it is given."""

from __future__ import annotations

import copy

import pytest
import torch

from vtuber_studio.training.muon import Muon, orthogonalised

SHAPES = [(24, 60), (60, 24), (16, 16), (24, 60)]
RATE, MOMENTUM = 0.02, 0.9


def matrices() -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(3)
    return [torch.randn(shape, generator=generator) for shape in SHAPES]


def run(optimizer: torch.optim.Optimizer, moved: list[torch.Tensor], steps: range) -> list[torch.Tensor]:
    """The matrices after steps along gradients that depend on the step alone; one matrix has none."""
    for step in steps:
        generator = torch.Generator().manual_seed(step)
        for matrix in moved[:-1]:
            matrix.grad = torch.randn(matrix.shape, generator=generator)
        optimizer.step()
    return moved


def torchs(moved: list[torch.Tensor]) -> torch.optim.Muon:
    return torch.optim.Muon(moved, RATE, weight_decay=0, momentum=MOMENTUM)


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.bfloat16, 1e-5), (torch.float32, 1.5e-3)])
def test_muon_moves_as_torchs_does(dtype: torch.dtype, tolerance: float) -> None:
    """To rounding where both iterate in bf16; in fp32 to bf16's error, a hundredth of a step's size."""
    theirs, ours = matrices(), matrices()
    run(torchs(theirs), theirs, range(6))
    run(Muon(ours, RATE, MOMENTUM, dtype), ours, range(6))
    start = matrices()
    for before, a, b in zip(start[:-1], theirs, ours, strict=False):
        assert (a - before).abs().max() > 0.02
        assert torch.allclose(a, b, atol=tolerance, rtol=0)
    assert torch.equal(ours[-1], start[-1])


def test_torchs_state_goes_on_in_ours() -> None:
    theirs, ours = matrices(), matrices()
    before = torchs(theirs)
    for a, b in zip(run(before, theirs, range(4)), ours, strict=True):
        b.copy_(a)
    after = Muon(ours, RATE, MOMENTUM, torch.bfloat16)
    after.load_state_dict({**after.state_dict(), "state": copy.deepcopy(before.state_dict()["state"])})
    for a, b in zip(run(before, theirs, range(4, 7)), run(after, ours, range(4, 7)), strict=True):
        assert torch.allclose(a, b, atol=1e-5, rtol=0)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_step_is_nearly_orthogonal(shape: tuple[int, int]) -> None:
    matrix = torch.randn(shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    u, _, vh = torch.linalg.svd(matrix, full_matrices=False)
    turned = u.T @ orthogonalised(matrix) @ vh.T
    assert (turned.diagonal() - 1).abs().max() < 0.4
    assert (turned - turned.diagonal().diag()).abs().max() < 1e-6
    assert torch.equal(orthogonalised(torch.zeros(3, 5)), torch.zeros(3, 5))
