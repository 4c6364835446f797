"""A bundle's networks in torch, so that they can be tuned: rebuilt from their files, with room for detail."""

from __future__ import annotations

from pathlib import Path

import torch
from msgspec import structs
from torch import Tensor, nn

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.part import Cel, Part
from vtuber_studio.engine.bundle import Manifest, read_bundle
from vtuber_studio.engine.manifest import networks_of
from vtuber_studio.engine.tables import PartTables, bundle_tables
from vtuber_studio.training.config import TrainConfig
from vtuber_studio.training.networks import PartNetwork, StyledConv
from vtuber_studio.training.warm import bundle_weights

# Shares of the rate. A step of Adam is as long for every weight; here it is about as long for what they change.
# Measured over parts: a coherent step at 2e-4 changed logits by up to 1.8 through affine layers, 0.5 through a
# convolution, 1.2 through the head; and detail, which is black at -1, by as much.
AFFINE, HEAD, DETAIL = 0.25, 0.5, 0.2
LAST = 3  # convolutions of "quick" whose weights move: those at half the logits' resolution, and the head


def with_detail(part: Part, maps: int) -> Part:
    """The part whose solid cels have ``maps`` (0, 1 or 3) of detail, or as many as they had."""
    return structs.replace(part, cels=tuple(_detailed(cel, maps) for cel in part.cels))


def _detailed(cel: Cel, maps: int) -> Cel:
    plain = not cel.soft and cel.blend == "normal"
    return structs.replace(cel, detail=max(cel.detail, maps)) if plain else cel  # type: ignore[type-var]


def grown(manifest: Manifest, maps: int) -> Manifest:
    """The tables of a bundle whose cels have detail; its networks must be given it, too."""
    parts = tuple(structs.replace(entry, part=with_detail(entry.part, maps)) for entry in manifest.parts)
    return structs.replace(manifest, parts=parts)


def bundle_networks(folder: Path, maps: int = 0) -> tuple[Manifest, dict[str, PartTables], dict[str, PartNetwork]]:
    """(tables, what each network sees, networks by name "part" or "part=choice") of the bundle in ``folder``: with
    ``maps`` of detail on their cels, 1 everywhere, they paint what the bundle paints.

    StudioError for networks of another build than ours.
    """
    manifest = grown(read_bundle(folder).manifest, maps)
    names = {name: own for entry in manifest.parts for name, own in networks_of(entry).items()}
    tables, networks = {}, {}
    for name, entry in names.items():
        found = bundle_tables(manifest, name)
        assert found is not None
        network = PartNetwork(found.part, found.c_dim, TrainConfig(w_dim=entry.w_dim))
        try:
            weights = bundle_weights(folder, found.part, found.rows, network.state_dict(), name)
        except StudioError as error:
            hint = "Start from the starter, or from another generator that this program has trained."
            raise StudioError("This generator's networks are of a build that cannot be tuned.", hint) from error
        network.load_state_dict(weights)
        tables[name], networks[name] = found, network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    if not networks:
        raise StudioError("This generator paints no parts.", "Choose another one to start from.")
    return manifest, tables, networks


def choose_weights(network: PartNetwork, everything: bool) -> list[nn.Parameter]:
    """The weights that a tuning moves, the only ones that ask for a gradient: all but the mapping's, or what turns
    styles into features and the last convolutions."""
    network.requires_grad_(False)
    network.synthesis.requires_grad_(everything)
    layers = [layer for layer in network.synthesis.layers if isinstance(layer, StyledConv)]
    for layer in layers:
        layer.affine.requires_grad_(True)
    for layer in layers[-LAST:]:
        layer.requires_grad_(True)
    return [weight for weight in network.parameters() if weight.requires_grad]


def paces(network: PartNetwork, part: Part) -> dict[str, Tensor]:
    """Which share of the rate each weight that moves has, by its key: something that broadcasts to it."""
    last = len(network.synthesis.layers) - 1
    detail = torch.tensor([role for cel in part.cels for role in _roles(cel) for _ in range(4)])
    found = {}
    for key, weight in network.named_parameters():
        if f".layers.{last}." in key and ".affine." not in key and key.startswith("synthesis"):
            found[key] = torch.where(detail, DETAIL, HEAD).view(-1, *(1,) * (weight.ndim - 1))
        else:
            found[key] = torch.tensor(AFFINE if ".affine." in key else 1.0)
    return {key: pace for key, pace in found.items() if network.get_parameter(key).requires_grad}


def _roles(cel: Cel) -> list[bool]:
    """Of a cel's channels: is it detail?"""
    return [channel >= cel.channels - cel.detail for channel in range(cel.channels)]
