"""The replicon, seen: the distance of two iterations on one network that began side by side, on both sides of the AT line."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

import glassy
from glassy import DenseHebbian, Estimate, Measured, Table, message_passing, plots, solve
from ._sim import NetworkCase, Sampling, Tables

SIDE = {True: 1e-4, False: 1e-10}  # size of the first distance where it shrinks, and where it grows
SADDLES = {name: plots.PHASES[name] for name in ("retrieval", "paramagnetic", "spin_glass")}


@dataclass(frozen=True, kw_only=True)
class Growth(NetworkCase):
    """Where two iterations are followed: loads and temperatures of each saddle of RS that they go to."""

    at: tuple[tuple[str, float, tuple[float, ...]], ...]
    window: tuple[int, int] = (12, 24)  # iterations between which the distance is followed


CLAIM = ("Two iterations of message passing on one network that began side by side part where the replicon of RS is negative, "
         "and meet where it is positive: once m and q have settled each iteration changes their distance by the square root of "
         "1 - replicon.")  # fmt: skip
CASES = {case.name: case for case in (
    Growth(name="P2", network=DenseHebbian(2), sizes=(300, 1000, 3000), samples=(48, 24, 12), sweeps=0, seed=81, claim=CLAIM,
           at=(("spin_glass", 0.2, (0.85, 1.0, 1.15, 1.3)), ("paramagnetic", 0.2, (1.55, 1.65, 1.8))), window=(20, 40)),
    Growth(name="P3", network=DenseHebbian(3), sizes=(150, 300, 450), samples=(24, 12, 8), sweeps=0, seed=82, claim=CLAIM,
           at=(("spin_glass", 0.35, (0.16, 0.2, 0.24, 0.28)), ("retrieval", 0.35, (0.2, 0.3, 0.4)))),
)}  # fmt: skip


def apart(case: NetworkCase, window: tuple[int, int], start: str, at: tuple[float, float, int], samples: int, by: float) -> Any:
    """Return the distances of two iterations at the ends of a window, [end, network], at load, T and N."""
    load, T, N = at
    rng, K = np.random.default_rng(case.seed), case.network.patterns(load, N)
    first = np.array([glassy.draw_patterns(K, N, case.seed, k)[0] for k in range(samples)], float)
    x = first if start == "retrieval" else rng.choice([-1.0, 1.0], first.shape)
    aside = by * rng.choice([-1.0, 1.0], first.shape)
    asked: Any = {"K": K, "T": T, "N": N, "seed": case.seed, "samples": samples, "tolerance": 1e-15, "progress": False}
    ends = [[message_passing(case.network, start=(1.0 - by) * x + way * aside, max_iterations=t, **asked).magnetizations
             for way in (-1, 1)] for t in window]  # fmt: skip
    return [np.sqrt(((a - b) ** 2).sum(axis=1)) for a, b in ends]


def growth(case: Growth, saddle: str, load: float, T: float, N: int, samples: int, shrinks: bool) -> Estimate:
    """Return the factor by which the distance of two iterations grows in one, from spins of the pattern or random ones."""
    before, after = apart(case, case.window, saddle, (load, T, N), samples, SIDE[shrinks])
    return glassy.mean_of_samples((after / before) ** (1.0 / (case.window[1] - case.window[0])))


def measure(case: Growth, run: Sampling) -> Tables:
    table = Table()
    for (saddle, load, temperatures), (N, S, _) in product(case.at, case.runs):
        for T in temperatures:
            replicon = solve(case.network, load, T, saddle).replicon
            found = growth(case, saddle, load, T, N, S, replicon > 0.0)
            table += [Measured.of(found, math.sqrt(1.0 - replicon), curve=saddle, load=load, T=T, N=N,
                                  quantity="growth in an iteration")]  # fmt: skip
    return {"data": table}


def panels(case: Growth, tables: Tables) -> Any:
    data = tables["data"]
    fig, ((left, right),) = plots.figure(1, 2, height=2.6)
    ends, markers = (0.9 * min(data["theory"]), 1.05 * max(data["theory"])), plots.markers_of(data)
    plots.theory(left, ends, ends, "k")
    for saddle, color in SADDLES.items():
        mine = data.where(curve=saddle)
        plots.points(left, mine, "theory", color=color, markers=markers)
        plots.points(right, mine, "theory", lambda r: r.simulation / r.theory, lambda r: r.error / r.theory, color=color,
                     markers=markers)  # fmt: skip
    for ax in (left, right):
        ax.axhline(1.0, color="0.7", lw=0.8)
        ax.set_xlabel(r"$\sqrt{1 - \mathrm{replicon}}$ of RS")
    left.axvline(1.0, color="0.7", lw=0.8)
    left.set(ylabel="growth of the distance in an iteration")
    right.set(ylabel=r"growth / $\sqrt{1 - \mathrm{replicon}}$")
    there = [s for s in SADDLES if data.where(curve=s)]
    plots.legend(left, [("RS", "k")], markers, dots=[(s.replace("_", " "), SADDLES[s]) for s in there], below=True)
    finding = "Two iterations side by side part where RS is unstable and meet where it is stable, as its replicon says"
    where = f"P = {case.network.P}, load {case.at[0][1]:g}: growth > 1, where the replicon is negative, parts them"
    return plots.headline(fig, finding, where)
