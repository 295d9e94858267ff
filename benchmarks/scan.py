"""A scan of many state points under RS, a point: one thread, two threads, and an older glassy beside.

python -m benchmarks.scan [--points 100000] [--old PATH]

PATH is a checkout of another version (`git worktree add PATH COMMIT`). Its points are timed in a process of their own, in turns
with ours; it solves a tenth of them, spread over the same path. The numbers asked for are m and f of every point.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

PATHS = {  # name: P, interactions, loads, temperatures, phase
    "P = 4, load 0.01 .. 0.4 at T = 0.2": (4, "distinct", (0.01, 0.4), (0.2, 0.2), "retrieval"),
    "P = 3, T 0 .. 0.4 at load 0.2": (3, "distinct", (0.2, 0.2), (0.0, 0.4), "retrieval"),
    "P = 2, load 0.001 .. 0.1 at T = 0.2": (2, "distinct", (0.001, 0.1), (0.2, 0.2), "retrieval"),
    "P = 4 S, load 0.1 .. 1 at T = 0.3, spin glass": (4, "self-interacting", (0.1, 1.0), (0.3, 0.3), "spin_glass"),
    "P = 2, load 0.1 .. 1 at T = 0.3, equilibrium": (2, "distinct", (0.1, 1.0), (0.3, 0.3), "equilibrium"),
}


def one(name: str, points: int, **options: int) -> float:
    """Microseconds a point, of the glassy that is on the path."""
    import glassy

    P, kind, loads, T, phase = PATHS[name]
    network = glassy.DenseHebbian(P, kind)
    load, T = np.linspace(*loads, points), np.linspace(*T, points)
    glassy.scan(network, load[:: points // 20], T[:: points // 20], phase)  # warm
    start = time.perf_counter()
    path = glassy.scan(network, load, T, phase, **options)
    path.values("m"), path.values("free_energy")
    spent = time.perf_counter() - start
    assert all(status.ok for status in path.statuses)
    return spent / points * 1e6


def old(name: str, points: int, checkout: Path) -> float:
    """Microseconds a point, of another checkout."""
    command = [sys.executable, "-P", __file__, "--one", name, "--points", str(points)]
    run = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(checkout)}, capture_output=True, text=True, check=True)
    return float(run.stdout)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=100_000)
    parser.add_argument("--old", type=Path)
    parser.add_argument("--rounds", type=int, default=5, help="the fastest of them counts")
    parser.add_argument("--one", choices=PATHS, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        print(one(asked.one, asked.points))
        sys.exit()
    for name in PATHS:
        rounds = [
            [one(name, asked.points, threads=1), one(name, asked.points, threads=2)]
            + ([old(name, max(asked.points // 10, 100), asked.old.resolve())] if asked.old else [])
            for _ in range(asked.rounds)
        ]
        single, double, *other = (min(column) for column in zip(*rounds, strict=True))
        line = f"{name}: {single:.2f} us a point, two threads {double:.2f} (x {single / double:.2f})"
        print(line + (f"; old {other[0]:.1f}: x {other[0] / single:.1f}" if other else ""), flush=True)
