"""Losses against their closed forms, penalties against finite differences, schedules at their ends."""

from __future__ import annotations

import math
from typing import get_args, get_type_hints

import pytest
import torch
from torch import Tensor

from vtuber_studio.training.gan import losses
from vtuber_studio.training.gan.config import GanConfig, phases
from vtuber_studio.training.gan.schedules import LEAST, SCHEDULES, rate

REAL, FAKE = torch.tensor([2.0, -1.0]), torch.tensor([0.5, -3.0])


def _sigmoid(x: Tensor) -> list[float]:
    return [1 / (1 + math.exp(-float(value))) for value in x]


def test_cross_entropy_is_that_of_the_paper() -> None:
    wanted = -sum(map(math.log, _sigmoid(REAL))) / 2 - sum(math.log(1 - p) for p in _sigmoid(FAKE)) / 2
    assert float(losses.cross_entropy(REAL, FAKE)) == pytest.approx(wanted)


def test_the_generator_lowers_what_the_judge_raises_or_raises_what_it_believes() -> None:
    assert float(losses.saturating(FAKE)) == pytest.approx(sum(math.log(1 - p) for p in _sigmoid(FAKE)) / 2)
    assert float(losses.non_saturating(FAKE)) == pytest.approx(-sum(map(math.log, _sigmoid(FAKE))) / 2)


def test_an_undecided_judge_costs_two_bits() -> None:
    nothing = torch.zeros(5)
    assert float(losses.cross_entropy(nothing, nothing)) == pytest.approx(2 * math.log(2))


def test_only_the_non_saturating_loss_has_a_gradient_where_the_judge_is_sure() -> None:
    slopes = {}
    for name in ("minimax", "logistic"):
        fake = torch.full((1,), -20.0, requires_grad=True)
        losses.LOSSES[name].generator(fake).backward()
        assert fake.grad is not None
        slopes[name] = float(fake.grad)
    assert abs(slopes["minimax"]) < 1e-8
    assert slopes["logistic"] == pytest.approx(-1, abs=1e-6)


def test_hinge_and_critic() -> None:
    assert float(losses.hinge(REAL, FAKE)) == pytest.approx((0 + 2) / 2 + (1.5 + 0) / 2)
    assert float(losses.critic(REAL, FAKE)) == pytest.approx(-1.25 - 0.5)
    assert float(losses.raised(FAKE)) == pytest.approx(1.25)


@pytest.mark.parametrize("name", losses.LOSSES)
def test_gradients_of_the_losses_are_those_of_finite_differences(name: str) -> None:
    loss = losses.LOSSES[name]
    real, fake = (x.double().requires_grad_() for x in (REAL + 0.3, FAKE + 0.1))
    assert torch.autograd.gradcheck(loss.discriminator, (real, fake))
    assert torch.autograd.gradcheck(loss.generator, (fake,))


def test_r1_of_a_plane_is_half_its_squared_slope_everywhere() -> None:
    slope = torch.tensor([3.0, 4.0]).view(1, 1, 1, 2)
    assert float(losses.r1(lambda x: (x * slope).sum((1, 2, 3)), torch.randn(7, 1, 1, 2))) == pytest.approx(12.5)


def test_r1_of_a_paraboloid_is_half_of_four_times_the_squared_distance() -> None:
    at = torch.randn(5, 3, 2, 2)
    wanted = 0.5 * (4 * at.square().sum((1, 2, 3))).mean()
    assert float(losses.r1(lambda x: x.square().sum((1, 2, 3)), at).detach()) == pytest.approx(float(wanted), rel=1e-5)


def test_the_gradient_penalty_wants_slope_one_between_real_and_fake() -> None:
    real, fake, share = torch.randn(4, 1, 2, 2), torch.randn(4, 1, 2, 2), torch.rand(4)
    for slope, wanted in ((0.5, 0.0), (1.5, 4.0)):  # four pixels: the norm is twice the slope
        found = losses.gradient_penalty(lambda x, s=slope: s * x.sum((1, 2, 3)), real, fake, share)
        assert float(found) == pytest.approx(wanted, abs=1e-5)


def test_penalties_teach_the_judge() -> None:
    """Their gradient by a weight of the judge is that of finite differences."""
    real, fake, share = torch.randn(3, 1, 2, 2).double(), torch.randn(3, 1, 2, 2).double(), torch.rand(3).double()
    weight = torch.tensor(0.7, dtype=torch.double, requires_grad=True)

    def judge(scale: Tensor) -> losses.Judge:
        return lambda x: (scale * x).sin().sum((1, 2, 3))

    for penalty in (
        lambda w: losses.r1(judge(w), real),
        lambda w: losses.gradient_penalty(judge(w), real, fake, share),
    ):
        assert torch.autograd.gradcheck(penalty, (weight,))


def test_codes_that_are_read_exactly_cost_nothing() -> None:
    codes = torch.tensor([[0.5, -0.5]])
    assert float(losses.information(codes, codes)) == 0
    assert float(losses.information(codes, codes + 2)) == pytest.approx(4)


def test_schedules_begin_at_the_peak_and_end_where_they_say() -> None:
    assert {name: schedule(0.0) for name, schedule in SCHEDULES.items()} == dict.fromkeys(SCHEDULES, 1.0)
    assert SCHEDULES["constant"](1.0) == 1
    assert SCHEDULES["cosine"](1.0) == pytest.approx(LEAST)
    assert SCHEDULES["cosine"](0.5) == pytest.approx((1 + LEAST) / 2)
    assert SCHEDULES["late"](0.5) == 1
    assert SCHEDULES["late"](1.0) == pytest.approx(LEAST)


def test_a_rate_warms_up() -> None:
    rises = [rate("constant", 0.1, done) for done in (0.0, 0.05, 0.1, 0.5)]
    assert 0 < rises[0] < 0.01
    assert rises[1] == pytest.approx(0.5, abs=0.01)
    assert rises[2:] == [1, 1]
    assert rate("constant", 0.0, 0.0) == 1


def test_every_choice_of_the_config_exists() -> None:
    hints = get_type_hints(GanConfig)
    assert set(get_args(hints["loss"])) == set(losses.LOSSES)
    assert set(get_args(hints["schedule"])) == set(get_args(hints["judge_schedule"])) == set(SCHEDULES)


def test_phases_are_data() -> None:
    plain = {phase.name: phase for phase in phases(GanConfig())}
    assert list(plain) == ["generator", "discriminator", "r1"]
    assert plain["r1"].every == 16
    assert plain["r1"].weight == 16 * GanConfig().r1
    assert [phase.name for phase in phases(GanConfig(loss="wasserstein"))] == ["generator", "discriminator", "penalty"]
    assert [phase.name for phase in phases(GanConfig(r1=0, codes=2))] == ["generator", "information", "discriminator"]
