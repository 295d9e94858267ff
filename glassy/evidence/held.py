"""Held: the phase of a pattern in equilibrium, by replica exchange behind a wall in m, beside RS and RSB(1).

A finite network leaves a metastable phase, and below the AT line its chains are too slow to see all of it. Behind a wall (an
infinite energy where the overlap m with the pattern lies below it) no chain can leave, and the hot rungs of a ladder mix.
The wall stands near the barrier to the glass (of RS: the unstable saddle) at the larger loads; what lies at it is counted.

What tells the ansaetze apart is the change of a network as it cools from a warm T, where they are one, to below the AT line:
both ends belong to one ladder of one sample, so that nearly all of the scatter between samples cancels.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from scipy.integrate import trapezoid
from scipy.interpolate import PchipInterpolator

from glassy.analysis.control_variates import mean_of_samples
from glassy.analysis.extrapolate import Correction
from glassy.core import checks
from glassy.core.drawing import Drawn
from glassy.core.export import Exported
from glassy.core.provenance import Provenance
from glassy.core.results import Estimate, Status
from glassy.evidence.confront import predicted
from glassy.evidence.pattern_fields import PatternFields, pattern_fields
from glassy.evidence.table import AGREE, Measured, Remark, Table
from glassy.model.family import check_network
from glassy.model.network import DenseHebbian
from glassy.model.perturbation import Perturbation
from glassy.simulation.kernels.dynamics import ReplicaExchange
from glassy.simulation.observables import OBSERVABLES
from glassy.simulation.samples import Samples
from glassy.simulation.simulate import simulate
from glassy.theory.ansatz import RS, RSB
from glassy.theory.solution import Solution
from glassy.theory.solve import solve

FloatArray = npt.NDArray[np.float64]
EVERY = 5  # sweeps between exchanges
RARE = 3.0  # misaligned (or turning) spins in all samples of a size, below which their scatter is no error (theory, trap 15)
CROWDED = 0.25  # share of the time at the wall, at any T up to the warm one, from which it holds a network, not the phase
USABLE = (Status.EQUILIBRATED, Status.STEADY, Status.SHORT_CHAIN)  # errors are the scatter between samples: shortness is in it
ANSAETZE: dict[str, RS | RSB] = {"RS": RS(), "RSB(1)": RSB(1)}
CHANGES = {"m": "change of m", "energy_excess": "change of energy"}
FREE = "free energy above the pattern"
SHARE = "share at the wall"


def wall(network: DenseHebbian, N: int, m: float) -> Perturbation:
    """Return the Perturbation that forbids overlaps with pattern 0 below m: an energy that no temperature in use can pay.

    Parameters
    ----------
    network : DenseHebbian
        Whose pattern 0 keeps its energy above m.
    N : int
        Number of spins.
    m : float
        Where the wall stands.

    Examples
    --------
    >>> import glassy
    >>> network = glassy.DenseHebbian(P=3)
    >>> r = glassy.simulate(network, load=0.5, T=0.9, N=30, samples=2, sweeps=200, seed=1, perturbation=wall(network, 30, 0.4))
    >>> float(r.series.m.min()) >= 0.4
    True
    """
    N = check_network(network, "stored", "table").size(N)
    m = checks.number("m", m, "It is an overlap with the pattern.", least=-1.0, most=1.0)
    overlap = np.arange(N, -N - 1, -2) / N
    return Perturbation(pattern_energies={0: np.where(overlap < m, 2.0 * N, network.energy_table(N).energies).tolist()})


def excess_free_energy(T: FloatArray, excess: FloatArray, at: int) -> FloatArray:
    """Return f above the energy of the pattern at T[at]: e - T s, s the integral of de/T from T = 0 (M.6 from the cold side).

    Between the temperatures the energy is a monotone cubic, level at T = 0.

    Parameters
    ----------
    T : array
        Temperatures, coldest first.
    excess : array [T, sample]
        Energies above that of the pattern.
    at : int
        Index of the temperature.

    Examples
    --------
    >>> T = np.linspace(0.02, 1.0, 50)
    >>> float(excess_free_energy(T, T[:, None] ** 2, 49)[0]) < -0.95  # e = T^2: s = 2 T, f = -T^2
    True
    """
    curve = PchipInterpolator(np.r_[0.0, T], np.vstack([excess[:1], excess]), axis=0)
    x = np.linspace(0.0, T[at], 4001)[1:]
    entropy = trapezoid(curve.derivative()(x) / x[:, None], x, axis=0)
    return np.asarray(excess[at] - T[at] * entropy)


def drift(x: FloatArray) -> float:
    """Return the change of [sample, sweep] from the first to the second half of the sweeps, in errors between samples.

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=(50, 400))
    >>> abs(drift(x)) < 4.0 < drift(x + np.linspace(0.0, 1.0, 400))
    True
    """
    half = x.shape[1] // 2
    change = mean_of_samples(x[:, half:].mean(axis=1) - x[:, :half].mean(axis=1))
    return float(change) / change.error if change.error > 0.0 else 0.0


def rung_status(r: Samples) -> Status:
    """Return the status of one rung behind a wall, which holds the phase: that of its trends, if what froze is one state."""
    floor = r.series.energy[r.frozen.any(axis=1)].min(axis=2)
    shared = np.isclose(floor, floor[:, :1], rtol=0.0, atol=1e-9).all()
    return r.evidence.relaxed if shared else Status.NOT_EQUILIBRATED


def near_wall(r: Samples, at: float) -> FloatArray:
    """Return the share of the time that each sample spends within 0.03 of the wall, or within two flips of it."""
    return np.asarray((r.series.m < at + max(0.03, 4.0 / r.N)).mean(axis=(1, 2)))


def saddles(network: DenseHebbian, load: float, T: float) -> dict[str, Solution]:
    """Return the saddles of the phase by RS and by RSB(1)."""
    return {k: solve(network, load, T, "retrieval", a, strict=False) for k, a in ANSAETZE.items()}


@dataclass(frozen=True)
class Held(Drawn, Exported):
    """What `hold` returns: a ladder behind a wall, and what it says of the phase, as Tables beside RS and RSB(1).

    Parameters
    ----------
    ladder : sequence of Samples
        Its rungs, coldest first.
    load : float
        The load that was asked for.
    wall : float
        Where the wall stands.
    warm : float
        The temperature of one rung, or above all: up to it the phase, not the wall, must hold the network. The free energy is
        measured there, and changes are counted from there.

    Examples
    --------
    >>> import glassy
    >>> network, T = glassy.DenseHebbian(P=3), [0.1, 0.2, 0.3, 0.5]
    >>> held = glassy.hold(network, 0.3, T, 60, 0.6, warm=0.3, samples=4, sweeps=200, burn_in=100, seed=1)
    >>> [r.quantity for r in held.rungs().where(ansatz="RS", T=0.1)]
    ['share at the wall', 'm', 'q', 'energy_excess']
    >>> [r.quantity for r in held.cooling().where(ansatz="RSB(1)", T=0.1)]
    ['change of m', 'change of energy']
    """

    ladder: Sequence[Samples]
    load: float
    wall: float
    warm: float

    exported = ("tables",)

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield what every rung measures, the free energy and what cooling changes, beside RS and RSB(1)."""
        state = {"network": self.network, "K": self.ladder[0].K}
        for table in self.tables:
            yield from (row | state for row in table.records())

    @property
    def tables(self) -> tuple[Table, Table, Table]:
        """What every rung measures, the free energy, and what cooling changes: `rungs()`, `free_energy()`, `cooling()`."""
        return self.rungs(), self.free_energy(), self.cooling()

    @property
    def provenance(self) -> Provenance:
        """The code that made the samples."""
        return self.ladder[0].provenance

    @property
    def network(self) -> DenseHebbian:
        """The network."""
        network = self.ladder[0].network
        assert isinstance(network, DenseHebbian)
        return network

    @cached_property
    def cold(self) -> Sequence[Samples]:
        """The rungs up to the warm one."""
        return [r for r in self.ladder if self.warm >= r.T]

    @cached_property
    def fields(self) -> PatternFields:
        """The fields at the pattern, which serve as control variates."""
        return pattern_fields(self.ladder[0])

    @cached_property
    def series(self) -> list[dict[str, FloatArray]]:
        """m, q and the energy above the pattern of every rung, [sample, sweep], each the mean over the chains of a sample."""
        names = ("m", "q", "energy_excess")
        return [{k: OBSERVABLES[k].series(r.series).mean(axis=1) for k in names} for r in self.ladder]

    @cached_property
    def crowd(self) -> float:
        """The largest share of the time at the wall, up to the warm rung."""
        return max(float(near_wall(r, self.wall).mean()) for r in self.cold)

    @property
    def free_energies(self) -> FloatArray:
        """The free energy above the pattern at the warm rung, of each sample by its own ladder."""
        path, excess = np.array([r.T for r in self.ladder]), np.array([x["energy_excess"].mean(axis=1) for x in self.series])
        return excess_free_energy(path, excess, len(self.cold) - 1)

    @staticmethod
    def error_of_rule(network: DenseHebbian, load: float, T: Sequence[float]) -> float:
        """Return how far the integral over the temperatures is from the free energy of RSB(1) at the last, by its energies."""
        found = [saddles(network, load, t)["RSB(1)"] for t in T]
        f = excess_free_energy(np.array(T), np.array([[s.energy + 0.5] for s in found]), len(found) - 1)
        return float(f[0]) - 0.5 - float(found[-1].free_energy)

    def rungs(self) -> Table:
        """Return what every rung measures: the share of time at the wall, m, q and the energy above the pattern."""
        table = Table()
        for r, found in zip(self.ladder, self.series, strict=True):
            at, share = saddles(self.network, self.load, r.T), mean_of_samples(near_wall(r, self.wall))
            crowd = max(self.crowd, float(share))
            table += self._rows(SHARE, r, {}, share, judge([r], found["m"], 1.0, crowd))
            for name, x in found.items():
                say = {k: predicted(name, s) for k, s in at.items()}
                status = judge([r], x, 1.0 - at["RSB(1)"].m, crowd)
                table += self._rows(name, r, say, self.fields.mean_of(x.mean(axis=1), r.T), status)
        return table

    def free_energy(self) -> Table:
        """Return the free energy above the pattern at the warm rung, by RS and RSB(1)."""
        warm = self.cold[-1]
        f = self.fields.mean_of(self.free_energies, warm.T)
        say = {k: s.free_energy + 0.5 for k, s in saddles(self.network, self.load, warm.T).items()}
        each = [judge([r], x["energy_excess"], 1.0, self.crowd) for r, x in zip(self.cold, self.series, strict=False)]
        status = next((x for x in each if x not in (Status.EQUILIBRATED, Status.STEADY)), Status.STEADY)
        return Table(self._rows(FREE, warm, say, f, status))

    def cooling(self, curve: str = "", *, crowded: bool = False) -> Table:
        """Return what changes from the warm rung down to each of the others.

        A network at the wall does not count; its energies do with `crowded`, where other walls say what the wall does.
        """
        end, last, table = self.cold[-1], self.series[len(self.cold) - 1], Table()
        top = saddles(self.network, self.load, end.T)
        for r, found in zip(self.cold[:-1], self.series, strict=False):
            at = saddles(self.network, self.load, r.T)
            turned = predicted("q", at["RSB(1)"]) - predicted("q", top["RSB(1)"])
            for name, change in CHANGES.items():
                x = found[name] - last[name]
                say = {k: predicted(name, at[k]) - predicted(name, top[k]) for k in ANSAETZE}
                status = judge([r, end], x, turned, 0.0 if name != "m" and crowded else self.crowd)
                table += self._rows(change, r, say, self.fields.mean_of(x.mean(axis=1), r.T), status, curve)
        return table

    def against(self, other: Held, curve: str, names: Sequence[str] = tuple(CHANGES), *, change: bool = False) -> Table:
        """Return what another run of the same samples adds to each rung, where nothing is expected; with `change` to cooling.

        Rungs are paired from the hottest on: T may differ by what keeps random numbers apart, the other may lack the coldest.
        """
        table, n = Table(), len(other.cold if change else other.ladder)
        skip = len(self.cold if change else self.ladder) - n
        for i, (a, b) in enumerate(zip(self.ladder[skip:], other.ladder[: n - change], strict=False)):
            for name in names:
                x, y = self.series[skip + i][name], other.series[i][name]
                if change:
                    x, y = x - self.series[skip + n - 1][name], y - other.series[n - 1][name]
                worse = [s for s in (rung_status(a), rung_status(b)) if s not in USABLE]
                value = mean_of_samples((y - x).mean(axis=1))
                quantity = CHANGES[name] if change else name
                table += [Measured.of(value, 0.0, **self._where(a, quantity, worse[0] if worse else Status.STEADY, curve))]
        return table

    def behind(self, lower: Held) -> Table:
        """Return the cooling of the same samples behind a lower wall, and what that wall adds to the change of energy."""
        curve = "behind the lower wall", "lower wall"
        return lower.cooling(curve[0], crowded=True) + self.against(lower, curve[1], ("energy_excess",), change=True)

    def limits(self, table: Table, powers: Sequence[Correction] = (1.0,)) -> Table:
        """Return the limits of what several sizes at this load measured; the error of the integral over T joins those of f."""
        rule = self.error_of_rule(self.network, self.load, [r.T for r in self.cold])  # is in every free energy
        return table.where(quantity=lambda name: name != SHARE).limits(powers, common={FREE: abs(rule)})

    def _where(self, r: Samples, quantity: str, status: Status | Remark, curve: str = "") -> dict[str, Any]:
        return {"curve": curve, "load": self.load, "T": r.T, "N": r.N, "quantity": quantity, "sweeps": r.sweeps,
                "status": status}  # fmt: skip

    def _rows(
        self, quantity: str, r: Samples, say: dict[str, float], value: Estimate, status: Status | Remark, curve: str = ""
    ) -> list[Measured]:
        """Return one measured value as the rows of both ansaetze."""
        where = self._where(r, quantity, status, curve)
        return [Measured.of(value, say.get(k, np.nan), ansatz=k, **where) for k in ANSAETZE]


