"""Phase: how the phase of the pattern of one network is held, and the rows that its ladders give, by RS and by RSB(1).

What tells the ansaetze apart is the change of a network as it cools from T = warm sqrt(load), where they are one to 1e-4, to T
below the AT line: both ends belong to one ladder of one sample, so that nearly all of the scatter between samples cancels.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from glassy import RS, RSB, DenseHebbian, Estimate, Ladder, Samples, Solution, Status, solve
from glassy.evidence.compare import predicted
from sims import GOOD, held
from sims.harness import LIMIT
from sims.held import FloatArray, near_wall, observed, plain, rung_status
from sims.measured import Row, row

T = 0.1  # of the figure, in every ladder
REDUCED = (0.1, 0.16, 0.25, 0.55, 0.75, 1.0, 1.3, 1.6)  # of warm sqrt(load): the ladder, with T added
RARE = 3.0  # misaligned (or turning) spins in all samples of a size, below which their scatter is no error (trap 15)
CROWDED = 0.25  # share of the time at the wall, at any T up to the warm one, from which it holds a network, not the phase
USABLE = (Status.EQUILIBRATED, Status.STEADY, Status.SHORT_CHAIN)  # errors are the scatter between samples: shortness is in it
ANSAETZE: dict[str, RS | RSB] = {"RS": RS(), "RSB(1)": RSB(1)}
COOLING = {"m": "change of m", "energy_excess": "change of energy"}  # from warm sqrt(load) to T
FREE = "free energy above the pattern"
LOWER = "lower wall"  # the curve of what a lower wall adds


@dataclass(frozen=True)
class Phase:
    """The phase of the pattern of one network, and how it is held.

    `warm` is T/sqrt(load) at which the free energy is measured, and from which a network cools; `powers` are those of 1/N.
    Burn-in is half the sweeps, but twice the sweeps at the loads in `slow`. At the load `again` all sizes also run behind the
    wall `lower`, with the same patterns and streams of random numbers, and the second size from a start just above its wall,
    with the same patterns and other streams: they go by T, and its T are the next larger numbers.
    """

    network: DenseHebbian
    loads: tuple[float, ...]
    sizes: tuple[int, ...]
    samples: tuple[int, ...]
    sweeps: tuple[int, ...]
    wall: float
    seed: int
    claim: str
    again: float = math.nan
    lower: float = math.nan
    warm: float = 0.45
    powers: tuple[float, ...] = (1.0,)
    reduced: tuple[float, ...] = REDUCED
    slow: tuple[float, ...] = ()

    def temperatures(self, load: float) -> list[float]:
        """Return the temperatures of the ladder at one load, with T and warm sqrt(load) among them."""
        return sorted({T, *(x * self.warm * math.sqrt(load) for x in self.reduced)})


def judge(ladder: Sequence[Samples], x: FloatArray, misaligned: float, crowd: float = 0.0) -> str:
    """Status of a series of some rungs: where the phase, not the wall, holds the network and enough spins are misaligned.

    `misaligned` is their share by theory, or that of the spins that turn between rungs; `crowd` the share of time at the wall.
    """
    if crowd > CROWDED:
        return "AT_WALL"
    if bad := [status for r in ladder if (status := rung_status(r)) not in USABLE]:
        return bad[0].name
    if abs(held.drift(x)) > LIMIT:
        return "DRIFTS"
    return "RARE" if 0.5 * ladder[0].N * ladder[0].samples * misaligned < RARE else "STEADY"


def both(quantity: str, load: float, r: Samples, say: dict[str, float], value: Estimate, sweeps: int, status: str) -> list[Row]:
    """Return one measured value as the rows of both ansaetze."""
    return [row(k, load, r.T, r.N, quantity, say.get(k, math.nan), value, sweeps=sweeps, status=status) for k in ANSAETZE]


def saddles(case: Phase, load: float, T: float) -> dict[str, Solution]:
    """Return the saddles of the phase by both ansaetze."""
    return {k: solve(case.network, load, T, "retrieval", a, strict=False) for k, a in ANSAETZE.items()}


def of_size(case: Phase, load: float, ladder: Ladder, sweeps: int) -> list[Row]:
    """Return the rows of one size at one load: every rung, what changes down to it, and the free energy at warm sqrt(load)."""
    here, seen = held.fields(ladder[0]), [observed(r) for r in ladder]
    warm = case.temperatures(load).index(case.warm * math.sqrt(load))
    shares = [plain(near_wall(r, case.wall)) for r in ladder]
    crowd = max(float(x) for x in shares[: warm + 1])
    rows: list[Row] = []
    for r, found, share in zip(ladder, seen, shares, strict=True):
        at, crowded = saddles(case, load, r.T), max(crowd, float(share))
        rows += both("share at the wall", load, r, {}, share, sweeps, judge([r], found["m"], 1.0, crowded))
        for name, x in found.items():
            say = {k: predicted(name, s) for k, s in at.items()}
            status = judge([r], x, 1.0 - at["RSB(1)"].m, crowded)
            rows += both(name, load, r, say, held.mean(x.mean(axis=1), r.T, here), sweeps, status)
    cold = [judge([r], x["energy_excess"], 1.0, crowd) for r, x in zip(ladder[: warm + 1], seen, strict=False)]
    path, excess = np.array([r.T for r in ladder]), np.array([x["energy_excess"].mean(axis=1) for x in seen])
    f = held.mean(held.excess_free_energy(path, excess, warm), ladder[warm].T, here)
    say = {k: s.free_energy + 0.5 for k, s in saddles(case, load, ladder[warm].T).items()}
    status = next((x for x in cold if x not in GOOD), "STEADY")
    rows += both(FREE, load, ladder[warm], say, f, sweeps, status)
    return rows + of_cooling(case, load, ladder[: warm + 1], here, sweeps)


def error_of_rule(case: Phase, load: float) -> float:
    """Return how far the integral over the rungs is from the free energy of RSB(1) at warm sqrt(load), with its energies."""
    path = [t for t in case.temperatures(load) if t <= case.warm * math.sqrt(load)]
    found = [saddles(case, load, t)["RSB(1)"] for t in path]
    energies = np.array([[s.energy + 0.5] for s in found])
    f = held.excess_free_energy(np.array(path), energies, len(path) - 1)
    return float(f[0]) - 0.5 - float(found[-1].free_energy)


def with_rule(case: Phase, r: Row) -> Row:
    """Return the limit of a free energy with the error of its rule, which is the same at every N, in its error."""
    if r["quantity"] != FREE:
        return r
    error = math.hypot(r["error"], error_of_rule(case, r["load"]))
    return {**r, "error": error, "z": (r["simulation"] - r["theory"]) / error}


def of_cooling(
    case: Phase, load: float, ladder: Sequence[Samples], here: held.Fields, sweeps: int, wall: float = math.nan
) -> list[Row]:
    """Return what changes from the last rung down to each of the others; behind another wall than that of the case, say so.

    A network at the wall does not count, but for the change of energy at the load that is run behind two walls: there `of_wall`
    says what the wall does to it.
    """
    end = ladder[-1]
    words = "" if math.isnan(wall) else f", wall at {wall:g}"
    crowd = max(float(near_wall(r, case.wall if math.isnan(wall) else wall).mean()) for r in ladder)
    top, last = saddles(case, load, end.T), observed(end)
    rows: list[Row] = []
    for r in ladder[:-1]:
        at, found = saddles(case, load, r.T), observed(r)
        turned = predicted("q", at["RSB(1)"]) - predicted("q", top["RSB(1)"])
        for name, change in COOLING.items():
            x = found[name] - last[name]
            say = {k: predicted(name, at[k]) - predicted(name, top[k]) for k in ANSAETZE}
            status = judge([r, end], x, turned, 0.0 if name != "m" and load == case.again else crowd)
            rows += both(change + words, load, r, say, held.mean(x.mean(axis=1), r.T, here), sweeps, status)
    return rows


def added(curve: str, quantity: str, load: float, a: Samples, b: Samples, x: FloatArray, sweeps: int) -> Row:
    """Return the row of what a run adds to another, sample by sample, where nothing is expected."""
    worse = [s for s in (rung_status(a), rung_status(b)) if s not in USABLE]
    status = worse[0].name if worse else "STEADY"
    return row(curve, load, a.T, a.N, quantity, 0.0, plain(x.mean(axis=1)), sweeps=sweeps, status=status)


def of_start(load: float, ladder: Sequence[Samples], other: Sequence[Samples], sweeps: int) -> list[Row]:
    """Return what a start at the wall adds to m and energy of each rung: nothing in equilibrium."""
    return [
        added("from the wall", name, load, a, b, observed(b)[name] - observed(a)[name], sweeps)
        for a, b in zip(ladder, other, strict=True)
        for name in COOLING
    ]


def of_wall(load: float, ladder: Sequence[Samples], other: Sequence[Samples], sweeps: int) -> list[Row]:
    """Return what a lower wall adds to the change of energy from the last rung to each of the others: nothing at N = inf."""
    first, second = ([observed(r)["energy_excess"] for r in runs] for runs in (ladder, other))
    return [
        added(LOWER, COOLING["energy_excess"], load, a, b, (y - second[-1]) - (x - first[-1]), sweeps)
        for a, b, x, y in zip(ladder[:-1], other[:-1], first[:-1], second[:-1], strict=True)
    ]
