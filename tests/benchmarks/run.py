"""Run by hand: ``python tests/benchmarks/run.py [rounds]`` prints the rows of `vtuber-studio bench` as JSON."""

from __future__ import annotations

import json
import sys

from vtuber_studio.bench import ROUNDS, bench

if __name__ == "__main__":
    print(json.dumps(bench(rounds=int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS), indent=1))
