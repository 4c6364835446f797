"""Augmentations: what they must keep, and ADA's p."""

from __future__ import annotations

import pytest
import torch

from vtuber_studio.training.gan.augment import AdaptiveP, ada, diff_augment


def _figures(n: int = 16, side: int = 32) -> torch.Tensor:
    """Premultiplied discs of some colour, half covering at their rim, on nothing."""
    torch.manual_seed(2)
    y, x = torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij")
    alpha = (side / 4 - ((x - side / 2) ** 2 + (y - side / 2) ** 2).sqrt()).clamp(0, 1)
    colour = torch.rand(n, 3, 1, 1)
    return torch.cat([colour * alpha, alpha.expand(n, 1, side, side)], 1)


def test_without_chance_nothing_changes() -> None:
    x = _figures()
    assert ada(x, 0.0, torch.Generator().manual_seed(0)) is x


@pytest.mark.parametrize("channels", [3, 4])
def test_each_picture_is_augmented_in_its_own_way_and_gradients_flow(channels: int) -> None:
    for augment in (lambda x: ada(x, 0.8, torch.Generator().manual_seed(3)),
                    lambda x: diff_augment(x, torch.Generator().manual_seed(3))):  # fmt: skip
        x = _figures(4)[:1, :channels].repeat(8, 1, 1, 1).requires_grad_()
        made = augment(x)
        assert made.shape == x.shape
        assert made.isfinite().all()
        assert not any(torch.allclose(made[0], other, atol=1e-3) for other in made[1:])
        made.square().sum().backward()
        assert x.grad is not None and float(x.grad.abs().sum()) > 0


def test_what_is_transparent_stays_without_colour() -> None:
    for made in (ada(_figures(), 0.8, torch.Generator().manual_seed(4)),
                 diff_augment(_figures(), torch.Generator().manual_seed(4))):  # fmt: skip
        nothing = made[:, 3:] == 0
        assert float((made[:, :3].abs() * nothing).max()) < 1e-6
        assert float(made[:, 3].min()) >= 0 and float(made[:, 3].max()) <= 1 + 1e-6


def test_colours_change_as_if_the_figure_were_opaque() -> None:
    """Half covering pixels get half of the change."""
    whole = torch.ones(8, 4, 8, 8) * torch.tensor([0.2, 0.5, 0.7, 1.0]).view(1, 4, 1, 1)
    half = ada(whole / 2, 0.8, torch.Generator().manual_seed(5))
    full = ada(whole, 0.8, torch.Generator().manual_seed(5))
    assert torch.allclose(2 * half, full, atol=1e-5)


def test_p_rises_while_the_judge_is_too_sure_and_falls_when_it_is_not() -> None:
    p = AdaptiveP(target=0.6, images=1000)
    assert p.update(0.9, 100) == pytest.approx(0.1)
    assert p.update(0.9, 100) == pytest.approx(0.2)
    assert p.update(0.3, 150) == pytest.approx(0.05)
    assert p.update(0.3, 150) == 0
    for _ in range(20):
        p.update(0.9, 100)
    assert p.p == p.MOST
