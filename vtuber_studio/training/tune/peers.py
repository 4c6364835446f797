"""Several processes that tune together, one GPU or a share of the cores each (``torchrun``): each learns its share of a
step's pictures, gradients are added up, so all hold the same weights. The first leads: it alone reads, reports, saves
and exports, and tells the others each step; they follow until it ends.

Gradients are added by hand, not by DistributedDataParallel: a step's loss touches another few of some twenty networks
each time, and each network several times.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Sequence
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor


class Peers:
    """This process among its peers; alone unless ``join`` says otherwise."""

    def __init__(self, rank: int = 0, count: int = 1) -> None:
        self.rank, self.count = rank, count

    @property
    def leads(self) -> bool:
        """Whether this process is the one that says what is done."""
        return self.rank == 0

    def tell(self, *message: Any) -> None:
        """What the others are to do next."""
        if self.count > 1 and self.leads:
            dist.broadcast_object_list([message], 0)

    def hear(self) -> tuple[Any, ...]:
        """What the first one says next."""
        box: list[Any] = [None]
        dist.broadcast_object_list(box, 0)
        message: tuple[Any, ...] = box[0]
        return message

    def add_gradients(self, weights: Sequence[Tensor], loss: float) -> float:
        """Give each weight the sum of all processes' gradients, and answer with the sum of their losses."""
        if self.count == 1:
            return loss
        device = weights[0].device
        flat = [torch.zeros_like(w).flatten() if w.grad is None else w.grad.flatten() for w in weights]
        whole = torch.cat([*flat, torch.tensor([loss], dtype=flat[0].dtype, device=device)])
        dist.all_reduce(whole)
        for weight, own in zip(weights, whole[:-1].split([w.numel() for w in weights]), strict=True):
            # a fused optimizer takes a gradient's numbers in the order in which its weight's lie in memory
            weight.grad = torch.empty_like(weight).copy_(own.view_as(weight))
        return float(whole[-1])

    def gather(self, own: Any) -> list[Any]:
        """What each process gives, in their order."""
        if self.count == 1:
            return [own]
        box: list[Any] = [None] * self.count
        dist.all_gather_object(box, own)
        return box


ALONE = Peers()


def join() -> Peers:
    """The peers that ``torchrun`` started this process among."""
    count = int(os.environ.get("WORLD_SIZE", "1"))
    if count == 1:
        return ALONE
    backend = "cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo"
    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
    # the others wait while pictures are read and fitted, and while a run is paused
    dist.init_process_group(backend, timeout=datetime.timedelta(days=7))
    return Peers(dist.get_rank(), count)


def leave(peers: Peers) -> None:
    """The end of it."""
    if peers.count > 1:
        peers.tell("end")
        dist.destroy_process_group()
