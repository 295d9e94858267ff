"""What a user waits for: an overlap to 1 %, a glass in equilibrium, a phase diagram; by the clock, on the cores that are there.

python -m benchmarks.waits [ROW ...]   each row in a process of its own, machine code from the cache

An overlap: samples are doubled, from two, until the error that the run itself gives is below 1 % of the value; what was
waited for is the last run. A glass: sweeps are doubled until every rung of a ladder is EQUILIBRATED. Both tell what was found.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from typing import Any

import numpy as np

import glassy
from glassy import RS, RSB, DenseHebbian, ReplicaExchange, SpinGlass, Status
from glassy.phases.spin_glass_temperatures import _gardner, static


def timed(call: Callable[[], Any]) -> tuple[Any, float]:
    """Return what a call gives, and its seconds by the clock."""
    began = time.perf_counter()
    return call(), time.perf_counter() - began


def overlap(P: int, load: float, T: float, N: int, quantity: str = "m", **options: Any) -> Iterator[str]:
    """Double the samples of a run until its error is below 1 %."""
    for samples in (2**k for k in count(1)):
        call = partial(
            glassy.simulate, DenseHebbian(P), load=load, T=T, N=N, samples=samples, seed=1, progress=False, **options
        )
        run, seconds = timed(call)
        value = run.mean(quantity)
        if value.error < 0.01 * abs(value.value):
            yield f"{seconds:.2f} s: {quantity} = {value}, {samples} samples, {run.status.name}"
            return


def glass(network: Any, load: float, temperatures: Any, N: int, samples: int) -> Iterator[str]:
    """Double the sweeps of a ladder until each of its rungs is in equilibrium."""
    for sweeps in (1000 * 2**k for k in range(10)):
        call = partial(glassy.simulate, network, load, list(temperatures), N, method=ReplicaExchange(), samples=samples,
                       sweeps=sweeps, burn_in=sweeps // 2, seed=1, progress=False)  # fmt: skip
        ladder, seconds = timed(call)
        if all(r.status is Status.EQUILIBRATED for r in ladder):
            yield f"{seconds:.1f} s: energy at T = {ladder[0].T:g} is {ladder[0].energy}, {samples} samples, {sweeps} sweeps"
            return


def diagram(P: int, ansatz: Any) -> Iterator[str]:
    """Solve a phase diagram, from nothing."""
    static.cache_clear()
    _gardner.cache_clear()
    found, seconds = timed(partial(glassy.phase_diagram, DenseHebbian(P), ansatz, progress=False))
    yield f"{seconds:.2f} s: {sum(len(line.load) for line in found.lines)} points of {len(found.lines)} lines"


COLD = np.geomspace(0.8, 3.3, 14)
ROWS: dict[str, Callable[[], Iterator[str]]] = {
    "m to 1 %, P = 2, N = 1000, load 0.05, T = 0.4": partial(overlap, 2, 0.05, 0.4, 1000),
    "m to 1 %, P = 3, N = 400, load 0.2, T = 0.4": partial(overlap, 3, 0.2, 0.4, 400),
    "m to 1 %, P = 4, N = 200, load 0.2, T = 0.5": partial(overlap, 4, 0.2, 0.5, 200),
    "glass in equilibrium, P = 3, N = 48, load 4, T from 0.6 T_c": partial(glass, DenseHebbian(3), 4.0, COLD, 48, 8),
    "glass in equilibrium, P = 4, N = 32, load 4, T from 0.7 T_c": partial(glass, SpinGlass({4: 1.0}), 4.0, 1.05 * COLD, 32, 8),
    "glass in equilibrium, SK, N = 128, T from 0.5": partial(
        glass, SpinGlass({2: 1.0}), 1.0, np.geomspace(0.5, 2.0, 16), 128, 8
    ),
    "phase diagram, P = 4, RS": partial(diagram, 4, RS()),
    "phase diagram, P = 4, RSB(1)": partial(diagram, 4, RSB(1)),
    "phase diagram, P = 2, RSB(1)": partial(diagram, 2, RSB(1)),
}


def main(names: list[str]) -> None:
    if len(names) == 1:  # twice: machine code is made by the first
        for text in (*ROWS[names[0]](), *ROWS[names[0]]()):
            found = text
        print(f"{names[0]}: {found}", flush=True)
        return
    for name in names or ROWS:
        subprocess.run([sys.executable, "-m", "benchmarks.waits", name], check=True)


if __name__ == "__main__":
    main(sys.argv[1:])
