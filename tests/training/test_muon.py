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


BF16 = 1.5e-3  # largest error of torch's steps, which it computes in bf16


def test_muon_moves_as_torchs_does() -> None:
    theirs, ours = matrices(), matrices()
    run(torchs(theirs), theirs, range(6))
    run(Muon(ours, RATE, MOMENTUM), ours, range(6))
    start = matrices()
    for before, a, b in zip(start[:-1], theirs, ours, strict=False):
        assert (a - before).abs().max() > 10 * BF16
        assert torch.allclose(a, b, atol=BF16, rtol=0)
    assert torch.equal(ours[-1], start[-1])


def test_a_matrix_in_blocks_moves_as_its_blocks_do() -> None:
    whole = matrices()[:1]
    blocks = [whole[0][first::4].clone() for first in range(4)]
    together, apart = Muon(whole, RATE, MOMENTUM, [4]), Muon(blocks, RATE, MOMENTUM)
    for _ in range(3):
        whole[0].grad = torch.randn_like(whole[0])
        for first, block in enumerate(blocks):
            block.grad = whole[0].grad[first::4].clone()
        together.step()
        apart.step()
    for first, block in enumerate(blocks):
        assert torch.allclose(whole[0][first::4], block, atol=1e-6)
    assert together.state[whole[0]]["momentum_buffer"].shape == whole[0].shape


def test_torchs_state_goes_on_in_ours() -> None:
    theirs, ours = matrices(), matrices()
    before = torchs(theirs)
    for a, b in zip(run(before, theirs, range(4)), ours, strict=True):
        b.copy_(a)
    after = Muon(ours, RATE, MOMENTUM)
    after.load_state_dict({**after.state_dict(), "state": copy.deepcopy(before.state_dict()["state"])})
    for a, b in zip(run(before, theirs, range(4, 7)), run(after, ours, range(4, 7)), strict=True):
        assert torch.allclose(a, b, atol=BF16, rtol=0)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_step_is_nearly_orthogonal(shape: tuple[int, int]) -> None:
    matrix = torch.randn(shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    u, _, vh = torch.linalg.svd(matrix, full_matrices=False)
    turned = u.T @ orthogonalised(matrix[None])[0] @ vh.T
    assert (turned.diagonal() - 1).abs().max() < 0.4
    assert (turned - turned.diagonal().diag()).abs().max() < 1e-6
    assert torch.equal(orthogonalised(torch.zeros(1, 3, 5)), torch.zeros(1, 3, 5))
