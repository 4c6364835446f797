"""What tests of tuning share: a small generator (a nose and brows alone), and pictures by it in another style."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from msgspec import structs

from vtuber_studio.core.attribute import Value
from vtuber_studio.core.finetuning import FITS, PICTURES, checked
from vtuber_studio.core.image import encode_png
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine.assemble import assemble
from vtuber_studio.engine.bundle import find_bundle, read_bundle, staged
from vtuber_studio.engine.fitting import persona
from vtuber_studio.engine.generator import load_generator
from vtuber_studio.engine.render import render
from vtuber_studio.finetune import begin
from vtuber_studio.training.tune.config import TuneConfig
from vtuber_studio.training.tune.trainer import Fitted

PARTS = ("nose", "brows")  # the smallest
QUICK = TuneConfig(scale=0.5, looks=6, held_networks=1, bf16=False, tick_steps=2, rate=1.5e-3)
FACES: tuple[dict[str, Value], ...] = (
    {}, {"brow_raise": 0.9}, {"brow_tilt": 1.0}, {"brow_tilt": -1.0}, {"brow_raise": -0.8},
)  # fmt: skip


def small_base(folder: Path) -> Path:
    """A bundle of the starter's nose and brows alone."""
    whole = read_bundle(find_bundle())
    parts = [row for row in whole.table["parts"] if row["part"]["name"] in PARTS]
    rows = {
        kind: [
            {**row, "parts": [name for name in row["parts"] if name in PARTS]}
            for row in whole.table[kind]
            if set(row["parts"]) & set(PARTS)
        ]
        for kind in ("attributes", "expressions")
    }
    bare = {"shadow": None, "networks": {}, "dice": {}, "renamed": {}, "groups": []}
    table = {key: value for key, value in whole.table.items() if key != "groups"} | {**rows, "parts": parts}
    with staged(folder) as stage:
        assemble(stage, table | {key: value for key, value in bare.items() if key in table}, whole, "Small", [])
    return folder


def pictures(base: Path, count: int = 5, seed: int = 3) -> list[Fitted]:
    """Pictures of one persona whose nose and brows are painted warmer and darker to one side: no palette does that."""
    generator = load_generator(base)
    shots = [Shot(persona(generator.manifest, seed), FACES[k % len(FACES)]) for k in range(count)]
    return [Fitted(f"{k}", _restyled(render(generator, shot, size=512)), shot) for k, shot in enumerate(shots)]


def _restyled(image: np.ndarray) -> np.ndarray:
    made = image.astype(np.float32)
    across = np.linspace(0.4, 1.6, image.shape[1], dtype=np.float32)[None, :, None]
    made[..., :3] *= across * np.array([1.0, 0.8, 0.7], np.float32)
    return made.clip(0, 255).astype(np.uint8)


def run_of(folder: Path, base: Path, some: list[Fitted], minutes: float = 1.0) -> Path:
    """A run in ``folder`` whose pictures were read and fitted already, as its files say."""
    picture = folder.with_name(f"{folder.name}.png")
    picture.write_bytes(encode_png(some[0].image))
    begin(folder, checked(rights="own", minutes=minutes), [picture], base)
    for name in (PICTURES, FITS):
        (folder / name).mkdir()
    rows = [{"name": each.name, "file": f"{each.name}.png", "photo": False} for each in some]
    (folder / PICTURES / "pictures.json").write_text(json.dumps(rows))
    for each in some:
        (folder / PICTURES / f"{each.name}.png").write_bytes(encode_png(each.image))
        look, pose = json.loads(each.shot.look.to_json()), structs.asdict(each.shot.pose)
        told = {"look": look, "face": each.shot.expression, "pose": pose, "psnr": 20.0}
        (folder / FITS / f"{each.name}.json").write_text(json.dumps(told))
    return folder

