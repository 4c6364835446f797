"""Drawings to learn from. Drawing number i of a part is a function of the seed and i alone, so that a resumed run
sees what an uninterrupted one would have seen."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

from vtuber_studio.artist import schema
from vtuber_studio.artist.portrait import draw_part, sample_values
from vtuber_studio.core.attribute import encode
from vtuber_studio.engine.memory import keep_heap
from vtuber_studio.engine.tables import PartTables
from vtuber_studio.training.config import TrainConfig

Drawing = tuple[torch.Tensor, torch.Tensor, torch.Tensor]  # c [c_dim], z [z_dim], coverage uint8 [channels, H, W]


class Drawings(Dataset[Drawing]):
    """The artist's drawings of one part, at twice the logits' resolution."""

    def __init__(self, tables: PartTables, seed: int) -> None:
        self.part, self.rows, self.seed = tables.part, tables.rows, seed
        part = tables.part
        self.scale = 2 * part.logits[1] / (part.box[2] - part.box[0])
        left, top, *_ = schema.part(part.name).box  # what is drawn; a style may need less of it
        y, x = (round(self.scale * offset) for offset in (part.box[1] - top, part.box[0] - left))
        self.shown = np.s_[:, y : y + 2 * part.logits[0], x : x + 2 * part.logits[1]]

    def __getitem__(self, index: int) -> Drawing:
        rng = np.random.default_rng([self.seed, zlib.crc32(self.part.name.encode()), index])
        values = sample_values(self.part.name, rng, self.rows)
        z = rng.standard_normal(self.part.z_dim).astype(np.float32)
        cels = draw_part(self.part.name, values, z, self.scale)
        maps = [np.concatenate([c.m, c.t[None]]) if c.t is not None else c.m for c in cels.values()]
        whole = np.concatenate(maps)[self.shown]
        np.rint(np.multiply(np.clip(whole, 0, 1, out=whole), 255, out=whole), out=whole)
        coverage = whole.astype(np.uint8)
        return torch.from_numpy(encode(self.rows, values)), torch.from_numpy(z), torch.from_numpy(coverage)


def _start(worker: int) -> None:
    """In a process that draws: maps of the same size again and again; 2700 page faults less a drawing of the body."""
    keep_heap()


class Pool:
    """Batches, on ``device``, in which each drawing is seen about ``uses`` times before it leaves."""

    FIRST = 32  # drawings before the first step

    def __init__(self, tables: PartTables, config: TrainConfig, step: int = 0, device: str = "cpu") -> None:
        self.config, self.step, self.device = config, step, torch.device(device)
        self.dataset = Drawings(tables, config.seed)
        start = max(0, self._drawn(step) - config.pool)
        self.kept: dict[int, Drawing] = {}
        self.next = start
        self.source = self._draw(start)

    def _drawn(self, step: int) -> int:
        return self.FIRST + step * self.config.batch // self.config.uses

    def _draw(self, start: int) -> Iterator[Drawing]:
        workers = self.config.workers
        options: dict[str, Any] = {"batch_size": None, "num_workers": workers, "pin_memory": self.device.type == "cuda"}
        if workers:
            options |= {"prefetch_factor": self.config.ahead, "multiprocessing_context": "spawn"}
            options |= {"worker_init_fn": _start}
        indices = range(start, 2**40)  # the loader's own order: one number after the other
        for drawing in DataLoader(self.dataset, sampler=indices, **options):  # type: ignore[arg-type]
            c, z, coverage = (tensor.to(self.device, non_blocking=True) for tensor in drawing)
            yield c, z, coverage

    def batch(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """c [n, c_dim], z [n, z_dim], coverage uint8 [n, channels, H, W] of the next step."""
        drawn = self._drawn(self.step)
        while self.next < drawn:
            self.kept[self.next] = next(self.source)
            self.next += 1
        oldest = max(0, drawn - self.config.pool)
        for index in [index for index in self.kept if index < oldest]:
            del self.kept[index]
        rng = np.random.default_rng([self.config.seed, self.step])
        chosen = rng.integers(oldest, drawn, self.config.batch)
        fresh = min(self.config.batch // self.config.uses, drawn - oldest)
        chosen[:fresh] = np.arange(drawn - fresh, drawn)
        self.step += 1
        c, z, coverage = zip(*(self.kept[int(index)] for index in chosen), strict=True)
        return torch.stack(c), torch.stack(z), torch.stack(coverage)
