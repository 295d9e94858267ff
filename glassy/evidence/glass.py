"""A network beyond retrieval: what theory says of N spins, ladders beside it as a Table, and whether they are the glass."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from glassy.analysis.collapse import FEWEST, one_curve
from glassy.analysis.control_variates import mean_of_samples
from glassy.analysis.crossings import line_crossing
from glassy.core import checks
from glassy.core.errors import EquilibrationWarning, InputError
from glassy.core.results import Estimate
from glassy.evidence.table import Measured, Remark, Table
from glassy.model.family import Network, check_network
from glassy.phases.spin_glass_temperatures import critical_temperature, is_continuous
from glassy.simulation.compare_starts import compare_starts
from glassy.simulation.ladder import Ladder
from glassy.simulation.samples import Samples
from glassy.theory.annealed import annealed
from glassy.theory.ansatz import RS, RSB, Ansatz, FullRSB
from glassy.theory.ansatz import check as check_ansatz
from glassy.theory.solution import Solution
from glassy.theory.solve import solve

PATTERNS = 0.15  # share of the samples at single patterns above which a finite network is not the glass
CLOSE = 0.9  # |m| with one of the K patterns beyond which a sample is at it
HOT = 1.9  # T/T_c from which ln Z of small networks fluctuates so little that its mean is that of F.1
DEEP = 0.9  # T/T_c below which finite N does not round the jump of the specific heat
NEAR = 1.2  # T/T_c up to which a continuous transition is felt
ROUNDED = 1.45  # T/T_c up to which finite networks round the jump at a transition that is not continuous
HALF = "P(|q| < q_EA/2)"
STEP = 1e-3  # of T: half the difference of energies that gives the specific heat


@dataclass(frozen=True)
class GlassTheory:
    """A network beyond retrieval or a spin glass, and the ansatz that ladders of it are held against.

    Energies are without the mean M.3 of all K patterns: none is condensed.

    Parameters
    ----------
    network : DenseHebbian or SpinGlass
        What it is of.
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

    network: Network
    load: float
    ansatz: Ansatz

    def __post_init__(self) -> None:
        check_network(self.network, "covariance", "energies")
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
        """Return energy, specific heat, -beta f, two numbers of P(q), and its ends, of the state that wins.

        It is the one with m = 0. Those of P(q) are the second moment and, in a glass, the weight below half of its upper end.

        A continuous glass wins below T_c, another where its free energy is the larger. With N spins and K patterns the first
        three are those of F.1 far above T_c.
        """
        if checks.temperature(T) == 0.0:
            raise InputError("T must be > 0, got 0. -beta f diverges there; solve(..., T=0) gives the ground state.")
        found = dict(_averages(self.network, self.load, T, self.ansatz))
        if math.isfinite(N) and self.network.has_patterns and HOT * self.T_c <= T:
            exact = annealed(self.network, K, int(N), T)  # type: ignore[arg-type]  # it has patterns
            found |= {"energy": exact.energy, "specific heat": exact.specific_heat, "-beta f": exact.minus_beta_f}
        return found

    def rungs(self, ladder: Ladder, random: Ladder | None = None, pattern: Ladder | None = None) -> Table:
        """Return the rows of a ladder up to T = inf, the last rung left out.

        A rung is usable where its series and two starts say so; where too many samples end at a single pattern its status is
        AT_A_PATTERN. Of a spin glass, which has no pattern to start from, the series alone speak.

        Parameters
        ----------
        ladder, random, pattern : Ladder
            All samples, and, of a network with patterns, a few of them started at random and at the pattern.

        Raises
        ------
        InputError
            If the ladder is of another network, or the two starts of one with patterns are not given.
        """
        if self.network.has_patterns and (random is None or pattern is None):
            raise InputError("random and pattern must be given of a network with patterns. Run a few samples from both starts.")
        if found := {r.network for r in ladder} - {self.network}:
            raise InputError(f"ladder must be of {self.network!r}, got one of {found.pop()!r}. Make a GlassTheory of that.")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", EquilibrationWarning)  # every row shows its status
            free = ladder.minus_beta_f()
        table = []
        for i, r in enumerate(ladder[:-1]):
            mean, status, say, proof = 0.0, r.status, self.says(r.T, r.N, r.K), dict[str, Estimate]()
            if random is not None and pattern is not None:
                meeting, mean = compare_starts(random[i], pattern[i]), self.network.energy_offset(r.K + 1, r.N)
                close = np.abs(r.largest_overlaps(1)[1][..., 0]).max(axis=1) > CLOSE
                share = mean_of_samples(close.astype(float), math.inf)
                status = Remark.AT_A_PATTERN if share > PATTERNS else meeting.status if r.status.ok else r.status
                met = Estimate(meeting.worst.p, 0.0, samples=random[i].samples)
                proof = {"at a pattern": share, "p of two starts": met}
            measured = {
                "energy": r.energy.shifted(-mean), "specific heat": r.specific_heat, "-beta f": free[i].shifted(mean / r.T),
                "<q^2>": r.q2, **({HALF: _inside(r, 0.5 * say["q_1"])} if say["q_1"] > 0.0 else {}), **proof,
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

    def onset(self, limits: Table) -> Measured:
        """Return T_c as measured: where the energy of the glass, prolonged in a straight line, meets that of the paramagnet.

        The line goes through the usable ones of `limits` below 0.9 T_c: nearer to it finite N rounds the corner. What a
        straight line does to the energies of theory at the same T is part of the error. T_c/sqrt(load) is one number where
        P > 2.

        Raises
        ------
        InputError
            If fewer than two such limits are there, or the transition is continuous, where energies have no corner.
        """
        cold = limits.ends.usable.where(quantity="energy", T=lambda T: DEEP * self.T_c > T)
        if self.continuous or len(cold) < 2:
            raise InputError(f"limits must have two energies below {DEEP:g} T_c, and the specific heat jump, got {len(cold)} "
                             f"of {self.network!r}. Give limits() of a colder ladder.")  # fmt: skip

        def met(energies: list[Estimate]) -> Estimate:
            return line_crossing(cold["T"], energies, lambda T: float(solve(self.network, self.load, T, "paramagnetic").energy),
                                 within=(max(cold["T"]), 2.0 * self.T_c))  # fmt: skip

        found, bent = met([r.value for r in cold]), met([Estimate(r.theory, r.error) for r in cold])
        value = Estimate(float(found), math.hypot(found.error, float(bent) - self.T_c), dof=min(cold["error_dof"]))
        T_c, status = self.T_c, cold.rows[-1].status
        return Measured.of(
            value, T_c, load=self.load, T=T_c, N=math.inf, quantity="T_c", sizes=cold.rows[-1].sizes, status=status
        )

    def rounding(self, table: Table, quantity: str = "specific heat") -> Measured | None:
        """Return the exponent w with which simulation - theory of all sizes is one function of (T/T_c - 1) N^w above T_c.

        From T_c to 1.45 T_c, where finite networks round a jump, through the sizes that are usable next to T_c. The row has the
        exponent with its error, the sizes and chi2; the points of one size share their samples, so chi2 is rough. None where
        points or sizes are too few.

        Parameters
        ----------
        table : Table
            `rungs` of several sizes.
        quantity : str
            What of.
        """
        above = table.finite.usable.where(T=lambda T: 1.0 < T / self.T_c < ROUNDED, quantity=quantity, error=lambda e: e > 0.0)
        sizes = {int(r.N) for r in above if min(above["T"]) == r.T}
        points = above.where(N=sizes.__contains__)
        if len(points) < FEWEST or len(sizes) < 2 or len(set(points["T"].tolist())) < 2:
            return None
        off = [r.value.shifted(-r.theory) for r in points]
        found, chi2, dof = one_curve((points["T"] / self.T_c - 1.0).tolist(), points["N"].tolist(), off)
        row = Measured.of(found, load=self.load, T=self.T_c, N=math.inf, quantity=f"exponent of {quantity}")
        return replace(row, sizes=tuple(sorted(sizes)), chi2=chi2, dof=dof)

    def curves(self, T: Iterable[float], ansaetze: Sequence[Ansatz | str] = (RS(), RSB(1))) -> list[dict[str, Any]]:
        """Return what ansaetze say as rows, for figures."""
        say = [(check_ansatz(a), t) for a in ansaetze for t in map(float, T)]
        return [{"ansatz": repr(a), "T": t, **_averages(self.network, self.load, t, a)} for a, t in say]


def _inside(run: Samples, q: float) -> Estimate:
    """Return the weight of P(q) between -q and q, each of the values q = 1 - 2k/N spread over its neighbourhood."""
    at, density, _ = run.overlap_distributions(run.N + 1)
    return mean_of_samples(density @ np.clip(q + 1.0 / run.N - np.abs(at), 0.0, 2.0 / run.N))


@lru_cache(maxsize=512)
def _averages(network: Network, load: float, T: float, ansatz: Ansatz) -> dict[str, float]:
    """Return `GlassTheory.says` of infinitely many spins; the specific heat of full RSB is that of two steps."""
    s, few = _winner(network, load, T, ansatz), RSB(2) if isinstance(ansatz, FullRSB) else ansatz
    warm, cold = (_winner(network, load, T + h, few).energy for h in (STEP * T, -STEP * T))
    p = s.overlap_distribution if s.q_EA > 0.0 else None
    q, weight = (p.q, p.weight) if p else ((0.0,), (1.0,))
    levels = [level for level, w in zip(q, weight, strict=True) if w > 0.0]  # between T_c and T_d none is at q_1
    return {
        "energy": float(s.energy), "specific heat": float((warm - cold) / (2.0 * (STEP * T))),
        "-beta f": float(-s.free_energy / T), "<q^2>": float(np.dot(np.square(q), weight)),
        HALF: _below(s, 0.5 * levels[-1]) if levels[-1] > 0.0 else math.nan, "q_0": levels[0], "q_1": levels[-1],
    }  # fmt: skip


def _below(s: Solution, q: float) -> float:
    """Return x(q) as a smooth function, of which steps have the value x_i halfway between the levels."""
    steps = s.x_levels
    return float(np.interp(q, 0.5 * (np.array(s.q_levels[1:]) + s.q_levels[:-1]), steps)) if steps else 0.0


def _winner(network: Network, load: float, T: float, ansatz: Ansatz) -> Solution:
    """Return the m = 0 state that wins; a continuous glass wins wherever it exists, below T_c."""
    flat, continuous = solve(network, load, T, "paramagnetic", strict=False), is_continuous(network)
    if continuous and critical_temperature(network, load) <= T:
        return flat
    glass = solve(network, load, T, "spin_glass", ansatz, strict=False)
    return glass if continuous or (glass.status.ok and glass.free_energy >= flat.free_energy) else flat