def hold(
    network: DenseHebbian, load: float, T: Sequence[float] | None = None, N: int | None = None, at: float | None = None, *,
    beta: Sequence[float] | None = None, warm: float = math.inf, start: float = 1.0, **options: Any,
) -> Held:  # fmt: skip
    """Run a ladder from overlap `start` with the pattern, behind a wall at m = `at`.

    Parameters
    ----------
    network, load, T, N
        State points of the ladder, coldest first.
    beta : sequence of float, optional
        1/T, instead of T.
    at, start : float
        Overlaps with the pattern: of the wall, and of the first configuration.
    warm : float
        That of `Held`; default: the hottest rung.
    **options
        Of `simulate`: samples, sweeps, burn_in, seed, out, ...

    Raises
    ------
    InputError
        If an argument lies outside its domain, or no rung is as cold as `warm`.

    Examples
    --------
    >>> import glassy
    >>> held = hold(glassy.DenseHebbian(P=3), 0.3, [0.2, 0.4], 40, 0.6, samples=2, sweeps=100, burn_in=50, seed=1)
    >>> len(held.ladder), held.ladder[0].start
    (2, 'pattern')
    """
    check_network(network, "stored", "table")
    N, at = network.size(N), checks.number("at", at, "It is an overlap with the pattern.", least=-1.0, most=1.0)
    rungs = checks.numbers("T", checks.given_temperature(T, beta), "[rung]", "A ladder goes from cold to hot.").tolist()
    checks.number("warm", warm, "It is the T of a rung.", least=min(rungs), infinite=True)
    found = simulate(
        network, load, rungs, N, start="pattern", start_overlap=start, method=ReplicaExchange(every=EVERY),
        perturbation=wall(network, N, at), **options,
    )  # fmt: skip
    return Held(cast("Sequence[Samples]", found), load, at, warm)


def judge(ladder: Sequence[Samples], x: FloatArray, misaligned: float, crowd: float = 0.0) -> Status | Remark:
    """Return the status of a series of some rungs: whether the phase, not the wall, holds the network, and enough spins turn.

    `misaligned` is their share by theory, or that of the spins that turn between rungs; `crowd` the share of time at the wall.
    """
    if crowd > CROWDED:
        return Remark.AT_WALL
    if bad := [status for r in ladder if (status := rung_status(r)) not in USABLE]:
        return bad[0]
    if abs(drift(x)) > AGREE:
        return Remark.DRIFTS
    return Remark.RARE if 0.5 * ladder[0].N * ladder[0].samples * misaligned < RARE else Status.STEADY
