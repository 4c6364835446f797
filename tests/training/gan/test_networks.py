"""The judge and the generators: shapes, and what each of their parts is there for."""

from __future__ import annotations

import pytest
import torch

from vtuber_studio.training.gan.config import RESOLUTIONS, GanConfig
from vtuber_studio.training.gan.discriminator import NORMS, Discriminator, spread
from vtuber_studio.training.gan.generators import make_generator, mixed, painted, picture_part


def test_the_spread_of_a_group_is_its_standard_deviation() -> None:
    x = torch.zeros(4, 3, 2, 2)
    x[1] += 2  # 0, 2, 0, 0: a deviation of sqrt(3)/2
    assert spread(x).shape == (4, 1, 2, 2)
    assert float(spread(x).mean()) == pytest.approx(3**0.5 / 2, rel=1e-4)
    assert float(spread(x[:1]).max()) < 1e-3  # alone it differs from nothing
    assert spread(torch.randn(6, 3, 2, 2)).shape == (6, 1, 2, 2)


def test_each_group_has_a_spread_of_its_own() -> None:
    x = torch.randn(8, 3, 2, 2)
    x[1::2] = 0  # pictures 1, 3, 5 and 7 are one group
    found = spread(x)[:, 0, 0, 0]
    assert found[0::2].min() > 0.1
    assert found[1::2].max() < 1e-3


@pytest.mark.parametrize("norm", NORMS)
def test_the_judge_answers_once_a_picture(norm: str) -> None:
    config = GanConfig()
    judge = Discriminator(4, config.judge_widths, norm=norm)
    assert judge(torch.rand(4, 4, 64, 64)).shape == (4,)
    assert sum(weight.numel() for weight in judge.parameters()) < 1_000_000


def test_the_judge_notices_that_all_pictures_are_the_same() -> None:
    torch.manual_seed(1)
    judge, one = Discriminator(3, GanConfig().judge_widths), torch.rand(1, 3, 64, 64)
    together = judge(one.expand(4, -1, -1, -1))
    assert not torch.allclose(judge(torch.cat([one, torch.rand(3, 3, 64, 64)]))[:1], together[:1], atol=1e-6)


def test_projection_adds_what_the_label_makes_of_the_features() -> None:
    torch.manual_seed(1)
    judge = Discriminator(3, GanConfig().judge_widths, c_dim=2, codes=3)
    x, c = torch.rand(4, 3, 64, 64), torch.eye(2)[[0, 1, 0, 1]]
    features = judge.features(x)
    assert judge.project is not None and judge.reader is not None
    wanted = judge(x) + (judge.project(c) * features).sum(1) / features.shape[1] ** 0.5
    assert torch.allclose(judge(x, c), wanted, atol=1e-5)
    assert judge.reader(features).shape == (4, 3)


@pytest.mark.parametrize("model", ["style", "dcgan"])
@pytest.mark.parametrize("resolution", RESOLUTIONS)
def test_generators_paint_at_their_resolution(model: str, resolution: int) -> None:
    config = GanConfig(resolution, model)  # type: ignore[arg-type]
    network = make_generator(config, 2, opaque=False)
    with torch.no_grad():
        logits = network(torch.eye(2), torch.randn(2, config.z_dim))
    part = picture_part(config)
    assert logits.shape == (2, part.channels, resolution, resolution)
    image = painted(part, logits)
    assert image.shape == (2, 4, resolution, resolution)
    assert float(image.min()) >= 0 and float((image[:, :3] - image[:, 3:]).max()) <= 1e-6 and float(image.max()) <= 1


@pytest.mark.parametrize("model", ["style", "dcgan"])
def test_an_opaque_one_covers_everything(model: str) -> None:
    config = GanConfig(model=model)  # type: ignore[arg-type]
    network = make_generator(config, 0, opaque=True)
    image = painted(picture_part(config), network(torch.zeros(4, 0), torch.randn(4, config.z_dim)))
    assert float(image[:, 3].min()) > 0.9999
    image[:, :3].sum().backward()
    assert float(image.detach()[:, :3].std()) > 0.01


def test_labels_change_what_is_painted() -> None:
    config = GanConfig(model="dcgan")
    network = make_generator(config, 2, opaque=False).eval()
    z = torch.randn(1, config.z_dim)
    assert not torch.allclose(network(torch.tensor([[1.0, 0]]), z), network(torch.tensor([[0, 1.0]]), z), atol=1e-3)


def test_mixed_styles_are_ones_own_up_to_a_layer_and_another_ones_after() -> None:
    config = GanConfig()
    network = make_generator(config, 0, opaque=False)
    c, z, others = torch.zeros(2, 0), torch.randn(2, config.z_dim), torch.randn(2, config.z_dim)
    rng = torch.Generator().manual_seed(1)
    with torch.no_grad():
        own, other = network(c, z), network(c, others)
        half = mixed(network, c, z, others, 1.0, rng)
        assert torch.allclose(mixed(network, c, z, others, 0.0, rng), own, atol=1e-5)
    assert not torch.allclose(half, own, atol=1e-3)
    assert not torch.allclose(half, other, atol=1e-3)
