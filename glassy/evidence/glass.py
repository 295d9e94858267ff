"""A network beyond retrieval: what theory says of N spins, ladders beside it as a Table, and whether they are the glass."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from glassy.analysis.control_variates import mean_of_samples
from glassy.core import checks
from glassy.core.errors import EquilibrationWarning, InputError
from glassy.core.results import Estimate
from glassy.evidence.table import Measured, Remark, Table
from glassy.model.family import check_network
from glassy.model.network import DenseHebbian
from glassy.phases.spin_glass_temperatures import critical_temperature, is_continuous
from glassy.simulation.compare_starts import compare_starts
from glassy.simulation.ladder import Ladder
from glassy.theory.annealed import annealed
from glassy.theory.ansatz import RS, RSB, Ansatz, FullRSB
from glassy.theory.ansatz import check as check_ansatz
from glassy.theory.solution import Solution
from glassy.theory.solve import solve

PATTERNS = 0.15  # share of the samples at single patterns above which a finite network is not the glass
CLOSE = 0.9  # |m| with one of the K patterns beyond which a sample is at it
HOT = 1.9  # T/T_c from which ln Z of small networks fluctuates so little that its mean is that of F.1
NEAR = 1.2  # T/T_c up to which a continuous transition is felt
STEP = 1e-3  # of T: half the difference of energies that gives the specific heat


@dataclass(frozen=True)
class GlassTheory:
    """A network beyond retrieval, and the ansatz that ladders of it are held against.

    Energies are without the mean M.3 of all K patterns: none is condensed.

    Parameters
    ----------
    network : DenseHebbian
        Its P and kind of interactions.
    load : float
        The load that is asked for.
    ansatz : RS, RSB or FullRSB
        What ladders are held against.

    Examples
    --------
    >>> import glassy
    >>> glass = GlassTheory(glassy.DenseHebbian(P=3), 1.0, glassy.RSB(1))
    >>> glass.continuous, round(glass.T_c, 3), round(glass.says(1.0)["energy"], 3)
    (False, 0.651, -0.5)
    >>> options = dict(N=24, T=[1.0, 1.5, 2.5, np.inf], load=1.0, sweeps=200, burn_in=100, seed=1, samples=4)
    >>> a, b = (glassy.simulate(glass.network, start=start, method=glassy.ReplicaExchange(every=2), **options)
    ...         for start in ("random", "pattern"))
    >>> [r.quantity for r in glass.rungs(a, a, b).where(T=1.0)]
    ['energy', 'specific heat', '-beta f', '<q^2>', 'at a pattern', 'p of two starts']
    """

    network: DenseHebbian
    load: float
    ansatz: Ansatz

    def __post_init__(self) -> None:
        check_network(self.network, "stored", "signal", "table")
        object.__setattr__(self, "ansatz", check_ansatz(self.ansatz))
        if not checks.load(self.load):
            raise InputError("load must be > 0 for a spin glass, got 0. Without noise there is none.")

    @property
    def T_c(self) -> float:
        """Where the glass begins."""
        return critical_temperature(self.network, self.load)

    @property
    def continuous(self) -> bool:
        """Whether replica symmetry breaks continuously there."""
        return is_continuous(self.network)

    def says(self, T: float, N: float = math.inf, K: int = 0) -> dict[str, float]:
        """Return energy, specific heat, -beta f, <q^2>, and the lowest and highest level of P(q), of the m = 0 state that wins.

        A continuous glass wins below T_c, another where its free energy is the larger. With N spins and K patterns the first
        three are those of F.1 far above T_c.
        """
        if checks.temperature(T) == 0.0:
            raise InputError("T must be > 0, got 0. -beta f diverges there; solve(..., T=0) gives the ground state.")
        found = dict(_averages(self.network, self.load, T, self.ansatz))
        if math.isfinite(N) and HOT * self.T_c <= T:
            exact = annealed(self.network, K, int(N), T)
            found |= {"energy": exact.energy, "specific heat": exact.specific_heat, "-beta f": exact.minus_beta_f}
        return found

    def rungs(self, ladder: Ladder, random: Ladder, pattern: Ladder) -> Table:
        """Return the rows of a ladder up to T = inf, the last rung left out.

        A rung is usable where its series and two starts say so; where too many samples end at a single pattern its status is
        AT_A_PATTERN.

        Parameters
        ----------
        ladder, random, pattern : Ladder
            All samples, and a few of them started at random and at the pattern.

        Raises
        ------
        InputError
            If the ladder is of another network.
        """
        if found := {r.network for r in ladder} - {self.network}:
            raise InputError(f"ladder must be of {self.network!r}, got one of {found.pop()!r}. Make a GlassTheory of that.")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", EquilibrationWarning)  # every row shows its status
            free = ladder.minus_beta_f()
        table = []
        for i, (r, a, b) in enumerate(zip(ladder[:-1], random[:-1], pattern[:-1], strict=True)):
            meeting = compare_starts(a, b)
            close = np.abs(r.largest_overlaps(1)[1][..., 0]).max(axis=1) > CLOSE
            share = mean_of_samples(close.astype(float), math.inf)
            status = Remark.AT_A_PATTERN if share > PATTERNS else meeting.status if r.status.ok else r.status
            mean, say = self.network.energy_offset(r.K + 1, r.N), self.says(r.T, r.N, r.K)
            measured = {
                "energy": r.energy.shifted(-mean), "specific heat": r.specific_heat, "-beta f": free[i].shifted(mean / r.T),
                "<q^2>": r.q2, "at a pattern": share, "p of two starts": Estimate(meeting.worst.p, 0.0, samples=a.samples),
            }  # fmt: skip
            where: Any = {"load": self.load, "T": r.T, "N": r.N, "sweeps": r.sweeps, "status": status}
            table += [Measured.of(x, say.get(name, math.nan), quantity=name, **where) for name, x in measured.items()]
        return Table(table)

    def limits(self, table: Table) -> Table:
        """Return the limits of `rungs` of several sizes, in powers of 1/N that the transition allows.

        Where symmetry breaks continuously, and near it, N^(-2/3) and 1/N, as in Sherrington and Kirkpatrick's model, and each
        alone (ONE_POWER) to tell them apart; else 1/N and 1/N^2.
        """
        limits = Table()
        for T in dict.fromkeys(table.finite["T"].tolist()):
            say = self.says(T)
            here = table.finite.where(T=T, quantity=say.__contains__)
            limits += here.limits((2 / 3, 1.0) if self.continuous and NEAR * self.T_c > T else (1.0, 2.0), say)
            for power in (2 / 3, 1.0) if self.continuous else ():
                limits += [replace(r, status=Remark.ONE_POWER) for r in here.limits((power,), say)]
        return limits

    def curves(self, T: Iterable[float], ansaetze: Sequence[Ansatz | str] = (RS(), RSB(1))) -> list[dict[str, Any]]:
        """Return what ansaetze say as rows, for figures."""
        say = [(check_ansatz(a), t) for a in ansaetze for t in map(float, T)]
        return [{"ansatz": repr(a), "T": t, **_averages(self.network, self.load, t, a)} for a, t in say]


@lru_cache(maxsize=512)
def _averages(network: DenseHebbian, load: float, T: float, ansatz: Ansatz) -> dict[str, float]:
    """Return `GlassTheory.says` of infinitely many spins; the specific heat of full RSB is that of two steps."""
    s, few = _winner(network, load, T, ansatz), RSB(2) if isinstance(ansatz, FullRSB) else ansatz
    warm, cold = (_winner(network, load, T + h, few).energy for h in (STEP * T, -STEP * T))
    p = s.overlap_distribution if s.q_EA > 0.0 else None
    q, weight = (p.q, p.weight) if p else ((0.0,), (1.0,))
    levels = [level for level, w in zip(q, weight, strict=True) if w > 0.0]  # between T_c and T_d none is at q_1
    return {
        "energy": float(s.energy), "specific heat": float((warm - cold) / (2.0 * (STEP * T))),
        "-beta f": float(-s.free_energy / T), "<q^2>": float(np.dot(np.square(q), weight)), "q_0": levels[0], "q_1": levels[-1],
    }  # fmt: skip


def _winner(network: DenseHebbian, load: float, T: float, ansatz: Ansatz) -> Solution:
    """Return the m = 0 state that wins; a continuous glass wins wherever it exists, below T_c."""
    flat, continuous = solve(network, load, T, "paramagnetic", strict=False), is_continuous(network)
    if continuous and critical_temperature(network, load) <= T:
        return flat
    glass = solve(network, load, T, "spin_glass", ansatz, strict=False)
    return glass if continuous or (glass.status.ok and glass.free_energy >= flat.free_energy) else flat
