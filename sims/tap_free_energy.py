"""The TAP free energy of one network, beside that of its state by a ladder behind a wall, on the same patterns, paired."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import glassy
from glassy import DenseHebbian, Lines, Measured, Table, message_passing, plots, solve
from ._held import hold
from ._sim import NetworkCase, Sampling, Tables

FREE = "free energy above the pattern"


@dataclass(frozen=True, kw_only=True)
class Tap(NetworkCase):
    """A ladder behind a wall at one load, coldest T first, and the T of it at which the free energy is measured."""

    load: float
    wall: float
    ladder: tuple[float, ...]
    at: tuple[float, ...]


CLAIM = (
    "The free energy of message passing (T.2) is that of the state it finds: above the energy of the pattern it is what a "
    "ladder of the same network gives behind a wall, far within the scatter of the networks, and the nearer the larger N."
)
CASES = {case.name: case for case in (
    Tap(name="P2", network=DenseHebbian(2), sizes=(250, 500, 1000), samples=16, sweeps=1000, seed=9400, claim=CLAIM, load=0.1,
        wall=0.88, ladder=(0.02, 0.04, 0.07, 0.1, 0.14, 0.19, 0.25), at=(0.07, 0.1, 0.14, 0.19)),
    Tap(name="P3", network=DenseHebbian(3), sizes=(75, 150, 300), samples=16, sweeps=1000, seed=9500, claim=CLAIM, load=0.3,
        wall=0.7, ladder=(0.03, 0.06, 0.1, 0.15, 0.2, 0.25, 0.3, 0.36, 0.43), at=(0.2, 0.25, 0.3, 0.36)),
    Tap(name="P4", network=DenseHebbian(4), sizes=(64, 100), samples=16, sweeps=1000, seed=9600, claim=CLAIM, load=0.25,
        wall=0.82, ladder=(0.04, 0.08, 0.13, 0.19, 0.26, 0.33, 0.4, 0.48), at=(0.26, 0.33, 0.4)),
)}  # fmt: skip


def measure(case: Tap, run: Sampling) -> Tables:
    table, lines = Table(), Lines()
    for N, S, sweeps in case.runs:
        asked: Any = {"N": N, "seed": case.seed, "samples": S, "progress": False}
        warm = case.ladder[-1]
        held = run(case.network, case.load, case.ladder, how=hold, at=case.wall, warm=warm, sweeps=sweeps, out=f"{N}", **asked)
        for T in case.at:
            mine, state = message_passing(case.network, case.load, T, **asked), replace(held, warm=T)
            kept = [k for k, p in enumerate(mine.points) if p.status.ok]
            if len(kept) > 2:
                each = (mine.each("free_energy") - mine.each("pattern_energy"))[kept]
                gap, mean = glassy.mean_of_samples(state.free_energies[kept] - each), glassy.mean_of_samples(each)
                status = next(iter(state.free_energy())).status
                where = dict[str, Any](load=case.load, T=T, N=N, quantity=FREE, sweeps=sweeps, status=status)
                table += [Measured.of(gap.shifted(float(mean)), float(mean), disorder=mean.error, **where)]
    lines += [{"T": T, "f": solve(case.network, case.load, T).free_energy + 0.5} for T in case.at]
    return {"data": table, "lines": lines}


def panels(case: Tap, tables: Tables) -> Any:
    data, lines = tables["data"], tables["lines"]
    fig, ((left, right),) = plots.figure(1, 2, height=2.6)
    plots.points(left, data, "T", error="disorder")
    plots.theory(left, lines["T"], lines["f"], "k")
    plots.points(right, data, "T", lambda r: r.simulation - r.theory)
    right.axhline(0.0, color="0.35", lw=0.8)
    left.set(xlabel="temperature T", ylabel="free energy above the pattern")
    left.set_title("of the ladder; bars: scatter of the networks")
    right.set(xlabel="temperature T", ylabel="difference, ladder -\nmessage passing")
    right.set_title("within each network; bars: of the difference")
    plots.legend(left, [("RS", "k")], plots.markers_of(data), below=True)
    finding = "Message passing has the free energy of the ladder on the same network, far within the scatter of networks"
    return plots.headline(fig, finding, f"P = {case.network.P}, load {case.load:g}, per spin")
