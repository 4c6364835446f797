"""What paints the pictures: networks with a mapping (c, z) -> ws and a synthesis ws -> logits, as every part has them.

``style`` is the parts' own network (``training.networks``: a small StyleGAN2). ``dcgan`` is Radford et al. 2016,
"Unsupervised Representation Learning with Deep Convolutional Generative Adversarial Networks"; where pictures have
labels its normalisation is conditional, as BigGAN's (Brock et al. 2019, section 3). Its mapping is the first layer: so
principal directions of ws are those of GANSpace (Härkönen et al. 2020, section 2.2) for such a network.
"""

from __future__ import annotations

import itertools
import math
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from vtuber_studio.core.part import Cel, Material, Part
from vtuber_studio.training.config import TrainConfig
from vtuber_studio.training.gan.config import DCGAN_WIDTHS, GanConfig
from vtuber_studio.training.networks import PartNetwork
from vtuber_studio.training.painter import composite

TINT = Material("picture.tint", "Tint", "picture", "#ffffff")
EPSILON = 1e-5
_OPAQUE = 10.0  # logits by which an opaque picture leads over nothing, on each side


def picture_part(config: GanConfig) -> Part:
    """The one part of a flat generator: a white cel with RGB detail, the whole canvas large."""
    cel = Cel("picture", 10, (TINT.name,), detail=3)
    side = config.resolution
    return Part("picture", "Picture", (0, 0, 512, 512), (side, side), (cel,), z_dim=config.z_dim)


def make_generator(config: GanConfig, c_dim: int, opaque: bool) -> PartNetwork | Dcgan:
    """A generator of ``picture_part``; an ``opaque`` one covers everything from the first step on."""
    part = picture_part(config)
    network: PartNetwork | Dcgan
    if config.model == "style":
        sizes = TrainConfig(w_dim=config.w_dim, mapping_width=config.mapping_width)
        network = PartNetwork(part, c_dim, sizes)
        head: nn.Module = network.synthesis.layers[-1]
        weight, share = cast(Tensor, head.weight).detach(), 4  # sub-pixels a channel
    else:
        network = Dcgan(config, c_dim, part.channels)
        head = network.synthesis.head
        weight, share = head.weight.detach().transpose(0, 1), 1
    bias = cast(Tensor, head.bias)
    with torch.no_grad():
        if opaque:
            weight[: 2 * share] = 0
            bias[:share], bias[share : 2 * share] = -_OPAQUE, _OPAQUE
        weight[2 * share :] *= 0.5
        bias[2 * share :] = -0.5  # middle grey
    return network


def painted(part: Part, logits: Tensor) -> Tensor:
    """Premultiplied RGBA [n, 4, R, R] of logits, in white light, at their own resolution."""
    white = torch.ones(1, 4, 1, dtype=logits.dtype, device=logits.device)
    return composite(part, logits, {"picture": white}, part.logits[0] / 512)


def mixed(
    network: PartNetwork | Dcgan, c: Tensor, z: Tensor, others: Tensor, share: float, rng: torch.Generator
) -> Tensor:
    """Logits whose styles, from a random layer on, come from ``others`` for ``share`` of the batch (style mixing:
    Karras et al. 2019, "A Style-Based Generator Architecture", section 3.1)."""
    ws = network.mapping(c, z)
    if share > 0:
        n, count, _ = ws.shape
        first = torch.randint(1, count, (n, 1), generator=rng)
        first[torch.rand(n, 1, generator=rng) >= share] = count
        second = (torch.arange(count) >= first).to(ws.device)[..., None]
        ws = torch.where(second, network.mapping(c, others), ws)
    logits: Tensor = network.synthesis(ws)
    return logits


class FirstLayer(nn.Module):
    """(c, z) -> ws [n, 16 (+ 1 with labels), width]: the features of 4x4 places, then the label's."""

    def __init__(self, c_dim: int, z_dim: int, width: int) -> None:
        super().__init__()
        self.w_dim, self.num_ws = width, 16 + bool(c_dim)
        self.enter = nn.Linear(c_dim + z_dim, 16 * width)
        self.label = nn.Linear(c_dim, width) if c_dim else None
        nn.init.normal_(self.enter.weight, std=1 / math.sqrt(c_dim + z_dim))

    def forward(self, c: Tensor, z: Tensor) -> Tensor:
        places = self.enter(torch.cat([c, z], 1)).view(len(z), 16, self.w_dim)
        return places if self.label is None else torch.cat([places, self.label(c)[:, None]], 1)


class Normed(nn.Module):
    """Batch normalisation whose gain and shift, where there are labels, depend on them; then a ReLU."""

    def __init__(self, channels: int, label: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(channels, EPSILON)
        self.gain = nn.Linear(label, channels) if label else None
        self.shift = nn.Linear(label, channels) if label else None
        for layer in (self.gain, self.shift):
            if layer is not None:
                nn.init.zeros_(layer.weight)
                nn.init.zeros_(layer.bias)

    def forward(self, x: Tensor, label: Tensor | None) -> Tensor:
        x = self.norm(x)
        if self.gain is not None and self.shift is not None and label is not None:
            x = x * (1 + self.gain(label))[:, :, None, None] + self.shift(label)[:, :, None, None]
        return F.relu(x)


class Transposed(nn.Module):
    """ws [n, num_ws, width] -> logits [n, channels, R, R] by transposed convolutions."""

    def __init__(self, config: GanConfig, label: int, channels: int) -> None:
        super().__init__()
        widths = [width for side, width in reversed(DCGAN_WIDTHS.items()) if side < config.resolution]
        self.norms = nn.ModuleList(Normed(width, label) for width in widths)
        self.layers = nn.ModuleList(
            nn.ConvTranspose2d(a, b, 4, 2, 1, bias=False) for a, b in itertools.pairwise(widths)
        )
        self.head = nn.ConvTranspose2d(widths[-1], channels, 4, 2, 1)
        for layer in [*self.layers, self.head]:
            nn.init.normal_(layer.weight, std=1 / math.sqrt(4 * layer.weight.shape[0]))  # four taps reach a pixel
        self.labelled = bool(label)

    def forward(self, ws: Tensor) -> Tensor:
        label = ws[:, 16] if self.labelled else None
        x = ws[:, :16].transpose(1, 2).reshape(len(ws), -1, 4, 4)
        for norm, layer in zip(self.norms, [*self.layers, self.head], strict=True):
            x = layer(norm(x, label))
        return x.float()


class Dcgan(nn.Module):
    """Mapping (the first layer) and synthesis."""

    def __init__(self, config: GanConfig, c_dim: int, channels: int) -> None:
        super().__init__()
        width = DCGAN_WIDTHS[4]
        self.mapping = FirstLayer(c_dim, config.z_dim, width)
        self.synthesis = Transposed(config, width if c_dim else 0, channels)

    def forward(self, c: Tensor, z: Tensor) -> Tensor:
        logits: Tensor = self.synthesis(self.mapping(c, z))
        return logits
