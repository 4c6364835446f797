"""Two processes that share the pictures of each step learn what one learns that takes twice as many."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from tests.training.tune.small import QUICK, pictures, run_of
from vtuber_studio.finetune import finetune

STEPS = 3
_PEER = """
import sys, torch
from pathlib import Path
from vtuber_studio.finetune import finetune, follow
from vtuber_studio.training.tune.config import TuneConfig
from vtuber_studio.training.tune.peers import join, leave
torch.set_num_threads(1)
folder, config, steps = Path(sys.argv[1]), TuneConfig(**eval(sys.argv[2])), int(sys.argv[3])
peers = join()
if peers.leads:
    list(finetune(folder, steps=steps, tuning=config, peers=peers))
    leave(peers)
else:
    follow(folder, peers, config)
"""


def losses(folder: Path) -> list[float]:
    lines = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    return [line["loss"] for line in lines if "loss" in line]


def test_two_processes_learn_as_one_with_twice_the_pictures(base: Path, tmp_path: Path) -> None:
    config = dataclasses.replace(QUICK, mode="full", held_networks=2, tick_steps=1, judge_alone=0.0)
    some, script = pictures(base), tmp_path / "peer.py"
    two, one = (run_of(tmp_path / name, base, some) for name in ("two", "one"))
    script.write_text(_PEER)
    told = [str(two), repr(dataclasses.asdict(config)), str(STEPS)]
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", str(script), *told]
    place = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, env=place)
    assert done.returncode == 0, done.stderr[-3000:]
    list(finetune(one, steps=STEPS, tuning=dataclasses.replace(config, batch=2)))
    assert losses(two) == pytest.approx(losses(one), abs=1e-4) and len(losses(one)) > STEPS
    of_one, of_two = (load_file(folder / "state.safetensors") for folder in (one, two))
    for kind in ("moment.", "judging."):  # the gradients, of the networks and of the judge
        keys = [key for key in of_one if key.startswith(kind) and key.endswith("exp_avg")]
        sums = [torch.cat([of[key].flatten() for key in keys]) for of in (of_one, of_two)]
        assert float((sums[0] - sums[1]).norm() / sums[0].norm()) < 1e-4, kind
