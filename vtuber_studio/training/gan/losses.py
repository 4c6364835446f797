"""Losses of the two sides, as pure functions of the judge's answers (logits [n], high for real).

Minimax and non-saturating: Goodfellow et al. 2014, "Generative Adversarial Nets", sections 3 and 3 (last paragraph).
Hinge: Lim & Ye 2017, "Geometric GAN", equations 9 and 10. Wasserstein: Arjovsky et al. 2017, "Wasserstein GAN", with
the gradient penalty of Gulrajani et al. 2017, "Improved Training of Wasserstein GANs", equation 3. R1: Mescheder et al.
2018, "Which Training Methods for GANs do actually Converge?", equation 9.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

Judge = Callable[[Tensor], Tensor]  # pictures [n, C, h, w] -> logits [n]


@dataclass(frozen=True)
class Loss:
    """What the discriminator and the generator minimise: of (real, fake), and of fake."""

    discriminator: Callable[[Tensor, Tensor], Tensor]
    generator: Callable[[Tensor], Tensor]


def cross_entropy(real: Tensor, fake: Tensor) -> Tensor:
    """-log D(x) - log(1 - D(G(z))), D = sigmoid of the logits."""
    return F.softplus(-real).mean() + F.softplus(fake).mean()


def saturating(fake: Tensor) -> Tensor:
    """log(1 - D(G(z))): the generator's side of the minimax game."""
    return -F.softplus(fake).mean()


def non_saturating(fake: Tensor) -> Tensor:
    """-log D(G(z)): the same fixed point, with gradients where the judge is sure."""
    return F.softplus(-fake).mean()


def hinge(real: Tensor, fake: Tensor) -> Tensor:
    """max(0, 1 - D(x)) + max(0, 1 + D(G(z)))."""
    return F.relu(1 - real).mean() + F.relu(1 + fake).mean()


def critic(real: Tensor, fake: Tensor) -> Tensor:
    """D(G(z)) - D(x): the negative of the estimate of Wasserstein's distance."""
    return fake.mean() - real.mean()


def raised(fake: Tensor) -> Tensor:
    """-D(G(z))."""
    return -fake.mean()


LOSSES: dict[str, Loss] = {
    "logistic": Loss(cross_entropy, non_saturating),
    "minimax": Loss(cross_entropy, saturating),
    "hinge": Loss(hinge, raised),
    "wasserstein": Loss(critic, raised),
}


def r1(judge: Judge, real: Tensor) -> Tensor:
    """Half the squared norm of the judge's gradient at real pictures [n, C, h, w], in the mean."""
    return 0.5 * _slopes(judge, real).square().sum((1, 2, 3)).mean()


def gradient_penalty(judge: Judge, real: Tensor, fake: Tensor, share: Tensor) -> Tensor:
    """How far from 1 the norm of the judge's gradient is, squared, between real and fake pictures: at ``share`` [n] of
    the way to the real ones."""
    between = torch.lerp(fake, real, share[:, None, None, None])
    norms = _slopes(judge, between).square().sum((1, 2, 3)).add(1e-12).sqrt()
    return (norms - 1).square().mean()


def _slopes(judge: Judge, pictures: Tensor) -> Tensor:
    pictures = pictures.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(judge(pictures).sum(), pictures, create_graph=True)
    return gradient


def information(codes: Tensor, found: Tensor) -> Tensor:
    """InfoGAN's (Chen et al. 2016, equation 5) for continuous codes [n, k]: minus the log-likelihood, up to constants,
    of a normal distribution with unit variance about what the judge reads."""
    return 0.5 * (codes - found).square().sum(1).mean()
