"""From a GAN's run to a generator bundle: one part, one cel with RGB detail; classes and codes are its attributes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
import torch
from torch import Tensor

from vtuber_studio.core.attribute import Attribute
from vtuber_studio.engine.assemble import assemble
from vtuber_studio.engine.bundle import BundlePart, Manifest, inputs_of, staged
from vtuber_studio.training.gan import pictures
from vtuber_studio.training.gan.config import GanConfig
from vtuber_studio.training.gan.generators import EPSILON, TINT, Dcgan
from vtuber_studio.training.gan.run import read_config
from vtuber_studio.training.gan.trainer import GanTrainer
from vtuber_studio.training.networks import PartNetwork
from vtuber_studio.training.to_onnx import (
    Graph,
    linear,
    made,
    mapping_model,
    once,
    spatial,
    synthesis_model,
    write_networks,
)

LICENCE = "LicenseRef-Yours"
_TERMS = """These weights were trained on pictures of yours with VTuber Studio.
What may be done with them is what may be done with those pictures.
"""
STANDING = 32  # batches whose statistics a batch normalisation keeps (Brock et al. 2019, section 3.1)


def export_gan(run: Path, out: Path, name: str = "") -> Path:
    """Export the run's moving average as a generator bundle at ``out``, complete or not at all."""
    config, data = read_config(run), pictures.load(run)
    trainer = GanTrainer(data, run, config, "cpu")
    trainer.load()
    rows = attributes(data, config)
    with staged(out) as stage:
        entry = _exported(trainer, rows, stage)
        whole = Manifest(
            name=name or run.name,
            licence=LICENCE,
            attributes=rows,
            expressions=(),
            materials=(TINT,),
            parts=(entry,),
            capabilities=(*(["attributes"] if rows else []), "palette", "cels", "exact_regions"),
        )
        assemble(stage, msgspec.to_builtins(whole), None, whole.name, [_TERMS])
    return out


def attributes(data: pictures.Pictures, config: GanConfig) -> tuple[Attribute, ...]:
    """What the generator can be asked for, in c's order: the class, as frequent as in the pictures, and the codes."""
    rows = []
    if data.classes:
        shares = tuple(float(share) for share in np.bincount(data.labels, minlength=len(data.classes)) / len(data))
        most = data.classes[int(np.argmax(shares))]
        kind = Attribute("kind", "Kind", "Picture", ("picture",), choices=data.classes, default=most, prior=shares)
        rows.append(kind)
    for number in range(1, config.codes + 1):
        tip = "What this changes was found in training."
        rows.append(Attribute(f"code_{number}", f"Code {number}", "Picture", ("picture",), tip=tip))
    return tuple(rows)


def _exported(trainer: GanTrainer, rows: Sequence[Attribute], stage: Path) -> BundlePart:
    part, network, c_dim = trainer.part, trainer.generator.float(), trainer.c_dim
    network.load_state_dict(trainer.average)
    if isinstance(network, Dcgan):
        _settle(trainer, network)
    weights = {key: value.detach().clone() for key, value in network.state_dict().items()}
    network.load_state_dict({k: v.half().float() if v.is_floating_point() else v for k, v in weights.items()})
    if isinstance(network, PartNetwork):
        models = {
            "mapping": mapping_model(network, weights, c_dim, part.z_dim),
            "synthesis": synthesis_model(network, weights, part.channels, part.logits),
        }
    else:
        models = {
            "mapping": _first_layer(network, weights, c_dim, part.z_dim),
            "synthesis": _transposed(network, weights, part.channels, part.logits),
        }
    files, difference = write_networks(stage, part.name, models, network, c_dim, part.z_dim)
    return BundlePart(
        part,
        network.mapping.num_ws,
        network.mapping.w_dim,
        files["mapping"],
        files["synthesis"],
        inputs_of(rows),
        provenance={
            **made(trainer.images, trainer.seconds),
            "trained_on": f"{len(trainer.pictures)} pictures of yours",
            "licence": LICENCE,
        },
        figures={"max_difference_from_torch": difference},
    )


@torch.no_grad()
def _settle(trainer: GanTrainer, network: Dcgan) -> None:
    """Statistics of the averaged weights' own activations: those of training belong to other weights."""
    for norm in network.synthesis.norms:
        norm.norm.momentum = None  # type: ignore[union-attr, assignment]
        norm.norm.reset_running_stats()  # type: ignore[union-attr, operator]
    network.train()
    for step in range(STANDING):
        trainer.step = step
        trainer.begin()
        c, z, _ = trainer.asked(64)
        network(c, z)


def _first_layer(network: Dcgan, weights: dict[str, Tensor], c_dim: int, z_dim: int) -> bytes:
    """The mapping's ONNX file."""
    g, mapping = Graph(), network.mapping
    places = linear(g, g.node("Concat", "c", "z", axis=1), "mapping.enter", weights)
    shape = g.constant("shape", np.array([-1, 16, mapping.w_dim], np.int64))
    places = g.node("Reshape", places, shape, to="" if mapping.label is not None else "ws")
    if mapping.label is not None:
        label = linear(g, "c", "mapping.label", weights)
        row = g.node("Unsqueeze", label, g.constant("row", np.array([1], np.int64)))
        g.node("Concat", places, row, axis=1, to="ws")
    return g.model({"c": (c_dim,), "z": (z_dim,)}, {"ws": (mapping.num_ws, mapping.w_dim)})


def _transposed(network: Dcgan, weights: dict[str, Tensor], channels: int, size: tuple[int, int]) -> bytes:
    """The synthesis' ONNX file: normalisations as scales and shifts."""
    g, synthesis, mapping = Graph(), network.synthesis, network.mapping
    rounded = {key: value.half().float() for key, value in weights.items() if value.is_floating_point()}
    places = g.node("Gather", "ws", g.constant("places", np.arange(16, dtype=np.int64)), axis=1)
    x = g.node("Transpose", places, perm=[0, 2, 1])
    x = g.node("Reshape", x, g.constant("shape", np.array([-1, mapping.w_dim, 4, 4], np.int64)))
    label = ""
    if synthesis.labelled:
        label = g.node("Gather", "ws", g.constant("last", np.array(16, np.int64)), axis=1)
    for index in range(len(synthesis.norms)):
        name = f"synthesis.norms.{index}"
        mean, variance, gain, bias = (
            rounded[f"{name}.norm.{key}"] for key in ("running_mean", "running_var", "weight", "bias")
        )
        scale = gain * torch.rsqrt(variance + EPSILON)
        shift = bias - mean * scale
        x = g.node("Mul", x, g.constant(f"{name}.scale", scale[:, None, None].numpy()))
        x = g.node("Add", x, g.constant(f"{name}.shift", shift[:, None, None].numpy()))
        if label:
            more = g.node("Add", linear(g, label, f"{name}.gain", weights), once(g, "one", np.array(1, np.float32)))
            x = g.node("Mul", x, spatial(g, more))
            x = g.node("Add", x, spatial(g, linear(g, label, f"{name}.shift", weights)))
        x = g.node("Relu", x)
        last = index == len(synthesis.norms) - 1
        layer = "synthesis.head" if last else f"synthesis.layers.{index}"
        inputs = [x, g.weight(f"{layer}.weight", weights[f"{layer}.weight"])]
        inputs += [g.weight(f"{layer}.bias", weights[f"{layer}.bias"])] if last else []
        x = g.node("ConvTranspose", *inputs, strides=[2, 2], pads=[1, 1, 1, 1], to="logits" if last else "")
    return g.model({"ws": (mapping.num_ws, mapping.w_dim)}, {"logits": (channels, *size)})
